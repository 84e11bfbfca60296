"""All mail is held back after a restore, until a person lets it go out again."""

import datetime

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from issues.models import AuditEntry
from subscribers import letters
from subscribers.delivery import controlling, health, holding, ledger, nudging, refusals, starting
from subscribers.delivery.slots import next_slot
from subscribers.models import Hold, Letter, Mailing
from tests.builders import (
    make_colleague,
    make_delivery,
    make_issue,
    make_mailing,
    make_ready_issue,
    make_subscriber,
)

pytestmark = pytest.mark.django_db

PAGE, HOME = reverse("subscribers_desk:hold"), reverse("admin:index")
WHY = "The site was restored from a backup."


@pytest.fixture
def letter() -> Letter:
    return letters.queue(Letter.Kind.WELCOME, make_subscriber())


@pytest.fixture
def signed_in(client, publisher):
    client.force_login(publisher)
    return client


class TestHolding:
    def test_no_letter_goes_out_even_one_that_is_about_to(self, letter, mailoutbox):
        about_to = letters.next_due()
        holding.hold(WHY)

        assert letters.send_due() == 0
        assert Letter.objects.claim(about_to[0]) is None
        assert mailoutbox == []

    def test_no_reminder_goes_out(self, publisher, mailoutbox):
        publisher.email = "paula@example.org"
        publisher.save()
        long_ago = timezone.now() - datetime.timedelta(days=21)
        make_subscriber()
        make_mailing(make_issue(1), state="sent", approved_at=long_ago, scheduled_for=long_ago)
        hour_before = next_slot(timezone.now()) - datetime.timedelta(hours=1)
        holding.hold(WHY)

        assert nudging.nudge_due(hour_before) == 0
        assert mailoutbox == []
        holding.resume(None)
        assert nudging.nudge_due(hour_before) == 1

    def test_mailings_are_paused_and_say_why(self):
        mailing = make_mailing(state="sending", started_at=timezone.now())

        holding.hold(WHY)

        mailing.refresh_from_db()
        assert (mailing.state, mailing.reason) == ("paused", WHY)

    def test_one_that_is_approved_meanwhile_does_not_begin(self):
        holding.hold(WHY)
        mailing = make_mailing()

        starting.begin_due()

        mailing.refresh_from_db()
        assert mailing.state == Mailing.State.APPROVED

    def test_of_one_that_is_sent_all_the_same_no_row_is_taken_in_hand(self):
        holding.hold(WHY)
        mailing = make_mailing(state="sending", started_at=timezone.now())
        make_delivery(mailing)

        assert ledger.settle_and_claim(None, mailing.pk, "worker") is None

    def test_a_second_restore_says_why_anew(self):
        holding.hold("First.")
        holding.hold("Second.")

        assert Hold.objects.get().reason == "Second."


class TestResuming:
    def test_letters_go_out_again(self, letter, mailoutbox):
        holding.hold(WHY)

        assert holding.resume(None) == "Letters and reminders go out again."
        assert letters.send_due() == 1
        assert len(mailoutbox) == 1

    def test_mailings_wait_for_their_own_button_and_not_before(self, publisher):
        mailing = make_mailing(state="sending", started_at=timezone.now())
        holding.hold(WHY)
        with pytest.raises(refusals.AllHeld):
            controlling.resume(mailing, publisher)

        words = holding.resume(publisher)

        assert "Each mailing waits on its own page" in words
        assert controlling.resume(mailing, publisher)

    def test_is_noted_with_who_did_it(self, publisher, letter):
        holding.hold(WHY)

        holding.resume(publisher)

        entry = AuditEntry.objects.get()
        assert (entry.user, entry.act) == (publisher, "sending_resumed")
        assert entry.detail == "Waiting: 0 mailings, 1 letter, 0 reminders."

    def test_by_the_command(self, capsys):
        holding.hold(WHY)

        call_command("resume_sending")

        assert capsys.readouterr().out == "Letters and reminders go out again.\n"
        with pytest.raises(CommandError, match="Nothing is held back"):
            call_command("resume_sending")


class TestHealth:
    def test_a_monitor_is_told_and_late_letters_are_no_second_trouble(self, letter):
        Letter.objects.update(due_at=timezone.now() - datetime.timedelta(hours=1))
        assert [one.name for one in health.troubles()] == ["letters_waiting"]

        holding.hold(WHY)

        [trouble] = health.troubles()
        assert trouble.name == "mail_held_back"
        assert WHY in trouble.words


class TestPage:
    def test_says_why_and_what_waits(self, signed_in, letter):
        mailing = make_mailing(make_ready_issue(7), state="sending", started_at=timezone.now())
        holding.hold(WHY)

        page = signed_in.get(PAGE).content.decode()

        assert WHY in page
        assert "Waiting: 1 mailing, 1 letter, 0 reminders." in page
        assert reverse("admin:subscribers_mailing_change", args=[mailing.pk]) in page

    def test_its_button_ends_it_once(self, signed_in):
        holding.hold(WHY)

        first = signed_in.post(PAGE, follow=True).content.decode()
        second = signed_in.post(PAGE, follow=True).content.decode()

        assert "Letters and reminders go out again." in first
        assert "Nothing is held back." in second
        assert AuditEntry.objects.count() == 1

    def test_looking_ends_nothing(self, signed_in):
        holding.hold(WHY)

        signed_in.get(PAGE)
        signed_in.head(PAGE)

        assert Hold.objects.exists()

    def test_it_asks_as_often_for_many_mailings_as_for_one(
        self, signed_in, django_assert_max_num_queries
    ):
        make_mailing(make_issue(1))
        holding.hold(WHY)
        with django_assert_max_num_queries(12) as queries:
            signed_in.get(PAGE)
        for number in range(2, 5):
            make_mailing(make_issue(number), state="paused")

        with django_assert_max_num_queries(len(queries)):
            signed_in.get(PAGE)

    def test_a_form_of_another_site_is_refused(self, publisher):
        holding.hold(WHY)
        client = Client(enforce_csrf_checks=True)
        client.force_login(publisher)

        assert client.post(PAGE).status_code == 403
        assert Hold.objects.exists()

    @pytest.mark.parametrize("role", ["Author", "Editor", "Subscriber manager"])
    def test_only_who_may_approve_mailings_comes_here(self, client, role):
        holding.hold(WHY)
        client.force_login(make_colleague(role))

        assert client.get(PAGE).status_code == 403
        assert client.post(PAGE).status_code == 403
        assert Hold.objects.exists()


class TestHome:
    def test_says_so_to_who_sees_mailings_and_leads_who_may_end_it(self, client, publisher):
        holding.hold(WHY)
        seen = {}
        for person in (publisher, make_colleague("Editor"), make_colleague("Author")):
            client.force_login(person)
            page = client.get(HOME).content.decode()
            seen[person.username] = (WHY in page, PAGE in page)

        assert seen == {
            "publisher": (True, True),
            "editor": (True, False),
            "author": (False, False),
        }

    def test_says_nothing_else(self, signed_in):
        assert "held back" not in signed_in.get(HOME).content.decode()
