// Pictures are asked for when they are within a screen of the reader. Browsers wait by themselves,
// but on slow lines they look three screens ahead. Until then the style sheet keeps a picture of
// which the box is known where no browser looks for it; without this script it does not.

const STAYS = 250; // milliseconds: what one only scrolls past is not asked for

const timers = new WeakMap();

function come(figure) {
  figure.classList.add("near");
  observer.unobserve(figure);
}

const observer = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      clearTimeout(timers.get(target));
      if (isIntersecting) timers.set(target, setTimeout(come, STAYS, target));
    }
  },
  { rootMargin: "100% 0%" },
);

function watch() {
  for (const figure of document.querySelectorAll(".picture:not(.near)")) observer.observe(figure);
}

// Where a script cannot hold back the first layout, pictures would be on their way already.
if (document.createElement("script").blocking?.supports("render")) {
  document.documentElement.classList.add("patient");
  watch();
  document.addEventListener("readystatechange", watch); // for what was not read yet
}
