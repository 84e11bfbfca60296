"""The audit log: who published, approved, exported, erased."""

from issues.characters import one_line
from issues.models import AuditEntry

COMMAND = "command line"


def note(user, act: str, subject: object = "", detail: str = "") -> None:
    """Write down that `user` did `act` to `subject`; call it in the act's own transaction.

    `user` is None where a command did it. `act` is a word such as "published". Neither `subject`
    nor `detail` may hold the address of a subscriber: the log outlives their erasure.
    """
    known = user if user is not None and user.pk else None
    AuditEntry.objects.create(
        user=known,
        name=known.get_username() if known else COMMAND,
        act=act,
        subject=one_line(str(subject))[:300],
        detail=one_line(detail)[:500],
    )
