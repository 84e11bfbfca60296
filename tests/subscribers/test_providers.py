"""Sending by the interface of a provider: settings, a real HTTP server, and its refusals."""

import json
import sys
import uuid

import pytest
from django.conf import settings as django_settings
from django.core.mail import get_connection
from django.utils import timezone

from subscribers import letters, subscriptions
from subscribers.bounces.at_once import refused
from subscribers.bounces.checks import check_mailbox, check_provider
from subscribers.bounces.statuses import kind_of
from subscribers.connection import Connection, Interrupted, Refused
from subscribers.consent import Proof
from subscribers.mime import Mailbox, Message, Texts
from subscribers.models import Bounce, Delivery, Letter, Subscriber
from tests import provider_server
from tests.builders import make_delivery, make_mailing, make_subscriber
from tests.test_project import manage

NUMBER = uuid.UUID("0f8fad5b-d9cb-469f-a165-70867728950e")
LEAVE = "https://news.example.org/unsubscribe/x/"
SECRET = "hook:a-long-enough-secret"


def message(to="ada@example.org", **changes) -> Message:
    facts = {
        "uid": NUMBER,
        "host": "news.example.org",
        "sender": Mailbox('Ünser „Brief“, "7"', "news@example.org"),
        "recipient": to,
        "subject": "Wärm up\r\nBcc: eve@example.org",
        "body": Texts("Wärm up.\n", "<p>Wärm up.</p>"),
        "at": timezone.now(),
        "headers": {
            "List-Id": '"News"\r\n <newsletter.news.example.org>',
            "List-Unsubscribe": f"<{LEAVE}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Reply-To": '"Editors" <editors@example.org>',
        },
        "envelope": f"bounces+{NUMBER.hex}@example.org",
    }
    return Message(**(facts | changes))


@pytest.fixture
def provider(settings):
    with provider_server.running() as server:
        for name, value in server.settings.items():
            setattr(settings, name, value)
        yield server


def send(*messages: Message) -> list[str]:
    with Connection() as connection:
        return [connection.send(one) for one in messages]


class TestSending:
    def test_the_provider_gets_everything_that_it_takes(self, provider):
        assert send(message()) == ["sent message-1"]

        [taken] = provider.messages
        assert taken["To"] == "ada@example.org"
        assert taken["From"] == '"Ünser „Brief“, \\"7\\"" <news@example.org>'
        assert taken["Subject"] == "Wärm up Bcc: eve@example.org"
        assert (taken["TextBody"], taken["HtmlBody"]) == ("Wärm up.\n", "<p>Wärm up.</p>")
        assert taken["ReplyTo"] == "Editors <editors@example.org>"
        assert taken["Metadata"] == {"delivery": NUMBER.hex}
        headers = {one["Name"]: one["Value"] for one in taken["Headers"]}
        assert headers["List-Unsubscribe"] == f"<{LEAVE}>"
        assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert headers["Message-ID"] == f"<{NUMBER}@news.example.org>"
        assert headers["List-Id"] == '"News" <newsletter.news.example.org>'
        assert not any("\n" in one or "\r" in one for one in headers.values())
        assert not headers.keys() & {"MIME-Version", "Content-Type", "To", "Subject"}

    def test_many_go_over_one_connection(self, provider):
        people = [f"reader-{number}@example.org" for number in range(3)]

        assert len(send(*map(message, people))) == 3
        assert [one["To"] for one in provider.messages] == people

    def test_where_bounces_go_is_told_to_those_who_ask(self, settings):
        settings.EMAIL_BACKEND = "anymail.backends.test.EmailBackend"
        settings.ANYMAIL = {}
        backend, written = get_connection(), message().for_django()

        backend.send_messages([written])

        params = written.anymail_test_params
        assert params["envelope_sender"] == f"bounces+{NUMBER.hex}@example.org"
        assert params["metadata"] == {"delivery": NUMBER.hex}

    @pytest.mark.django_db
    def test_a_letter_goes_out_and_its_name_there_is_kept(self, provider):
        subscriptions.ask(make_subscriber(state="pending").address, Proof("sign-up", "/"))

        assert letters.send_due() == 1

        letter = Letter.objects.get()
        assert (letter.state, letter.reply) == (Letter.State.SENT, "sent message-1")
        assert provider.messages[0]["Metadata"] == {"delivery": letter.uid.hex}


INACTIVE = "Found inactive addresses: ada@example.org. Inactive recipients are ones that bounced."
INVALID = "Invalid 'To' address: 'ada@example.org'."


