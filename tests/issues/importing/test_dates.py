"""Dates as people write them."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from issues.importing.dates import read_date


@pytest.mark.parametrize(
    "text",
    [
        "2022-05-18", "2022-5-18", "2022/05/18", "May 18, 2022", "may 18 2022", "18 May 2022",
        "18th of May 2022".replace("of ", ""), "Wed, 18 May 2022", "Wednesday, May 18th, 2022",
    ],
)  # fmt: skip
def test_days(text):
    assert read_date(text) == date(2022, 5, 18)
    assert not isinstance(read_date(text), datetime)


@pytest.mark.parametrize("text", ["2022-05-18 10:20", "2022-05-18T10:20:00", "2022-05-18  10:20"])
def test_times_without_a_zone_have_none(text):
    assert read_date(text) == datetime(2022, 5, 18, 10, 20)


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("2022-05-18T10:20:30.250Z", UTC),
        ("2022-05-18T10:20:30.250+00:00", UTC),
        ("2022-05-18 10:20:30.250000 UTC", UTC),
        ("2022-05-18t10:20:30,25-0530", timezone(-timedelta(hours=5, minutes=30))),
        ("2022-05-18 10:20:30.25 +02", timezone(timedelta(hours=2))),
    ],
)
def test_times_with_a_zone(text, zone):
    read = read_date(text)

    assert read == datetime(2022, 5, 18, 10, 20, 30, 250_000, tzinfo=zone)
    assert read.utcoffset() == zone.utcoffset(None)


@pytest.mark.parametrize("month", ["September", "Sept", "sep", "Sep."])
def test_months_may_be_short(month):
    assert read_date(f"{month} 3, 2022") == date(2022, 9, 3)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "2022", "2022-13-01", "2022-02-30", "18.05.2022", "Mayday 3, 2022", "20220518",
     "2022-05-18T25:00", "2022-05-18T10:20+99:00", "٢٠٢٢-٠٥-١٨", "0000-01-01", "Mar 3, 99999"],
)  # fmt: skip
def test_what_is_no_date(text):
    with pytest.raises(ValueError, match="."):
        read_date(text)
