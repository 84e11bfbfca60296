"""What is not restored: where a site is, from newer code, and what is not as it was written."""

import gzip
import json

import pytest
from django.core.management import CommandError
from django.db import connection

from bitsletter.backup import archive, tables
from subscribers.models import Worker
from tests.backup.sites import restore, rows
from tests.builders import found

pytestmark = pytest.mark.django_db(transaction=True)


def rewritten(file, change):
    """Give a copy of a backup of which some members are others, with sums that are right."""
    other = file.with_name("other.tar")
    with file.open("rb") as old, other.open("w+b") as new:
        members = {name: archive.read(old, one) for name, one in archive.read_all(old).items()}
        del members[archive.SUMS]
        change(members)
        writer = archive.Writer(new)
        for name, data in members.items():
            writer.add(name, data)
        writer.close()
    return other


def with_manifest(file, **facts):
    def change(members):
        found = json.loads(members[archive.MANIFEST])
        members[archive.MANIFEST] = json.dumps(found | facts).encode()

    return rewritten(file, change)


def with_rows(file, label, parts):
    """Give a copy in which a table has other rows: one for each of its parts."""

    def change(members):
        manifest = json.loads(members[archive.MANIFEST])
        for number in range(manifest["tables"][label]["parts"]):
            del members[f"tables/{label}/{number:06}.jsonl.gz"]
        manifest["tables"][label] |= {"rows": len(parts), "parts": len(parts)}
        members.update({**parts, archive.MANIFEST: json.dumps(manifest).encode()})

    return rewritten(file, change)


class TestRefused:
    def test_where_a_site_is_unless_it_shall_go(self, file):
        with pytest.raises(CommandError, match="There is a site here"):
            restore(file)
        assert restore(file, "--replace")

    def test_while_a_worker_lives(self, file):
        Worker.objects.create(name="one")

        with pytest.raises(CommandError, match="A worker is alive"):
            restore(file, "--replace")
        assert restore(file, "--replace", "--force")

    def test_from_newer_code(self, file):
        migrations = [*map(list, tables.applied_migrations()), ["subscribers", "9999_later"]]
        newer = with_manifest(file, migrations=migrations)

        for option in ("--replace", "--check"):
            with pytest.raises(CommandError, match="subscribers.9999_later. Upgrade first"):
                restore(newer, option)

    def test_of_a_newer_format(self, file):
        with pytest.raises(CommandError, match="made by a newer Bitsletter"):
            restore(with_manifest(file, format=2), "--replace")

    def test_a_manifest_that_does_not_fit_changes_nothing(self, file):
        before = rows()

        for facts in (
            *({"tables": []}, {"tables": {"issues.issue": {"rows": 1}}}, {"migrations": [["x"]]}),
            *({"counters": {"x": -1}}, {"files": "many"}, {"lost": 1}, {"more": 1}),
            *({"files": 10_000}, {"has_key": True}, {"tables": {"no.such": {"fields": []}}}),
            {"tables": {"issues.issue": {"fields": [], "parts": 10**15}}},
        ):
            with pytest.raises(CommandError, match="Nothing was changed"):
                restore(with_manifest(file, **facts), "--replace")

        assert rows() == before

    def test_nor_do_rows_that_are_none(self, file):
        before = rows()

        for text in (
            *(b"\n", b"[1,", b"{}\n", b"[1]\n", b"[" * 100_000 + b"\n", b"\xff\n", b"9" * 9999),
            *(b'["x","x","x"]\n', b'[9,{},"x"]\n', b"[null,null,null]\n"),
        ):
            packed = {"tables/subscribers.mailingpicture/000000.jsonl.gz": gzip.compress(text)}
            other = with_rows(file, "subscribers.mailingpicture", packed)
            with pytest.raises(CommandError, match="Nothing was changed"):
                restore(other, "--replace")

        assert rows() == before

    def test_nor_does_what_would_fill_the_memory(self, file):
        name = "tables/issues.tag/000000.jsonl.gz"
        bomb = gzip.compress(bytes(200 * 1024 * 1024), 1)

        with pytest.raises(CommandError, match="cannot be unpacked, or is too long"):
            restore(rewritten(file, lambda members: members.update({name: bomb})), "--replace")

    def test_nor_do_rows_that_lead_nowhere(self, file):
        before = rows()

        with pytest.raises(CommandError, match="Nothing was changed"):
            restore(with_rows(file, "issues.section", {}), "--replace")

        assert rows() == before
        assert found("zebra") == ["Zebra crossing"]

    def test_what_is_too_long_for_the_database_is_named(self, file):
        """SQLite takes texts of any length."""
        before = rows()

        def change(members):
            found = json.loads(members[archive.MANIFEST])
            fields = found["tables"]["issues.tag"]["fields"]
            line = json.dumps([1 if name == "id" else "x" * 500 for name in fields])
            members["tables/issues.tag/000000.jsonl.gz"] = gzip.compress(line.encode())
            found["tables"]["issues.tag"]["rows"] = 1
            found["tables"]["issues.sectiontag"] |= {"rows": 0, "parts": 0}
            del members["tables/issues.sectiontag/000000.jsonl.gz"]
            members[archive.MANIFEST] = json.dumps(found).encode()

        other = rewritten(file, change)
        if connection.vendor == "sqlite":
            assert restore(other, "--replace")
            return
        with pytest.raises(CommandError, match="A row of issues.tag does not fit: value too long"):
            restore(other, "--replace")
        assert rows() == before

    def test_what_is_no_file(self, tmp_path):
        with pytest.raises(CommandError, match="No such file"):
            restore(tmp_path / "none.tar")
        with pytest.raises(CommandError, match="Is a directory"):
            restore(tmp_path)

    def test_checking_changes_nothing(self, file):
        before = rows()

        assert "whole: " in restore(file, "--check")
        assert rows() == before
