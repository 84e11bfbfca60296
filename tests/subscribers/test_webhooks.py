"""What providers tell over HTTP, in the forms that they document."""

import base64
import datetime
import hashlib
import hmac
import json
import time

import pytest
from django.test import Client
from django.utils import timezone

from subscribers import subscriptions
from subscribers.bounces.webhooks import listener
from subscribers.consent import Proof
from subscribers.models import Bounce, ConsentEvent, Letter, Subscriber, Suppression
from tests.builders import make_delivery, make_mailing, make_subscriber

pytestmark = pytest.mark.django_db

SECRET = "hook:a-long-enough-secret"
KEY = "key-for-signing"
State, Event = Subscriber.State, ConsentEvent.Kind


@pytest.fixture(autouse=True)
def secrets(settings):
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET, "MAILGUN_WEBHOOK_SIGNING_KEY": KEY}
    listener.cache_clear()


@pytest.fixture
def row():
    now = timezone.now()
    person = make_subscriber("ada@example.org", confirmed_at=now - datetime.timedelta(days=50))
    return make_delivery(make_mailing(), person, "sent", first_at=now, ended_at=now)


def authorisation(secret: str = SECRET) -> str:
    return "Basic " + base64.b64encode(secret.encode()).decode()


def post(client: Client, provider: str, said, secret: str = SECRET, **options) -> int:
    """Tell something as a provider does; give the status of the answer."""
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    headers = {"authorization": authorisation(secret)} if secret else {}
    kind = options.pop("content_type", "application/json")
    return client.post(f"/mail/{provider}/tracking/", body, kind, headers=headers).status_code


def state_of(person: Subscriber) -> str:
    person.refresh_from_db()
    return person.state


