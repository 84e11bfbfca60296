"""The desk's log: who did what with an issue's mail."""

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType

from issues import audit
from issues.audit import Act
from issues.models import Issue
from subscribers.models import Mailing


def note_act(about: Issue | Mailing, user, act: Act, words: str) -> str:
    """Do as `note` does, and add it to the audit log, which has what the command line does, too."""
    audit.note(user, act, about, words)
    return note(about, user, words)


def note(about: Issue | Mailing, user, words: str) -> str:
    """Add a line to the log, and give its words back; the command line, None, leaves none."""
    if user is not None:
        LogEntry.objects.create(
            user=user,
            content_type=ContentType.objects.get_for_model(about),
            object_id=about.pk,
            object_repr=str(about)[:200],
            action_flag=CHANGE,
            change_message=words,
        )
    return words
