// Nothing is lost: what one types is kept every few seconds, Ctrl/Cmd+S saves in place, and
// leaving with unsaved changes warns.

const desk = document.querySelector(".desk-board");
const form = desk?.closest("form");
const PAUSE = 10_000; // milliseconds between two copies, at least
const SIGNED_OUT = "You are signed out. Sign in again in another tab; your text stays here.";

let edits = 0; // counted on with every change
let saved = 0; // of those, how many are in the issue …
let copied = 0; // … and how many are kept beside it
let lastCopy = 0;
let timer;
let copying = null;

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
  edits += 1;
  if (desk.dataset.hasKept) return say("Decide first what becomes of the text that was not saved; until then nothing is kept.", true);
  later(Math.max(1500, lastCopy + PAUSE - Date.now()));
}

function later(pause) {
  clearTimeout(timer);
  timer = setTimeout(copy, pause);
}

async function copy() {
  if (copied === edits || desk.dataset.hasKept) return;
  const count = edits;
  lastCopy = Date.now();
  copying = new AbortController();
  try {
    const response = await fetch(desk.dataset.kept, { method: "POST", body: data(), signal: copying.signal });
    if (response.status === 403 || response.redirected) return say(SIGNED_OUT, true);
    if (!response.ok) throw new Error(response.statusText);
    copied = count;
    say((await response.json()).message);
  } catch (error) {
    if (error.name === "AbortError") return;
    say("This could not be kept: the site does not answer. Your text stays here.", true);
    later(PAUSE);
  }
}

function sendWhole() {
  form.requestSubmit(form.querySelector("[name=_continue]"));
}

// After a save in place the page is as if it had been opened anew.
function settle(answer, count) {
  saved = copied = count;
  form.elements.version.value = answer.version;
  if (!form.elements.title.value) form.elements.title.value = answer.title;
  desk.dataset.issue = answer.issue;
  form.action = answer.url;
  history.replaceState(null, "", answer.url);
  form.dispatchEvent(new CustomEvent("desk:saved", { detail: answer }));
  say(answer.message);
  if (copied < edits) later(PAUSE);
}

async function save() {
  // What comes from the inbox or goes there changes the page itself.
  if (form.querySelector("[name=pull]:checked, [name$=-to_inbox]:checked")) return sendWhole();
  const count = edits;
  clearTimeout(timer);
  copying?.abort(); // a copy that came in after the save would look like text that was not saved
  say("Saving …");
  const sent = new FormData(form);
  sent.set("_continue", "yes");
  let response;
  try {
    response = await fetch(form.action, { method: "POST", body: sent, headers: { Accept: "application/json" } });
  } catch {
    later(PAUSE);
    return say("Not saved: the site does not answer. Your text stays here.", true);
  }
  if (response.redirected || response.status === 403) return say(SIGNED_OUT, true);
  if (!response.ok) return sendWhole(); // the page says what is wrong, at its place
  settle(await response.json(), count);
}

if (form?.querySelector("[name=_continue]")) {
  form.addEventListener("input", touched);
  form.addEventListener("change", touched);
  form.addEventListener("desk:changed", touched);
  form.addEventListener("submit", () => (saved = edits));
  window.addEventListener("beforeunload", (event) => saved < edits && event.preventDefault());
  document.addEventListener("visibilitychange", () => document.hidden && copy());
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s") {
      event.preventDefault();
      save();
    }
  });
}
