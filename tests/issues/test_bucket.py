"""Pictures in a bucket of an S3 stand-in: stored, shown, renewed, removed, and when it fails."""

import io
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from environs import Env
from PIL import Image

from bitsletter import storage
from issues import images, uses
from issues.models import Asset
from tests.bucket_server import NAME, Store, bucket
from tests.builders import make_issue, picture

pytestmark = pytest.mark.django_db

NONE = f"a/{'0' * 32}.png"
THREADS = 8


@pytest.fixture(scope="module")
def server():
    with bucket() as store:
        yield store


@pytest.fixture
def store(server, settings, monkeypatch) -> Store:
    """Keep the pictures of a test in a bucket."""
    server.empty()
    use(server.url, settings, monkeypatch)
    return server


def use(url: str, settings, monkeypatch) -> None:
    monkeypatch.setenv("MEDIA_STORAGE_URL", url)
    settings.STORAGES = {**settings.STORAGES, "default": storage.read_storage(Env())}


@pytest.fixture
def asset(store) -> Asset:
    return images.store(picture("PNG", (1000, 600)), alt="A teal wall")


class TestStoring:
    def test_all_files_of_a_picture_are_in_the_bucket(self, store, asset):
        assert store.names() == asset.file_names()
        assert len(store.names()) > 3

    def test_a_file_tells_its_type_and_may_be_kept_for_ever(self, store, asset):
        for name in asset.file_names():
            facts = store.client.head_object(Bucket=NAME, Key=name)

            extension = name.rpartition(".")[2]
            assert facts["ContentType"] == f"image/{extension.replace('jpg', 'jpeg')}"
            assert facts["CacheControl"] == "public, max-age=31536000, immutable"

    def test_the_same_picture_again_leaves_nothing_more(self, store, asset):
        assert images.store(picture("PNG", (1000, 600))) == asset
        assert store.names() == asset.file_names()

    def test_a_name_that_is_taken_is_not_overwritten(self, store, asset):
        other = Asset.storage().save(asset.file.name, ContentFile(b"other"))

        assert other != asset.file.name
        assert Image.open(asset.file.open()).size == (1000, 600)

    def test_what_is_rolled_back_leaves_nothing(self, store):
        @images.undone_together()
        @transaction.atomic
        def fail_in_the_end():
            images.store(picture())
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail_in_the_end()

        assert store.names() == set()

    def test_many_threads_at_once_share_one_connection(self, store):
        names = [f"a/{place:032x}.png" for place in range(40)]

        def write_and_read(name):
            Asset.storage().save(name, ContentFile(name.encode()))
            return Asset.storage().open(name).read().decode(), id(Asset.storage().connection)

        with ThreadPoolExecutor(THREADS) as threads:
            found = list(threads.map(write_and_read, names))

        assert [text for text, _connection in found] == names
        assert len({connection for _text, connection in found}) == 1


class TestRemoving:
    def test_a_picture_goes_with_all_its_files(
        self, store, asset, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            images.discard(asset)

        assert store.names() == set()

    def test_variants_are_renewed_and_the_old_ones_swept(self, store, asset):
        left = f"a/{'0' * 32}.avif"
        Asset.storage().save(left, ContentFile(b"left over"))

        assert not images.renew(asset)
        assert images.sweep() == 0  # it is younger than a day
        assert store.names() == asset.file_names() | {left}

    def test_what_is_gone_is_not_missed(self, store):
        Asset.storage().delete(NONE)

        with pytest.raises(FileNotFoundError):
            Asset.storage().size(NONE)
        with pytest.raises(FileNotFoundError):
            Asset.storage().get_modified_time(NONE)


class TestServing:
    def test_the_site_shows_what_is_in_the_bucket(self, client, asset):
        response = client.get(asset.file.url)

        content = response.getvalue()
        assert asset.file.url == f"/media/{asset.file.name}"
        assert response["Content-Type"] == "image/png"
        assert response["Cache-Control"] == "public, max-age=31536000, immutable"
        assert int(response["Content-Length"]) == len(content)
        assert Image.open(io.BytesIO(content)).size == (1000, 600)

    def test_what_is_not_there_is_answered_404(self, client, store):
        assert client.get(f"/media/{NONE}").status_code == 404

    def test_a_bucket_that_is_gone_is_answered_503(self, client, store, settings, monkeypatch):
        use(store.url.replace(NAME, "nowhere"), settings, monkeypatch)

        response = client.get(f"/media/{NONE}")

        assert (response.status_code, response["Retry-After"]) == (503, "5")
        assert response["Cache-Control"] == "no-store"
        assert "a-key" not in response.content.decode()


class TestElsewhere:
    """MEDIA_URL names another host: readers are sent there, and texts stay as they are."""

    @pytest.fixture(autouse=True)
    def elsewhere(self, settings, store):
        settings.MEDIA_URL = "https://media.example.org/"

    def test_a_page_shows_all_files_from_there(self, client, asset):
        issue = make_issue(1, sections=[{"title": "Tip", "body": f"![]({asset.path})"}])

        page = client.get(issue.sections.get().get_absolute_url()).content.decode()

        assert page.count("https://media.example.org/a/") > 3
        assert "/media/" not in page.replace("https://media.example.org/", "")

    def test_its_feed_and_former_letters_are_answered_by_the_site(self, client, asset):
        make_issue(1, sections=[{"title": "Tip", "body": f"![]({asset.path})"}])

        feed = client.get("/feed.xml").content.decode()

        assert f"/media/{asset.file.name}" in feed
        assert client.get(asset.path).status_code == 200

    def test_the_desk_goes_on_writing_the_address_that_lasts(self, desk, store):
        answer = desk.post("/admin/desk/upload/", {"image": picture()}).json()

        assert answer["url"] == Asset.objects.get().path
        assert answer["url"].startswith("/media/a/")

    def test_a_file_that_a_text_names_by_either_address_is_kept(self, asset):
        names = sorted(asset.file_names())[:2]
        addresses = (f"/media/{names[0]}", f"https://media.example.org/{names[1]}")
        make_issue(1, intro="\n\n".join(f"![]({one})" for one in addresses))

        assert uses.names_in_texts() == set(names)


class TestNoAnswer:
    @pytest.fixture
    def silent(self, settings, monkeypatch):
        """Have a server that takes connections and says nothing."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            url = f"s3://KEY:sesame@127.0.0.1:{server.getsockname()[1]}/pictures?scheme=http"
            use(url, settings, monkeypatch)
            yield server

    def test_a_server_that_is_not_there_is_answered_503(self, client, store, settings, monkeypatch):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        use(f"s3://KEY:sesame@127.0.0.1:{port}/pictures?scheme=http", settings, monkeypatch)

        response = client.get(f"/media/{NONE}")

        assert response.status_code == 503
        assert "sesame" not in response.content.decode()

    def test_only_one_thread_waits_for_a_server_that_is_silent(self, silent):
        bucket = Asset.storage()
        bucket.is_silent = True
        waiting = threading.Thread(target=lambda: pytest.raises(OSError, bucket.exists, NONE))
        waiting.start()
        silent.accept()[0].close()  # it is trying

        began = time.monotonic()
        with pytest.raises(OSError, match="does not answer"):
            bucket.open(NONE)

        assert time.monotonic() - began < 1
        silent.close()
        waiting.join()

    def test_a_server_that_is_back_is_asked_by_all_again(self, store):
        bucket = Asset.storage()
        bucket.is_silent = True

        assert not bucket.exists(NONE)
        assert not bucket.is_silent