class TestRefusals:
    @pytest.mark.parametrize(
        ("status", "code", "words", "kind"),
        [
            (422, 300, INVALID, "hard"),
            (422, 406, INACTIVE, "soft"),
            (422, 300, "Invalid metadata content.", None),
            (413, 0, "Too large", None),
        ],
    )
    def test_of_one_message_are_final_for_that_one(self, provider, status, code, words, kind):
        provider.answers["ada@example.org"] = (status, {"ErrorCode": code, "Message": words})

        with Connection() as connection:
            with pytest.raises(Refused) as error:
                connection.send(message())
            assert connection.send(message("bob@example.org")) == "sent message-1"

        assert error.value.is_final
        assert words in error.value.reply
        assert kind_of(None, error.value.reply) == kind

    def test_of_an_address_that_is_none_are_final(self, provider):
        with pytest.raises(Refused) as error:
            send(message("no address"))

        assert error.value.is_final
        assert kind_of(None, error.value.reply) == "hard"
        assert provider.messages == []

    @pytest.mark.parametrize(
        ("status", "is_attempt"),
        [(401, False), (403, False), (429, False), (500, True), (503, True)],
    )
    def test_of_everything_end_the_round(self, provider, status, is_attempt):
        said = {"ErrorCode": 10, "Message": "Not ada@example.org"}
        provider.answers["ada@example.org"] = (status, said)

        with pytest.raises(Interrupted) as error:
            send(message())

        assert error.value.is_attempt == is_attempt
        assert str(status) in str(error.value)
        assert "ada@example.org" not in str(error.value)

    def test_a_token_that_is_wrong_ends_the_round(self, provider, settings):
        settings.ANYMAIL = settings.ANYMAIL | {"POSTMARK_SERVER_TOKEN": "wrong"}

        with pytest.raises(Interrupted, match="401") as error:
            send(message())

        assert not error.value.is_attempt

    def test_one_that_hangs_up_may_have_taken_it(self, provider):
        provider.answers["ada@example.org"] = None

        with pytest.raises(Interrupted) as error:
            send(message())

        assert error.value.is_attempt

    def test_one_that_is_not_there_has_heard_nothing(self, provider):
        provider.shutdown()
        provider.server_close()

        with pytest.raises(Interrupted) as error:
            send(message())

        assert not error.value.is_attempt

    @pytest.mark.django_db
    def test_of_an_address_that_is_invalid_stop_the_mail(self, provider):
        provider.answers["ada@example.org"] = (422, {"ErrorCode": 300, "Message": INVALID})
        with pytest.raises(Refused) as error:
            send(message())
        person = make_subscriber("ada@example.org")
        row = make_delivery(make_mailing(), person, Delivery.State.FAILED, attempts=1)

        refused(row, error.value.reply)

        assert Subscriber.objects.get().state == Subscriber.State.BOUNCED
        assert Bounce.objects.get().status == "5.1.3"


class TestChecks:
    @pytest.fixture(autouse=True)
    def chosen(self, settings):
        settings.EMAIL_PROVIDER = "postmark"
        settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
        settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "x", "WEBHOOK_SECRET": SECRET}

    def found(self) -> list[str]:
        return [one.id for one in check_provider(None)]

    def test_find_nothing_where_all_is_there(self):
        assert self.found() == []

    @pytest.mark.parametrize(
        "secret",
        ["", "short:one", "long-enough-without-a-colon", ":nobody-here-but-long-enough", []],
    )
    def test_find_a_secret_that_is_none(self, settings, secret):
        settings.ANYMAIL = settings.ANYMAIL | {"WEBHOOK_SECRET": secret}

        assert self.found() == ["subscribers.E021"]

    def test_take_several_secrets_while_one_is_changed(self, settings):
        settings.ANYMAIL = settings.ANYMAIL | {"WEBHOOK_SECRET": [SECRET, SECRET + "2"]}

        assert self.found() == []

    def test_find_what_sending_lacks(self, settings):
        settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}

        [error] = check_provider(None)

        assert (error.id, "POSTMARK_SERVER_TOKEN" in error.msg) == ("subscribers.E020", True)

    def test_find_a_package_that_is_not_installed(self, settings, monkeypatch):
        monkeypatch.setitem(sys.modules, "boto3", None)  # as if there were none
        monkeypatch.delitem(sys.modules, "anymail.backends.amazon_ses", raising=False)
        settings.EMAIL_PROVIDER = "amazon_ses"
        settings.EMAIL_BACKEND = "anymail.backends.amazon_ses.EmailBackend"

        errors = check_provider(None)

        assert {one.id for one in errors} == {"subscribers.E020"}
        assert "boto3" in errors[0].msg

    def test_say_who_tells_nothing_of_bounces(self, settings):
        settings.EMAIL_PROVIDER = "scaleway"
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

        assert self.found() == ["subscribers.W020"]

    @pytest.mark.parametrize(
        ("place", "is_wrong"),
        [
            ("", False),
            ("imaps://a:b@mail.example.org/INBOX", False),
            ("pop3s://a:b@mail.example.org", False),
            ("https://a:b@mail.example.org", True),
            ("imaps://mail.example.org", True),
            ("/nowhere", True),
        ],
    )
    def test_find_a_mailbox_of_bounces_that_is_none(self, settings, place, is_wrong):
        settings.BOUNCE_MAILBOX = place

        assert [one.id for one in check_mailbox(None)] == ["subscribers.E022"] * is_wrong

    def test_take_a_maildir(self, settings, tmp_path):
        for name in ("cur", "new", "tmp"):
            (tmp_path / name).mkdir()
        settings.BOUNCE_MAILBOX = str(tmp_path)

        assert check_mailbox(None) == []


