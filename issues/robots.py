"""What search engines may read."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from bitsletter.site import absolute_url

# Answers to questions, the writing desk, drafts for a few, and the same again for programs.
# The answers say "noindex", too, for whoever comes all the same. Without these lines a crawler
# would have to read them to see that, and their addresses never end.
CLOSED = ("/search/?", "/search/feed.", "/search/suggest/", "/admin/", "/share/", "/api/")
ONE_DAY = 24 * 60 * 60


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    closed = [f"Disallow: {path}" for path in CLOSED]
    # Its documentation is for people. To simple readers the first line that fits decides.
    docs = f"Allow: {reverse('api:openapi-view')}"
    lines = ["User-agent: *", docs, *closed, "Allow: /", ""]
    lines += [f"Sitemap: {absolute_url(reverse('issues:sitemap'))}", ""]
    response = HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
    response["Cache-Control"] = f"public, max-age={ONE_DAY}"
    return response
