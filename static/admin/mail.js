// The page of an issue's mail: counts the subject, and changes the preview without a new page.

const subject = document.querySelector(".mail-subject input");
const count = document.querySelector("#subject-count");

function tell() {
  const { wellShown, words, tooLong } = count.dataset;
  const length = [...subject.value.trim()].length;
  const isTooLong = length > Number(wellShown);
  const text = isTooLong ? tooLong : words;
  count.textContent = text.replace("%(count)s", length).replace("%(most)s", wellShown);
  count.classList.toggle("is-too-long", isTooLong);
}

if (subject) {
  subject.addEventListener("input", tell);
  tell();
}

const look = document.querySelector(".mail-look");

function show() {
  const chosen = new FormData(look);
  const part = chosen.get("part");
  const url = `${look.dataset.base}${part}/?${new URLSearchParams(chosen)}`;
  const frames = document.querySelector(".mail-frames");
  frames.className = `mail-frames is-${part}`;
  frames.querySelectorAll("figure").forEach((figure, index) => {
    figure.hidden = index > 0 && part !== "html";
    // Not by its `src`, for which the browser's Back would go through every choice.
    if (!figure.hidden) figure.querySelector("iframe").contentWindow.location.replace(url);
  });
}

if (look) {
  look.querySelector("button").hidden = true;
  look.addEventListener("change", show);
}
