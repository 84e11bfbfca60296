// The Markdown field: a preview beside the text, and pictures by drop or paste.
// Without this script the field is a plain text area.

const DELAY = 400; // milliseconds after the last key until the preview follows

function token(field) {
  return field.form.querySelector("[name=csrfmiddlewaretoken]").value;
}

function status(field) {
  const box = field.closest(".markdownx");
  let line = box.querySelector(".markdownx-status");
  if (!line) {
    line = document.createElement("p");
    line.className = "markdownx-status";
    line.setAttribute("role", "status");
    box.append(line);
  }
  return line;
}

function say(field, text, isError = false) {
  const line = status(field);
  line.textContent = text;
  line.classList.toggle("is-error", isError);
}

async function post(field, url, data) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "X-CSRFToken": token(field) },
    body: data,
  });
  if (response.status === 403) {
    throw new Error("You are signed out, or may not do this. Sign in again in another tab; your text stays here.");
  }
  return response;
}

async function preview(field) {
  const target = field.closest(".markdownx").querySelector(".markdownx-preview");
  const data = new FormData();
  data.set("content", field.value);
  try {
    const response = await post(field, field.dataset.markdownxUrlsPath, data);
    const body = await response.text();
    if (!response.ok) throw new Error(response.status === 400 ? body : "The preview is not available just now.");
    target.innerHTML = body; // sanitised by the server
    if (status(field).dataset.from === "preview") say(field, "");
  } catch (error) {
    say(field, error.message, true);
    status(field).dataset.from = "preview";
  }
}

function insert(field, text) {
  field.focus();
  // The only way of writing into a field that undo takes back.
  if (!document.execCommand("insertText", false, text)) {
    field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

async function upload(field, file) {
  status(field).dataset.from = "upload";
  say(field, `Uploading ${file.name} …`);
  const data = new FormData();
  data.set("image", file);
  try {
    const response = await post(field, field.dataset.markdownxUploadUrlsPath, data);
    const answer = await response.json().catch(() => ({ error: "The upload failed." }));
    if (!response.ok) throw new Error(answer.error);
    insert(field, `![${answer.alt}](${answer.url})`);
    say(field, answer.alt ? "Picture inserted." : "Picture inserted. Say between the brackets what one sees on it.");
  } catch (error) {
    say(field, `${file.name}: ${error.message}`, true);
  }
}

function takePictures(field, event, transfer) {
  const pictures = [...(transfer?.files ?? [])].filter((file) => file.type.startsWith("image/"));
  if (!pictures.length) return;
  event.preventDefault();
  pictures.forEach((file) => upload(field, file));
}

function start(field) {
  if (field.dataset.isStarted || field.name.includes("__prefix__")) return;
  field.dataset.isStarted = "yes";
  field.closest(".markdownx").classList.add("is-live");
  status(field);
  let timer;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => preview(field), DELAY);
  });
  field.addEventListener("paste", (event) => takePictures(field, event, event.clipboardData));
  field.addEventListener("dragover", (event) => {
    event.preventDefault();
    field.classList.add("is-dragged");
  });
  field.addEventListener("dragleave", () => field.classList.remove("is-dragged"));
  field.addEventListener("drop", (event) => {
    field.classList.remove("is-dragged");
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
