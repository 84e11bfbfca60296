"""What is said about the records of a domain, and how records are written down."""

from enum import StrEnum
from typing import NamedTuple

TTL = 3600
LONGEST_STRING = 255  # of a TXT record; longer texts stand there in pieces (RFC 7208, section 3.3)


class Level(StrEnum):
    OK = "ok"
    NOTE = "note"  # could be better, or is good to know
    UNKNOWN = "unknown"  # it could not be found out
    WRONG = "wrong"  # something that mail needs is missing, or does harm


class Finding(NamedTuple):
    about: str  # such as SPF
    level: Level
    words: str
    record: str = ""  # what to add, or to put in place of what is there


def txt(name: str, text: str) -> str:
    """Write a TXT record as zone files hold it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    pieces = [
        escaped[start : start + LONGEST_STRING]
        for start in range(0, len(escaped) or 1, LONGEST_STRING)
    ]
    return f"{name}. {TTL} IN TXT " + " ".join(f'"{one}"' for one in pieces)


def mx(name: str, host: str) -> str:
    return f"{name}. {TTL} IN MX 10 {host}."


class About:
    """Makes findings about one subject."""

    def __init__(self, about: str):
        self.about = about

    def ok(self, words: str) -> Finding:
        return Finding(self.about, Level.OK, words)

    def note(self, words: str, record: str = "") -> Finding:
        return Finding(self.about, Level.NOTE, words, record)

    def unknown(self, words: str) -> Finding:
        return Finding(self.about, Level.UNKNOWN, words)

    def wrong(self, words: str, record: str = "") -> Finding:
        return Finding(self.about, Level.WRONG, words, record)
