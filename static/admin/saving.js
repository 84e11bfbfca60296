// Nothing is lost: what one types is kept every few seconds, Ctrl/Cmd+S saves in place, and
// leaving with unsaved changes warns.

const desk = document.querySelector(".desk-board");
const form = desk?.closest("form");
const PAUSE = 10_000; // milliseconds between two copies, at least
const SIGNED_OUT = "You are signed out. Sign in again in another tab, then save here; your text stays.";

let edits = 0; // counted on with every change
let saved = 0; // of those, how many are in the issue …
let copied = 0; // … and how many are kept beside it
let lastCopy = 0;
let timer;
let copying = null;
let isSaving = false;
let stored = null; // the form as it was when it was last the same as the issue

function say(text, isError = false) {
  const line = document.querySelector(".desk-saved");
  line.textContent = text;
  line.classList.toggle("is-error", isError);
}

// The form as one text, to see whether anything has changed.
function state() {
  const all = new FormData(form);
  for (const name of ["_copy", "csrfmiddlewaretoken", "issue"]) all.delete(name);
  return new URLSearchParams(all).toString();
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

// Keeps the form beside the issue; gives false where that could not be, having said why.
async function copy() {
  if (copied === edits || desk.dataset.hasKept) return true;
  const count = edits;
  lastCopy = Date.now();
  copying = new AbortController();
  try {
    const response = await fetch(desk.dataset.kept, { method: "POST", body: new FormData(form), signal: copying.signal });
    if (response.ok) {
      const answer = await response.json();
      form.elements._copy.value = answer.copy;
      copied = count;
      say(answer.message);
      return true;
    }
    const isInWords = response.headers.get("Content-Type")?.startsWith("text/plain");
    const isSignedOut = response.status === 403 && !isInWords;
    if (response.status === 503) later(PAUSE);
    if (isInWords) say(await response.text(), true);
    else say(isSignedOut ? SIGNED_OUT : "This could not be kept just now. Your text stays here.", true);
    // Whoever is known to the site gets a page that says more, unless it can save nothing now.
    return !isSignedOut && response.status !== 503;
  } catch (error) {
    if (error.name === "AbortError") return true;
    say("This could not be kept: the site does not answer. Your text stays here.", true);
    later(PAUSE);
    return false;
  }
}

const isSignIn = (response) => response.redirected && new URL(response.url).pathname.endsWith("/login/");

function sendWhole() {
  form.requestSubmit(form.querySelector("[name=_continue]"));
}

// After a save in place the page is as if it had been opened anew.
function settle(answer, count) {
  saved = copied = count;
  form.elements.version.value = answer.version;
  if (!form.elements.title.value) form.elements.title.value = answer.title;
  form.elements._copy.value = "";
  form.elements.issue.value = answer.issue;
  form.action = answer.url;
  history.replaceState(null, "", answer.url);
  form.querySelectorAll(".errornote, .errorlist").forEach((one) => one.remove());
  form.dispatchEvent(new CustomEvent("desk:saved", { detail: answer }));
  say(answer.message);
  stored = copied < edits ? null : state();
  if (copied < edits) later(PAUSE);
}

// Before the page is left, the text must be in safe hands: signing in again would lose it.
let isSafe = false;

async function leave(event) {
  if (!isSafe && saved < edits && !desk.dataset.hasKept) {
    event.preventDefault();
    const { submitter } = event;
    clearTimeout(timer);
    copied = -1;
    isSafe = await copy();
    if (isSafe) form.requestSubmit(submitter);
    return;
  }
  saved = edits;
}

function send() {
  const sent = new FormData(form);
  sent.set("_continue", "yes");
  return fetch(form.action, { method: "POST", body: sent, headers: { Accept: "application/json" } }).catch(() => null);
}

async function save() {
  if (isSaving) return;
  if (stored !== null && stored === state()) return say("Nothing has changed since the last save.");
  // What comes from the inbox or goes there changes the page itself.
  if (form.querySelector("[name=pull]:checked, [name$=-to_inbox]:checked")) return sendWhole();
  const count = edits;
  clearTimeout(timer);
  copying?.abort(); // a copy that came in after the save would look like text that was not saved
  say("Saving …");
  isSaving = true;
  const response = await send();
  isSaving = false;
  if (!response || response.status >= 500) {
    later(PAUSE);
    return say("Not saved: the site does not answer as it should. Your text stays here.", true);
  }
  if (isSignIn(response)) return say(SIGNED_OUT, true);
  // A page says what is wrong, at its place, and what becomes of the text.
  if (!response.ok || response.redirected) return sendWhole();
  settle(await response.json(), count);
}

if (form?.querySelector("[name=_continue]")) {
  // A page with errors, or with text that was kept, shows what is not in the issue.
  const isUnsaved = form.querySelector(".errornote") || form.elements._copy.value;
  if (isUnsaved) edits = 1;
  else if (form.elements.issue.value) window.addEventListener("load", () => (stored = state()));
  form.addEventListener("input", touched);
  form.addEventListener("change", touched);
  form.addEventListener("desk:changed", touched);
  form.addEventListener("submit", leave);
  window.addEventListener("beforeunload", (event) => saved < edits && event.preventDefault());
  document.addEventListener("visibilitychange", () => document.hidden && copy());
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s") {
      event.preventDefault();
      if (!event.repeat) save();
    }
  });
}
