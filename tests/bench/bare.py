"""What a worker gives at most: 30 KB from a Django without any middleware, and from no framework.

gunicorn serves `django` and `wsgi` beside the site, so that its pages have something to be
compared with whatever the machine.
"""

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

BODY = b"<p>As many bytes as a page of the archive has before it is compressed.</p>\n" * 400
HEADERS = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(BODY))}

if not settings.configured:
    settings.configure(ALLOWED_HOSTS=["127.0.0.1"], ROOT_URLCONF=__name__, MIDDLEWARE=[])
django = get_wsgi_application()


def constant(request: HttpRequest) -> HttpResponse:
    return HttpResponse(BODY, headers=HEADERS)


urlpatterns = [path("", constant)]


def wsgi(environ: dict, start_response) -> list[bytes]:
    start_response("200 OK", list(HEADERS.items()))
    return [BODY]
