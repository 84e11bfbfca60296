"""Who would get a mailing, and how that is said."""

import datetime

import pytest
from django.utils import timezone

from issues.models import SectionType
from subscribers.delivery.audience import Audience, expected
from tests.builders import make_subscriber

pytestmark = pytest.mark.django_db

WEEK = datetime.timedelta(weeks=1)


def keys(*slugs: str) -> list[int]:
    return list(SectionType.objects.filter(slug__in=slugs).values_list("pk", flat=True))


class TestExpected:
    def test_only_who_is_on_the_list_is_a_reader(self):
        for state in ("active", "pending", "left", "bounced"):
            make_subscriber(f"{state}@example.org", state)

        assert expected(keys("tool"), timezone.now()) == Audience(1, 0, 0)

    def test_who_rests_at_that_moment_gets_nothing(self):
        now = timezone.now()
        make_subscriber(paused_until=now + WEEK)

        assert expected(keys("tool"), now).getting == 0
        assert expected(keys("tool"), now + 2 * WEEK).getting == 1

    def test_who_leaves_all_of_its_types_out_gets_nothing(self):
        make_subscriber("none@example.org", unwanted=["tool", "ml-tip"])
        make_subscriber("some@example.org", unwanted=["tool", "web-tip"])

        found = expected(keys("tool", "ml-tip"), timezone.now())

        assert found == Audience(readers=2, resting=0, choosing_nothing=1)

    def test_who_rests_and_chose_nothing_is_counted_once(self):
        now = timezone.now()
        make_subscriber(unwanted=["tool"], paused_until=now + WEEK)

        assert expected(keys("tool"), now) == Audience(readers=1, resting=1, choosing_nothing=0)

    def test_a_mail_without_sections_goes_to_everybody(self):
        make_subscriber(unwanted=["tool"])

        assert expected([], timezone.now()).getting == 1

    @pytest.mark.parametrize("count", [1, 5])
    def test_it_asks_as_often_however_many_they_are(self, django_assert_num_queries, count):
        for number in range(count):
            make_subscriber(f"reader-{number}@example.org", unwanted=["tool"])
        types = keys("tool", "ml-tip")

        with django_assert_num_queries(3):
            expected(types, timezone.now())


class TestInWords:
    @pytest.mark.parametrize(
        ("audience", "words"),
        [
            (Audience(0, 0, 0), "Nobody is on the list yet"),
            (Audience(1, 0, 0), "1 reader"),
            (Audience(1204, 0, 0), "All 1,204 readers"),
            (
                Audience(1204, 37, 12),
                "All 1,204 readers; 37 of them rest, 12 chose none of its sections, "
                "so 1,155 get it",
            ),
            (Audience(2, 1, 0), "All 2 readers; 1 of them rests, so 1 gets it"),
            (Audience(1, 0, 1), "1 reader; 1 chose none of its sections, so 0 get it"),
        ],
    )
    def test_it_says_who_gets_it_and_why_others_do_not(self, audience, words):
        assert audience.in_words() == words
