"""A row that the database refuses is named, so that somebody can mend it where it came from."""

import pytest

from bitsletter.backup import tables
from bitsletter.backup.restoring import Unfit, insert
from issues.models import Tag

pytestmark = pytest.mark.django_db

FIELDS = tables.fields_of(Tag)


def row(key: int, name: str) -> list:
    known = {"id": key, "name": name, "slug": name, "folded": name, "description": ""}
    return [known[field.attname] for field in FIELDS]


def test_the_one_among_many_is_named():
    """Two that may not be the same."""
    many = [row(101, "a"), row(102, "b"), row(103, "a"), row(104, "c")]

    with pytest.raises(Unfit, match=r"(?is)unique.*\(its key is 103\)"):
        insert(Tag._meta.db_table, FIELDS, many)


def test_all_others_are_there():
    insert(Tag._meta.db_table, FIELDS, [row(101, "a"), row(102, "b")])

    assert Tag.objects.filter(pk__in=[101, 102]).count() == 2
