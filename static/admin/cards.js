// The sections of an issue as cards: added, moved, deleted and brought back, expanded, collapsed.
// Without this script they are plain rows with a number for their position.

const group = document.querySelector(".desk-cards");
const form = group?.closest("form");

const cards = () => [...group.querySelectorAll(".desk-rows > .desk-card")];
const present = () => cards().filter((card) => !card.dataset.gone);
const field = (card, name) => card.querySelector(`[name="${card.id}-${name}"]`);
const value = (card, name) => field(card, name)?.value.trim() ?? "";
const isWritten = (card) =>
  ["title", "short_title", "slug", "link", "byline", "body", "tags"].some((name) => value(card, name));
const isKept = (card) => Boolean(value(card, "id")) || isWritten(card);

function changed() {
  form.dispatchEvent(new CustomEvent("desk:changed"));
}

function say(text) {
  group.querySelector(".desk-moved").textContent = text;
}

function nameOf(card) {
  return value(card, "title") || card.querySelector(".card-type").textContent || "Section";
}

// What a closed card shows ---------------------------------------------------------------------

function summarise(card) {
  const type = field(card, "type");
  if (!type?.options) return; // somebody who may only read
  card.querySelector(".card-type").textContent = type.value ? type.selectedOptions[0].text : "";
  card.querySelector(".card-title").textContent = value(card, "title");
  card.querySelector(".card-tags").textContent = value(card, "tags");
  const count = value(card, "body").split(/\s+/).filter(Boolean).length;
  card.querySelector(".card-tools").setAttribute("aria-label", nameOf(card));
  card.querySelector(".card-words").textContent = isKept(card) ? `${count} ${count === 1 ? "word" : "words"}` : "empty";
}

// Order ------------------------------------------------------------------------------------------

function place(card) {
  const given = parseFloat(card.dataset.place);
  return Number.isNaN(given) ? Infinity : given;
}

function sort() {
  const rows = group.querySelector(".desk-rows");
  const placed = cards().map((card, index) => [place(card), index, card]);
  // Infinity - Infinity is no number, hence the comparison.
  placed.sort((a, b) => (a[0] === b[0] ? a[1] - b[1] : a[0] < b[0] ? -1 : 1));
  placed.forEach(([, , card]) => rows.append(card));
}

function move(card, step, button) {
  const others = present();
  const other = others[others.indexOf(card) + step];
  if (!other) return say(`“${nameOf(card)}” is ${step < 0 ? "first" : "last"} already.`);
  if (step < 0) other.before(card);
  else other.after(card);
  button.focus();
  say(`“${nameOf(card)}” is now ${present().indexOf(card) + 1} of ${others.length}.`);
  changed();
}

let dragged = null;

function dragOver(event) {
  const over = event.target.closest(".desk-card");
  if (!dragged) return;
  event.preventDefault();
  if (!over || over === dragged) return;
  const box = over.getBoundingClientRect();
  if (event.clientY < box.top + box.height / 2) over.before(dragged);
  else over.after(dragged);
}

function startDragging(card, event) {
  dragged = card;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", nameOf(card));
  event.dataTransfer.setDragImage(card, 20, 20);
  card.classList.add("is-dragged");
}

function stopDragging() {
  dragged?.classList.remove("is-dragged");
  if (dragged) say(`“${nameOf(dragged)}” is now ${present().indexOf(dragged) + 1} of ${present().length}.`);
  dragged = null;
  changed();
}

// Rows that come and go -------------------------------------------------------------------------

function add(type) {
  const total = form.elements[`${group.dataset.prefix}-TOTAL_FORMS`];
  const copy = group.querySelector("template").content.firstElementChild.cloneNode(true);
  for (const element of [copy, ...copy.querySelectorAll("*")]) {
    for (const { name, value: text } of [...element.attributes]) {
      if (text.includes("__prefix__")) element.setAttribute(name, text.replaceAll("__prefix__", total.value));
    }
  }
  total.value = Number(total.value) + 1;
  const ranks = [...field(copy, "type").options].map((option) => option.value);
  const rank = (card) => ranks.indexOf(value(card, "type"));
  field(copy, "type").value = type;
  const before = present().findLast((card) => rank(card) <= ranks.indexOf(type));
  if (before) before.after(copy);
  else group.querySelector(".desk-rows").prepend(copy);
  start(copy);
  copy.querySelector("details").open = true;
  copy.dispatchEvent(new CustomEvent("formset:added", { bubbles: true, detail: { formsetName: group.dataset.prefix } }));
  field(copy, "title").focus();
  changed();
}

