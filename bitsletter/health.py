"""Whether the site lives, and whether all is well: for what watches over it.

`/healthz` says that this process answers. `/readyz` says whether the database does, whether it is
as the code expects it, and whether mail goes out; it names what is wrong, but nobody's address and
no title. Who shares out readers among processes asks the first: mail that is late is no reason to
send nobody to the archive.
"""

from functools import cache

from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from subscribers.delivery import health
from subscribers.delivery.health import Trouble

NOT_KEPT = {"Cache-Control": "no-store"}


@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8", headers=NOT_KEPT)


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    names = sorted({trouble.name for trouble in troubles()})
    answer = {"ready": not names, "troubles": names}
    return JsonResponse(answer, status=503 if names else 200, headers=NOT_KEPT)


def troubles() -> list[Trouble]:
    """Give what is wrong with the database, or if it is well, with the mail."""
    try:
        if are_migrations_missing():
            return [Trouble("migrations", "The database waits for “manage.py migrate”.")]
        return health.troubles()
    except DatabaseError:
        return [Trouble("database", "The database does not answer.")]


def notes() -> list[Trouble]:
    """Give what is worth knowing, and no trouble: `/readyz` says nothing of it."""
    try:
        return [] if are_migrations_missing() else health.notes()
    except DatabaseError:
        return []


def are_migrations_missing() -> bool:
    return not known_migrations() <= MigrationRecorder(connection).applied_migrations().keys()


@cache
def known_migrations() -> set[tuple[str, str]]:
    """Give the migrations that this code has; those of a running process do not change."""
    return set(MigrationLoader(None).disk_migrations)
