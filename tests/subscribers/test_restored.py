"""A database that was put back from a backup: nobody is mailed twice because of it.

The tests put back what a backup would: rows, the file beside them, or both.
"""

import datetime
import json
import os
import shutil
import threading

import pytest
from django.db import connections
from django.utils import timezone

from issues.moments import in_words
from subscribers.delivery import restored
from subscribers.delivery.restored import hold_all, is_restored, note, watch
from subscribers.models import Installation, Mailing
from tests.builders import make_mailing, make_ready_issue

pytestmark = pytest.mark.django_db

HOUR = datetime.timedelta(hours=1)
STATES = ["approved", "starting", "sending", "paused", "sent", "cancelled"]


@pytest.fixture
def mailings() -> None:
    """Make one of each state; the approved one is for next week."""
    for number, state in enumerate(STATES, start=1):
        issue = make_ready_issue(number, datetime.timedelta(days=-1))
        scheduled = timezone.now() + (7 * 24 * HOUR if state == "approved" else -HOUR)
        make_mailing(issue, state=state, scheduled_for=scheduled, started_at=timezone.now())


def states() -> list[str]:
    return list(Mailing.objects.order_by("pk").values_list("state", flat=True))


def snapshot() -> list[dict]:
    return list(Installation.objects.values())


def put_back(rows: list[dict]) -> None:
    """Let the table be as it was in a backup."""
    Installation.objects.all().delete()
    Installation.objects.bulk_create(Installation(**row) for row in rows)


def back_up(folder):
    """Give a copy of the file."""
    return shutil.copy2(restored.path(), folder / "backup.json")


def put_file_back(copy, age=2 * HOUR) -> None:
    """Put a copy in the place of the file as rsync does; both were written `age` ago."""
    facts = json.loads(copy.read_text())
    facts["at"] = (datetime.datetime.fromisoformat(facts["at"]) - age).isoformat()
    copy.write_text(json.dumps(facts))
    copy.replace(restored.path())


class TestNoticing:
    def test_a_site_that_simply_goes_on_is_not_restored(self):
        assert not is_restored()  # it has no file yet

        for _beat in range(3):
            note()
            assert not is_restored()

    def test_an_older_database_is_noticed(self):
        note()
        backup = snapshot()
        note()

        put_back(backup)

        assert is_restored()

    def test_the_newest_one_that_was_put_back_has_lost_nothing(self):
        note()
        note()

        put_back(snapshot())

        assert not is_restored()

    def test_one_from_before_the_first_worker_is_noticed(self):
        note()

        put_back([])

        assert is_restored()

    def test_no_clock_is_asked(self):
        """Whoever set it wrong, in either direction, hides nothing and raises no alarm."""
        now = timezone.now()
        note(now + 1000 * 24 * HOUR)
        note(now)
        assert not is_restored()
        backup = snapshot()
        note(now - 1000 * 24 * HOUR)

        put_back(backup)

        assert is_restored()

    def test_a_whole_folder_that_was_put_back_is_noticed_by_its_file(self, tmp_path):
        note(timezone.now())
        copy = back_up(tmp_path)
        Installation.objects.update(seen_at=timezone.now() - 2 * HOUR)

        put_file_back(copy)

        assert is_restored()

    def test_a_file_alone_that_was_put_back_is_no_older_database(self, tmp_path):
        note()
        copy = back_up(tmp_path)
        for _beat in range(3):
            note()

        put_file_back(copy)

        assert not is_restored()

    def test_a_file_whose_owner_was_changed_is_no_copy(self):
        """Containers do so when they start, which changes the moment of the file, too."""
        note(timezone.now() - 2 * HOUR)

        os.chmod(restored.path(), 0o600)

        assert restored.path().stat().st_ctime > Installation.objects.get().seen_at.timestamp()
        assert not is_restored()

    def test_numbers_that_the_file_system_gives_anew_make_no_copy(self):
        """Some do so whenever they are mounted; the moment of the file stays then."""
        note()
        facts = json.loads(restored.path().read_text())
        facts["inodes"][0] += 1
        restored.path().write_text(json.dumps(facts))

        assert not is_restored()

    def test_another_folder_that_counts_on_hides_nothing(self, settings, tmp_path):
        """Two machines on one database; the second comes back first."""
        note()
        backup = snapshot()
        note()
        put_back(backup)
        settings.DATA_DIR, first = tmp_path / "other", settings.DATA_DIR
        settings.DATA_DIR.mkdir()
        for _beat in range(5):
            note()
        assert not is_restored()

        settings.DATA_DIR = first

        assert is_restored()

    @pytest.mark.parametrize(
        "text",
        [
            *("", "nonsense", "[]", "{}", "null", "\x00", '{"uid": 1, "beats": 1}'),
            '{"uid": "x", "beats": 1, "at": "2026-12-02", "inode": 1}',
            '{"uid": "00000000-0000-0000-0000-000000000000", "beats": [], "at": "2026-12-02T09Z"}',
        ],
    )
    def test_a_file_that_cannot_be_read_is_said_to_be_so_and_begun_anew(self, text, caplog):
        restored.path().write_text(text)

        assert not is_restored()
        note()

        assert "worker.json cannot be read" in caplog.text
        assert restored.Kept.read().beats == 1

    def test_a_folder_that_cannot_be_written_stops_no_mail(self, settings, tmp_path, caplog):
        settings.DATA_DIR = tmp_path / "gone"

        for _turn in range(3):
            note()

        assert caplog.text.count("cannot be written") == 1
        assert Installation.objects.count() == 1

    def test_no_unfinished_file_stays_behind(self, data_folder):
        note()
        restored.path().unlink()
        restored.path().mkdir()

        note()

        assert [one.name for one in data_folder.iterdir()] == [restored.NAME]


