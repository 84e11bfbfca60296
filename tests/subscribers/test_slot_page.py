"""The page of the coming slots at the desk, and the next mail on the home."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from issues.moments import in_words, name_of
from subscribers.delivery import weeks
from subscribers.delivery.slots import latest_slot, next_slot, next_slots
from subscribers.models import Mailing, Slot
from tests.builders import (
    make_colleague,
    make_issue,
    make_mailing,
    make_ready_issue,
    make_subscriber,
)

pytestmark = pytest.mark.django_db

PAGE, HOME = reverse("subscribers_desk:slot"), reverse("admin:index")
WEEK = datetime.timedelta(days=7)


@pytest.fixture
def signed_in(client, publisher):
    client.force_login(publisher)
    return client


def slots(count=4) -> list[datetime.datetime]:
    return next_slots(timezone.now(), count)


def text_of(client, url=PAGE) -> str:
    return client.get(url).content.decode()


def post(client, slot, do="skip", follow=True):
    return client.post(PAGE, {"slot": name_of(slot), "do": do}, follow=follow)


def begin_rhythm() -> None:
    make_subscriber()
    long_ago = timezone.now() - 3 * WEEK
    make_mailing(make_issue(1), state="sent", approved_at=long_ago, scheduled_for=long_ago)


class TestShown:
    def test_the_coming_four_with_both_times(self, signed_in, settings):
        settings.TIME_ZONE = "Europe/Madrid"

        page = text_of(signed_in)

        places = [page.index(in_words(slot)) for slot in slots()]
        assert places == sorted(places)
        assert page.count("Nothing approved yet.") == 4
        assert in_words(slots(5)[4]) not in page
        assert in_words(latest_slot(timezone.now())) not in page

    def test_what_is_approved_and_what_was_skipped_and_told(self, signed_in, publisher):
        first, second, third, _fourth = slots()
        make_mailing(make_ready_issue(7), scheduled_for=first)
        weeks.skip(second, publisher)
        told = third - datetime.timedelta(hours=24)
        Slot.objects.create(at=third, nudged_day_at=told)

        page = text_of(signed_in)

        assert "<strong>Warm up</strong>: Approved." in page
        assert "Skipped by publisher on " in page
        assert f"A reminder went out on {in_words(told)}." in page
        assert page.count("Nothing approved yet.") == 2
        assert page.count('value="skip"') == 2
        assert page.count('value="unskip"') == 1

    def test_who_skipped_may_have_left(self, signed_in):
        gone = make_colleague("Publisher", "gone")
        weeks.skip(slots()[0], gone)
        gone.delete()

        assert "Skipped by somebody who has left on " in text_of(signed_in)

    def test_one_that_was_missed_stands_before_them_until_it_is_skipped(self, signed_in, publisher):
        begin_rhythm()
        missed = latest_slot(timezone.now())
        assert in_words(missed) in text_of(signed_in)

        post(signed_in, missed)

        page = text_of(signed_in)
        assert "Skipped by publisher" in page
        assert not weeks.is_missed(missed, timezone.now())

    def test_who_will_be_reminded(self, signed_in, publisher):
        assert "Nobody is reminded before there are readers" in text_of(signed_in)

        begin_rhythm()
        assert "has an e-mail address: nobody is reminded." in text_of(signed_in)

        publisher.email = "paula@example.org"
        publisher.save()
        page = text_of(signed_in)
        assert "1 person who may approve mailings is reminded" in page
        assert "paula@example.org" not in page

    def test_it_asks_as_often_for_a_full_month_as_for_an_empty_one(
        self, signed_in, publisher, django_assert_max_num_queries
    ):
        begin_rhythm()
        with django_assert_max_num_queries(14) as queries:
            text_of(signed_in)
        for number, slot in enumerate(slots(), start=10):
            Slot.objects.create(at=slot, skipped_at=slot, skipped_by=publisher, nudged_day_at=slot)
            make_mailing(make_ready_issue(number), scheduled_for=slot)

        with django_assert_max_num_queries(len(queries)):
            text_of(signed_in)


class TestSkipping:
    def test_is_said_noted_and_taken_back(self, signed_in, publisher):
        slot = slots()[1]

        page = post(signed_in, slot).content.decode()

        assert f"Nothing goes out on {in_words(slot)}, and nobody is reminded." in page
        noted = Slot.objects.get()
        assert (noted.at, noted.skipped_by) == (slot, publisher)
        page = post(signed_in, slot, "unskip").content.decode()
        assert f"Something is to go out on {in_words(slot)} again." in page
        assert Slot.objects.get().skipped_at is None

    def test_twice_keeps_who_did_it_first(self, signed_in, editor, publisher):
        slot = slots()[0]
        weeks.skip(slot, editor)

        post(signed_in, slot)

        assert Slot.objects.get().skipped_by == editor

    def test_is_refused_if_something_is_approved(self, signed_in):
        slot = slots()[0]
        make_mailing(make_ready_issue(7), scheduled_for=slot)

        page = post(signed_in, slot).content.decode()

        assert "“Warm up” is approved for that moment." in page
        assert not Slot.objects.filter(skipped_at__isnull=False).exists()

    @pytest.mark.parametrize(
        "data",
        [
            {},
            {"do": "skip"},
            {"slot": "2026-12-02T09:00:00+00:00", "do": "skip"},  # over
            {"slot": "\x00", "do": "skip"},
            {"slot": "\udcff", "do": "skip"},
            {"slot": "9" * 10_000, "do": "skip"},
            {"slot": "soon", "do": "skip"},
        ],
    )
    def test_what_names_no_coming_slot_is_refused(self, signed_in, data):
        sent = {name: value.encode("utf-8", "surrogatepass") for name, value in data.items()}

        assert signed_in.post(PAGE, sent).status_code == 400
        assert not Slot.objects.exists()

    @pytest.mark.parametrize("do", ["", "nothing", "\x00"])
    def test_so_is_what_is_no_act(self, signed_in, do):
        assert post(signed_in, slots()[0], do).status_code == 400

    def test_looking_changes_nothing(self, signed_in):
        name = name_of(slots()[0])
        signed_in.get(PAGE, {"slot": name, "do": "skip"})
        signed_in.head(PAGE, {"slot": name, "do": "skip"})

        assert not Slot.objects.exists()

    def test_a_form_of_another_site_is_refused(self, publisher):
        client = Client(enforce_csrf_checks=True)
        client.force_login(publisher)

        assert post(client, slots()[0], follow=False).status_code == 403

    @pytest.mark.parametrize("role", ["Author", "Editor", "Subscriber manager"])
    def test_only_who_may_approve_mailings_comes_here(self, client, role):
        client.force_login(make_colleague(role))

        assert client.get(PAGE).status_code == 403
        assert post(client, slots()[0]).status_code == 403
        assert not Slot.objects.exists()


class TestHome:
    def test_says_when_and_leads_on(self, signed_in):
        issue = make_ready_issue(7)

        page = text_of(signed_in, HOME)

        assert f"{in_words(next_slot(timezone.now()))}: <strong>nothing approved yet" in page
        assert PAGE in page
        assert reverse("subscribers_desk:mail", args=[issue.pk]) in page
        assert "nobody is reminded" in page

    def test_names_what_is_approved(self, signed_in):
        make_mailing(make_ready_issue(7), scheduled_for=slots()[0])

        page = text_of(signed_in, HOME)

        assert "Warm up</a> (Approved)" in page or "Warm up (Approved)" in page
        assert "nothing approved yet" not in page

    def test_says_that_it_is_skipped(self, signed_in, publisher):
        weeks.skip(slots()[0], publisher)

        assert ": skipped" in text_of(signed_in, HOME)

    def test_who_only_sees_mailings_is_led_nowhere(self, client):
        client.force_login(make_colleague("Editor"))

        page = text_of(client, HOME)

        assert "nothing approved yet" in page
        assert PAGE not in page

    def test_others_see_nothing_of_it(self, client):
        client.force_login(make_colleague("Author"))

        assert "Next mail" not in text_of(client, HOME)

    def test_a_paused_one_is_said_to_be_so(self, signed_in):
        make_mailing(make_ready_issue(7), scheduled_for=slots()[0])
        Mailing.objects.update(state="paused")

        assert "(Paused)" in text_of(signed_in, HOME)
