"""Counts that nobody needs any more."""

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