class TestPostmark:
    @pytest.fixture(autouse=True)
    def provider(self, settings):
        settings.EMAIL_PROVIDER = "postmark"

    def bounce(self, row=None, **changes) -> dict:
        return {
            "RecordType": "Bounce",
            "MessageStream": "broadcast",
            "ID": 4323372036854775807,
            "Type": "HardBounce",
            "TypeCode": 1,
            "Name": "Hard bounce",
            "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
            "Metadata": {"delivery": row.uid.hex} if row else {},
            "ServerID": 23,
            "Description": "The server was unable to deliver your message (ex: unknown user).",
            "Details": "smtp;550 5.1.1 The email account that you tried to reach does not exist.",
            "Email": "ada@example.org",
            "From": "news@example.org",
            "BouncedAt": "2026-11-25T16:33:54.9070259Z",
            "DumpAvailable": True,
            "Inactive": True,
            "CanActivate": True,
            "Subject": "Warm up",
            **changes,
        }

    def complaint(self, row, **changes) -> dict:
        facts = {"RecordType": "SpamComplaint", "Type": "SpamComplaint", "TypeCode": 512, "ID": 42}
        return self.bounce(row, Details="", **facts, **changes)

    def test_a_hard_bounce_stops_the_mail(self, client, row):
        assert post(client, "postmark", self.bounce(row)) == 200

        assert state_of(row.subscriber) == State.BOUNCED
        bounce = Bounce.objects.get()
        assert (bounce.delivery, bounce.source, bounce.status) == (row, "provider", "5.1.1")
        assert bounce.event == "Postmark:4323372036854775807"
        assert "does not exist" in bounce.detail

    def test_told_twice_it_counts_once(self, client, row):
        for _turn in range(2):
            assert post(client, "postmark", self.bounce(row)) == 200

        assert Bounce.objects.count() == 1

    @pytest.mark.parametrize(
        ("changes", "kind"),
        [
            ({"Type": "SoftBounce", "Details": "smtp;552 5.2.2 Over quota"}, "soft"),
            ({"Type": "SoftBounce", "Details": ""}, "soft"),
            ({"Type": "HardBounce", "Details": ""}, "hard"),
            ({"Type": "HardBounce", "Details": "smtp;550 5.7.1 Looks like spam"}, "soft"),
            ({"Type": "BadEmailAddress", "Details": ""}, "hard"),
            ({"Type": "Blocked", "Details": ""}, "soft"),
            ({"Type": "Transient", "Details": ""}, None),
            ({"Type": "AutoResponder"}, None),
            ({"Type": "Unheard-of", "Details": ""}, "soft"),
        ],
    )
    def test_says_whether_it_is_for_good(self, client, row, changes, kind):
        assert post(client, "postmark", self.bounce(row, **changes)) == 200

        assert [one.kind for one in Bounce.objects.all()] == ([kind] if kind else [])

    def test_a_complaint_takes_off_the_list_for_ever(self, client, row):
        assert post(client, "postmark", self.complaint(row)) == 200

        assert state_of(row.subscriber) == State.LEFT
        assert row.subscriber.events.get().kind == Event.COMPLAINED
        assert Suppression.objects.blocks(row.subscriber.address)

    def test_a_letter_comes_back_as_well(self, client, row):
        letter = Letter.objects.create(
            kind="reminder", subscriber=row.subscriber, email="ada@example.org"
        )

        assert post(client, "postmark", self.bounce(letter)) == 200

        assert state_of(row.subscriber) == State.BOUNCED
        assert Bounce.objects.get().delivery is None

    def leaving(self, row, **changes) -> dict:
        return {
            "RecordType": "SubscriptionChange",
            "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
            "ServerID": 23,
            "MessageStream": "broadcast",
            "ChangedAt": "2026-11-25T10:53:34.416071Z",
            "Recipient": "ada@example.org",
            "Origin": "Recipient",
            "SuppressSending": True,
            "SuppressionReason": "ManualSuppression",
            "Metadata": {"delivery": row.uid.hex},
            **changes,
        }

    def test_leaving_there_is_leaving(self, client, row):
        for _turn in range(2):
            assert post(client, "postmark", self.leaving(row)) == 200

        assert state_of(row.subscriber) == State.LEFT
        assert row.subscriber.events.get().kind == Event.LEFT
        assert not Suppression.objects.exists()
        assert not Bounce.objects.exists()

    def test_leaving_that_is_told_late_does_not_undo_a_new_beginning(self, client, row):
        Subscriber.objects.update(confirmed_at=timezone.now())

        post(client, "postmark", self.leaving(row))

        assert state_of(row.subscriber) == State.ACTIVE

    def test_nor_a_leaving_that_the_person_has_taken_back(self, client, row):
        subscriptions.leave(row.subscriber, Proof("page"))
        said = self.leaving(row, ChangedAt=timezone.now().isoformat())
        subscriptions.come_back(row.subscriber, Proof("page"))

        assert post(client, "postmark", said) == 200

        assert state_of(row.subscriber) == State.ACTIVE

    def test_an_event_without_a_name_counts_once_as_well(self, client, row):
        said = self.leaving(row, SuppressionReason="HardBounce")

        for _turn in range(2):
            assert post(client, "postmark", said) == 200

        assert Bounce.objects.get().event.startswith("Postmark:")

    def test_without_our_number_the_address_will_do(self, client, row):
        assert post(client, "postmark", self.bounce(Email="ADA@example.org")) == 200

        assert state_of(row.subscriber) == State.BOUNCED

    @pytest.mark.parametrize(
        "changes",
        [
            {"Email": "nobody@example.org", "Metadata": {}},
            {"Email": None, "Metadata": {}},
            {"Email": "a\x00b", "Metadata": {"delivery": None}},
            {"Email": {"a": 1}, "Metadata": {"delivery": "x" * 10_000}},
            {"Metadata": {"delivery": "0f8fad5b-d9cb-469f-a165-70867728950e"}},
            {"RecordType": "Open"},
            {"RecordType": "Delivery"},
        ],
    )
    def test_of_nobody_or_of_no_matter_is_heard_and_ignored(self, client, row, changes):
        assert post(client, "postmark", self.bounce(**changes)) == 200

        assert not Bounce.objects.exists()

    def test_somebody_erased_is_nobody(self, client, row):
        said = self.bounce(row)
        subscriptions.erase(row.subscriber)

        assert post(client, "postmark", said) == 200

    @pytest.mark.parametrize(
        "changes",
        [
            {"ID": "\x00" * 300, "Details": "\x00\ud800" * 2000, "Description": "x" * 9000},
            {"BouncedAt": "2099-01-01T00:00:00Z"},
            {"BouncedAt": "2026-11-25T16:33:54"},
            {"BouncedAt": "0001-01-01T00:00:00+14:00"},
            {"Details": ["no", "text"], "Description": {"no": 1e308}},
        ],
    )
    def test_of_anything_that_can_be_typed_is_kept(self, client, row, changes):
        assert post(client, "postmark", self.bounce(row, **changes)) == 200

        assert Bounce.objects.get().at <= timezone.now()

    @pytest.mark.parametrize(
        "said",
        [
            *(b"", b"null", b"[]", b'"x"', b"7", b"\xff", b"{", b"[" * 100_000),
            b'{"RecordType": {}}',
            b'{"RecordType": "Bounce", "Type": [], "BouncedAt": 7}',
            b'{"FromFull": {}}',
            b'{"RecordType": "Bounce", "Metadata": null}',
            b'{"RecordType": "Bounce", "Metadata": []}',
        ],
    )
    def test_nonsense_is_refused(self, client, row, said):
        client.raise_request_exception = False

        assert post(client, "postmark", said) in (200, 400)
        assert not Bounce.objects.exists()

    @pytest.mark.parametrize("secret", ["", "hook:another-long-secret", "\x00", "ä:ö"])
    def test_who_does_not_know_the_secret_is_not_heard(self, client, row, secret):
        assert post(client, "postmark", self.bounce(row), secret) == 400

        assert not Bounce.objects.exists()

    @pytest.mark.parametrize("header", ["Basic", "Basic !", "Bearer x", "Basic " + "A" * 9000])
    def test_nor_who_says_it_otherwise(self, client, row, header):
        answer = client.post("/mail/postmark/tracking/", {}, headers={"authorization": header})

        assert answer.status_code == 400

    @pytest.mark.parametrize(
        ("secret", "said", "reason"),
        [
            (SECRET, b'{"RecordType": "ada@example.org"', "cannot be read (JSONDecodeError)"),
            ("hook:another-long-secret", b'{"Email": "ada@example.org"}', "WEBHOOK_SECRET"),
        ],
    )
    def test_what_is_refused_is_one_line_in_the_log(self, client, caplog, secret, said, reason):
        assert post(client, "postmark", said, secret) == 400

        [line, *others] = [one for one in caplog.records if one.name.startswith("subscribers")]
        assert (line.levelname, line.exc_info, others) == ("WARNING", None, [])
        assert line.getMessage().startswith("A message to /mail/postmark/tracking/ is refused: ")
        assert reason in line.getMessage()
        assert "ada" not in caplog.text

    def test_needs_no_token_of_a_form_and_sets_no_cookie(self, row):
        client = Client(enforce_csrf_checks=True)

        assert post(client, "postmark", self.bounce(row)) == 200
        assert not client.cookies

    @pytest.mark.parametrize(("method", "status"), [("get", 200), ("head", 200), ("put", 405)])
    def test_is_told_by_post_alone(self, client, method, status):
        answer = getattr(client, method)("/mail/postmark/tracking/")

        assert (answer.status_code, answer.content) == (status, b"")


