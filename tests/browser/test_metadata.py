"""What pages say of themselves, as a browser under the site's strict policy takes it."""

import json

import pytest

from issues.share_images import HEIGHT, WIDTH
from tests.builders import make_issue

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DATA = "document.querySelector('script[type=\"application/ld+json\"]').textContent"
SHOW = """path => new Promise(done => {
  const image = document.body.appendChild(new Image())
  image.onload = image.onerror = () => done([image.naturalWidth, image.naturalHeight])
  image.src = path
})"""


class TestPolicy:
    def test_data_is_no_script_and_pictures_are_drawn(self, page, live_server, complaints):
        title = "</script><script>document.title = 'broken'</script>"
        make_issue(1, sections=[{"title": title, "slug": "tip", "tags": ["css"]}])

        for path in ("/", "/issues/", "/issues/1/", "/issues/1/tip/", "/tags/css/"):
            page.goto(live_server.url + path)
            assert json.loads(page.evaluate(DATA))["@context"] == "https://schema.org"
            assert page.title() != "broken"

        page.goto(f"{live_server.url}/issues/1/tip/")
        for path in ("/issues/1/share.png", "/issues/1/tip/share.png?v=any"):
            size = page.evaluate(SHOW, path)
            assert size == [WIDTH, HEIGHT]
        assert complaints == []
