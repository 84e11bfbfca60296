"""One format for both databases: a site moves from one to the other, and back, as it is.

Elsewhere is always an SQLite file; this run's own database is the other one.
"""

import os

import pytest
from django.conf import settings
from django.db import connection

from bitsletter.backup.making import back_up
from issues import search
from subscribers.models import Mailing
from tests.backup.sites import CHANGED, elsewhere, empty_site, rows
from tests.builders import found, make_ready_issue, make_subscriber
from tests.test_project import manage
from tests.web_process import database_url, production

pytestmark = pytest.mark.django_db(transaction=True)

WAITING = {"subscribers.mailing", "issues.issue"}  # which wait for a person, and were touched
SHOW = """
import sys
from issues import search
from tests.backup.sites import rows
for label, lines in rows().items():
    print(label, b"".join(lines))
print("differs", search.check())
"""


@pytest.fixture
def other(tmp_path) -> dict[str, str]:
    folder = tmp_path / "other"
    folder.mkdir()
    return elsewhere(folder, SECRET_KEY=settings.SECRET_KEY)


def ran(environment, *arguments: str) -> str:
    done = manage(*arguments, **environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


def shown(environment) -> dict[str, str]:
    """Give all rows of another site, and where its search index differs."""
    lines = ran(environment, "shell", "--verbosity", "0", "-c", SHOW).splitlines()
    return dict(line.split(" ", 1) for line in lines)


def as_shown(rows: dict[str, list[bytes]]) -> dict[str, str]:
    return {label: str(b"".join(lines)) for label, lines in rows.items()}


def test_there_and_back_again_nothing_is_another(tmp_path, other, site):
    before = rows(CHANGED | WAITING)
    back_up(tmp_path / "site.tar")
    ran(other, "restore", str(tmp_path / "site.tar"))

    there = shown(other)
    assert there.items() >= as_shown(before).items()
    assert there["differs"] == str(search.Difference(set(), set(), set()))

    empty_site()
    told = ran(other, "move_to", database_url())
    connection.close()
    assert "subscribers.consentevent" in told
    assert rows(CHANGED | WAITING) == before
    assert found("zebra") == ["Zebra crossing"]
    assert not any(search.check())
    assert make_ready_issue(70).pk  # the database goes on counting behind what is there
    assert make_subscriber("new@example.org").pk


def test_the_former_database_stays_as_it_was(tmp_path, other, site):
    before, expected = rows(), as_shown(rows(CHANGED | WAITING))
    url = f"sqlite:///{tmp_path}/moved.sqlite3"
    ours = production(tmp_path, settings.SECRET_KEY)

    told = ran(ours, "move_to", url)

    assert "The former database is as it was." in told
    assert rows() == before
    assert set(Mailing.objects.values_list("state", flat=True)) == {"sending", "approved"}
    moved = shown(other | {"DATABASE_URL": url})
    assert moved.items() >= expected.items()
    assert "restored from a backup" in moved["subscribers.hold"]
    assert not [one for one in os.listdir(tmp_path) if one.startswith("moving-")]
