"""How often something may be done."""

import datetime

import pytest
from django.utils import timezone

from subscribers.limits import Rule, take
from subscribers.models import Limit

pytestmark = pytest.mark.django_db

NOW = timezone.now()
MINUTE = datetime.timedelta(minutes=1)
THREE_AN_HOUR = Rule(most=3, within=60 * MINUTE)
APART = Rule(most=3, within=60 * MINUTE, apart=15 * MINUTE)


def taken(rule: Rule, *minutes: float) -> list[bool]:
    """Take one at each of these minutes from now on; say which could be had."""
    return [take("this", rule, NOW + minute * MINUTE) for minute in minutes]


def test_so_many_are_to_be_had_at_once():
    assert taken(THREE_AN_HOUR, 0, 0, 0, 0) == [True, True, True, False]


def test_more_are_to_be_had_when_the_time_is_over():
    assert taken(THREE_AN_HOUR, 0, 1, 2, 59.9, 60, 61, 62, 63) == [
        *(True, True, True, False),
        *(True, True, True, False),
    ]


def test_who_asks_too_soon_has_to_wait():
    assert taken(APART, 0, 14.9, 15, 29, 30, 45, 59, 60) == [
        *(True, False, True, False, True),
        *(False, False, True),
    ]


def test_asking_in_vain_puts_nothing_off():
    assert taken(APART, 0, 5, 10, 14, 15) == [True, False, False, False, True]


def test_each_name_has_a_count_of_its_own():
    rule = Rule(most=1, within=MINUTE)

    assert [take("this", rule), take("that", rule), take("this", rule)] == [True, True, False]


def test_there_is_one_row_for_a_name():
    taken(THREE_AN_HOUR, 0, 1, 2, 3, 100, 200)

    assert Limit.objects.get().name == "this"
