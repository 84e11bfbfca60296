"""The folder that letters go to where there is no mail server."""

import email
import stat
from email.policy import default
from pathlib import Path

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection

from subscribers import letters, outbox
from subscribers.connection import Connection, Interrupted
from tests.builders import make_subscriber
from tests.subscribers.test_mime import make_message

BACKEND = "subscribers.outbox.OutboxBackend"


@pytest.fixture
def folder(settings, tmp_path) -> Path:
    settings.EMAIL_BACKEND = BACKEND
    settings.EMAIL_FILE_PATH = tmp_path / "data" / "outbox"
    return settings.EMAIL_FILE_PATH


def read(file: Path) -> email.message.EmailMessage:
    return email.message_from_bytes(file.read_bytes(), policy=default)


class TestLetters:
    @pytest.mark.django_db
    def test_the_link_of_a_letter_stands_there_as_it_is(self, folder, settings):
        settings.SITE_URL = f"https://{'long.' * 20}example.org"
        letters.queue("confirmation", make_subscriber(state="pending"))

        assert letters.send_due() == 1

        [file] = folder.iterdir()
        [link] = {
            word for word in file.read_text("utf-8").split() if word.startswith(settings.SITE_URL)
        } - {settings.SITE_URL + "/"}
        assert link.startswith(f"{settings.SITE_URL}/confirm/")
        assert len(link) > 150
        assert link.endswith("/")

    def test_words_beyond_ascii_stand_there_as_they_are(self, folder):
        with Connection() as connection:
            connection.send(make_message(text="Grüße = 学习", html="<p>Grüße</p>"))

        [file] = folder.iterdir()
        assert "\n\nGrüße = 学习\n" in file.read_text("utf-8")
        assert "\n\n<p>Grüße</p>\n" in file.read_text("utf-8")
        assert b"\r" not in file.read_bytes()

    def test_a_mail_program_finds_the_same_in_it(self, folder):
        message = make_message(name="Büchner, & Söhne", text="--\nGrüße", html="<p>\ud800</p>")

        with Connection() as connection:
            connection.send(message)

        found = read(*folder.iterdir())
        assert found["From"].addresses[0].display_name == "Büchner, & Söhne"
        assert found.get_body(["plain"]).get_content() == "--\nGrüße\n"
        assert found.get_body(["html"]).get_content() == "<p>?</p>\n"
        assert {part["Content-Transfer-Encoding"] for part in found.iter_parts()} == {"8bit"}


class TestMessagesOfDjango:
    def test_any_is_taken(self, folder):
        message = EmailMultiAlternatives("Grüße", "Text\nwith ü", to=["a@example.org"])
        message.attach_alternative("<p>ü</p>", "text/html")
        message.attach("picture.png", b"\x89PNG\r\n", "image/png")

        assert message.send() == 1

        found = read(*folder.iterdir())
        assert (found["Subject"], found["To"]) == ("Grüße", "a@example.org")
        assert found.get_body(["plain"]).get_content() == "Text\nwith ü"
        assert [one.get_content() for one in found.iter_attachments()] == [b"\x89PNG\r\n"]

    def test_each_has_its_own_file(self, folder):
        messages = [EmailMessage("Hello", "Text", to=["a@example.org"]) for _ in range(20)]

        assert get_connection().send_messages(messages) == 20

        assert len(list(folder.iterdir())) == 20


class TestFiles:
    def test_they_sort_by_time_and_say_to_whom_and_which(self, folder):
        for subject in ("Second thoughts?", "And a third: “one”"):
            EmailMessage(subject, "Text", to=["Ada+x@example.org"]).send()

        names = sorted(file.name for file in folder.iterdir())
        assert [name.partition("-Ada")[2] for name in names] == [
            "+x@example.org-second-thoughts.eml",
            "+x@example.org-and-a-third-one.eml",
        ]
        assert all(name[:8].isdigit() for name in names)

    @pytest.mark.parametrize(
        ("to", "subject"),
        [
            ("../../../etc/x@example.org", "../x"),
            ("josé\0/\\:*?@example.org", "学习 /\\:\0"),
            ("x" * 300 + "@example.org", "long " * 100),
            ("-rf\u202e@example.org", "\ud800"),
        ],
    )
    def test_nothing_in_a_message_makes_a_name_of_another_kind(self, to, subject):
        name = outbox.name_of(EmailMessage(subject, "Text", to=[to]))

        assert not outbox.UNSAFE.search(name)
        assert "/" not in name
        assert name[0].isdigit()
        assert len(name) < 255

    def test_nobody_else_can_read_them(self, folder):
        EmailMessage("Hello", "Text", to=["a@example.org"]).send()

        [file] = folder.iterdir()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700

    def test_there_is_no_half_of_one(self, folder):
        (folder / "taken").mkdir(parents=True)

        with pytest.raises(IsADirectoryError):
            outbox.write(folder, "taken", b"Text")

        assert [file.name for file in folder.iterdir()] == ["taken"]

    def test_where_none_can_be_written_letters_wait(self, folder):
        folder.parent.write_text("This is no folder.")

        with Connection() as connection, pytest.raises(Interrupted):
            connection.send(make_message())
        silent = get_connection(fail_silently=True)
        assert silent.send_messages([EmailMessage("Hello", "Text", to=["a@example.org"])]) == 0
