"""Whether the site lives, and whether all is well: for what watches over it.

`/healthz` says that this process answers, and asks nobody else. `/readyz` says whether there is
anything that a person has to mend, with 503 if there is: the database, the storage, the disk, the
cache, the mail. It names what is wrong, but nobody's address and no title, and answers within two
seconds even if one of them does not.

Who shares out readers among processes asks the first: mail that is late is no reason to send nobody
to the archive, and all processes have one database.
"""

from collections.abc import Callable
from functools import cache

from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from bitsletter import places
from bitsletter.probes import Probe, answers
from subscribers.delivery import health
from subscribers.delivery.health import Trouble

NOT_KEPT = {"Cache-Control": "no-store"}
PATIENCE = 1.5  # seconds
KEPT = 10  # seconds: to store a file is not free


def answered_first(get_response: Callable[[HttpRequest], HttpResponse]):
    """Stand before all that may ask a cache, a session or a database, and that may refuse a host.

    Load balancers and containers ask by whatever address they know; nothing of it is in an answer.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        view = VIEWS.get(request.path_info)
        return view(request) if view else get_response(request)

    return answer


@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8", headers=NOT_KEPT)


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    names, facts = set(), {}
    for name, answer in answers(PROBES, PATIENCE).items():
        if isinstance(answer, Exception):
            names.add(name)
            continue
        found, known = answer
        names |= {trouble.name for trouble in found}
        facts |= known
    told = {"ready": not names, "troubles": sorted(names), **facts}
    return JsonResponse(told, status=503 if names else 200, headers=NOT_KEPT)


VIEWS = {"/healthz": alive, "/readyz": ready}


def ask_database() -> tuple[list[Trouble], dict]:
    found = of_database()
    is_there = not {trouble.name for trouble in found} & {"database", "migrations"}
    return found, {"oldest_due_seconds": health.oldest_due()} if is_there else {}


PROBES = [
    Probe("database", ask_database),
    Probe("storage", lambda: (places.of_storage(), {}), KEPT),
    Probe("disk", lambda: (places.of_disk(), {}), KEPT),
    Probe("cache", lambda: (places.of_cache(), {}), KEPT),
]


def troubles() -> list[Trouble]:
    """Give all that is wrong, however long it takes to find out."""
    return [*places.of_disk(), *places.of_storage(), *places.of_cache(), *of_database()]


def of_database() -> list[Trouble]:
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
