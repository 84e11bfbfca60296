// Presses the button of a page that a letter led to, once there is a sign of a person.
//
// The programs that open every link of a letter before its reader does run scripts, too: they do
// not move, touch or type.

const SIGNS = ["pointermove", "touchstart", "keydown", "wheel"];
const form = document.querySelector("form[data-press]");

function press(event) {
  // A key with Ctrl or Alt is meant for the browser: it may be closing the page.
  if (!event.isTrusted || event.ctrlKey || event.altKey || event.metaKey) return;
  stop();
  form.requestSubmit();
}

function stop() {
  for (const sign of SIGNS) removeEventListener(sign, press);
}

if (form) {
  form.querySelector("[hidden]").hidden = false;
  for (const sign of SIGNS) addEventListener(sign, press, { passive: true });
  form.addEventListener("submit", (event) => {
    stop();
    if (form.dataset.press) event.preventDefault(); // a double click
    form.dataset.press = "pressed";
  });
  addEventListener("pageshow", () => { form.dataset.press = ""; });
}
