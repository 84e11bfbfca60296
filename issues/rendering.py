"""Rendering anew what is stored, when the renderer has changed."""

from django.db import transaction
from django.db.models import QuerySet

from issues import search
from issues.markdown import RENDERER_VERSION
from issues.models import Issue, Section
from issues.models.illustrated import note_uses

BATCH = 200


def rerender(everything: bool = False) -> tuple[int, int]:
    """Render what an older renderer has rendered, or `everything`.

    Gives how many issues and sections that were. To editors none of them was changed: no version
    moves, and nothing says that it was corrected.
    """
    return (
        rerender_rows(Issue.objects.all(), everything),
        rerender_rows(Section.objects.all(), everything),
    )


def rerender_rows(rows: QuerySet, everything: bool) -> int:
    if not everything:
        rows = rows.exclude(render_version=RENDERER_VERSION)
    pks = list(rows.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(pks), BATCH):
        with transaction.atomic():
            some = rows.model.objects.filter(pk__in=pks[start : start + BATCH])
            if rows.model is Section:
                some.lock_issues()
            batch = list(some.order_by("pk").select_for_update())
            for row in batch:
                row.derive()
            rows.model.objects.bulk_update(batch, rows.model.RENDERED)
            note_uses(batch)
            some.note_change()
            if rows.model is Section:
                search.index(batch)
    return len(pks)
