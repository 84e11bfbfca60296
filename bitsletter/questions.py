"""What a site has to be told before it runs, and what may be answered."""

from collections.abc import Callable
from email.utils import formataddr
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.encoding import punycode

from bitsletter import mail
from bitsletter.whereabouts import read_site_url, read_time_zone

Values = dict[str, str]


class Question(NamedTuple):
    name: str  # of the setting
    words: str
    proposal: Callable[[Values], str]  # by what is known so far
    read: Callable[[str], str]  # gives what is kept; raises ImproperlyConfigured
    is_secret: bool = False

    @property
    def option(self) -> str:
        return "--" + self.name.lower().replace("_", "-")


def read_line(text: str) -> str:
    """Take any text that stands on one line, as the header of a letter needs it."""
    if not text.strip() or not text.isprintable():
        raise ImproperlyConfigured("It must be a text on one line.")
    return text.strip()


def read_sender(text: str) -> str:
    if "@" not in text:
        raise ImproperlyConfigured("It may look like news@example.org, or Our News <news@…>.")
    return read_line(text)


def read_email_url(text: str) -> str:
    """Take no mail server at all, or one that the settings can read."""
    if text:
        mail.read_mail_server(text)
    return text


def local_zone() -> str:
    """Give the zone of this machine, if it has a name; else UTC."""
    _folder, _, name = str(Path("/etc/localtime").resolve()).partition("/zoneinfo/")
    try:
        return read_time_zone(name)
    except ImproperlyConfigured:
        return "UTC"


def our_sender(values: Values) -> str:
    host = urlsplit(values["SITE_URL"]).hostname
    return formataddr((values["SITE_NAME"], f"news@{punycode(host)}"))


QUESTIONS = (
    Question("SITE_NAME", "What is the newsletter called?", lambda _: "Bitsletter", read_line),
    Question(
        "SITE_URL",
        "At which address will readers see it? https://news.example.org, for example.",
        lambda _: "http://127.0.0.1:8000",
        read_site_url,
    ),
    Question(
        "TIME_ZONE",
        "In which time zone do its editors live? Europe/Vienna, for example.",
        lambda _: local_zone(),
        read_time_zone,
    ),
    Question("MAIL_FROM", "Whom do its letters come from?", our_sender, read_sender),
    Question(
        "EMAIL_URL",
        "Which mail server sends them? submission://name:password@mail.example.org, for example. "
        "Nothing: letters are files until you know it, or use EMAIL_PROVIDER.",
        lambda _: "",
        read_email_url,
        is_secret=True,
    ),
)
