"""What migrations do to the rows of a site that is in use."""

import datetime
import importlib

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from issues.models import Asset, SearchEntry, Section
from tests.builders import TOMORROW, YESTERDAY, make_issue, make_section

pytestmark = pytest.mark.django_db

archive = importlib.import_module("issues.migrations.0007_archive")


class TestSearchEntries:
    @pytest.fixture(autouse=True)
    def site(self, settings):
        """Have sections in every place where they can be."""
        settings.TIME_ZONE = "Europe/Berlin"
        sections = [{"title": "Grid", "tags": [f"tag {n}" for n in range(12)]}, "Flex"]
        for number, published in enumerate((YESTERDAY, TOMORROW, None), start=1):
            make_issue(number, published, sections)
        # In Berlin the year has begun.
        new_year = datetime.datetime(2025, 12, 31, 23, 30, tzinfo=datetime.UTC)
        make_issue(4, None, [{"title": "News", "type": "news"}], published_at=new_year)
        first, second = Section.objects.filter(title="Grid")[:2]
        make_section(None, "Waiting", superseded_by=first, tags=["tag 7", "other"])
        make_issue(5, sections=[{"title": "Old", "superseded_by": second}])

    def fill(self) -> list[dict]:
        """Write all entries as the migration does, and give them."""
        SearchEntry.objects.all().delete()
        archive.fill_entries(apps, connection.schema_editor())
        return self.entries()

    def entries(self) -> list[dict]:
        return list(SearchEntry.objects.order_by("pk").values())

    @pytest.mark.parametrize("batch", [1, 3, 1000])
    def test_they_are_as_the_index_writes_them(self, monkeypatch, batch):
        monkeypatch.setattr(archive, "BATCH", batch)
        indexed = self.entries()

        filled = self.fill()

        assert len(filled) == 9
        assert filled == indexed
        assert SearchEntry.objects.get(section__title="News").year == 2026

    def test_tags_have_their_pages_before_anybody_indexes(self, client):
        self.fill()

        assert client.get("/tags/tag-7/").status_code == 200
        assert call_command("reindex", verbosity=0) is None
        assert self.entries() == self.fill()


class TestPictures:
    def test_the_code_from_before_can_store_some(self):
        known = {"file": "a/x.png", "sha256": "0" * 64, "width": 40, "height": 30}
        words = {"alt": "", "caption": "", "credit": "", "created_at": timezone.now()}
        row = known | words
        places = ", ".join(["%s"] * len(row))

        with connection.cursor() as cursor:
            query = f"INSERT INTO issues_asset ({', '.join(row)}) VALUES ({places})"
            cursor.execute(query, [*row.values()])

        asset = Asset.objects.get()
        assert (asset.variants, asset.placeholder, asset.is_animated) == ([], "", False)
        assert (asset.bytes, asset.renewed_at) == (0, None)
