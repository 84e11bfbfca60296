// The tags field: suggests the tags there are, and marks those there are not.
// Without this script it is a text field in which commas separate tags.

const DELAY = 150; // milliseconds after the last key

let count = 0;

function element(name, className, attributes = {}, ...children) {
  const made = document.createElement(name);
  made.className = className;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function later(work) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(work, DELAY);
  };
}

// In which form two names are the same tag; the server knows it more exactly.
function folded(name) {
  return name.trim().toLowerCase();
}

// Where it is said, to those who do not see it, what is marked: one place in each form.
function status(form) {
  let line = form.querySelector(":scope > .tags-status");
  if (!line) {
    line = element("p", "tags-status", { role: "status" });
    form.append(line);
  }
  return line;
}

// What the server says of names; asked once for all fields of a page.
const answers = new Map();
const waiting = new Set();
const fields = new Set();

const ask = later(async () => {
  const names = [...waiting].slice(0, 100);
  if (!names.length) return;
  names.forEach((name) => waiting.delete(name));
  const { address } = [...fields].at(-1);
  try {
    const response = await fetch(`${address}?names=${encodeURIComponent(names.join(","))}`);
    if (!response.ok) return;
    for (const tag of (await response.json()).tags) answers.set(folded(tag.name), tag);
  } catch {
    return; // out of reach: the field stays a text field
  }
  if (waiting.size) ask();
  fields.forEach((field) => field.showChips());
});

class TagsField {
  constructor(input) {
    this.input = input;
    this.address = input.dataset.tagsCheck;
    this.words = JSON.parse(input.dataset.words);
    this.asked = 0;
    this.shown = "[]";
    this.build();
    this.listen();
    status(input.form);
    fields.add(this);
    this.check();
  }

  build() {
    const { input, words } = this;
    const id = `tags-${(count += 1)}`;
    const box = element("div", "tags-field");
    const holder = element("div", "tags-holder");
    input.before(box);
    this.list = element("ul", "tags-list", { id, role: "listbox", "aria-label": words.suggestions });
    this.list.hidden = true;
    this.chips = element("ul", "tags-chips", { role: "list", "aria-label": words.chips });
    holder.append(input, this.list);
    box.append(holder, this.chips);
    const role = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false" };
    for (const [key, value] of Object.entries(role)) input.setAttribute(key, value);
    input.setAttribute("aria-controls", id);
  }

