// The board, the pre-flight and the suggested title, kept in step with what one types.

const board = document.querySelector(".desk-board");
const form = board?.closest("form");
const preflight = document.querySelector(".desk-preflight");
const DELAY = 900; // milliseconds after the last change

const cards = () => [...document.querySelectorAll(".desk-rows > .desk-card:not([data-gone])")];
const typeOf = (card) => card.querySelector(`[name="${card.id}-type"]`)?.value;

function show(places) {
  for (const { type, count, state, state_label: label } of places) {
    const item = board.querySelector(`[data-type="${type}"]`);
    if (!item) continue;
    item.className = `desk-place is-${state}`;
    const number = item.querySelector(".desk-place-count");
    number.textContent = number.textContent.replace(/^\s*\d+/, count);
    item.querySelector(".desk-place-state").textContent = label;
  }
  aim();
}

// Each type leads to its first card, or to its last one: that is the slot where one is missing.
function placeOf(type, isMissing) {
  const ofType = cards().filter((one) => typeOf(one) === String(type));
  return ofType.at(isMissing ? -1 : 0)?.id ?? "sections-group";
}

function aim() {
  for (const item of board.querySelectorAll("[data-type]")) {
    const isMissing = item.classList.contains("is-missing");
    item.querySelector("a").setAttribute("href", `#${placeOf(item.dataset.type, isMissing)}`);
  }
}

function line(finding) {
  const item = document.createElement("li");
  const target = finding.field || (finding.type ? placeOf(finding.type, true) : "sections-group");
  const link = document.createElement("a");
  link.href = `#${document.getElementById(`id_${target}`) ? "id_" : ""}${target}`;
  link.textContent = finding.message;
  item.append(link);
  return item;
}

function list(heading, findings) {
  if (!findings.length) return [];
  const title = document.createElement("h3");
  title.textContent = heading;
  const items = document.createElement("ul");
  items.append(...findings.map(line));
  return [title, items];
}

function tell(findings) {
  const blocking = findings.filter((one) => one.blocking);
  const warnings = findings.filter((one) => !one.blocking);
  const verdict = board.querySelector(".desk-verdict");
  verdict.hidden = false;
  const said = [];
  if (blocking.length) said.push(`${blocking.length} to mend before publishing`);
  if (warnings.length) said.push(`${warnings.length} to look at`);
  verdict.textContent = said.join(", ") || "Ready to publish";
  verdict.className = `desk-verdict ${blocking.length ? "is-blocking" : warnings.length ? "is-warning" : "is-ready"}`;
  const box = preflight.querySelector(".desk-findings");
  box.replaceChildren(...list("To mend before publishing", blocking), ...list("To look at", warnings));
  if (!findings.length) box.append(Object.assign(document.createElement("p"), { textContent: "Ready to publish." }));
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
  data.set("issue", board.dataset.issue ?? "");
  try {
    const response = await fetch(preflight.dataset.url, { method: "POST", body: data, signal: running.signal });
    if (!response.ok || response.redirected) return;
    const answer = await response.json();
    show(answer.board);
    tell(answer.findings);
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
