"""Findings as they are read: on a screen, or by another program."""

import json
import re
import textwrap
from collections.abc import Iterator
from itertools import groupby

from subscribers.mail_check.facts import Facts
from subscribers.mail_check.findings import Finding, Level

WIDTH = 78
MEANINGS = {
    "SPF": "which machines may send in your name",
    "DKIM": "the key that shows a message is yours, and unchanged",
    "DMARC": "what receivers do with mail that is not",
    "MX": "where answers and undeliverable mail go",
    "PTR": "the name of the address that sends",
    "TLS": "encryption on the way",
    "Settings": "of this site",
}
# What Gmail and Yahoo ask since 2024 of whoever writes to many, and no record can show.
BEYOND = (
    "Gmail and Yahoo also look at how many readers call your mail spam: keep it below 0.1 %, never "
    "above 0.3 %. Gmail tells you at postmaster.google.com. Write only to people who asked for it; "
    "whoever leaves is left alone at once, which this site sees to."
)

HOW_TO_ADD = (
    "Records to add, or to put in place of what is there, stand above as zone files hold them. "
    "Where you rent the domain, a form asks for their parts: the name at the beginning, the kind "
    "(TXT, MX, …), and the value, without quotes and in one piece."
)


def is_ready(findings: list[Finding]) -> bool:
    """Say whether nothing is missing, as far as could be found out."""
    return not any(one.level in (Level.WRONG, Level.UNKNOWN) for one in findings)


def as_json(facts: Facts, findings: list[Finding]) -> str:
    found = {
        "domain": facts.domain,
        "is_ready": is_ready(findings),
        "findings": [one._asdict() for one in findings],
    }
    return json.dumps(found, indent=2, ensure_ascii=False)


def as_text(facts: Facts, findings: list[Finding]) -> str:
    return re.sub("\n{3,}", "\n\n", "\n".join(lines(facts, findings)))


def lines(facts: Facts, findings: list[Finding]) -> Iterator[str]:
    yield f"Mail from {facts.domain}"
    for about, group in groupby(findings, key=lambda one: one.about):
        yield ""
        yield f"{about}: {MEANINGS[about]}"
        for one in group:
            yield from lines_of(one)
    yield ""
    yield from textwrap.wrap(BEYOND, WIDTH)
    yield ""
    yield from textwrap.wrap(summary(findings), WIDTH)


def lines_of(finding: Finding) -> Iterator[str]:
    mark = f"  {finding.level:8}"
    # Links and records are not broken: people copy them.
    yield from textwrap.wrap(
        finding.words,
        WIDTH,
        initial_indent=mark,
        subsequent_indent=" " * len(mark),
        break_long_words=False,
        break_on_hyphens=False,
    )
    if finding.record:
        yield ""
        yield f"    {finding.record}"
        yield ""


def summary(findings: list[Finding]) -> str:
    counts = {level: sum(one.level == level for one in findings) for level in Level}
    if is_ready(findings):
        return "All that mail needs is there."
    parts = []
    if counts[Level.WRONG]:
        parts.append(f"{counts[Level.WRONG]} missing or wrong")
    if counts[Level.UNKNOWN]:
        parts.append(f"{counts[Level.UNKNOWN]} could not be found out")
    return f"{', '.join(parts)}. {HOW_TO_ADD}"
