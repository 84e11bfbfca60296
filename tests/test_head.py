"""HEAD, asked as a server asks: the test client drops the body of such an answer itself."""

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.http import FileResponse, HttpResponse
from django.test import RequestFactory

from bitsletter.head import without_body
from tests.builders import make_issue, picture

pytestmark = pytest.mark.django_db


def ask(method: str, path: str) -> tuple[HttpResponse, bytes]:
    """Give what the application hands to a server: an answer, and the body it goes through."""
    response = WSGIHandler().get_response(RequestFactory().generic(method, path))
    return response, b"".join(response)


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/search/?q=tip", "/share.png", "/search/suggest/?q=t", "/feed.xml", "/robots.txt"),
        *("/api/v1/", "/api/v1/sections/", "/api/v1/nothing/", "/nothing/", "/issues/latest/"),
    ],
)
def test_head_says_what_get_says_without_the_body(path):
    make_issue(1, sections=["Tip"])

    whole, body = ask("GET", path)
    bare, nothing = ask("HEAD", path)

    assert whole.status_code in (200, 302, 404)
    assert bare.status_code == whole.status_code
    assert len(body) == int(whole["Content-Length"]) == int(bare["Content-Length"])
    assert bare["Content-Type"] == whole["Content-Type"]
    assert nothing == b""


def test_a_file_is_not_sent_either(rf):
    response = without_body(lambda request: FileResponse(picture()))(rf.head("/"))

    assert b"".join(response) == b""
    assert response.file_to_stream is None  # which a server would send on its own
    assert int(response["Content-Length"]) == len(picture().getvalue())
