"""What a mail server means by a refusal, and what follows when a message is refused."""

import pytest
from django.utils import timezone

from subscribers.bounces.at_once import refused
from subscribers.bounces.statuses import kind_in, kind_of
from subscribers.models import Bounce, Delivery, Subscriber
from tests.builders import make_delivery, make_mailing, make_subscriber

HARD, SOFT = Bounce.Kind.HARD, Bounce.Kind.SOFT
State = Subscriber.State


@pytest.mark.once
class TestMeaning:
    @pytest.mark.parametrize(
        ("reply", "kind"),
        [
            ("550 5.1.1 <ada@example.org>: Recipient address rejected: User unknown", HARD),
            ("550-5.1.1 The email account that you tried to reach does not exist.", HARD),
            ("550 5.1.2 Bad destination system", HARD),
            ("553 5.1.3 The recipient address is not a valid RFC 5321 address.", HARD),
            ("550 5.1.6 Mailbox has moved", HARD),
            ("550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found", HARD),
            ("550 5.2.1 The email account that you tried to reach is inactive.", HARD),
            ("550 5.5.0 Requested action not taken: mailbox unavailable", HARD),
            ("550 No such user here", HARD),
            ("551 User not local", HARD),
            ("553 sorry, no mailbox here by that name", HARD),
            ("552 5.2.2 The email account that you tried to reach is over quota.", SOFT),
            ("552 Mailbox full", SOFT),
            ("550 5.7.1 Our system has detected that this message is likely spam.", SOFT),
            ("554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked", SOFT),
            ("550 Blocked, see https://www.spamhaus.org/query/ip/192.0.2.1", SOFT),
            ("550 SPF check failed", SOFT),
            ("554 Message refused", SOFT),
            ("550 5.3.4 Message too big for system", SOFT),
            ("550 5.4.1 Recipient address rejected: Access denied", SOFT),
            ("554 5.6.0 Message content rejected", SOFT),
            ("550 5.1.0 Address rejected", SOFT),
            ("451 4.7.1 Greylisted", SOFT),
            ("452 4.2.2 Over quota", SOFT),
            ("450 4.1.1 User unknown, perhaps", SOFT),
            ("450 Try again later", SOFT),
            ("501 5.5.4 Invalid arguments", None),
            ("500 Syntax error", None),
            ("555 5.5.4 Unsupported option", None),
            ("It could not be written: KeyError", None),
            ("", None),
        ],
    )
    def test_is_read_from_the_status_and_else_from_the_digits(self, reply, kind):
        code = int(reply[:3]) if reply[:3].isdigit() else None

        assert kind_of(code, reply) == kind

    @pytest.mark.parametrize(
        ("text", "kind"),
        [
            ("Sorry, no mailbox here by that name. (#5.1.1)", HARD),
            ("smtp; 550 5.2.2 Over quota", SOFT),
            ("Client host 5.1.1.1 said nothing", None),
            ("version 15.1.1", None),
            ("It cost 5500 or A550-1", None),
            ("٥.١.١", None),
        ],
    )
    def test_is_found_in_a_text_and_not_in_numbers_that_are_none(self, text, kind):
        assert kind_in(text) == kind


@pytest.mark.django_db
class TestRefused:
    def failed(self, reply: str) -> Delivery:
        code = int(reply[:3]) if reply[:3].isdigit() else None
        facts = {"state": Delivery.State.FAILED, "code": code, "reply": reply, "attempts": 1}
        return make_delivery(make_mailing(), make_subscriber(), **facts)

    def test_for_good_stops_the_mail_to_that_person(self):
        row = self.failed("550 5.1.1 Nobody here")

        assert refused(row, row.reply)

        bounce = Bounce.objects.get()
        assert (bounce.kind, bounce.source, bounce.status) == (HARD, "smtp", "5.1.1")
        assert (bounce.delivery, bounce.detail) == (row, "550 5.1.1 Nobody here")
        assert Subscriber.objects.get().state == State.BOUNCED

    def test_for_now_is_noted_and_changes_nothing(self):
        row = self.failed("552 Mailbox full")

        assert refused(row, row.reply)

        assert Bounce.objects.get().status == "552"
        assert Subscriber.objects.get().state == State.ACTIVE

    def test_told_twice_counts_once(self):
        row = self.failed("552 Mailbox full")

        assert [refused(row, row.reply) for _turn in range(2)] == [True, False]
        assert Bounce.objects.count() == 1

    def test_of_a_message_that_was_tried_again_counts_again(self):
        row = self.failed("550 5.1.1 Nobody here")
        refused(row, row.reply)
        Subscriber.objects.update(state=State.ACTIVE, confirmed_at=timezone.now())
        Delivery.objects.update(attempts=1, ended_at=timezone.now())

        row = Delivery.objects.get()

        assert refused(row, row.reply)
        assert Subscriber.objects.get().state == State.BOUNCED

    def test_for_what_is_our_own_fault_says_nothing_of_the_address(self):
        row = self.failed("501 5.5.4 Invalid arguments")

        assert not refused(row, row.reply)
        assert not Bounce.objects.exists()

    def test_of_somebody_erased_is_nobodys(self):
        row = self.failed("550 5.1.1 Nobody here")
        Subscriber.objects.all().delete()
        row.refresh_from_db()

        assert not refused(row, row.reply)
