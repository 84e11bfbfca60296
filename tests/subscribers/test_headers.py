"""What stands above the messages: each header once, in the form that the standards ask for.

RFC 5322 (messages), 2369 and 2919 (lists), 8058 (leaving by one click), 2047 and 6532 (letters
beyond ASCII), 3834 (answers by machines).
"""

import datetime
import email
import re
import uuid
from email.policy import SMTP
from email.utils import parsedate_to_datetime

import pytest
from django.core import mail
from django.core.checks import run_checks
from django.test import override_settings
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from issues.models import Issue
from subscribers import emails
from subscribers.connection import Connection
from subscribers.issue_mail.contents import Contents, Piece, Slot
from subscribers.issue_mail.messages import IssueMail, inert
from subscribers.mime import Mailbox, Message, Texts, named, read_mailbox
from subscribers.models import Letter, Subscriber
from tests.builders import issue_form, make_subscriber, row

UID = uuid.UUID("0f2b8a4c-5d3e-4f60-9a7b-1c2d3e4f5061")
MOMENT = datetime.datetime(2026, 12, 2, 9, 0, tzinfo=datetime.UTC)
ANYTHING = st.text(st.characters(exclude_categories=[]), max_size=200)
# What ends lines, in one way of reading or another, and what looks like a header.
EVIL = st.sampled_from(
    ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\0", "\ud800"]
)
INJECTION = st.builds("a{}Bcc: eve@example.com{}".format, EVIL, EVIL)
TEXT = st.one_of(ANYTHING, INJECTION)

ISSUE = [
    *("Date", "From", "To", "Subject", "Message-ID", "List-Id", "List-Archive"),
    *("List-Unsubscribe", "List-Unsubscribe-Post", "MIME-Version", "Content-Type"),
]
SITE = {
    "SITE_URL": "https://news.example.org",
    "SITE_HOST": "news.example.org",
    "DEFAULT_FROM_EMAIL": "Bitsletter <news@example.org>",
}


@pytest.fixture(autouse=True)
def site(settings):
    for name, value in SITE.items():
        setattr(settings, name, value)
    return settings


def issue_message(subject="Warm up", sender="", to="ada@example.org", uid=UID, **options):
    """Give the mail of an issue to somebody."""
    leave = Slot.LEAVE_URL.mark
    piece = Piece(f'<p><a href="{leave}">Leave</a></p>', f"Leave: {leave}\n")
    sender = sender or SITE["DEFAULT_FROM_EMAIL"]
    issue = IssueMail(Contents(subject, sender, (piece,)))
    recipient = inert(to) if options else issue.recipient(Subscriber(email=to))
    return issue.message(uid, recipient, issue.variant(), MOMENT, **options)


def read(message: Message) -> email.message.EmailMessage:
    return email.message_from_bytes(message.as_bytes(), policy=SMTP)


def head_of(data: bytes) -> bytes:
    return data.partition(b"\r\n\r\n")[0] + b"\r\n"


def names_in(data: bytes) -> list[str]:
    """Give the names of the headers as a mail server finds them, without any parser's kindness."""
    return re.findall(r"^([^\s:]+):", head_of(data).decode(errors="replace"), re.MULTILINE)


def assert_is_sound(data: bytes) -> None:
    """Check what must hold of the lines of any message (RFC 5322, section 2.1.1)."""
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n|\0", data)
    assert max(map(len, data.split(b"\r\n"))) <= 998
    head = head_of(data)
    assert not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", head)
    assert not re.search(rb"\r\n[ \t]*\r\n", head)  # a line of nothing ends the headers for some


