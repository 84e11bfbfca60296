// The board, the pre-flight and the suggested title, kept in step with what one types.

const board = document.querySelector(".desk-board");
const form = board?.closest("form");
const preflight = document.querySelector(".desk-preflight");
const DELAY = 900; // milliseconds after the last change

const cards = () => [...document.querySelectorAll(".desk-rows > .desk-card:not([data-gone])")];
const typeOf = (card) => card.querySelector(`[name="${card.id}-type"]`)?.value;

// Each type leads to its first card, or to its last one: that is the slot where one is missing.
function placeOf(type, isMissing) {
  const ofType = cards().filter((one) => typeOf(one) === String(type));
  return ofType.at(isMissing ? -1 : 0)?.id ?? "sections-group";
}

function aim() {
  for (const item of board.querySelectorAll("li[data-type]")) {
    const isMissing = item.classList.contains("is-missing");
    item.querySelector("a").setAttribute("href", `#${placeOf(item.dataset.type, isMissing)}`);
  }
  for (const link of preflight.querySelectorAll("a[data-type]")) {
    link.setAttribute("href", `#${placeOf(link.dataset.type, true)}`);
  }
}

// The server's own templates, as on the pages that need no script.
function show({ board_html: places, findings_html: lines, findings, verdict: words }) {
  board.querySelector("ul").innerHTML = places;
  preflight.querySelector(".desk-findings").innerHTML = lines;
  const verdict = board.querySelector(".desk-verdict");
  verdict.hidden = false;
  verdict.textContent = words || "Ready to publish";
  const isBlocked = findings.some((one) => one.blocking);
  verdict.className = `desk-verdict is-${isBlocked ? "blocking" : findings.length ? "warning" : "ready"}`;
  aim();
}

// The title follows the sections until somebody types their own.
let suggested = null;

function suggest(title) {
  const field = form.elements.title;
  if (!field || field.type === "hidden") return;
  if (suggested === null) suggested = field.value.trim() && field.value.trim() !== title ? undefined : "";
  if (suggested === undefined) return;
  if (field === document.activeElement && field.value !== suggested) return;
  if (field.value.trim() && field.value !== suggested && field.value.trim() !== title) {
    suggested = undefined; // theirs from now on
    return;
  }
  suggested = title;
  if (field.value === title) return;
  field.value = title;
  form.dispatchEvent(new CustomEvent("desk:changed"));
}

let running = null;

async function check() {
  running?.abort();
  running = new AbortController();
  const data = new FormData(form);
  try {
    const response = await fetch(preflight.dataset.url, { method: "POST", body: data, signal: running.signal });
    if (!response.ok || response.redirected) return;
    const answer = await response.json();
    show(answer);
    suggest(answer.suggested_title);
  } catch (error) {
    if (error.name !== "AbortError") board.querySelector(".desk-verdict").hidden = true;
  }
}

let timer;

function later() {
  clearTimeout(timer);
  timer = setTimeout(check, DELAY);
}

if (board && preflight) {
  form.addEventListener("input", (event) => {
    if (event.target === form.elements.title) suggested = form.elements.title.value ? undefined : "";
    later();
  });
  form.addEventListener("change", later);
  form.addEventListener("desk:changed", later);
  aim();
  check();
}
