"""Stored pictures are served as what they are, for ever, and nothing else is."""

import io

import pytest
from PIL import Image

from issues import images
from issues.images.encoding import CONTENT_TYPES, EXTENSIONS
from tests.builders import animation, picture

pytestmark = pytest.mark.django_db

NONE = f"a/{'0' * 32}"


@pytest.fixture
def asset():
    return images.store(picture("PNG", (500, 300)))


def served(response):
    """Close the file of an answer, as a server does; its headers are what counts."""
    response.close()
    return response


class TestServing:
    def test_a_picture_may_be_kept_for_ever_and_runs_nothing(self, client, asset):
        response = client.get(asset.file.url)

        assert response.status_code == 200
        assert response["Content-Type"] == "image/png"
        assert response["Cache-Control"] == "public, max-age=31536000, immutable"
        assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert Image.open(io.BytesIO(response.getvalue())).size == (500, 300)

    def test_the_type_is_that_of_the_content(self, client):
        files = [picture("JPEG"), animation("GIF"), picture("WEBP"), picture("AVIF")]
        for asset in map(images.store, files):
            for name in asset.file_names():
                response = client.get(f"/media/{name}")

                content = io.BytesIO(response.getvalue())
                assert response["Content-Type"] == Image.open(content).get_format_mimetype()

    def test_asks_no_database_and_sets_no_cookie(self, client, asset, django_assert_num_queries):
        with django_assert_num_queries(0):
            response = served(client.get(asset.file.url))

        assert not response.cookies
        assert "Vary" not in response

    def test_an_editor_gets_what_readers_get(self, desk, asset):
        response = served(desk.get(asset.file.url))

        assert not response.cookies
        assert "Vary" not in response

    def test_head_tells_the_length(self, client, asset):
        whole = client.get(asset.file.url)

        response = served(client.head(asset.file.url))

        assert response.getvalue() == b""
        assert int(response["Content-Length"]) == len(whole.getvalue())

    @pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
    def test_other_methods_are_refused(self, client, asset, method):
        assert getattr(client, method)(asset.file.url).status_code == 405

    def test_every_stored_kind_has_a_content_type(self):
        assert set(CONTENT_TYPES) == set(EXTENSIONS.values())

    def test_works_with_a_storage_that_has_no_paths(self, client, settings):
        storage = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
        settings.STORAGES = {**settings.STORAGES, "default": storage}
        asset = images.store(picture())

        response = client.get(asset.file.url)

        assert response.status_code == 200
        assert int(response["Content-Length"]) == len(response.getvalue()) == asset.file.size


class TestAskingAgain:
    def test_answers_that_nothing_has_changed(self, client, asset):
        etag = served(client.get(asset.file.url))["ETag"]

        response = client.get(asset.file.url, headers={"If-None-Match": etag})

        assert (response.status_code, response.content) == (304, b"")
        assert response["ETag"] == etag
        # A browser takes these in place of those that it has kept.
        assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert response["Cache-Control"] == "public, max-age=31536000, immutable"

    @pytest.mark.parametrize("header", ["If-None-Match", "If-Match"])
    @pytest.mark.parametrize("etag", ["*", '"other"', None])
    def test_for_a_missing_file_is_answered_404(self, client, asset, media_folder, header, etag):
        known = served(client.get(asset.file.url))["ETag"]
        (media_folder / asset.file.name).unlink()

        response = client.get(asset.file.url, headers={header: etag or known})

        assert response.status_code == 404
        assert "immutable" not in response.get("Cache-Control", "")

    def test_on_a_condition_that_fails_is_no_answer_to_keep(self, client, asset):
        response = client.get(asset.file.url, headers={"If-Match": '"other"'})

        assert response.status_code == 412
        assert "Cache-Control" not in response
        assert "ETag" not in response

    @pytest.mark.parametrize("etag", ['"other"', "nonsense", "W/", "", "\x00", '"' * 1000])
    def test_of_something_else_gives_the_picture(self, client, asset, etag):
        response = served(client.get(asset.file.url, headers={"If-None-Match": etag}))

        assert response.status_code == 200

    def test_of_everything_is_answered(self, client, asset):
        assert client.get(asset.file.url, headers={"If-None-Match": "*"}).status_code == 304


class TestTricksWithPaths:
    @pytest.mark.parametrize(
        "name",
        [
            *(f"{NONE}.png", f"{NONE}.html", f"{NONE}.svg", f"{NONE}.png.html", f"{NONE}", "a/"),
            *(f"{NONE}.PNG", f"{NONE}.png/", f"{NONE}.png%0A", f"{NONE}.png%00", f"/{NONE}.png"),
            *("a/../a/x.png", "a/%2e%2e/x.png", "a/%252e%252e/x.png", "../settings.py", "a/x.html"),
            *("%2e%2e/%2e%2e/etc/passwd", "..%2f..%2fetc%2fpasswd", "%252e%252e%252fdb.sqlite3"),
            *("a//x.png", "a/..png", "a/x%00.png", "a\\x.png", "a%5c..%5cx.png", "..\\x.png"),
            *("", "a", ".", "..", "/", "//etc/passwd", "/etc/passwd", "C:/x.png", "db.sqlite3"),
            *("a/é.png", "a/%ff.png", "a/%ed%a0%80.png", "a/１.png", f"a/{'0' * 5000}.png"),
            *(f"{NONE}_1234567890.png", f"{NONE}_é234567.png", f"a/{'０' * 32}.png"),
        ],
    )
    def test_answer_404(self, client, name):
        assert client.get(f"/media/{name}").status_code == 404

    @pytest.mark.parametrize("around", ["/media/a/../{}", "/media/%2e/{}", "/media/./{}"])
    def test_answer_404_also_around_a_picture_that_is_there(self, client, asset, around):
        assert client.get(around.format(asset.file.name)).status_code == 404

    def test_a_folder_is_no_picture(self, client, media_folder):
        (media_folder / f"{NONE}.png").mkdir(parents=True)

        assert client.get(f"/media/{NONE}.png").status_code == 404

    def test_other_files_of_the_folder_are_not_shown(self, client, media_folder):
        media_folder.mkdir(exist_ok=True)
        (media_folder / "secret.png").write_bytes(picture().getvalue())

        assert client.get("/media/secret.png").status_code == 404
