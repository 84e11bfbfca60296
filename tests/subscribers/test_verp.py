"""Where messages come back to: an address that tells which message it was (VERP)."""

import uuid

import pytest
from django.core.checks import run_checks

from subscribers import emails, letters
from subscribers.connection import Connection
from subscribers.models import Letter
from tests.builders import make_subscriber
from tests.subscribers.test_headers import issue_message, names_in

UID = uuid.UUID("0f2b8a4c-5d3e-4f60-9a7b-1c2d3e4f5061")


@pytest.fixture(autouse=True)
def site(settings):
    settings.DEFAULT_FROM_EMAIL = "Bitsletter <news@example.org>"
    settings.BOUNCE_ADDRESS = "bounces+{}@bounces.example.org"
    return settings


@pytest.fixture
def senders(mail_server):
    """Keep from whom each message came, as the mail server was told."""
    found = []
    take = mail_server.handle_MAIL

    async def keep(server, session, envelope, address, options):
        found.append(address)
        return await take(server, session, envelope, address, options)

    mail_server.handle_MAIL = keep
    return found


class TestOnTheWire:
    def test_each_message_has_an_address_of_its_own(self, mail_server, senders):
        uids = [uuid.uuid4() for _ in range(3)]

        with Connection() as connection:
            for uid in uids:
                connection.send(issue_message(uid=uid))

        assert senders == [f"bounces+{uid.hex}@bounces.example.org" for uid in uids]
        assert mail_server.connections == 1

    def test_a_second_try_has_the_same(self, mail_server, senders):
        for _ in range(2):
            with Connection() as connection:
                connection.send(issue_message(uid=UID))

        assert len(set(senders)) == 1
        assert len({message["Message-ID"] for message in mail_server.messages}) == 1

    def test_no_reader_sees_it(self, mail_server, senders):
        with Connection() as connection:
            connection.send(issue_message(uid=UID))

        assert b"bounces+" not in mail_server.raw[0]
        assert "Return-Path" not in names_in(mail_server.raw[0])  # whoever delivers writes that

    @pytest.mark.parametrize(
        ("setting", "sender"),
        [
            ("", "news@example.org"),
            ("bounces@example.org", "bounces@example.org"),
            ("b-{}-x@example.org", f"b-{UID.hex}-x@example.org"),
            ("bounces+{}@bücher.example", f"bounces+{UID.hex}@xn--bcher-kva.example"),
        ],
    )
    def test_the_setting_says_where(self, mail_server, senders, site, setting, sender):
        site.BOUNCE_ADDRESS = setting

        with Connection() as connection:
            connection.send(issue_message(uid=UID))

        assert senders == [sender]

    @pytest.mark.django_db
    def test_letters_have_one_too(self, mail_server, senders):
        letter = letters.queue(Letter.Kind.WELCOME, make_subscriber())

        letters.send_due()

        assert senders == [f"bounces+{letter.uid.hex}@bounces.example.org"]


@pytest.mark.once
class TestSetting:
    def test_without_it_they_come_back_to_the_sender(self, site):
        site.BOUNCE_ADDRESS = ""

        assert emails.envelope(UID) == ""
        assert run_checks() == []

    @pytest.mark.parametrize(
        "text",
        [
            "bounces@example.org",
            "bounces+{}@example.org",
            "{}@example.org",
            "bounces+{}@bücher.example",
            "b" * (64 - 32) + "{}@example.org",
        ],
    )
    def test_what_will_do_is_no_error(self, site, text):
        site.BOUNCE_ADDRESS = text

        assert run_checks() == []

    @pytest.mark.parametrize(
        ("text", "trouble"),
        [
            ("bounces+{}+{}@example.org", "once, and before the @"),
            ("bounces@{}.example.org", "once, and before the @"),
            ("bounces+{}", "no plain e-mail address"),
            ("bounces {}@example.org", "no plain e-mail address"),
            ("a@example.org, b@example.org", "no plain e-mail address"),
            ("Bounces <bounces+{}@example.org>", "no plain e-mail address"),
            ("b" * 33 + "{}@example.org", "too long before the @: 65 of 64"),
            ("b{}@" + "d" * 60 + ("." + "e" * 60) * 3, "too long: 277 of 254"),
            ("b" * 65 + "@example.org", "too long before the @: 65 of 64"),
        ],
    )
    def test_what_will_not_is_one_with_a_hint(self, site, text, trouble):
        site.BOUNCE_ADDRESS = text

        [error] = run_checks()
        assert error.id == "subscribers.E003"
        assert trouble in error.msg
        assert "bounces+{}@example.org" in error.hint

    def test_the_longest_fits_into_a_path(self, site):
        """RFC 5321, section 4.5.3.1: 64 octets before the @, 255 after it, 256 with brackets."""
        site.BOUNCE_ADDRESS = "b" * 32 + "{}@" + "d" * 63 + "." + "example.org"

        address = emails.envelope(UID)

        assert run_checks() == []
        assert len(address.partition("@")[0]) == 64
        assert len(address) <= 254