class TestMailgun:
    @pytest.fixture(autouse=True)
    def provider(self, settings):
        settings.EMAIL_PROVIDER = "mailgun"

    def signed(self, data: dict, key=KEY, token="c47468e81de0818af77f3e14a728602a29") -> dict:
        timestamp = str(int(time.time()))
        words = f"{timestamp}{token}".encode()
        signature = hmac.new(key.encode(), words, hashlib.sha256).hexdigest()
        block = {"timestamp": timestamp, "token": token, "signature": signature}
        return {"signature": block, "event-data": data}

    def failed(self, row, **changes) -> dict:
        return {
            "event": "failed",
            "severity": "permanent",
            "reason": "bounce",
            "id": "G9Bn5sl1TC6nu79C8C0bwg",
            "timestamp": time.time(),
            "recipient": "ada@example.org",
            "recipient-domain": "example.org",
            "message": {"headers": {"message-id": "20261125@example.org", "to": "ada@example.org"}},
            "delivery-status": {
                "attempt-no": 1,
                "message": "",
                "code": 605,
                "description": "Not delivering to previously bounced address",
                "session-seconds": 0.0,
            },
            "user-variables": {"delivery": row.uid.hex},
            "flags": {"is-routed": False, "is-test-mode": False},
            **changes,
        }

    def test_a_failure_for_good_stops_the_mail(self, client, row):
        assert post(client, "mailgun", self.signed(self.failed(row))) == 200

        assert state_of(row.subscriber) == State.BOUNCED
        assert Bounce.objects.get().event == "Mailgun:c47468e81de0818af77f3e14a728602a29"

    def test_one_for_now_is_still_under_way(self, client, row):
        said = self.failed(row, severity="temporary", reason="generic")

        assert post(client, "mailgun", self.signed(said)) == 200
        assert not Bounce.objects.exists()

    def test_a_complaint_takes_off_the_list(self, client, row):
        said = self.failed(row, event="complained")

        assert post(client, "mailgun", self.signed(said)) == 200
        assert state_of(row.subscriber) == State.LEFT
        assert Suppression.objects.blocks(row.subscriber.address)

    def test_leaving_there_is_leaving(self, client, row):
        assert post(client, "mailgun", self.signed(self.failed(row, event="unsubscribed"))) == 200

        assert row.subscriber.events.get().kind == Event.LEFT

    def test_a_wrong_signature_is_refused(self, client, row):
        said = self.signed(self.failed(row), key="another")

        assert post(client, "mailgun", said) == 400
        assert not Bounce.objects.exists()

    def test_so_is_a_right_one_without_the_secret(self, client, row):
        assert post(client, "mailgun", self.signed(self.failed(row)), secret="") == 400

    @pytest.mark.parametrize(
        "said",
        [
            *(b"", b"null", b"[]", b'{"signature": null}', b'{"signature": {"token": "\xc3\xa4"}}'),
            b'{"signature": {"token": "\xc3\xa4", "timestamp": 1, "signature": 1}}',
        ],
    )
    @pytest.mark.parametrize("kind", ["application/json", "multipart/form-data", "text/plain"])
    def test_nonsense_is_refused(self, client, said, kind):
        client.raise_request_exception = False

        assert post(client, "mailgun", said, content_type=kind) == 400


