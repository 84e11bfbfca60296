// Whoever signs in again gets another CSRF token, and a form that was open before still holds the
// old one. So each form sends the token that the cookie holds now, also when a script reads it.

function token() {
  // By TLS the name begins with __Host-; a cookie of the other name may be left from before.
  const named = (name) => document.cookie.match(new RegExp(`(?:^|; )${name}=([^;]+)`))?.[1];
  return named("__Host-csrftoken") ?? named("csrftoken");
}

document.addEventListener("formdata", (event) => {
  const current = token();
  if (current && event.formData.has("csrfmiddlewaretoken")) event.formData.set("csrfmiddlewaretoken", current);
});
