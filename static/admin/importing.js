// The chosen file stays while it is tried: a page that is loaded anew has forgotten it, so the form
// of the new page takes the place of the old one here, and gets its file field.

async function answered(form, submitter) {
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form, submitter) });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.querySelector("form[data-import]");
}

function keepFile(form, fresh) {
  const file = form.querySelector("[type=file]");
  const other = fresh.querySelector("[type=file]");
  for (const name of ["aria-invalid", "aria-describedby"]) {
    const value = other.getAttribute(name);
    if (value === null) file.removeAttribute(name);
    else file.setAttribute(name, value);
  }
  other.replaceWith(file);
  fresh.querySelector(".again")?.remove();
}

document.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  if (!form.matches("form[data-import]") || submitter?.value !== "try") return;
  event.preventDefault();
  const answer = answered(form, submitter).catch(() => null);
  submitter.disabled = true; // after the form was read, in which a disabled button has no value
  const fresh = await answer;
  if (!fresh) return form.submit(); // signed out, or no answer: let the browser say so
  keepFile(form, fresh);
  form.replaceWith(fresh);
  const text = fresh.querySelector(".errorlist, #outcome h2");
  text.tabIndex = -1;
  (fresh.querySelector("[aria-invalid]") ?? text).focus();
});
