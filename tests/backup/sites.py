"""A little site with something of everything, and what can be asked of it."""

import io
import os
from typing import NamedTuple

from django.core.management import call_command

from bitsletter.backup import schema, tables
from issues import history, search, sharing
from issues.models import Asset
from subscribers import letters, subscriptions
from subscribers.addresses import read_address
from subscribers.consent import Proof
from subscribers.models import Delivery, Letter, Subscriber, Suppression
from subscribers.tokens import Purpose
from tests.builders import (
    TOMORROW,
    install_rows,
    make_colleague,
    make_delivery,
    make_mailing,
    make_picture,
    make_ready_issue,
    make_section,
    make_subscriber,
)
from tests.personal_pages import link

# What a restore changes of what it puts back: nobody is mailed, and that is written down.
CHANGED = {"issues.auditentry", "subscribers.hold"}


class Site(NamedTuple):
    """What was sent or shown before the backup, and must work after it."""

    leave: str
    confirm: str
    shared: str
    picture: str
    data: bytes


def make_site() -> Site:
    """Make it where there is nothing."""
    install_rows()
    publisher = make_colleague("Publisher", email="paula@example.org")
    picture = make_picture((60, 40), widths=(30,), alt="A teal field")
    body = f"Raise the rate slowly. ![A teal field]({picture.file.url}) — “naïve” 🧠"
    issue = make_ready_issue(1, -TOMORROW, cover=picture)
    make_section(issue, "Zebra crossing", body=body, tags=["C++", "naïve"])
    make_section(None, "In the inbox")
    draft = make_ready_issue(2, author=publisher, notes="Not yet.")
    history.record(issue, draft, user=publisher, comment="First words")
    reader = make_people()
    mailing = make_mailing(issue, state="sending", started_at=issue.published_at)
    make_delivery(mailing, reader, Delivery.State.SENT, reply="250 OK", code=250)
    make_delivery(mailing)
    make_mailing(make_ready_issue(3, TOMORROW), scheduled_for=issue.published_at + 9 * TOMORROW)
    pending = Subscriber.objects.get(key="pending@example.org")
    shared = sharing.address(sharing.make(draft, publisher))
    data = picture.file.read()
    picture.file.close()
    return Site(
        link(Purpose.LEAVE, reader), link(Purpose.CONFIRM, pending), shared, picture.file.url, data
    )


def make_people() -> Subscriber:
    reader = make_subscriber("ada@example.org", unwanted=["news"], name="Ada Ž")
    letters.queue(Letter.Kind.WELCOME, reader)
    subscriptions.ask(read_address("pending@example.org"), Proof("sign-up", "/"))
    Suppression.objects.add(read_address("angry@example.org"), "complained")
    return reader


def rows(but=()) -> dict[str, list[bytes]]:
    """Give all that is backed up, as it would be written."""
    found = tables.kept_models(tables.applied_migrations())
    return {
        label: list(map(tables.line_of, tables.rows_of(model)))
        for label, model in found.items()
        if label not in but
    }


def empty_site() -> None:
    """Let there be no site here, and none of its pictures."""
    for asset in Asset.objects.all():
        for name in asset.file_names():
            Asset.storage().delete(name)
    with schema.all_or_nothing():
        schema.empty(tables.applied_migrations())
    search.rebuild()


def restore(file, *options: str) -> str:
    """Restore a backup into this site; give what was said."""
    told = io.StringIO()
    call_command("restore", str(file), *options, stdout=told, stderr=told)
    return told.getvalue()


def elsewhere(folder, **settings: str) -> dict[str, str]:
    """Give the environment of a site on an SQLite file in a folder."""
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return kept | {"DATA_DIR": str(folder), "ENV_FILE": os.devnull, "DEBUG": "on", **settings}
