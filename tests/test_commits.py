"""What the database says of commits."""

import shutil
import sqlite3
import time

import pytest
from django.db import connection, connections

from bitsletter.commits import SQLiteWatch, mark

pytestmark = pytest.mark.django_db


class TestSQLite:
    @pytest.fixture
    def file(self, tmp_path, monkeypatch):
        """Give an SQLite file that is the site's for a while."""
        file = tmp_path / "watched.sqlite3"
        self.write(file, 1)
        settings = connections["default"].settings_dict
        monkeypatch.setitem(settings, "NAME", str(file))
        return file

    def write(self, file, number: int) -> None:
        with sqlite3.connect(file) as writer:
            writer.execute("CREATE TABLE IF NOT EXISTS numbers (number)")
            writer.execute("INSERT INTO numbers VALUES (?)", [number])
        writer.close()

    def test_a_commit_moves_the_mark(self, file):
        watch = SQLiteWatch()
        before = watch.mark()
        assert watch.mark() == before

        self.write(file, 2)

        assert watch.mark() != before

    @pytest.mark.parametrize("restore", [shutil.copy, lambda one, two: one.replace(two)])
    def test_a_restored_file_moves_the_mark(self, file, restore):
        copy = file.with_suffix(".copy")
        shutil.copy(file, copy)
        watch = SQLiteWatch()
        before = watch.mark()
        time.sleep(0.02)

        restore(copy, file)

        assert watch.mark() not in (before, None)

    def test_a_file_that_is_away_for_a_while_has_no_mark(self, file):
        watch = SQLiteWatch()
        away = file.rename(file.with_suffix(".away"))
        assert watch.mark() is None

        away.rename(file)

        assert watch.mark() is not None


def test_within_a_transaction_there_is_no_mark():
    assert connection.in_atomic_block
    assert mark() is None
