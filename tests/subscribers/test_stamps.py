"""Stamps that say when a form was first touched."""

import datetime

import pytest
from django.core.signing import Signer
from django.utils import timezone

from subscribers import stamps

pytestmark = pytest.mark.once

NOW = timezone.now()
SECOND = datetime.timedelta(seconds=1)
DAY = datetime.timedelta(days=1)


@pytest.mark.parametrize(
    ("age", "holds"),
    [
        (0 * SECOND, False),
        (1.9 * SECOND, False),
        (2.1 * SECOND, True),
        (DAY - SECOND, True),
        (DAY + SECOND, False),
        (-5 * SECOND, False),
    ],
)
def test_it_holds_from_two_seconds_to_a_day(age, holds):
    assert stamps.holds(stamps.make(NOW - age), NOW) is holds


@pytest.mark.parametrize(
    "stamp", ["", ".", "1", "1.x", "\x00", "\ud800.\ud800", "é.é", "9" * 100_000, "1" * 50 + ".x"]
)
def test_what_is_none_does_not_hold(stamp):
    assert not stamps.holds(stamp)


def test_its_moment_cannot_be_changed():
    moment, _, signature = stamps.make(NOW).partition(".")

    assert not stamps.holds(f"{int(moment) - 5000}.{signature}", NOW)


def test_what_was_signed_for_something_else_is_none():
    value = stamps.make(NOW - DAY / 2).partition(".")[0]

    assert stamps.holds(Signer(salt="subscribers.stamp", sep=".").sign(value), NOW)
    assert not stamps.holds(Signer(salt="subscribers.leave", sep=".").sign(value), NOW)


def test_it_outlives_a_new_key(settings):
    stamp = stamps.make(NOW - DAY / 2)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"

    assert stamps.holds(stamp, NOW)


def test_one_that_is_only_too_young_gets_older():
    """Else who presses again and again within two seconds would never be let in."""
    young = stamps.make(NOW - SECOND)

    assert stamps.ripening(young, NOW) == young


@pytest.mark.parametrize("stamp", ["", "1.x", stamps.make(NOW - 2 * DAY), stamps.make(NOW + DAY)])
def test_any_other_gives_way_to_a_new_one(stamp):
    assert stamps.ripening(stamp, NOW) == stamps.make(NOW)
