// Whoever signs in again gets another CSRF token, and a form that was open before still holds the
// old one. So each form sends the token that the cookie holds now, also when a script reads it.

function token() {
  return document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
}

document.addEventListener("formdata", (event) => {
  const current = token();
  if (current && event.formData.has("csrfmiddlewaretoken")) event.formData.set("csrfmiddlewaretoken", current);
});