class TestTheMailOfAnIssue:
    def test_it_has_each_header_once(self):
        message = issue_message()

        assert names_in(message.as_bytes()) == ISSUE
        assert read(message).keys() == ISSUE

    def test_they_say_what_the_standards_ask(self):
        found = read(issue_message())

        assert parsedate_to_datetime(found["Date"]) == MOMENT
        assert found["From"].addresses[0].addr_spec == "news@example.org"
        assert found["To"] == "ada@example.org"
        assert found["List-Id"] == '"Bitsletter" <newsletter.news.example.org>'
        assert found["List-Archive"] == "<https://news.example.org/issues/>"
        assert found["MIME-Version"] == "1.0"
        assert found.get_content_type() == "multipart/alternative"

    def test_a_reader_leaves_by_one_post_to_one_secret_address(self):
        """RFC 8058, section 3.1: one https address, and nothing else in the second header."""
        found = read(issue_message())

        assert re.fullmatch(
            r"<https://news\.example\.org/unsubscribe/[\w.-]+/>", found["List-Unsubscribe"]
        )
        assert found["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert "ada" not in found["List-Unsubscribe"]

    def test_people_wrote_it_and_no_machine(self):
        """RFC 3834 is for what answers by itself; holiday answers keep away from lists anyway."""
        found = read(issue_message())

        assert not {"Auto-Submitted", "Precedence", "Feedback-ID", "Sender"} & set(found.keys())

    def test_every_attempt_is_the_same_message(self):
        first, second = (read(issue_message(to=to)) for to in ("ada@example.org", "a@example.org"))
        other = read(issue_message(uid=uuid.UUID(int=7)))

        assert first["Message-ID"] == second["Message-ID"] == f"<{UID}@news.example.org>"
        assert other["Message-ID"] != first["Message-ID"]

    def test_answers_go_where_the_setting_says(self, site):
        site.REPLY_TO = "Die Büchner <hello@bücher.example>"

        found = read(issue_message())

        assert found["Reply-To"].addresses[0].display_name == "Die Büchner"
        assert found["Reply-To"].addresses[0].addr_spec == "hello@xn--bcher-kva.example"
        assert found.keys().count("Reply-To") == 1

    def test_a_test_is_marked_and_leads_nobody_out(self):
        found = read(issue_message(is_test=True))

        assert found["Subject"] == "[TEST] Warm up"
        assert "List-Unsubscribe" not in found
        assert "List-Unsubscribe-Post" not in found


@pytest.mark.django_db
class TestLetters:
    @pytest.mark.parametrize("kind", Letter.Kind)
    def test_each_header_once(self, kind, site):
        site.REPLY_TO = "hello@example.org"
        letter = Letter.objects.create(
            kind=kind, subscriber=make_subscriber(new_email="a@b.example"), email="ada@example.org"
        )

        data = emails.build(letter, MOMENT).as_bytes()

        names = names_in(data)
        assert len(set(names)) == len(names)
        assert {"Date", "From", "Reply-To", "To", "Subject", "Message-ID"} < set(names)
        assert "Auto-Submitted" in names
        assert ("List-Unsubscribe" in names) == ("List-Unsubscribe-Post" in names)
        assert_is_sound(data)


class TestWhateverTheyHold:
    """A title, a name and an address may be anything: no header comes of them."""

    @given(subject=TEXT, name=TEXT, address=TEXT)
    def test_no_header_is_added_or_lost(self, subject, name, address):
        """Ablation: without `one_line` in `mime.words`, a line end in a subject adds one."""
        with override_settings(**SITE, SITE_NAME=name, REPLY_TO=f"hello@example.org{address}"):
            data = issue_message(
                subject, f"{name} <news@example.org>", f"a@b.cd{address}"
            ).as_bytes()

        assert names_in(data) == [*ISSUE[:7], "Reply-To", *ISSUE[7:]]
        assert_is_sound(data)
        found = email.message_from_bytes(data, policy=SMTP)
        assert found["Message-ID"] == f"<{UID}@news.example.org>"
        assert "Bcc" not in found

    @given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn", "Co", "Zs", "Zl", "Zp"])))
    def test_a_subject_comes_out_as_it_went_in(self, subject):
        assert read(issue_message(subject))["Subject"] == subject

    @given(TEXT)
    def test_a_header_of_somebody_else_is_no_door_either(self, value):
        message = Message(
            uid=UID,
            host="news.example.org",
            sender=Mailbox("", "news@example.org"),
            recipient="ada@example.org",
            subject="Hello",
            body=Texts("Text", "<p>HTML</p>"),
            at=MOMENT,
            headers={"X-Any": value},
        )

        assert names_in(message.as_bytes())[5:6] == ["X-Any"]
        assert_is_sound(message.as_bytes())

    @hypothesis_settings(
        max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(subject=TEXT, name=TEXT)
    def test_a_mail_server_finds_each_header_once(self, mail_server, subject, name):
        sender = str(Mailbox(name, "news@example.org"))
        with override_settings(SITE_NAME=name), Connection() as connection:
            connection.send(issue_message(subject, sender))

        assert names_in(mail_server.raw[-1]) == ISSUE
        assert mail_server.messages[-1].keys() == ISSUE
        assert mail_server.recipients[-1] == "ada@example.org"

    @pytest.mark.parametrize(
        "name", ["Tips, Tricks", "Büchner & Söhne " * 9, "Bits\r\nBcc: eve@a.b"]
    )
    def test_other_ways_of_sending_get_no_line_ends(self, site, name):
        """Providers are given values: some refuse, others forward, what ends a line."""
        site.SITE_NAME, site.REPLY_TO = name, f'"{name}" <hello@example.org>'
        site.EMAIL_BACKEND = "anymail.backends.test.EmailBackend"

        issue_message(name, f'"{name}" <news@example.org>').for_django().send()

        [sent] = mail.outbox
        values = [sent.subject, sent.from_email, *sent.extra_headers.values()]
        assert not [one for one in values if re.search("[\r\n]", one)]


class TestLines:
    def test_a_long_subject_is_broken_at_its_spaces(self):
        subject = "Warm up slowly, " * 12 + "then stop"

        message = issue_message(subject)

        lines = head_of(message.as_bytes()).decode().split("\r\n")
        start = next(i for i, line in enumerate(lines) if line.startswith("Subject: Warm"))
        assert lines[start + 1].startswith(" ")
        assert max(map(len, lines[start : start + 3])) <= 78
        assert read(message)["Subject"] == subject

    @pytest.mark.parametrize("name", ["Tips and Tricks " * 10, "Büchner & Söhne " * 10])
    def test_so_is_a_long_name(self, site, name):
        site.SITE_NAME = name

        message = issue_message(sender=f'"{name.strip()}" <news@example.org>')

        own = [one for one in head_of(message.as_bytes()).split(b"\r\n") if b"https:" not in one]
        assert max(map(len, own)) <= 78
        assert read_mailbox(str(message.sender)) == (name.strip(), "news@example.org")

    @given(st.text('ab "\\,:<@', max_size=400))
    def test_a_name_on_several_lines_is_the_same(self, name):
        value = f"From: {named(name, 'news@example.org')}\r\n\r\n"

        [found] = email.message_from_string(value, policy=SMTP)["From"].addresses

        assert " ".join(found.display_name.split()) == " ".join(name.split())
        assert found.addr_spec == "news@example.org"


class TestAddressesOfOurOwn:
    def test_an_international_domain_needs_no_special_server(self, site):
        """RFC 6531 is for what stands before the @; domains have a form in ASCII."""
        site.BOUNCE_ADDRESS = "bounces+{}@bücher.example"

        message = issue_message(sender="Bücher <news@bücher.example>")

        assert message.sender == ("Bücher", "news@xn--bcher-kva.example")
        assert message.envelope == f"bounces+{UID.hex}@xn--bcher-kva.example"
        assert not message.needs_smtputf8

    def test_what_is_no_domain_stays(self):
        assert read_mailbox("news@[127.0.0.1]").address == "news@[127.0.0.1]"


class TestSettings:
    @pytest.mark.parametrize("name", ["SITE_NAME", "DEFAULT_FROM_EMAIL", "REPLY_TO"])
    @pytest.mark.parametrize("evil", ["\r\n", "\n", "\t", "\x1b", "\x85", "\u2028"])
    def test_one_that_holds_a_control_character_is_an_error(self, site, name, evil):
        setattr(site, name, f"Bits{evil}Bcc <news@example.org>")

        [error] = [one for one in run_checks() if one.id == "subscribers.E002"]
        assert "control character" in error.msg

    @pytest.mark.parametrize("text", ["a@example.org, b@example.org", "A <a@example.org> b"])
    def test_one_address_is_not_two(self, site, text):
        site.REPLY_TO = text

        [error] = run_checks()
        assert error.id == "subscribers.E001"


@pytest.mark.django_db
class TestTitlesAtTheDesk:
    """A pasted control character is dropped, for nobody sees it; NUL is refused, as Django does."""

    def saved(self, desk, title: str):
        data = issue_form(title=title, number=7)
        return desk.post(reverse("admin:issues_issue_add"), data)

    @pytest.mark.parametrize("evil", ["\r\n", "\n", "\r", "\t", "\x0b", "\x1b", "\x7f", "\x85"])
    def test_no_title_keeps_one(self, desk, evil):
        self.saved(desk, f"Warm{evil}up: Bcc")

        assert Issue.objects.get(number=7).title in ("Warm up: Bcc", "Warmup: Bcc")

    def test_a_title_of_nothing_else_is_refused(self, desk):
        response = self.saved(desk, "\x1b\x07")

        assert response.status_code == 200
        assert not Issue.objects.exists()

    def test_nul_is_refused(self, desk):
        response = self.saved(desk, "Warm\0up")

        assert response.status_code == 200
        assert "Null characters are not allowed." in response.content.decode()

    def test_a_later_edit_keeps_none_either(self, desk):
        self.saved(desk, "Warm up")
        issue = Issue.objects.get(number=7)

        data = issue_form(*map(row, issue.sections.all()), issue=issue, title="Cool\r\nBcc: x")
        desk.post(reverse("admin:issues_issue_change", args=[issue.pk]), data)

        issue.refresh_from_db()
        assert issue.title == "Cool Bcc: x"
