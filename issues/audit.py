"""The audit log: who published, approved, exported, erased."""

from issues.characters import one_line
from issues.models import AuditEntry

Act = AuditEntry.Act
# Who has no account. No account can have such a name, since it holds a space.
COMMAND, READER = "command line", "a reader"


def note(user, act: str, subject: object = "", detail: str = "", name: str = COMMAND) -> None:
    """Write down that `user` did `act` to `subject`; call it in the act's own transaction.

    `user` is None where nobody with an account did it: then `name` says who. Neither `subject` nor
    `detail` may hold the address of a reader: the log is kept for ever and outlives their erasure.
    """
    known = user if user is not None and user.pk else None
    AuditEntry.objects.create(
        user=known,
        name=known.get_username() if known else name,
        act=act,
        subject=one_line(str(subject))[:300],
        detail=one_line(detail)[:500],
    )
