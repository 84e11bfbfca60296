"""A backup every two seconds while eight others write: each of them is a whole site.

On SQLite they write for a minute, on PostgreSQL for ten seconds.
"""

import threading
import time

import pytest
from django.core import mail
from django.db import connection
from django.db.models import Count

from bitsletter.backup.making import back_up
from bitsletter.backup.reading import opened
from bitsletter.backup.restoring import restore
from issues import search
from issues.models import Asset, Issue
from subscribers.delivery.heart import Heart
from subscribers.delivery.pacing import Pacing
from subscribers.models import Delivery, Hold, Letter, Mailing
from subscribers.rounds import rounds_of_mailings, send_letters
from tests.backup.writers import Writers
from tests.builders import install_rows, make_ready_issue
from tests.subscribers.mailings import begun_mailing, make_readers

pytestmark = pytest.mark.django_db(transaction=True)

EVERY = 2  # seconds
SECONDS = {"sqlite": 60, "postgresql": 10}


def test_each_of_them_restores_to_a_whole_site_that_mails_nobody(tmp_path, media_folder):
    install_rows()
    make_ready_issue(1)
    make_readers(300)
    begun_mailing(issue=Issue.objects.get())
    begun, backups = time.monotonic(), []

    with Writers() as writers:
        while time.monotonic() < begun + SECONDS[connection.vendor]:
            due = begun + EVERY * (len(backups) + 1)
            backups.append(tmp_path / f"{len(backups)}.tar")
            # Between two tables there is as much time as where there are more rows.
            back_up(backups[-1], progress=lambda _rows: time.sleep(0.03))
            time.sleep(max(0, due - time.monotonic()))

    assert writers.wrong == []
    assert len(writers.done) == 7, writers.done
    assert len(backups) >= SECONDS[connection.vendor] / EVERY / 2
    counts = [restored_whole(path, media_folder) for path in backups]
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]
    assert_nobody_is_mailed()


def restored_whole(path, media_folder) -> int:
    """Restore a backup and look at all of it; give how many issues it has."""
    with opened(path) as backup:
        restore(backup)
        assert backup.manifest.lost == backup.manifest.damaged == []
        sizes = {f"a/{name.rpartition('/')[2]}": one.size for name, one in backup.files().items()}
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            assert cursor.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.check_constraints()
    assert not any(search.check())
    for asset in Asset.objects.all():
        for name in asset.file_names():
            assert (media_folder / name).stat().st_size == sizes[name]
    # What was written in one transaction is there, or is not, as one.
    made = Issue.objects.exclude(number=1).annotate(total=Count("sections"))
    assert set(made.values_list("total", flat=True)) <= {2}
    assert Delivery.objects.values("subscriber").distinct().count() == Delivery.objects.count()
    return Issue.objects.count()


def assert_nobody_is_mailed() -> None:
    assert Hold.objects.exists()
    assert Mailing.objects.get().state == Mailing.State.PAUSED
    assert Letter.objects.due().count() == 0
    assert Letter.objects.filter(state=Letter.State.QUEUED).exists()
    heart = Heart(Pacing())
    for do in [*rounds_of_mailings(heart, 1), send_letters]:
        do(threading.Event())
    heart.stop()
    assert mail.outbox == []
