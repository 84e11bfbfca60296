// The Markdown field: a toolbar, a preview beside the text, pictures by drop, paste or choice.
// Without this script the field is a plain text area. Tab always leaves the field.

const DELAY = 400; // milliseconds after the last key until the preview follows
const SIGNED_OUT = "You are signed out, or may not do this. Sign in again in another tab; your text stays here.";
const ADDRESS = /^https?:\/\/\S+$/;

const TOOLS = [
  ["B", "Bold (Ctrl+B)", (field) => wrap(field, "**")],
  ["I", "Italic (Ctrl+I)", (field) => wrap(field, "*")],
  ["Link", "Link (Ctrl+K)", (field) => link(field)],
  ["H", "Heading", (field) => begin(field, "## ")],
  ["List", "List", (field) => begin(field, "- ")],
  ["Quote", "Quote", (field) => begin(field, "> ")],
  ["Code", "Code", (field) => code(field)],
  ["Picture", "Upload a picture", (field) => choose(field)],
];

// What is said below the text; previews and uploads each have a line of their own --------------

function line(field, name) {
  return field.closest(".markdownx").querySelector(`.markdownx-${name}`);
}

function say(field, text, isError = false, name = "status") {
  const where = line(field, name);
  where.textContent = text;
  where.classList.toggle("is-error", isError);
}

// The form's own token, as static/admin/token.js keeps it.
const token = (field) => new FormData(field.form).get("csrfmiddlewaretoken");

// Writing into the text so that undo takes it back ----------------------------------------------

function insert(field, text) {
  field.focus();
  // The only way of writing into a field that keeps its undo.
  if (!document.execCommand("insertText", false, text)) {
    field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

const selected = (field) => field.value.slice(field.selectionStart, field.selectionEnd);

function wrap(field, mark) {
  const start = field.selectionStart;
  const words = selected(field);
  insert(field, `${mark}${words}${mark}`);
  field.setSelectionRange(start + mark.length, start + mark.length + words.length);
}

function link(field, address = "") {
  const start = field.selectionStart;
  const words = selected(field);
  if (ADDRESS.test(words)) {
    insert(field, `[](${words})`);
    return field.setSelectionRange(start + 1, start + 1);
  }
  insert(field, `[${words}](${address || "https://"})`);
  const open = start + words.length + 3;
  if (!words) field.setSelectionRange(start + 1, start + 1);
  else if (!address) field.setSelectionRange(open, open + "https://".length);
}

function begin(field, mark) {
  const start = field.value.lastIndexOf("\n", field.selectionStart - 1) + 1;
  const end = field.selectionEnd;
  field.setSelectionRange(start, end);
  insert(field, field.value.slice(start, end).split("\n").map((text) => mark + text).join("\n"));
}

function code(field) {
  if (!selected(field).includes("\n")) return wrap(field, "`");
  insert(field, `\`\`\`\n${selected(field)}\n\`\`\``);
}

// The preview ------------------------------------------------------------------------------------

const previews = new WeakMap();

function draw(field, html) {
  const frame = field.closest(".markdownx").querySelector("iframe");
  const body = frame.contentDocument?.querySelector(".prose");
  if (body) body.innerHTML = html; // sanitised by the server
  else frame.dataset.waiting = html;
}

function frameFor(field) {
  const frame = document.createElement("iframe");
  frame.title = "Preview";
  frame.setAttribute("sandbox", "allow-same-origin");
  frame.addEventListener("load", () => {
    if (frame.dataset.waiting) draw(field, frame.dataset.waiting);
  });
  const styles = field.dataset.styles.split(" ").map((url) => `<link rel="stylesheet" href="${url}">`).join("");
  frame.srcdoc = `<!doctype html><meta name="color-scheme" content="light dark"><title>Preview</title>${styles}<body class="field-preview"><div class="prose"></div>`;
  return frame;
}

async function preview(field) {
  previews.get(field)?.abort();
  const running = new AbortController();
  previews.set(field, running);
  const data = new FormData();
  data.set("content", field.value);
  const headers = { "X-CSRFToken": token(field) };
  const request = { method: "POST", body: data, headers, signal: running.signal };
  try {
    const response = await fetch(field.dataset.markdownxUrlsPath, request);
    if (response.status === 403) throw new Error(SIGNED_OUT);
    const text = await response.text();
    if (!response.ok) throw new Error(response.status === 400 ? text : "The preview is not available just now.");
    draw(field, text);
    say(field, "", false, "trouble");
  } catch (error) {
    if (error.name !== "AbortError") say(field, error.message, true, "trouble");
  }
}

// Pictures ---------------------------------------------------------------------------------------

function send(field, file, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // fetch tells nothing of how far an upload is
    const data = new FormData();
    data.set("image", file);
    request.open("POST", field.dataset.markdownxUploadUrlsPath);
    request.setRequestHeader("X-CSRFToken", token(field));
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", ({ loaded, total }) => (progress.value = loaded / total));
    request.addEventListener("error", () => reject(new Error("The site does not answer. Try it again.")));
    request.addEventListener("load", () => {
      if (request.status === 200 && request.response) resolve(request.response);
      else if (request.status === 403) reject(new Error(SIGNED_OUT));
      else reject(new Error(request.response?.error ?? "The upload failed."));
    });
    request.send(data);
  });
}

