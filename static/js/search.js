// Quick search: suggests tags and sections while one types into the search form.
// Without this script, on a slow line or after an error, it is the plain form.

const PAUSE = 120; // milliseconds after the last key
const INSIDE_WORD = /(?![\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}])[\p{L}\p{N}]/u;
const alike = new Intl.Collator(document.documentElement.lang, { usage: "search", sensitivity: "base" });

const template = document.querySelector("#suggestions-");
const answers = new Map(); // what the server said to which text

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// The text in pieces, with <mark> around what begins as a word of the query does.
function marked(text, query) {
  const words = query.split(" ").sort((one, other) => other.length - one.length);
  const found = [""];
  for (let at = 0; at < text.length; ) {
    const piece = (word) => text.slice(at, at + word.length);
    const isStart = !at || !INSIDE_WORD.test(text[at - 1]);
    const word = isStart && words.find((one) => !alike.compare(one, piece(one)));
    if (word) found.push(element("mark", {}, piece(word)), "");
    else found.push(found.pop() + text[at]);
    at += word ? word.length : 1;
  }
  return found;
}

class QuickSearch {
  constructor(form) {
    this.form = form;
    this.input = form.elements.q;
    [this.list, this.status] = template.content.cloneNode(true).children;
    this.list.id = `${this.input.id}list-`;
    const combobox = { role: "combobox", autocomplete: "off", "aria-autocomplete": "list" };
    for (const [key, value] of Object.entries(combobox)) this.input.setAttribute(key, value);
    this.input.setAttribute("aria-controls", this.list.id);
    form.append(this.list, this.status);
    this.close();
    this.listen();
  }

  listen() {
    this.input.addEventListener("input", (event) => event.isComposing || this.suggest());
    this.input.addEventListener("compositionend", () => this.suggest());
    this.input.addEventListener("keydown", (event) => this.press(event));
    this.input.addEventListener("blur", () => this.close());
    this.list.addEventListener("mousedown", (event) => event.preventDefault()); // keeps the focus
    this.list.addEventListener("click", () => this.close());
    window.addEventListener("pagehide", () => this.close());
  }

  async suggest() {
    this.choose(null);
    this.running?.abort(); // what comes for an earlier text is not wanted any more
    const { signal } = (this.running = new AbortController());
    const text = this.input.value.trim().replace(/\s+/g, " ");
    if (!text) return this.close();
    try {
      if (!answers.has(text)) {
        await new Promise((done) => setTimeout(done, PAUSE));
        signal.throwIfAborted();
        const response = await fetch(`${template.dataset.url}?q=${encodeURIComponent(text)}`, { signal });
        if (!response.ok) throw new Error(response.status);
        answers.set(text, await response.json());
      }
      if (!signal.aborted) this.open(text, answers.get(text));
    } catch {
      if (!signal.aborted) this.close();
    }
  }

  open(text, { tags, sections, said }) {
    this.choose(null); // it was one of the list before
    const { tag: tagWord, search } = template.dataset;
    const lines = [
      ...tags.map(({ url, name, count }) => [url, "#", marked(name, text), `${tagWord} · ${count}`]),
      ...sections.map((one) => {
        const about = `${one.type} · #${one.issue} · ${one.date}`;
        return [one.url, one.emoji, marked(one.title, text), about];
      }),
    ];
    if (lines.length) {
      const query = new URLSearchParams(new FormData(this.form));
      lines.push([`${this.form.action}?${query}`, "→", [search.replace("{}", () => text)], ""]);
      this.list.replaceChildren(...lines.map((line, at) => this.option(at, ...line)));
      this.list.style.top = `${this.input.offsetTop + this.input.offsetHeight + 4}px`;
      this.show(true);
      this.list.scrollTop = 0;
    } else this.close();
    this.status.textContent = said;
  }

  option(at, href, sign, title, about) {
    return element(
      "a",
      { href, id: `${this.list.id}${at}-`, role: "option", "aria-selected": "false", tabindex: "-1" },
      element("i", { "aria-hidden": "true" }, sign),
      element("span", {}, ...title, element("small", {}, about)),
    );
  }

  show(isShown) {
    this.list.hidden = !isShown;
    this.input.setAttribute("aria-expanded", isShown);
  }

  close() {
    this.running?.abort();
    this.choose(null);
    this.show(false);
    this.status.textContent = "";
  }

  choose(option) {
    this.chosen?.setAttribute("aria-selected", "false");
    this.chosen = option;
    if (!option) return this.input.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", option.id);
  }

  async move(step) {
    if (this.list.hidden) await this.suggest();
    if (this.list.hidden) return;
    const options = [...this.list.children];
    const at = options.indexOf(this.chosen);
    this.choose(options.at(at < 0 && step < 0 ? -1 : (at + step) % options.length));
  }

  press(event) {
    const { key, isComposing, keyCode, ctrlKey, altKey, metaKey, shiftKey } = event;
    if (isComposing || keyCode === 229 || ctrlKey || altKey || metaKey || shiftKey) return;
    if (key === "ArrowDown") this.move(1);
    else if (key === "ArrowUp") this.move(-1);
    else if (key === "Enter" && this.chosen) this.chosen.click();
    else if (key === "Escape" && (!this.list.hidden || this.input.value)) {
      if (this.list.hidden) this.input.value = "";
      this.close(); // also what is still on its way
    } else {
      // The cursor moves in the box: what was chosen in the list is not any more.
      if (["ArrowLeft", "ArrowRight", "Home", "End"].includes(key)) this.choose(null);
      return;
    }
    event.preventDefault();
  }
}

if (template) document.querySelectorAll("form.search").forEach((form) => new QuickSearch(form));
