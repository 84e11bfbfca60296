"""Texts that show pictures, and how the database learns which."""

import re
from collections import defaultdict
from collections.abc import Iterable
from html import unescape

from django.db import models, transaction

from issues.models.asset import PATH, Asset, path_of

# The sanitiser writes every picture and every link in this way; no text holds a "<".
ADDRESS = re.compile(r'<(?:img src|a href)="([^"]*)"')


class Illustrated(models.Model):
    """A row with a rendered text, whose every save stores as `asset_uses` what that shows."""

    RENDERED_TEXT: str  # the name of its column

    class Meta:
        abstract = True

    def save(self, *args, update_fields=None, **kwargs):
        if update_fields is not None and self.RENDERED_TEXT not in update_fields:
            return super().save(*args, update_fields=update_fields, **kwargs)
        are_new = self._state.adding
        # A savepoint of its own would cost two more statements for each section of an issue.
        with transaction.atomic(savepoint=False):
            super().save(*args, update_fields=update_fields, **kwargs)
            note_uses([self], are_new=are_new)


def addresses(html: str) -> set[str]:
    """Give the addresses of files of ours that a rendered text shows or links to.

    They are as `path_of` gives them, however they are written there.
    """
    found = (path_of(unescape(address)) for address in ADDRESS.findall(html))
    return {path for path in found if path.startswith(PATH)}


def shown(rows: Iterable[Illustrated]) -> dict[int, set[int]]:
    """Give the keys of the pictures that the rendered texts of rows show, by the rows' keys."""
    wanted = {row.pk: addresses(getattr(row, row.RENDERED_TEXT)) for row in rows}
    every = set().union(*wanted.values())
    found = Asset.objects.only("file").at(every) if every else {}
    return {pk: {found[one].pk for one in some & found.keys()} for pk, some in wanted.items()}


def noted(rows: list[Illustrated]) -> dict[int, set[int]]:
    """Give the same as it is stored."""
    place = place_of(rows[0])
    uses = place.model.objects.filter(**{f"{place.name}__in": [row.pk for row in rows]})
    found = defaultdict(set)
    for pk, asset in uses.values_list(place.attname, "asset"):
        found[pk].add(asset)
    return found


def place_of(row: Illustrated) -> models.ForeignKey:
    """Give the column of the stored uses that leads to rows of this kind."""
    return row._meta.get_field("asset_uses").field


def note_uses(rows: list[Illustrated], are_new: bool = False) -> int:
    """Store which pictures rows of one kind show; give for how many of them that is another now.

    Called in the transaction that stores their rendered texts. Of rows that `are_new`, nothing
    is asked but what they show.
    """
    wanted = shown(rows)
    if not rows or (are_new and not any(wanted.values())):
        return 0
    known, place = defaultdict(set) if are_new else noted(rows), place_of(rows[0])
    uses = place.model.objects
    for pk, assets in wanted.items():
        if gone := known[pk] - assets:
            uses.filter(**{place.attname: pk}, asset__in=gone).delete()
    uses.bulk_create(
        place.model(asset_id=asset, **{place.attname: pk})
        for pk, assets in wanted.items()
        for asset in sorted(assets - known[pk])
    )
    return sum(wanted[pk] != known[pk] for pk in wanted)