@pytest.mark.filterwarnings("ignore:django-anymail has dropped official support for SendGrid")
class TestSendGrid:
    @pytest.fixture(autouse=True)
    def provider(self, settings):
        settings.EMAIL_PROVIDER = "sendgrid"

    def event(self, row, name: str, **facts) -> dict:
        return {
            "email": row.subscriber.email,
            "timestamp": int(time.time()),
            "smtp-id": "<14c5d75ce93.dfd.64b469@ismtpd-555>",
            "event": name,
            "category": [],
            "sg_event_id": f"{name}-{row.uid.hex}",
            "sg_message_id": "14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0",
            "delivery": row.uid.hex,
            **facts,
        }

    def test_several_events_come_together(self, client, row):
        bob = make_subscriber("bob@example.org")
        gone = make_delivery(row.mailing, bob, "sent")
        said = [
            self.event(row, "processed"),
            self.event(row, "bounce", type="blocked", reason="421 4.7.0 Try again later"),
            self.event(gone, "bounce", type="bounce", reason="550 5.1.1 No such user"),
            self.event(row, "deferred", response="400 try again later"),
        ]

        assert post(client, "sendgrid", said) == 200

        assert state_of(bob) == State.BOUNCED
        assert state_of(row.subscriber) == State.ACTIVE
        assert sorted(one.kind for one in Bounce.objects.all()) == ["hard", "soft"]

    @pytest.mark.parametrize(
        ("reason", "state"),
        [
            ("Bounced Address", State.BOUNCED),
            ("Invalid", State.BOUNCED),
            ("Unsubscribed Address", State.LEFT),
            ("Spam Content", State.ACTIVE),
        ],
    )
    def test_what_was_not_even_tried_says_why(self, client, row, reason, state):
        assert post(client, "sendgrid", [self.event(row, "dropped", reason=reason)]) == 200

        assert state_of(row.subscriber) == state

    def test_a_report_of_spam_is_a_complaint(self, client, row):
        assert post(client, "sendgrid", [self.event(row, "spamreport")]) == 200

        assert Suppression.objects.blocks(row.subscriber.address)

    @pytest.mark.parametrize(
        "said",
        [
            *(b"{}", b"[7]", b'[{"event": []}]', b'[{"timestamp": "x"}]'),
            *(b'[{"event": "bounce", "timestamp": 1e308}]', b'[{"timestamp": Infinity}]'),
        ],
    )
    def test_nonsense_is_refused(self, client, said):
        client.raise_request_exception = False

        assert post(client, "sendgrid", said) in (200, 400)


class TestAnybodyElse:
    @pytest.mark.parametrize("provider", ["mailgun", "mandrill", "postmark", "nobody", "x" * 500])
    def test_is_not_there_without_a_provider(self, client, settings, provider):
        settings.EMAIL_PROVIDER = ""

        assert post(client, provider, {}) == 404

    @pytest.mark.parametrize("provider", ["mailgun", "amazon_ses", "nobody"])
    def test_nor_where_another_one_sends(self, client, settings, provider):
        settings.EMAIL_PROVIDER = "postmark"

        assert post(client, provider, {}) == 404

    def test_nor_where_the_provider_tells_nothing(self, client, settings):
        settings.EMAIL_PROVIDER = "scaleway"

        assert post(client, "scaleway", {}) == 404
