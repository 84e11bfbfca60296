"""Why people left, as the desk shows it."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from subscribers import reasons, subscriptions
from subscribers.consent import Proof
from subscribers.forms import REASONS
from subscribers.models import ConsentEvent
from tests.builders import make_colleague, make_subscriber

pytestmark = pytest.mark.django_db

OVERVIEW = reverse("subscribers_desk:overview")


def tell(reason: str, days=1, who="") -> None:
    """Let somebody have left and told why some days ago."""
    who = who or f"reader{ConsentEvent.objects.count()}@example.org"
    person = make_subscriber(who, "left")
    give(person, reason, days)


def give(person, reason: str, days=1) -> None:
    at = timezone.now() - datetime.timedelta(days=days)
    detail = {"reason": reason}
    person.events.create(kind="reason", at=at, zone="UTC", form="goodbye page", detail=detail)


class TestCounts:
    def test_each_reason_counts_with_and_without_words(self):
        for reason in ("no time", "too often", "too often: Daily?", "other: x", "Just so."):
            tell(reason)

        assert reasons.counts() == [
            ("It came too often", 2),
            ("I have no time to read it", 1),
            ("Something else", 1),
        ]

    def test_only_the_last_12_months_count(self):
        tell("no time", days=364)
        tell("no time", days=366)

        assert reasons.counts() == [("I have no time to read it", 1)]
        assert reasons.counts(timezone.now() - datetime.timedelta(days=2000)) == []

    def test_somebody_who_says_it_twice_is_one_person(self):
        person = make_subscriber(state="left")
        give(person, "too often")
        give(person, "too often: as I said")
        give(person, "no time")

        assert dict(reasons.counts()) == {"It came too often": 1, "I have no time to read it": 1}

    def test_why_editors_take_somebody_off_is_not_among_them(self):
        subscriptions.leave(make_subscriber(), Proof("admin"), reason="no time")

        assert reasons.counts() == []
        assert reasons.in_own_words() == []

    @pytest.mark.parametrize("name", REASONS)
    def test_every_reason_of_the_form_is_known(self, name):
        tell(f"{name}: because: so")

        assert reasons.counts() == [(str(REASONS[name]), 1)]
        [said] = reasons.in_own_words()
        assert (said.reason, said.words) == (str(REASONS[name]), "because: so")


class TestOwnWords:
    def test_the_latest_come_first_and_who_only_chose_is_not_there(self):
        for reason, days in (("no time: old", 900), ("No reason: really", 2), ("other", 1)):
            tell(reason, days)

        assert [(said.reason, said.words) for said in reasons.in_own_words()] == [
            ("", "No reason: really"),
            ("I have no time to read it", "old"),
        ]

    def test_there_are_20(self):
        for number in range(25):
            tell(f"other: {number}", days=number)

        assert [said.words for said in reasons.in_own_words()] == [f"{n}" for n in range(20)]


class TestOverview:
    def test_it_shows_both_and_nobodys_address(self, desk):
        tell("too often: <b>Daily</b>\nis too much", who="gone@example.org")
        tell("no time")

        html = desk.get(OVERVIEW).content.decode()

        assert '<th scope="row">It came too often</th><td class="number">1</td>' in html
        assert "&lt;b&gt;Daily&lt;/b&gt;<br>is too much" in html
        assert "@example.org" not in html

    def test_without_any_it_says_so(self, desk):
        assert "Nobody has chosen a reason" in desk.get(OVERVIEW).content.decode()

    def test_it_asks_as_often_for_1_as_for_30(self, desk, django_assert_num_queries):
        tell("too often: Daily")
        desk.get(OVERVIEW)
        with django_assert_num_queries(2):
            reasons.counts()
            reasons.in_own_words()
        for _ in range(30):
            tell("no time: none")

        with django_assert_num_queries(2):
            reasons.counts()
            reasons.in_own_words()

    def test_only_who_may_see_subscribers_reads_them(self, client):
        tell("too often: Daily")

        for role, status in (("Publisher", 403), ("Subscriber manager", 200)):
            client.force_login(make_colleague(role, password=None))

            assert client.get(OVERVIEW).status_code == status


class TestTimeline:
    def test_it_names_the_reason_as_the_form_does(self, desk):
        person = make_subscriber(state="left")
        give(person, "too often: Daily")
        give(person, "no time", days=2)

        page = desk.get(reverse("admin:subscribers_subscriber_change", args=[person.pk]))

        first, second = page.context["timeline"]
        assert (first.facts[0], first.quoted) == ("It came too often.", "Daily")
        assert (second.facts[0], second.quoted) == ("I have no time to read it.", "")
