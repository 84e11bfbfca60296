"""The mails that were written into a folder, as the desk shows them."""

import os
import threading
from pathlib import Path

import pytest
from django.urls import reverse

from subscribers import letters
from subscribers.connection import Connection
from subscribers.written_mails import listed
from tests.builders import make_colleague, make_subscriber
from tests.subscribers.test_mime import make_message

pytestmark = pytest.mark.django_db

OUTBOX = reverse("subscribers_desk:outbox")
HOME = reverse("admin:index")
NAME = "20261202-090000.000000-ada@example.org-hello.eml"


@pytest.fixture
def folder(settings, tmp_path) -> Path:
    settings.EMAIL_BACKEND = "subscribers.outbox.OutboxBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "outbox"
    settings.EMAIL_FILE_PATH.mkdir()
    return settings.EMAIL_FILE_PATH


@pytest.fixture
def manager(client):
    """Sign somebody in who sees the subscribers."""
    client.force_login(make_colleague("Subscriber manager", password=None))
    return client


def address(name: str, view="mail") -> str:
    return reverse(f"subscribers_desk:outbox_{view}", args=[name])


def put(folder: Path, data: bytes, name: str = NAME) -> str:
    (folder / name).write_bytes(data)
    return name


def write(**fields) -> None:
    with Connection() as connection:
        connection.send(make_message(**fields))


class TestList:
    def test_a_newcomer_finds_the_letter_that_a_sign_up_made(self, manager, folder):
        letters.queue("confirmation", make_subscriber("ada@example.org", "pending"))
        letters.send_due()

        home = manager.get(HOME).content.decode()
        page = manager.get(OUTBOX)

        [mail] = page.context["page"].mails
        assert OUTBOX in home
        assert mail.to == "ada@example.org"
        assert "onfirm" in mail.subject
        assert mail.size > 500

    def test_the_newest_comes_first(self, manager, folder):
        for number in (2, 1, 3):
            put(folder, b"Subject: Mail\n\n", f"2026120{number}-090000.eml")

        names = [mail.name[:8] for mail in manager.get(OUTBOX).context["page"].mails]

        assert names == ["20261203", "20261202", "20261201"]

    def test_long_lists_have_pages(self, manager, folder, monkeypatch):
        monkeypatch.setattr("subscribers.admin.outbox.PER_PAGE", 2)
        for number in range(5):
            put(folder, b"Subject: Mail\n\n", f"{number}.eml")

        found = [manager.get(f"{OUTBOX}?page={number}").context for number in (1, 2, 3, 4)]

        names = [[mail.name for mail in one["page"].mails] for one in found]
        assert names == [["4.eml", "3.eml"], ["2.eml", "1.eml"], ["0.eml"], []]
        assert [one["older"] for one in found] == [2, 3, None, None]

    @pytest.mark.parametrize("value", ["%00", "9" * 400, "-1", "0", "x", "%ED%A0%80", "٣"])
    def test_nonsense_is_answered(self, manager, folder, value):
        put(folder, b"Subject: Mail\n\n")

        assert manager.get(f"{OUTBOX}?page={value}").status_code == 200

    def test_a_folder_that_is_not_there_yet_is_empty(self, manager, folder):
        folder.rmdir()

        assert "No mail has been written yet." in manager.get(OUTBOX).content.decode()

    def test_mail_that_goes_elsewhere_is_not_here(self, manager, folder, settings):
        put(folder, b"Subject: Mail\n\nSecret")
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"

        page = manager.get(OUTBOX).content.decode()

        assert "hands its mail to a mail server or a provider" in page
        assert NAME not in page
        assert OUTBOX not in manager.get(HOME).content.decode()
        for view in ("mail", "page", "file"):
            assert manager.get(address(NAME, view)).status_code == 404

    @pytest.mark.parametrize("role", ["Author", "Editor", "Publisher"])
    def test_who_may_not_see_addresses_sees_none_here(self, client, folder, role):
        put(folder, b"To: ada@example.org\n\n")
        client.force_login(make_colleague(role, password=None))

        urls = [OUTBOX, *(address(NAME, view) for view in ("mail", "page", "file"))]

        assert [client.get(url).status_code for url in urls] == [403] * 4