  listen() {
    const suggest = later(() => this.suggest());
    const check = later(() => this.check());
    this.input.addEventListener("input", () => {
      suggest();
      check();
    });
    this.input.addEventListener("change", () => this.check());
    this.input.addEventListener("keydown", (event) => this.press(event));
    this.input.addEventListener("blur", () => {
      this.close();
      this.check();
    });
    this.list.addEventListener("mousedown", (event) => event.preventDefault()); // keeps the focus
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.accept(option);
    });
  }

  // The tag that is being written: where it is, and its text.
  current() {
    const { value, selectionEnd } = this.input;
    const start = value.lastIndexOf(",", selectionEnd - 1) + 1;
    const next = value.indexOf(",", start);
    const end = next < 0 ? value.length : next;
    return { start, end, text: value.slice(start, end).trim() };
  }

  // The names in the field; the one that is being written is none yet.
  names() {
    const { value } = this.input;
    if (document.activeElement !== this.input) return finished(value);
    const { start, end } = this.current();
    return finished(`${value.slice(0, start)},${value.slice(end)}`);
  }

  replace(start, end, text) {
    this.input.setRangeText(text, start, end, "end");
    this.input.dispatchEvent(new Event("input", { bubbles: true }));
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // Suggestions -----------------------------------------------------------------------------

  async suggest() {
    const { text } = this.current();
    const asked = (this.asked += 1);
    if (!text || document.activeElement !== this.input) return this.close();
    let tags;
    try {
      const response = await fetch(`${this.input.dataset.tags}?q=${encodeURIComponent(text)}`);
      if (!response.ok) return this.close();
      ({ tags } = await response.json());
    } catch {
      return this.close();
    }
    if (asked !== this.asked || document.activeElement !== this.input) return; // too late
    const taken = this.names();
    this.open(tags.filter((tag) => !taken.some((name) => folded(name) === folded(tag.name))));
  }

  open(tags) {
    const options = tags.map((tag, index) =>
      element(
        "li",
        "",
        { role: "option", id: `${this.list.id}-${index}`, "aria-selected": "false", "data-name": tag.name },
        tag.name,
        " ",
        element("span", "tags-count", {}, String(tag.count)),
      ),
    );
    this.list.replaceChildren(...options);
    this.list.hidden = !options.length;
    this.input.setAttribute("aria-expanded", String(options.length > 0));
    this.input.removeAttribute("aria-activedescendant");
  }

  close() {
    this.asked += 1; // an answer that is on its way is not wanted any more
    this.open([]);
  }

  active() {
    return this.list.querySelector("[aria-selected=true]");
  }

  move(step) {
    const options = [...this.list.children];
    const before = options.indexOf(this.active());
    const index = before < 0 && step < 0 ? options.length - 1 : (before + step + options.length) % options.length;
    options.forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    options[index].scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", options[index].id);
  }

  press(event) {
    if (this.list.hidden || event.isComposing) return;
    if (event.key === "ArrowDown") this.move(1);
    else if (event.key === "ArrowUp") this.move(-1);
    else if (event.key === "Escape") this.close();
    else if (event.key === "Enter" && this.active()) this.accept(this.active());
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  accept(option) {
    const { start, end } = this.current();
    const isLast = end === this.input.value.length;
    this.replace(start, end, `${start ? " " : ""}${option.dataset.name}${isLast ? ", " : ""}`);
    this.close();
  }

  // Chips -----------------------------------------------------------------------------------

  check() {
    const unknown = this.names().filter((name) => !answers.has(folded(name)));
    unknown.forEach((name) => waiting.add(name));
    if (unknown.length) ask();
    this.showChips();
  }

  showChips() {
    const tags = this.names().map((name) => answers.get(folded(name))).filter(Boolean);
    const shown = JSON.stringify(tags);
    if (shown === this.shown) return;
    this.shown = shown;
    this.chips.replaceChildren(...tags.map((tag) => this.chip(tag)));
    const said = tags.filter((tag) => !tag.known).map((tag) => this.spoken(tag));
    status(this.input.form).textContent = said.join(" ");
  }

  spoken(tag) {
    const { is_new: isNew, meant } = this.words;
    const said = isNew.replace("{}", tag.name);
    return tag.similar ? `${said} ${meant.replace("{}", tag.similar.name)}` : said;
  }

  chip(tag) {
    if (tag.known) {
      return element("li", "", {}, tag.known.name, " ", element("span", "tags-count", {}, String(tag.known.count)));
    }
    const chip = element("li", "is-new", {}, tag.name, " ", element("em", "", {}, this.words.new));
    if (tag.similar) {
      const label = this.words.use.replace("{}", tag.similar.name);
      const button = element("button", "", { type: "button" }, label);
      button.addEventListener("click", () => this.use(tag));
      chip.append(" ", button);
    }
    return chip;
  }

  // Put the tag that was meant in the place of a misspelt one.
  use(tag) {
    const parts = this.input.value.split(",");
    const index = parts.findIndex((part) => folded(finished(part)[0] ?? "") === folded(tag.name));
    if (index < 0) return;
    const start = parts.slice(0, index).join(",").length + (index ? 1 : 0);
    const isThere = parts.some((part) => folded(part) === folded(tag.similar.name));
    const end = start + parts[index].length + (isThere && index + 1 < parts.length ? 1 : 0);
    this.input.focus();
    this.replace(start, end, isThere ? "" : `${index ? " " : ""}${tag.similar.name}`);
    this.input.setSelectionRange(this.input.value.length, this.input.value.length);
    this.check();
  }
}

// The names in a text, each once, with single spaces.
function finished(text) {
  const names = new Map();
  for (const part of text.split(",")) {
    const name = part.split(/\s+/).filter(Boolean).join(" ");
    if (name && !names.has(folded(name))) names.set(folded(name), name);
  }
  return [...names.values()];
}

function startIn(root) {
  for (const input of root.querySelectorAll("input[data-tags]")) {
    const isStarted = input.getAttribute("role") === "combobox";
    if (!isStarted && !input.name.includes("__prefix__")) new TagsField(input);
  }
}

startIn(document);
document.addEventListener("formset:added", (event) => startIn(event.target));
