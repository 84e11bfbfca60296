// Pictures are asked for when they are within a screen of the reader. Browsers do so by themselves,
// but on slow lines they look three screens ahead. Until then the style sheet keeps a picture of
// which the box is known where no browser looks for it; without this script it does not.

const observer = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      target.classList.add("near");
      observer.unobserve(target);
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