@pytest.mark.once
class TestSettings:
    PROGRAM = (
        "import json; from django.conf import settings as s; "
        "print(json.dumps([s.EMAIL_BACKEND, getattr(s, 'ANYMAIL', None), "
        "'anymail' in s.INSTALLED_APPS]))"
    )

    def read(self, tmp_path, **environment) -> list:
        arguments = ("shell", "--no-imports", "-c", self.PROGRAM)
        done = manage(*arguments, DATA_DIR=str(tmp_path), **environment)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def test_a_provider_is_a_name_and_what_it_asks_for(self, tmp_path):
        backend, anymail, is_installed = self.read(
            tmp_path,
            EMAIL_PROVIDER="Postmark",
            EMAIL_TIMEOUT="7",
            ANYMAIL_POSTMARK_SERVER_TOKEN="123",
            ANYMAIL_WEBHOOK_SECRET=SECRET,
            ANYMAIL_SEND_DEFAULTS='{"tags": ["news"]}',
            ANYMAIL_DEBUG_API_REQUESTS="False",
        )

        assert backend == "anymail.backends.postmark.EmailBackend"
        assert anymail == {
            "IGNORE_UNSUPPORTED_FEATURES": True,
            "POSTMARK_SERVER_TOKEN": "123",
            "WEBHOOK_SECRET": SECRET,
            "SEND_DEFAULTS": {"tags": ["news"]},
            "DEBUG_API_REQUESTS": False,
            "REQUESTS_TIMEOUT": 7,
        }
        assert is_installed

    def test_both_may_stand_in_the_file_of_settings(self, tmp_path):
        file = tmp_path / ".env"
        file.write_text("EMAIL_PROVIDER=postmark\nANYMAIL_POSTMARK_SERVER_TOKEN='123'\n")

        _backend, anymail, _is_installed = self.read(tmp_path, ENV_FILE=str(file))

        assert anymail["POSTMARK_SERVER_TOKEN"] == "123"

    def test_without_any_messages_become_files(self, tmp_path):
        backend, anymail, is_installed = self.read(tmp_path)

        assert (backend, anymail, is_installed) == (
            "subscribers.outbox.OutboxBackend",
            None,
            False,
        )

    @pytest.mark.parametrize(
        ("environment", "words"),
        [
            ({"EMAIL_PROVIDER": "postmarc"}, "Known are amazon_ses, brevo, mailersend, mailgun"),
            ({"EMAIL_PROVIDER": "base"}, "EMAIL_PROVIDER names no known provider: 'base'"),
            ({"EMAIL_PROVIDER": "postmark", "EMAIL_URL": "smtp://x"}, "set one of them"),
            (
                {"EMAIL_PROVIDER": "postmark", "ANYMAIL_SEND_DEFAULTS": "{"},
                "ANYMAIL_SEND_DEFAULTS begins as JSON does",
            ),
        ],
    )
    def test_nonsense_is_named(self, tmp_path, environment, words):
        done = manage("check", DATA_DIR=str(tmp_path), **environment)

        assert done.returncode != 0
        assert words in done.stderr.strip().splitlines()[-1]

    def test_what_lacks_is_said_before_anything_starts(self, tmp_path):
        done = manage("check", DATA_DIR=str(tmp_path), EMAIL_PROVIDER="postmark")

        assert done.returncode != 0
        assert "subscribers.E020" in done.stderr
        assert "subscribers.E021" in done.stderr

    def test_these_tests_run_without_a_provider(self):
        assert django_settings.EMAIL_PROVIDER == ""
