"""Readers who sign up and leave, and lists of them that come in and go out."""

from tests.bench import exchange, leaving, signing_up
from tests.bench.site import installed

READERS, LISTS = "readers", "lists"  # sites, each in a database of its own


def report(engine: str, settings: dict[str, dict[str, str]]) -> None:
    readers = installed(settings[READERS], ["shell", "--verbosity", "0", "-c", leaving.FILL])
    signing_up.report(engine, readers)
    leaving.report(engine, readers)
    exchange.report(engine, installed(settings[LISTS]))
