"""A restore that is killed: the site is the old one or the new one, and whole."""

import itertools
import subprocess
import sys

import pytest
from django.db import connection

from bitsletter import secret_key
from bitsletter.backup.making import back_up
from issues import search
from issues.models import Asset, Issue
from subscribers.models import Hold
from tests.backup.dying_restore import DIED
from tests.backup.sites import empty_site
from tests.builders import install_rows, make_picture, make_ready_issue
from tests.web_process import production

pytestmark = pytest.mark.django_db(transaction=True)

OLD_KEY, NEW_KEY = "old-key-of-the-site" * 4, "key-of-the-backup" * 4


def make_small_site(title: str) -> None:
    empty_site()
    install_rows()
    picture = make_picture((30, 20), widths=(15,), color="red" if title == "New" else "blue")
    make_ready_issue(1, title=title, cover=picture)


def title_of_whole_site() -> str:
    """Give the title of the issue, once all is found to belong together."""
    connection.check_constraints()
    issue, asset = Issue.objects.get(), Asset.objects.get()
    assert issue.cover == asset
    assert all(asset.storage().exists(name) for name in asset.file_names())
    assert not any(search.check())
    return issue.title


def test_wherever_it_ends_the_site_is_whole(tmp_path, settings):
    key = tmp_path / secret_key.NAME
    make_small_site("New")
    settings.SECRET_KEY = NEW_KEY
    key.write_text(NEW_KEY)
    back_up(tmp_path / "site.tar")
    make_small_site("Old")
    key.write_text(OLD_KEY)
    connection.close()
    environment = production(tmp_path, "") | {"DEBUG": "on"}
    del environment["SECRET_KEY"]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.backup.dying_restore", str(tmp_path / "site.tar")],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    titles, statuses = [], []
    try:
        for step in itertools.count(1):
            print(step, file=process.stdin, flush=True)
            statuses.append(int(process.stdout.readline()))
            titles.append(title_of_whole_site())
            is_new = titles[-1] == "New"
            keys = secret_key.read_kept(tmp_path)
            assert (NEW_KEY if is_new else OLD_KEY) in keys
            assert Hold.objects.exists() == is_new
            if statuses[-1] == 0:
                break
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()

    assert set(statuses[:-1]) == {DIED}
    assert len(statuses) > 15
    # Once it is there it stays, but for the last steps: each restore is a new one.
    assert titles == sorted(titles, reverse=True)
    assert {"Old", "New"} == set(titles)
    assert secret_key.read_kept(tmp_path) == [NEW_KEY]
