"""Reminders to those who approve mailings, while nothing is approved for the next slot.

One goes out a day before, and one some hours before; after an outage the one that is due by then.
Each person has a row for each kind, which a worker takes in hand as it takes a letter: two workers
send one message, and what a mail server does not take now is tried again until the slot is over.
"""

import datetime

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Case, F, Q, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from bitsletter.site import absolute_url
from issues import draft, preflight
from issues.models import Issue
from issues.moments import day_and_clock, in_words
from subscribers import emails
from subscribers.connection import Connection, Refused
from subscribers.delivery import weeks
from subscribers.delivery.rights import APPROVE
from subscribers.delivery.slots import MOST_LATE, next_slot
from subscribers.mime import Message, Texts, read_mailbox
from subscribers.models import Nudge, Slot

Kind = Nudge.Kind

BEFORE = {Kind.HOURS: datetime.timedelta(hours=3), Kind.DAY: datetime.timedelta(hours=24)}
NOTED = {Kind.HOURS: "nudged_hours_at", Kind.DAY: "nudged_day_at"}
PAUSE = datetime.timedelta(minutes=5)  # after a refusal for now


def publishers() -> list:
    """Give those who may approve a mailing and can be written to, each address once."""
    users = get_user_model().objects.with_perm(
        APPROVE, backend="django.contrib.auth.backends.ModelBackend"
    )
    reachable = users.filter(is_active=True, is_staff=True).exclude(email="").order_by("pk")
    return list({user.email.lower(): user for user in reversed(reachable)}.values())


def kind_due(slot: datetime.datetime, at: datetime.datetime) -> Kind | None:
    """Say which reminder of a slot is due: the later one, if both would be."""
    return next((kind for kind, before in BEFORE.items() if slot - before <= at < slot), None)


def nudge_due(at: datetime.datetime | None = None) -> int:
    """Send the reminders that are due at the moment `at` (now by default); say how many.

    Raises Interrupted when the mail server cannot be reached: what was not sent stays due.
    """
    now = at or timezone.now()
    slot = next_slot(now)
    kind = kind_due(slot, now)
    if kind is None or weeks.counts_since() is None or not weeks.week_of(slot).is_open:
        return 0
    rows = rows_for(slot, kind, now)
    with Connection() as connection:
        return sum(send(pk, connection, at) for pk in rows)


def rows_for(slot: datetime.datetime, kind: Kind, at: datetime.datetime) -> list[int]:
    """Give the rows of a reminder that are due, once everybody has theirs."""
    noted, _is_new = Slot.objects.get_or_create(at=slot)
    people = publishers()
    # Not those of whoever is no publisher any more.
    rows = Nudge.objects.filter(slot=noted, kind=kind, user__in=people)
    known = set(rows.values_list("user", flat=True))
    missing = [
        Nudge(slot=noted, user=user, kind=kind, due_at=at)
        for user in people
        if user.pk not in known
    ]
    Nudge.objects.bulk_create(missing, ignore_conflicts=True)
    return list(rows.due(at).values_list("pk", flat=True))


def send(pk: int, connection: Connection, at: datetime.datetime | None = None) -> bool:
    """Send a reminder if nobody else does, and it is still true; say whether it went out."""
    now = at or timezone.now()
    nudge = Nudge.objects.claim(pk, now)
    if nudge is None:
        return False
    try:
        if not weeks.week_of(nudge.slot.at).is_open:
            nudge.put_off(now)  # true again, should the approval be taken back
            return False
        reply = connection.send(message(nudge, now))
    except Refused as refusal:
        if refusal.is_final:
            nudge.end(refusal.reply)
        else:
            nudge.put_off(now + PAUSE, refusal.reply)
        return False
    except Exception:  # the mail server is gone, or the text cannot be written
        nudge.put_off(now)
        raise
    nudge.end(reply, now)
    field = NOTED[nudge.kind]
    Slot.objects.filter(pk=nudge.slot_id, **{field: None}).update(**{field: now})
    return True


def message(nudge: Nudge, at: datetime.datetime) -> Message:
    """Write a reminder as it is true at a moment."""
    written = emails.render("nudge", context(nudge, at))
    return Message(
        uid=nudge.uid,
        host=settings.SITE_HOST,
        sender=read_mailbox(settings.DEFAULT_FROM_EMAIL),
        recipient=nudge.user.email,
        subject=written.subject,
        body=Texts(written.text, written.html),
        at=timezone.localtime(at),
        headers={"Auto-Submitted": "auto-generated"},
        envelope=emails.envelope(nudge.uid),
    )


def context(nudge: Nudge, at: datetime.datetime) -> dict:
    slot = nudge.slot.at
    issue = candidate(slot)
    return {
        "moment": in_words(slot),
        "day": day_and_clock(timezone.localtime(slot)),  # a subject has little room
        "is_soon": nudge.kind == Kind.HOURS,
        "issue": issue,
        "missing": missing(issue, slot, at),
        "mail_url": issue and absolute_url(reverse("subscribers_desk:mail", args=[issue.pk])),
        "begin_url": absolute_url(reverse("admin:issues_issue_add")),
        "skip_url": absolute_url(reverse("subscribers_desk:slot")),
    }


def candidate(slot: datetime.datetime) -> Issue | None:
    """Give the issue that is most likely meant for a slot: the next that was not mailed yet.

    It is the one with the earliest date since the slot before, else the newest draft.
    """
    issues = Issue.objects.filter(mailing__isnull=True).annotate(
        moment=Coalesce("published_at", "planned_at"),
        coming=Case(When(moment__gte=slot - MOST_LATE, then="moment")),
    )
    of_interest = Q(published_at__isnull=True) | Q(coming__isnull=False)
    in_turn = issues.filter(of_interest).order_by(F("coming").asc(nulls_last=True), "-number")
    return in_turn.first()


def missing(issue: Issue | None, slot: datetime.datetime, at: datetime.datetime) -> list[str]:
    """Say what has to be done before an issue can go out in a slot."""
    if issue is None:
        return [_("No issue is being written.")]
    found = []
    if issue.state_at(at) == Issue.State.DRAFT:
        verdict = preflight.verdict(preflight.check(draft.of_issue(issue)))
        found = [_("It is a draft: publish it, or schedule it."), *filter(None, [verdict])]
    elif issue.published_at > slot:
        found = [_("It goes public later than that: on %s.") % in_words(issue.published_at)]
    return [*found, _("Its mail is not approved.")]
