// Sign-up: fetches a stamp when the form is first touched, so that one press is enough.
// Without it the answer is a page with one, and a second press.

async function stamp(form) {
  const field = form.elements.stamp;
  if (field.value) return;
  try {
    const response = await fetch(form.dataset.stamp);
    if (response.ok) field.value = await response.text();
  } catch {
    // The second press remains.
  }
}

for (const form of document.querySelectorAll("form.sign-up")) {
  form.addEventListener("focusin", () => stamp(form), { once: true });
}
