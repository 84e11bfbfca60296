// The page of a mailing that is under way: its numbers, every two seconds, without a reload.

const place = document.querySelector("#mailing-progress[data-url]");
const voice = document.querySelector("#mailing-said");
const PAUSE = 2000; // milliseconds
const PATIENCE = 15000; // between two tries when the site does not answer
const STEP = 10; // percent, after which it is said again

let said = spoken();

function spoken() {
  return Math.floor((place?.querySelector("progress")?.value ?? 0) / STEP);
}

// Only what has changed is put anew, so that focus and selection stay where they are.
function take(fresh) {
  for (const one of fresh.querySelectorAll("[data-live]")) {
    const old = place.querySelector(`[data-live="${one.dataset.live}"]`);
    if (one.tagName === "PROGRESS") old.value = one.value;
    else if (old.innerHTML !== one.innerHTML) old.innerHTML = one.innerHTML;
  }
  if (spoken() === said) return;
  said = spoken();
  voice.textContent = place.dataset.said.replace("{percent}", said * STEP);
}

// Another state has other buttons, and the first rows bring the bar: then the page is another.
function isAnother(fresh) {
  const count = (part) => part.querySelectorAll("[data-live]").length;
  const state = (part) => part.querySelector("[data-state]").dataset.state;
  return state(fresh) !== state(place) || count(fresh) !== count(place);
}

async function look() {
  const response = await fetch(place.dataset.url, { redirect: "error" });
  if (!response.ok) throw new Error(response.statusText);
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html").body;
  if (isAnother(fresh)) location.reload();
  else take(fresh);
}

async function again() {
  let pause = PAUSE;
  if (!document.hidden) {
    try {
      await look();
    } catch {
      pause = PATIENCE;
    }
  }
  setTimeout(again, pause);
}

if (place) {
  setTimeout(again, PAUSE);
  document.addEventListener("visibilitychange", () => document.hidden || look().catch(() => {}));
}
