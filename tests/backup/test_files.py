"""The file of a backup on the disk: nobody is in the way of anybody, and nothing stays behind."""

import os

import pytest

from bitsletter.backup import BackupError, files


def test_parts_of_nights_in_which_it_was_killed_do_not_pile_up(tmp_path):
    left, under_way = (tmp_path / f"bitsletter-2026010{day}-000000.tar.partial" for day in (1, 2))
    others = tmp_path / "site.tar.partial"
    for path in (left, under_way, others):
        path.touch()
    for path in (left, others):
        os.utime(path, (0, 0))

    assert files.rotate(tmp_path, 14) == [left]
    assert sorted(tmp_path.iterdir()) == [under_way, others]


def test_who_opened_what_is_whole_meanwhile_does_not_write_into_it(tmp_path):
    """Two begin at once, and one is done between two steps of the other."""
    path, partial = tmp_path / "site.tar", tmp_path / "site.tar.partial"
    with partial.open("wb") as late:
        partial.replace(path)

        with pytest.raises(BackupError, match="Somebody else"):
            files.take(late, path, partial)
