"""Publishing, scheduling and unpublishing: at the desk, a date changes only here.

Each verb asks for the right to publish, hears pre-flight, saves through the version guard and
says in words what it did. The user None is the command line, which may do everything.
"""

import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from issues import audit, draft, history, preflight, roles, search
from issues.audit import Act
from issues.models import FormerAddress, Issue
from issues.moments import ONE_DAY, in_words, next_issue_day


class Refused(Exception):
    """Something speaks against it, and nothing was changed; the message says what."""


class NotReady(Refused):
    """Pre-flight holds the issue back; `findings` are its reasons, the message is the first."""

    def __init__(self, findings: list):
        super().__init__(str(findings[0].message))
        self.findings = findings


class AlreadyPublic(Refused):
    """The issue is public, and keeps its date until it is unpublished."""

    def __init__(self, issue: Issue):
        words = _("It is public already, since %s.")
        super().__init__(words % in_words(issue.published_at))


class MomentPassed(Refused):
    """Nothing can be scheduled for the past."""

    def __init__(self, at: datetime.datetime):
        words = _("That moment has passed: %s. To publish at once, choose “Publish now”.")
        super().__init__(words % in_words(at))


@transaction.atomic
def publish(issue: Issue, user, at: datetime.datetime | None = None) -> str:
    """Make an issue public at once; `at` is what counts as now."""
    at = at or timezone.now()
    require_right(user)
    require_waiting(issue, at)
    require_ready(issue, at)
    audit.note(user, Act.PUBLISHED, issue)
    return redate(issue, at, user, _("“%s” is public now.") % issue)


@transaction.atomic
def schedule(issue: Issue, at: datetime.datetime, user) -> str:
    """Let an issue go public at the moment `at`."""
    now = timezone.now()
    require_right(user)
    require_waiting(issue, now)
    if at <= now:
        raise MomentPassed(at)
    require_ready(issue, at)
    words = _("“%(issue)s” goes public on %(moment)s.") % {"issue": issue, "moment": in_words(at)}
    audit.note(user, Act.SCHEDULED, issue, in_words(at))
    return redate(issue, at, user, words)


@transaction.atomic
def unpublish(issue: Issue, user) -> str:
    """Make an issue a draft again. Pre-flight is not asked: taking back is always possible."""
    require_right(user)
    # Whatever addresses they get as drafts: readers know these.
    FormerAddress.objects.remember_all([issue, *issue.sections.for_list()])
    audit.note(user, Act.UNPUBLISHED, issue)
    return redate(issue, None, user, _("“%s” is a draft.") % issue)


def redate(issue: Issue, at: datetime.datetime | None, user, words: str) -> str:
    """Give the issue its date, or none, and record it in the history as `words` say."""
    history.catch_up(issue)
    if at is None:
        issue.unpublish()
    else:
        issue.publish(at)
    search.index(issue.sections.only("pk"))
    history.record(issue, user=user, comment=words)
    return words


def require_right(user) -> None:
    if user is not None and not roles.may_publish(user):
        raise PermissionDenied


def require_waiting(issue: Issue, at: datetime.datetime) -> None:
    """Raise AlreadyPublic for an issue that readers may have seen: its date is history."""
    if issue.state_at(at) == Issue.State.PUBLISHED:
        raise AlreadyPublic(issue)


def require_ready(issue: Issue, at: datetime.datetime) -> None:
    """Raise NotReady for an issue that pre-flight holds back from going public at that moment."""
    written = draft.of_issue(issue)
    written.due_at = at
    findings = [one for one in preflight.check(written) if one.is_blocking]
    if findings:
        raise NotReady(findings)


def free_issue_day(now: datetime.datetime) -> datetime.datetime:
    """Give the next issue day for which no issue is planned, scheduled or published."""
    dated = Issue.objects.annotate(moment=Coalesce("published_at", "planned_at"))
    coming = dated.filter(moment__gt=now - ONE_DAY).values_list("moment", flat=True)
    taken = set(map(timezone.localdate, coming))
    moment = next_issue_day(now)
    while timezone.localdate(moment) in taken:
        moment = next_issue_day(now, after=moment)
    return moment
