// Single keys for readers: / to search, j and k from section to section, ? for help.
// The dialog that lists them lets one switch them off, as WCAG 2.1.4 asks for.

const STORED = "single-keys";
const FIELDS = "input, textarea, select";
const MOVING = 1000; // milliseconds that scrolling to a section may take

const template = document.querySelector("#keyboard-");
let button, dialog, status, toggle;
let movedAt = -Infinity;

// A browser may refuse to store anything: then the choice lasts as long as the page.
function choice(value) {
  try {
    if (value) localStorage.setItem(STORED, value);
    return localStorage.getItem(STORED);
  } catch {
    return null;
  }
}

function help() {
  dialog.showModal();
}

function search() {
  const input = document.querySelector("form.search [name=q]");
  input?.focus();
  input?.select();
}

// Where the reader is: in the section that has the focus if it is in sight, else by scrolling.
function place(sections) {
  const focused = sections.findIndex((section) => section.contains(document.activeElement));
  const { top, bottom } = sections[focused]?.getBoundingClientRect() ?? {};
  const isInSight = bottom > 0 && top < innerHeight;
  if (isInSight || (focused >= 0 && performance.now() - movedAt < MOVING)) return focused;
  return sections.findLastIndex((section) => section.getBoundingClientRect().top < 24);
}

function move(step) {
  const sections = [...document.querySelectorAll(".issue .section")];
  if (!sections.length) return;
  const target = sections[place(sections) + step];
  status.textContent = target ? "" : step > 0 ? status.dataset.last : status.dataset.first;
  if (!target) return;
  movedAt = performance.now();
  target.querySelector("h2 a").focus({ preventScroll: true }); // which is read out
  target.scrollIntoView(); // as smoothly as the style sheet lets it
}

const keys = { "/": search, "?": help, j: () => move(1), k: () => move(-1) };

function press(event) {
  const { key, target, isComposing, ctrlKey, altKey, metaKey, defaultPrevented } = event;
  if (!Object.hasOwn(keys, key) || !toggle.checked || defaultPrevented) return;
  if (isComposing || ctrlKey || altKey || metaKey) return;
  if (target.isContentEditable || target.matches?.(FIELDS) || dialog.open) return;
  event.preventDefault();
  keys[key]();
}

if (template) {
  [button, dialog, status] = template.content.cloneNode(true).children;
  toggle = dialog.querySelector("[type=checkbox]");
  toggle.checked = choice() !== "off";
  toggle.addEventListener("change", () => choice(toggle.checked ? "on" : "off"));
  button.addEventListener("click", help);
  document.querySelector(".site-footer").append(button);
  document.body.append(dialog, status);
  document.addEventListener("keydown", press);
}
