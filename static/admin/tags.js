// Suggests tags while one types them, through the browser's own list of suggestions.

let count = 0;

function start(field) {
  if (field.list || field.name.includes("__prefix__")) return;
  const list = document.createElement("datalist");
  list.id = `tags-${(count += 1)}`;
  field.after(list);
  field.setAttribute("list", list.id);
  field.addEventListener("input", () => suggest(field, list));
}

async function suggest(field, list) {
  const cut = field.value.lastIndexOf(",") + 1;
  const before = field.value.slice(0, cut).trim();
  const begun = field.value.slice(cut).trim();
  if (!begun) return list.replaceChildren();
  const response = await fetch(`${field.dataset.tags}?q=${encodeURIComponent(begun)}`);
  if (!response.ok) return;
  const { tags } = await response.json();
  const options = tags.map((tag) => new Option("", before ? `${before} ${tag}` : tag));
  list.replaceChildren(...options);
}

function startIn(root) {
  root.querySelectorAll("input[data-tags]").forEach(start);
}

startIn(document);
document.addEventListener("formset:added", (event) => startIn(event.target));
