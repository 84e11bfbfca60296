// The whole issue as its readers will see it, beside the form, while one types.

const panel = document.querySelector(".desk-live");
const form = panel?.closest("form");
const toggle = document.querySelector(".desk-live-toggle");
const frame = panel?.querySelector("iframe");
const DELAY = 500; // milliseconds after the last change
const look = { width: 320, scheme: "light" };

// The frame keeps the size of the screen it stands for; a wide one is drawn smaller.
function fit() {
  const room = frame.parentElement.clientWidth;
  const scale = Math.min(1, room / look.width);
  frame.style.width = `${look.width}px`;
  frame.style.height = `${Math.round(frame.parentElement.clientHeight / scale)}px`;
  frame.style.transform = `scale(${scale})`;
}

// A page follows the colours of the whole browser; here its style sheet is told which to take.
function colour() {
  const page = frame.contentDocument;
  if (!page?.documentElement) return;
  page.documentElement.style.colorScheme = look.scheme;
  for (const sheet of page.styleSheets) {
    for (const rule of sheet.cssRules) {
      if (rule.media && (rule.asked ?? rule.media.mediaText).includes("prefers-color-scheme: dark")) {
        rule.asked ??= rule.media.mediaText;
        rule.media.mediaText = look.scheme === "dark" ? "all" : "not all";
      }
    }
  }
}

let running = null;
let scrolled = 0;

async function draw() {
  if (panel.hidden) return;
  running?.abort();
  running = new AbortController();
  const data = new FormData(form);
  const status = panel.querySelector(".desk-live-status");
  try {
    const response = await fetch(panel.dataset.url, { method: "POST", body: data, signal: running.signal });
    if (!response.ok || response.redirected) throw new Error("The preview is not available just now.");
    scrolled = frame.contentDocument?.documentElement.scrollTop ?? 0;
    frame.srcdoc = await response.text();
    status.textContent = "";
  } catch (error) {
    if (error.name !== "AbortError") status.textContent = error.message;
  }
}

function loaded() {
  colour();
  fit();
  frame.contentDocument.documentElement.scrollTop = scrolled;
  // Links are to be looked at, not followed: the form would be left behind.
  frame.contentDocument.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (link && !link.getAttribute("href").startsWith("#")) event.preventDefault();
  });
}

let timer;

function later() {
  clearTimeout(timer);
  timer = setTimeout(draw, DELAY);
}

function open(isOpen) {
  panel.hidden = !isOpen;
  document.body.classList.toggle("has-live", isOpen);
  toggle.setAttribute("aria-expanded", isOpen);
  toggle.textContent = isOpen ? "Close the preview" : "Preview";
  sessionStorage.setItem("desk-live", isOpen ? "open" : "");
  if (isOpen) draw();
}

// On a narrow screen the preview is below the form, where a press of the button must lead.
function lead() {
  if (panel.hidden || getComputedStyle(panel).position === "fixed") return;
  panel.querySelector("h2").focus();
  panel.scrollIntoView({ block: "start" });
}

function choose(event) {
  const button = event.target.closest("button");
  if (!button) return;
  const name = button.dataset.width ? "width" : "scheme";
  look[name] = name === "width" ? Number(button.dataset.width) : button.dataset.scheme;
  for (const one of button.parentElement.children) one.setAttribute("aria-pressed", one === button);
  fit();
  colour();
}

if (panel && toggle) {
  toggle.hidden = false;
  toggle.addEventListener("click", () => {
    open(panel.hidden);
    lead();
  });
  panel.querySelector(".desk-live-tools").addEventListener("click", choose);
  frame.addEventListener("load", loaded);
  form.addEventListener("input", later);
  form.addEventListener("change", later);
  form.addEventListener("desk:changed", later);
  window.addEventListener("resize", () => panel.hidden || fit());
  if (sessionStorage.getItem("desk-live")) open(true);
}