class TestMail:
    def test_it_shows_text_and_headers_and_links_that_work(self, manager, folder):
        write(text="Confirm: https://example.org/confirm/1/\n", html="<p>Grüße</p>")
        [file] = folder.iterdir()

        page = manager.get(address(file.name)).content.decode()

        assert '<a href="https://example.org/confirm/1/"' in page
        assert "<dt>Message-ID</dt>" in page
        assert address(file.name, "page") in page
        assert "frame-src 'self'" in manager.get(address(file.name))["Content-Security-Policy"]

    def test_its_page_stands_first_and_its_text_keeps_its_spaces(self, manager, folder):
        write(text="for one in all:\n    print(one)\n", html="<p>Hi</p>")
        [file] = folder.iterdir()

        page = manager.get(address(file.name)).content.decode()

        assert '<pre class="outbox-text">for one in all:\n    print(one)\n' in page
        assert page.index("<iframe") < page.index('<pre class="outbox-text">')

    def test_its_page_is_caged(self, manager, folder):
        write(text="Hello\n", html="<script>alert(1)</script><p>Grüße</p>")
        [file] = folder.iterdir()

        response = manager.get(address(file.name, "page"))

        policy = response["Content-Security-Policy"].split("; ")
        assert "<p>Grüße</p>" in response.content.decode()
        assert "default-src 'none'" in policy
        assert "sandbox" in policy
        assert "frame-ancestors 'self'" in policy
        assert not any(one.startswith("script-src") for one in policy)
        assert response["X-Frame-Options"] == "SAMEORIGIN"

    def test_the_file_is_downloaded_as_it_is(self, manager, folder):
        put(folder, b"Subject: \xff\n\nHello\0\n")

        response = manager.get(address(NAME, "file"))

        assert response.content == b"Subject: \xff\n\nHello\0\n"
        assert response["Content-Type"] == "message/rfc822"
        assert response["Content-Disposition"] == f'attachment; filename="{NAME}"'


class TestOddFiles:
    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"\0" * 1000,
            bytes(range(256)) * 100,
            b"Subject: =?nonsense?q?x?=\nTo: \xff<@>,,\nDate: x\n\nHello",
            b"Subject: " + b"x" * 200_000 + b"\n\nHello",
            b"To: " + b"<" * 5000 + b"\n\nHello",
            b"Content-Type: text/plain; charset=no-such\n\n\xff\xfe",
            b'Content-Type: text/plain; charset="x\0y"\n\nHello',
            b"Content-Type: multipart/alternative\n\nno boundary",
            b'Content-Type: multipart/alternative; boundary="x"\n\n--x\n' + b"--x\n" * 500,
            b"Content-Type: text/html\nContent-Transfer-Encoding: base64\n\n%%%",
            b"Content-Type: message/rfc822\n\nSubject: inner\n\nHello",
            b"Content-Type: ;;;\nContent-Disposition: \xff\n\nHello",
            b"From: =?utf-8?b?" + b"/" * 50 + b"?=\nReferences: <\n\n",
            b"Message-ID: <[\n>\nSubject:\n\n",
            b"x" * 3_000_000,
        ],
        ids=lambda data: repr(data[:24]),
    )
    def test_they_break_no_page(self, manager, folder, data):
        put(folder, data)

        for url in (OUTBOX, *(address(NAME, view) for view in ("mail", "page", "file"))):
            assert manager.get(url).status_code == 200

    def test_what_is_no_mail_is_not_listed(self, manager, folder):
        put(folder, b"x", "notes.txt")
        put(folder, b"x", ".hidden.eml")
        put(folder, b"x", "a b.eml")
        (folder / "folder.eml").mkdir()
        os.mkfifo(folder / "pipe.eml")
        (folder / "link.eml").symlink_to("/etc/passwd")
        (folder / "dangling.eml").symlink_to("/nowhere")
        with open(os.path.join(os.fsencode(folder), b"\xff.eml"), "wb"):
            pass

        assert manager.get(OUTBOX).context["page"].mails == []
        for name in ("folder.eml", "pipe.eml", "link.eml", "dangling.eml", "notes.txt"):
            assert manager.get(address(name)).status_code == 404

    @pytest.mark.parametrize(
        "name",
        ["..", "..%2f..%2fetc%2fpasswd", "%2e%2e%5c", "x%00.eml", "%ED%A0%80.eml", "x" * 5000],
    )
    @pytest.mark.parametrize("view", ["", "page/", "file/"])
    def test_no_name_leads_out_of_the_folder(self, manager, folder, name, view):
        assert manager.get(f"{OUTBOX}{name}/{view}").status_code == 404

    def test_one_that_nobody_may_read_is_left_out(self, manager, folder, monkeypatch):
        put(folder, b"Subject: Mail\n\n")
        folder.joinpath(NAME).unlink()  # gone between two looks

        monkeypatch.setattr("subscribers.written_mails.names", lambda: [NAME])

        assert manager.get(OUTBOX).context["page"].mails == []

    def test_one_that_goes_while_it_is_looked_at_breaks_nothing(self, folder):
        is_over = threading.Event()

        def come_and_go():
            while not is_over.is_set():
                put(folder, b"Subject: Mail\n\n")
                folder.joinpath(NAME).unlink()

        thread = threading.Thread(target=come_and_go)
        thread.start()
        try:
            found = [listed(NAME) for _turn in range(3000)]
        finally:
            is_over.set()
            thread.join()

        assert {one.subject for one in found if one} <= {"Mail", ""}