// Asks what one sees on a picture; Escape leaves it open.
function askForAlt(field, name, known) {
  const box = document.createElement("p");
  box.className = "markdownx-alt";
  const label = document.createElement("label");
  label.textContent = `What does one see on ${name}? `;
  const input = Object.assign(document.createElement("input"), { type: "text", value: known, maxLength: 500, className: "vTextField" });
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Insert" });
  label.append(input);
  box.append(label, button);
  line(field, "status").before(box);
  input.focus();
  return new Promise((resolve) => {
    const done = (alt) => {
      box.remove();
      resolve(alt);
    };
    button.addEventListener("click", () => done(input.value));
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      done(event.key === "Enter" ? input.value : known);
    });
  });
}

async function upload(field, file) {
  const progress = Object.assign(document.createElement("progress"), { max: 1, value: 0 });
  progress.setAttribute("aria-label", `Uploading ${file.name}`);
  say(field, `Uploading ${file.name} … `);
  line(field, "status").append(progress);
  const place = field.selectionEnd;
  try {
    const { url, alt } = await send(field, file, progress);
    say(field, `${file.name} is uploaded.`);
    const words = (await askForAlt(field, file.name, alt)).replace(/[[\]\\]/g, "\\$&");
    field.focus();
    field.setSelectionRange(Math.min(place, field.value.length), Math.min(place, field.value.length));
    insert(field, `![${words}](${url})`);
    say(field, words ? "Picture inserted." : "Picture inserted. Say between the brackets what one sees on it.");
  } catch (error) {
    say(field, `${file.name}: ${error.message}`, true);
  }
}

async function take(field, files) {
  for (const file of files) await upload(field, file); // one after the other: each asks something
}

function choose(field) {
  const input = Object.assign(document.createElement("input"), { type: "file", multiple: true });
  input.accept = "image/jpeg,image/png,image/gif,image/webp,image/avif";
  input.addEventListener("change", () => take(field, [...input.files]));
  input.click();
}

function takePictures(field, event, transfer) {
  const pictures = [...(transfer?.files ?? [])].filter((file) => file.type.startsWith("image/"));
  if (!pictures.length) return false;
  event.preventDefault();
  take(field, pictures);
  return true;
}

function paste(field, event) {
  if (takePictures(field, event, event.clipboardData)) return;
  const text = event.clipboardData?.getData("text/plain").trim() ?? "";
  const words = selected(field);
  if (!ADDRESS.test(text) || !words.trim() || words.includes("\n") || ADDRESS.test(words)) return;
  event.preventDefault();
  link(field, text);
}

// Starting ---------------------------------------------------------------------------------------

function toolbar(field) {
  const bar = document.createElement("div");
  bar.className = "markdownx-tools";
  bar.setAttribute("role", "toolbar");
  bar.setAttribute("aria-label", "Markdown");
  bar.setAttribute("aria-controls", field.id);
  TOOLS.forEach(([text, name, run], index) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: text, title: name });
    button.setAttribute("aria-label", name);
    button.tabIndex = index ? -1 : 0;
    button.addEventListener("click", () => run(field));
    bar.append(button);
  });
  // One stop for Tab; arrow keys go along the bar (WAI-ARIA, toolbar pattern).
  bar.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const buttons = [...bar.children];
    const next = buttons.at((buttons.indexOf(event.target) + step) % buttons.length);
    buttons.forEach((button) => (button.tabIndex = button === next ? 0 : -1));
    next.focus();
  });
  return bar;
}

function shortcut(field, event) {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
  const run = { b: () => wrap(field, "**"), i: () => wrap(field, "*"), k: () => link(field) }[event.key.toLowerCase()];
  if (!run) return;
  event.preventDefault();
  run();
}

function build(field) {
  const box = field.closest(".markdownx");
  box.classList.add("is-live");
  field.before(toolbar(field));
  box.querySelector(".markdownx-preview").append(frameFor(field));
  for (const name of ["status", "trouble"]) {
    const where = document.createElement("p");
    where.className = `markdownx-${name} markdownx-line`;
    where.setAttribute("role", "status");
    box.append(where);
  }
}

function start(field) {
  if (field.dataset.isStarted || field.name.includes("__prefix__")) return;
  field.dataset.isStarted = "yes";
  build(field);
  let timer;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(preview, DELAY, field);
  });
  field.addEventListener("keydown", (event) => shortcut(field, event));
  field.addEventListener("paste", (event) => paste(field, event));
  field.addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    field.classList.add("is-dragged-over");
  });
  field.addEventListener("dragleave", () => field.classList.remove("is-dragged-over"));
  field.addEventListener("drop", (event) => {
    field.classList.remove("is-dragged-over");
    takePictures(field, event, event.dataTransfer);
  });
  seen.observe(field);
}

// A field's first preview waits until the field comes into sight.
const seen = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue;
    seen.unobserve(target);
    if (target.value.trim()) preview(target);
  }
});

function startIn(root) {
  root.querySelectorAll(".markdownx-editor").forEach(start);
}

startIn(document);
document.addEventListener("formset:added", (event) => startIn(event.target));