class TestHolding:
    def test_all_that_would_go_out_waits_for_a_person(self, mailings):
        assert hold_all("Because.") == 3

        assert states() == ["paused"] * 4 + ["sent", "cancelled"]
        reasons = Mailing.objects.order_by("pk").values_list("reason", flat=True)
        assert list(reasons) == ["Because."] * 3 + [""] * 3

    def test_a_worker_that_notices_holds_them_once(self, mailings):
        before = timezone.now()
        watch(before)
        backup = snapshot()
        watch()
        put_back(backup)

        assert watch() == 3
        assert Mailing.objects.earliest("pk").reason == (
            "The database was put back from a backup, or copied. It knows nothing of what happened "
            f"after {in_words(before)}. Some may have got it since. Now it waits for you."
        )
        Mailing.objects.filter(state="paused").update(state="sending")
        assert watch() == 0

    def test_nothing_is_held_while_nothing_happens(self, mailings):
        for _beat in range(3):
            assert watch() == 0

        assert states() == STATES

    def test_a_new_database_beside_an_old_file_holds_nothing_and_goes_on(self):
        watch()
        put_back([])

        assert watch() == 0
        assert not is_restored()

    def test_a_copy_is_held_once(self, mailings, tmp_path):
        watch()
        copy = back_up(tmp_path)
        Installation.objects.update(seen_at=timezone.now() - 2 * HOUR)
        put_file_back(copy)

        assert watch() == 3
        assert watch() == 0

    def test_after_a_long_silence_only_what_was_under_way_waits(self, mailings):
        long_ago = timezone.now() - 10 * HOUR
        watch(long_ago)
        Mailing.objects.update(started_at=long_ago)

        assert watch() == 2
        assert states()[0] == "approved"


@pytest.mark.django_db(transaction=True)
class TestSeveralWorkers:
    def test_on_one_folder_the_file_is_never_ahead(self):
        note()
        wrong = []

        def work():
            try:
                for _beat in range(15):
                    note()
                    if is_restored():
                        wrong.append(snapshot())
            finally:
                connections.close_all()

        workers = [threading.Thread(target=work) for _ in range(3)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

        assert wrong == []
        assert Installation.objects.get().beats == 46