function markDeleted(card, isGone) {
  let mark = field(card, "DELETE");
  if (mark?.type === "checkbox") mark.checked = isGone;
  else if (isGone) {
    mark = document.createElement("input");
    Object.assign(mark, { type: "hidden", name: `${card.id}-DELETE`, value: "on" });
    card.append(mark);
  } else mark?.remove();
}

function remove(card) {
  if (isWritten(card) && !window.confirm(`Delete “${nameOf(card)}”? It goes when you save; until then you can undo it.`)) return;
  card.dataset.gone = "yes";
  markDeleted(card, true);
  card.querySelector("details").hidden = true;
  card.querySelector(".card-tools").hidden = true;
  const bar = card.querySelector(".card-gone");
  bar.hidden = false;
  bar.querySelector(".card-gone-text").textContent = `“${nameOf(card)}” goes when you save.`;
  bar.querySelector("button").focus();
  say(`“${nameOf(card)}” goes when you save.`);
  changed();
}

function bringBack(card) {
  delete card.dataset.gone;
  markDeleted(card, false);
  card.querySelector("details").hidden = false;
  card.querySelector(".card-tools").hidden = false;
  card.querySelector(".card-gone").hidden = true;
  card.querySelector("summary").focus();
  changed();
}

// Starting ---------------------------------------------------------------------------------------

function act(event) {
  const button = event.target.closest("button[data-act]");
  const card = button?.closest(".desk-card");
  if (!card) return;
  if (button.dataset.act === "up") move(card, -1, button);
  if (button.dataset.act === "down") move(card, 1, button);
  if (button.dataset.act === "remove") remove(card);
  if (button.dataset.act === "undo") bringBack(card);
}

function start(card) {
  card.querySelector(".card-tools").hidden = false;
  const handle = card.querySelector(".card-handle");
  handle.addEventListener("dragstart", (event) => startDragging(card, event));
  handle.addEventListener("dragend", stopDragging);
  summarise(card);
}

// A link into a closed card opens it, from within the page and from another one.
function reveal(hash) {
  const target = document.getElementById(decodeURIComponent(hash.slice(1)));
  if (!target?.closest(".desk-card, fieldset")) return false;
  for (let one = target; one; one = one.parentElement) if (one.tagName === "DETAILS") one.open = true;
  const isCard = target.matches(".desk-card");
  if (isCard) target.querySelector("details").open = true;
  target.scrollIntoView({ block: "center" });
  (isCard ? target.querySelector("summary") : target).focus({ preventScroll: true });
  return true;
}

function jump(event) {
  const link = event.target.closest('a[href^="#"]');
  if (link && reveal(link.hash)) event.preventDefault();
}

// Whoever reads the form, a browser or another script, finds the cards numbered in their order.
// An empty slot has its place between two numbers: it is no section, but stays where it is.
function number(event) {
  let last = 0;
  for (const card of present()) {
    if (isKept(card)) last += 1;
    event.formData.set(`${card.id}-position`, isKept(card) ? last : last + 0.5);
  }
}

function settle(event) {
  for (const card of cards()) {
    const row = event.detail.sections[card.id];
    if (row) {
      field(card, "id").value = row.id;
      field(card, "slug").value = row.slug;
    }
    else if (card.dataset.gone) card.dataset.over = "yes"; // not one that went while saving
  }
  // The rows that went keep their names, so that no other row's number moves.
  cards().filter((card) => card.dataset.over).forEach((card) => {
    if (card.contains(document.activeElement)) (present()[0] ?? group).querySelector("summary, button").focus();
    card.replaceChildren();
    card.hidden = true;
    card.classList.remove("desk-card");
  });
  cards().forEach(summarise);
}

if (group?.querySelector("template")) {
  group.classList.add("is-live");
  group.querySelectorAll(":scope .desk-cards-tools, .desk-add").forEach((one) => (one.hidden = false));
  sort();
  cards().filter((card) => !isKept(card) && !value(card, "type")).forEach((card) => card.remove());
  cards().forEach(start);
  group.addEventListener("click", act);
  group.addEventListener("dragover", dragOver);
  group.addEventListener("drop", (event) => dragged && event.preventDefault());
  group.addEventListener("input", (event) => {
    const card = event.target.closest(".desk-card");
    if (card) summarise(card);
  });
  group.querySelector(".desk-add").addEventListener("click", (event) => {
    if (event.target.dataset.type) add(event.target.dataset.type);
  });
  group.querySelector(".desk-cards-tools").addEventListener("click", (event) => {
    const way = event.target.dataset.all;
    if (way) cards().forEach((card) => (card.querySelector("details").open = way === "open"));
  });
  form.addEventListener("formdata", number);
  form.addEventListener("desk:saved", settle);
  document.addEventListener("click", jump);
  if (location.hash) reveal(location.hash);
}
