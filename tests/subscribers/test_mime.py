"""Messages as they go over the wire, read back by Python's parser of e-mail."""

import datetime
import email
import quopri
import re
import uuid
from email.policy import SMTP

import pytest
from django.core import mail
from hypothesis import given
from hypothesis import strategies as st

from subscribers.mime import Mailbox, Message, Texts, named, quoted_part, read_mailbox

pytestmark = pytest.mark.once

UID = uuid.UUID(int=7)
HEADERS = [
    *("Date", "From", "To", "Subject", "Message-ID"),
    *("List-Id", "MIME-Version", "Content-Type"),
]


def make_message(name="Bitsletter", subject="Hello", text="Text", html="<p>HTML</p>", **fields):
    fields = {
        "uid": UID,
        "host": "news.example.org",
        "sender": Mailbox(name, "news@example.org"),
        "recipient": "ada@example.org",
        "at": datetime.datetime(2026, 12, 2, 9, 0, tzinfo=datetime.UTC),
        "headers": {"List-Id": named(name, "newsletter.news.example.org")},
        **fields,
    }
    return Message(subject=subject, body=Texts(text, html), **fields)


def read(message: Message) -> email.message.EmailMessage:
    return email.message_from_bytes(message.as_bytes(), policy=SMTP)


def content(message, kind: str) -> str:
    return read(message).get_body([kind]).get_content()


class TestHeaders:
    def test_they_are_few_and_in_order(self):
        found = read(make_message())

        assert found.keys() == HEADERS
        assert found["Date"] == "Wed, 02 Dec 2026 09:00:00 +0000"
        assert found["From"] == "Bitsletter <news@example.org>"
        assert found["To"] == "ada@example.org"
        assert found["Message-ID"] == f"<{UID}@news.example.org>"

    @pytest.mark.parametrize(
        "name", ["Tips, Tricks", 'The "Best"', "Büchner & 学习", "a\\b", "=?x?="]
    )
    def test_a_name_comes_out_as_it_went_in(self, name):
        found = read(make_message(name=name, subject=f"Welcome to {name}"))

        assert found["From"].addresses[0].display_name == name
        assert found["From"].addresses[0].addr_spec == "news@example.org"
        assert found["Subject"] == f"Welcome to {name}"

    @given(st.text(st.characters(exclude_categories=[]), max_size=300))
    def test_no_text_becomes_a_header(self, text):
        message = make_message(
            name=text,
            subject=text,
            recipient=f"ada@example.org{text}",
            headers={"List-Id": named(text, "newsletter.example.org"), "X-Any": text},
        )

        head, _, _ = message.as_bytes().partition(b"\r\n\r\n")
        names = re.findall(rb"^([\w-]+):", head, re.MULTILINE)
        assert [name.decode() for name in names] == [*HEADERS[:6], "X-Any", *HEADERS[6:]]
        assert not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|(?<!\r)\n", head)

    @pytest.mark.parametrize("name", ["n" * 3000, "ü" * 3000, "n ü, " * 600])
    def test_no_line_is_longer_than_servers_take(self, name):
        data = make_message(name=name, subject=name).as_bytes()

        assert max(map(len, data.split(b"\r\n"))) <= 998
        assert read(make_message(name=name, subject=name))["Subject"] == name.strip()

    def test_a_long_link_stays_whole(self):
        link = f"<https://news.example.org/unsubscribe/{'x' * 200}/>"

        data = make_message(headers={"List-Unsubscribe": link}).as_bytes()

        assert f"\r\nList-Unsubscribe: {link}\r\n".encode() in data

    @pytest.mark.parametrize(
        ("host", "named"), [("::1", "[IPv6:::1]"), ("bücher.example", "xn--bcher-kva.example")]
    )
    def test_a_message_is_named_in_ascii(self, host, named):
        assert f"\r\nMessage-ID: <{UID}@{named}>\r\n".encode() in make_message(host=host).as_bytes()


class TestAddresses:
    def test_one_beyond_ascii_stands_there_as_it_is(self):
        """Django's own messages make `=?utf-8?b?…?=@example.org` of it, which nobody has."""
        message = make_message(recipient="josé@example.org")

        assert message.needs_smtputf8
        assert "\r\nTo: josé@example.org\r\n".encode() in message.as_bytes()

    def test_a_name_beyond_ascii_needs_no_such_server(self):
        assert not make_message(name="José").needs_smtputf8

    @pytest.mark.parametrize("name", ["", "News", "Tips, Tricks", "Büchner 学习", 'A "b"'])
    def test_a_setting_is_read_as_it_is_written(self, name):
        mailbox = Mailbox(name, "news@example.org")

        assert read_mailbox(str(mailbox)) == mailbox


class TestBodies:
    def test_text_comes_first_and_both_are_quoted_printable(self):
        parts = list(read(make_message()).iter_parts())

        assert [one.get_content_type() for one in parts] == ["text/plain", "text/html"]
        assert {one["Content-Transfer-Encoding"] for one in parts} == {"quoted-printable"}
        assert {one.get_content_charset() for one in parts} == {"utf-8"}

    @given(st.text(st.characters(exclude_categories=["Cs"])))
    def test_they_come_out_as_they_went_in(self, text):
        message = make_message(text=text, html=text)

        wanted = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n") + "\n"
        for kind in ("plain", "html"):
            assert content(message, kind).replace("\r\n", "\n") == wanted

    @given(st.text())
    def test_the_wire_sees_short_ascii_lines(self, text):
        data = make_message(text=text, html=text).as_bytes()

        assert data.isascii()
        assert b"\0" not in data
        assert not re.search(rb"\r(?!\n)|(?<!\r)\n", data)
        assert max(map(len, data.split(b"\r\n"))) <= 78

    @given(st.text(), st.integers(0, 300))
    def test_a_part_of_a_text_is_encoded_alike(self, text, count):
        """Without a line end in it, Python breaks its long lines by a bare LF (RFC 5321, 2.3.8)."""
        data = quoted_part(text + "x" * count)

        assert not re.search(rb"\r(?!\n)|(?<!\r)\n", data)
        assert max(map(len, data.split(b"\r\n"))) <= 76
        wanted = re.sub("\r\n|\r|\n", "\r\n", text).encode("utf-8", "replace")
        assert quopri.decodestring(data.replace(b"=\r\n", b"")) == wanted + b"x" * count

    def test_nothing_in_them_ends_a_part(self):
        boundary = make_message().boundary

        message = make_message(text=f"--{boundary}--", html=f"--{boundary}")

        assert len(list(read(message).iter_parts())) == 2
        assert content(message, "plain").strip() == f"--{boundary}--"
        assert content(message, "html").strip() == f"--{boundary}"


class TestForDjango:
    def test_other_ways_of_sending_get_the_same_message(self, settings):
        message = make_message(name="Büchner, & Söhne", text="Grüße", recipient="josé@example.org")
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

        message.for_django().send()

        [sent] = mail.outbox
        assert sent.message().as_bytes(linesep="\r\n") == message.as_bytes()
        assert (sent.subject, sent.body, sent.to) == (
            "Hello",
            "Text".replace("Text", "Grüße"),
            ["josé@example.org"],
        )
        assert sent.alternatives == [("<p>HTML</p>", "text/html")]
        assert sent.extra_headers["Message-ID"] == f"<{UID}@news.example.org>"
