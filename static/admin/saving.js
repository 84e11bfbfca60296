// Nothing is lost: what one types is kept every few seconds, Ctrl/Cmd+S saves in place, and
// leaving with unsaved changes warns.

const desk = document.querySelector(".desk-board");
const form = desk?.closest("form");
const PAUSE = 10_000; // milliseconds between two copies, at least
const SIGNED_OUT = "You are signed out. Sign in again in another tab; your text stays here.";

let isDirty = false;
let isCopied = true;
let lastCopy = 0;
let timer;

function say(text, isError = false) {
  const line = document.querySelector(".desk-saved");
  line.textContent = text;
  line.classList.toggle("is-error", isError);
}

function data() {
  const all = new FormData(form);
  all.set("issue", desk.dataset.issue ?? "");
  return all;
}

function touched(event) {
  if (event.target?.closest?.(".desk-live")) return;
  isDirty = true;
  isCopied = false;
  if (desk.dataset.hasKept) return say("Decide first what becomes of the text that was not saved; until then nothing is kept.", true);
  clearTimeout(timer);
  timer = setTimeout(copy, Math.max(1500, lastCopy + PAUSE - Date.now()));
}

async function copy() {
  if (isCopied) return;
  isCopied = true;
  lastCopy = Date.now();
  try {
    const response = await fetch(desk.dataset.kept, { method: "POST", body: data() });
    if (response.status === 403 || response.redirected) return say(SIGNED_OUT, true);
    if (!response.ok) throw new Error(response.statusText);
    say((await response.json()).message);
  } catch {
    isCopied = false;
    say("This could not be kept: the site does not answer. Your text stays here.", true);
    timer = setTimeout(copy, PAUSE);
  }
}

function sendWhole() {
  isDirty = false;
  form.requestSubmit(form.querySelector("[name=_continue]"));
}

async function save() {
  // What comes from the inbox or goes there changes the page itself.
  if (form.querySelector("[name=pull]:checked, [name$=-to_inbox]:checked")) return sendWhole();
  say("Saving …");
  const sent = new FormData(form);
  sent.set("_continue", "yes");
  isDirty = false;
  let response;
  try {
    response = await fetch(form.action, { method: "POST", body: sent, headers: { Accept: "application/json" } });
  } catch {
    isDirty = true;
    return say("Not saved: the site does not answer. Your text stays here.", true);
  }
  if (response.redirected || response.status === 403) {
    isDirty = true;
    return say(SIGNED_OUT, true);
  }
  if (!response.ok) return sendWhole(); // the page says what is wrong, at its place
  const answer = await response.json();
  clearTimeout(timer);
  isCopied = true;
  form.elements.version.value = answer.version;
  desk.dataset.issue = answer.issue;
  form.action = answer.url;
  history.replaceState(null, "", answer.url);
  form.dispatchEvent(new CustomEvent("desk:saved", { detail: answer }));
  say(answer.message);
}

if (form) {
  form.addEventListener("input", touched);
  form.addEventListener("change", touched);
  form.addEventListener("desk:changed", touched);
  form.addEventListener("submit", () => (isDirty = false));
  window.addEventListener("beforeunload", (event) => isDirty && event.preventDefault());
  document.addEventListener("visibilitychange", () => document.hidden && !desk.dataset.hasKept && copy());
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s") {
      event.preventDefault();
      save();
    }
  });
}
