"""Dates as people and site generators write them."""

import datetime
import re

# fmt: off
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)
# fmt: on

# 2022-05-18, 2022-5-8 10:20, 2022-05-18T10:20:30.123456Z, 2022-05-18 10:20:30 +02:00
ISO = re.compile(
    r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})"
    r"(?:(?:T|\s+)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?"
    r"\s*(Z|UTC|[+-]\d{2}(?::?\d{2})?)?)?",
    re.ASCII | re.IGNORECASE,
)
WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?"
MONTH_FIRST = re.compile(
    WEEKDAY + r"([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})", re.ASCII | re.IGNORECASE
)
DAY_FIRST = re.compile(
    WEEKDAY + r"(\d{1,2})(?:st|nd|rd|th|\.)?\s+([a-z]{3,9})\.?,?\s+(\d{4})",
    re.ASCII | re.IGNORECASE,
)


def read_date(text: str) -> datetime.date | datetime.datetime:
    """Read a date, or a time where one is given; raise ValueError where it is none."""
    text = text.strip()
    if found := ISO.fullmatch(text):
        return from_iso(*found.groups())
    if found := MONTH_FIRST.fullmatch(text):
        month, day, year = found.groups()
    elif found := DAY_FIRST.fullmatch(text):
        day, month, year = found.groups()
    else:
        raise ValueError(f"not a date: {text}")
    return datetime.date(int(year), month_number(month), int(day))


def from_iso(year, month, day, hour, minute, second, fraction, zone):
    if hour is None:
        return datetime.date(int(year), int(month), int(day))
    microsecond = int((fraction or "").ljust(6, "0")[:6])
    return datetime.datetime(
        int(year), int(month), int(day), int(hour), int(minute), int(second or 0), microsecond,
        tzinfo=read_zone(zone),
    )  # fmt: skip


def read_zone(zone: str | None) -> datetime.timezone | None:
    if zone is None:
        return None
    if zone.upper() in ("Z", "UTC"):
        return datetime.UTC
    hours, minutes = int(zone[1:3]), int(zone[3:].lstrip(":") or 0)
    offset = datetime.timedelta(hours=hours, minutes=minutes)
    return datetime.timezone(-offset if zone[0] == "-" else offset)


def month_number(name: str) -> int:
    """Turn May, Sept or December into a number; anything else raises ValueError."""
    for number, month in enumerate(MONTHS, 1):
        if name.casefold() in (month, month[:3], month[:4]):
            return number
    raise ValueError(f"not a month: {name}")
