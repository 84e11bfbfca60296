"""Fixtures of all tests."""

import os

import pytest
from django.core.cache import caches

from bitsletter import commits
from tests import mail_server as mail
from tests.builders import make_colleague
from tests.judge import HOST, judging
from tests.small_site import make_site

DATABASES = {"db", "transactional_db", "django_db_reset_sequences", "live_server"}


@pytest.hookimpl(tryfirst=True)  # before a mark that is asked for leaves tests out
def pytest_collection_modifyitems(items):
    """Refuse a browser to tests that do not say they need one, and a database to those of `once`.

    Who asks for no database has that mark without saying so.

    A parameter that is called `page` is enough to start one; its event loop then gives the tests
    behind it another connection to the database.
    """
    for item in items:
        asked, is_marked = getattr(item, "fixturenames", ()), item.get_closest_marker
        if "page" in asked and not is_marked("browser"):
            raise pytest.UsageError(f"{item.nodeid} starts a browser without the mark `browser`.")
        has_database = is_marked("django_db") or DATABASES & set(asked)
        if is_marked("once") and has_database:
            raise pytest.UsageError(f"{item.nodeid} has the mark `once`, but uses the database.")
        if not has_database:
            item.add_marker("once")


@pytest.fixture(autouse=True)
def media_folder(settings, tmp_path):
    """Keep the pictures of a test in its own folder."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture(autouse=True)
def data_folder(settings, tmp_path):
    """Let no test find what workers of another one have kept beside the database."""
    settings.DATA_DIR = tmp_path
    return settings.DATA_DIR


@pytest.fixture(autouse=True)
def empty_caches():
    """Let no test find what another one has left in this process."""
    for cache in caches.all():
        cache.clear()


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session", autouse=True)
def nobody_watches(django_db_setup):
    """Let go of the test database before it is removed."""
    yield
    for watch in commits.watches.values():
        watch.close()


@pytest.fixture(scope="session")
def small_site(tmp_path_factory):
    """Make a site in a folder of its own, to be copied by whoever breaks it."""
    return make_site(tmp_path_factory.mktemp("small-site"))


@pytest.fixture
def mail_server(settings):
    """Run a mail server, and let this process send its mail there; see `tests.mail_server`."""
    with mail.running() as server:
        for name, value in server.settings.items():
            setattr(settings, name, value)
        yield server


@pytest.fixture
def judge(settings, tmp_path):
    """Run a mail server that judges, and let this process send its mail there."""
    with judging(tmp_path) as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = HOST, server.port
        yield server


@pytest.fixture
def editor(django_user_model):
    return django_user_model.objects.create_superuser("editor", password="pencil")


@pytest.fixture
def author(db):
    """A member of the staff who works on drafts of their own."""
    return make_colleague("Author")


@pytest.fixture
def publisher(db):
    return make_colleague("Publisher")


@pytest.fixture
def desk(client, editor):
    """A browser session that is signed in to the writing desk."""
    client.force_login(editor)
    return client


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Use the system's Chromium, and keep it from calling home."""
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    chosen = {"executable_path": path} if (path := os.environ.get("CHROMIUM")) else {}
    return browser_type_launch_args | chosen | {"args": [*quiet, *sandbox]}
