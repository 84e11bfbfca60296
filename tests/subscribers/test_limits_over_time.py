"""Counts over time: who asks in another order than the clock says, and what is forgotten."""

import datetime

import pytest
from django.utils import timezone

from subscribers import limits, subscriptions
from subscribers.models import Limit

pytestmark = pytest.mark.django_db

NOW = timezone.now()
DAY = datetime.timedelta(days=1)
RULE = limits.Rule(most=1, within=DAY)


def test_they_are_forgotten_after_a_day():
    limits.take("old", RULE, NOW - DAY)
    limits.take("newer", RULE, NOW - DAY * 0.9)

    assert limits.forget_old(NOW) == 1

    assert Limit.objects.get().name == "newer"


def test_forgetting_lets_nobody_do_more():
    limits.take("this", RULE, NOW - DAY * 0.9)

    limits.forget_old(NOW)

    assert not limits.take("this", RULE, NOW)
    assert subscriptions.UNASKED.within <= limits.LONGEST


def test_who_was_counted_a_moment_too_late_is_not_refused():
    """Of those who ask at once, the first to be counted need not be the first by the clock."""
    rule = limits.Rule(most=3, within=DAY)
    moments = [NOW, NOW - datetime.timedelta(milliseconds=5), NOW]

    assert [limits.take("this", rule, moment) for moment in moments] == [True, True, True]
