"""Approving the mail of an issue: all that people will get is frozen, with the approver's name.

Publishing and sending are two acts. Later edits of the issue change nothing of what was approved;
`differs` tells that there were some. The user None is the command line, which may do everything.
"""

import datetime
import re
from typing import NamedTuple

from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from issues import publishing, roles
from issues.audit import Act
from issues.characters import FORBIDDEN, one_line
from issues.models import Issue
from issues.moments import in_words, next_issue_day
from subscribers.checks import is_mailbox
from subscribers.delivery import audience, refusals
from subscribers.delivery.differing import largest
from subscribers.delivery.log import note_act
from subscribers.delivery.rights import APPROVE
from subscribers.issue_mail import building, size
from subscribers.issue_mail.contents import Contents
from subscribers.issue_mail.messages import IssueMail
from subscribers.models import Mailing, Slot
from subscribers.models.mailing import MailingPicture

FURTHEST = datetime.timedelta(days=366)
# In a header each of them would begin another line, or end it.
NO_HEADER = re.compile(f"{FORBIDDEN.pattern}|[\t\n]")


class Ready(NamedTuple):
    """A mail against which nothing speaks, and what is to be known of it."""

    contents: Contents
    at: datetime.datetime
    size: int  # bytes of the longest message
    people: audience.Audience


@transaction.atomic
def approve(
    issue: Issue,
    user,
    at: datetime.datetime | None = None,
    subject: str = "",
    sender: str = "",
    seen: str = "",
) -> Mailing:
    """Freeze the mail of an issue, to be sent at the moment `at`; None is at once.

    Without a subject it has the issue's, without a sender the site's. `seen` is the digest of what
    the approver has looked at, which must be what is frozen.
    """
    issue = held(issue, user)
    known = Mailing.objects.select_for_update().filter(issue=issue).first()
    if known is not None:
        raise refusals.AlreadyBegun if known.has_begun else refusals.AlreadyApproved(known)
    ready = prepare(issue, at, subject, sender)
    return freeze(Mailing(issue=issue), ready, user, seen)


@transaction.atomic
def approve_again(
    mailing: Mailing,
    user,
    at: datetime.datetime | None = None,
    subject: str = "",
    sender: str = "",
    seen: str = "",
) -> Mailing:
    """Do the same with what was approved before and has not begun: the issue as it is now."""
    issue = held(mailing.issue, user)
    mailing = held_waiting(mailing)
    ready = prepare(issue, at, subject, sender or mailing.sender)
    return freeze(mailing, ready, user, seen)


@transaction.atomic
def discard(mailing: Mailing, user) -> None:
    """Take an approval back: nothing goes out until somebody approves the issue again."""
    issue = held(mailing.issue, user)
    held_waiting(mailing).delete()
    note_act(issue, user, Act.MAIL_DISCARDED, _("The approval of its mail was taken back."))


def differs(mailing: Mailing) -> bool:
    """Say whether the issue would make another mail today than the one that was approved."""
    return rebuilt(mailing).digest != mailing.digest


def rebuilt(mailing: Mailing) -> Contents:
    """Give the mail of the issue as it is now, with the subject and sender that were approved."""
    return building.build(mailing.issue, mailing.subject, mailing.sender)


def may_approve(user, issue: Issue) -> bool:
    return user is None or (user.has_perm(APPROVE) and roles.may_see(user, issue))


def prepare(
    issue: Issue, at: datetime.datetime | None, subject: str = "", sender: str = ""
) -> Ready:
    """Make the mail, and raise Refused if something speaks against sending it then."""
    now = timezone.now()
    require_moment(at, now)
    require_public(issue, at or now)
    require_headers(subject, sender)
    contents = building.build(issue, one_line(subject), sender)
    return judge(issue, contents, at or now)


def judge(issue: Issue, contents: Contents, at: datetime.datetime) -> Ready:
    """Raise Refused if something within the mail, or a lack of readers, speaks against it."""
    try:
        publishing.require_ready(issue, at)
    except publishing.NotReady as error:
        raise refusals.NotReady(error.findings) from error
    mail = IssueMail(contents)
    if (html_size := size.html_size(mail)) > size.LIMIT:
        raise refusals.TooLarge(html_size, size.LIMIT, largest(contents))
    people = audience.expected(contents.types, at)
    if people.getting <= 0:
        raise refusals.NobodyToWriteTo
    return Ready(contents, at, size.message_size(mail), people)


def require_moment(at: datetime.datetime | None, now: datetime.datetime) -> None:
    if at is None:
        return
    if at <= now:
        raise refusals.MomentPassed(at)
    if at > now + FURTHEST:
        raise refusals.TooFarAway


def require_public(issue: Issue, at: datetime.datetime) -> None:
    if issue.state_at(at) != Issue.State.PUBLISHED:
        raise refusals.NotPublic(issue)


def require_headers(subject: str, sender: str) -> None:
    """Refuse what could never stand in a header, or would not be what was approved."""
    if NO_HEADER.search(subject) or NO_HEADER.search(sender):
        raise refusals.Unsendable(_("It holds characters that are no text."))
    longest = Mailing._meta.get_field("subject").max_length
    if len(subject) > longest:
        raise refusals.Unsendable(_("A subject has at most %d characters.") % longest)
    if sender and not is_mailbox(sender):
        raise refusals.Unsendable(_("Mail cannot come from “%s”.") % sender)


def held(issue: Issue, user) -> Issue:
    """Lock an issue until the transaction ends; refuse it to who may not approve its mail."""
    issue = Issue.objects.select_for_update().get(pk=issue.pk)
    if not may_approve(user, issue):
        raise PermissionDenied
    return issue


def held_waiting(mailing: Mailing) -> Mailing:
    """Lock a mailing that has not begun: no worker begins it before the transaction ends."""
    locked = Mailing.objects.select_for_update().filter(pk=mailing.pk).first()
    if locked is None:
        raise refusals.Gone
    if locked.has_begun:
        raise refusals.AlreadyBegun
    return locked


def freeze(mailing: Mailing, ready: Ready, user, seen: str) -> Mailing:
    """Keep a mail as it is now, and who has approved it."""
    contents = ready.contents
    if seen and seen != contents.digest:
        raise refusals.Changed
    mailing.state, mailing.reason = Mailing.State.APPROVED, ""
    mailing.subject, mailing.sender = contents.subject, contents.sender
    mailing.contents, mailing.digest = contents.as_json(), contents.digest
    mailing.size, mailing.audience = ready.size, ready.people.getting
    mailing.approved_by, mailing.approver = user, name_of(user)
    mailing.approved_at, mailing.scheduled_for = timezone.now(), ready.at
    mailing.save()
    keep_pictures(mailing)
    note_act(mailing.issue, user, Act.MAIL_APPROVED, in_short(mailing))
    return mailing


def keep_pictures(mailing: Mailing) -> None:
    """Note which pictures the mail shows: they stay as long as the mailing does."""
    MailingPicture.objects.filter(mailing=mailing).delete()
    MailingPicture.objects.bulk_create(
        MailingPicture(mailing=mailing, asset=asset)
        for asset in dict.fromkeys(building.pictures_of(mailing.issue))
    )


def name_of(user) -> str:
    """Give the name that stays when the account goes."""
    if user is None:
        return _("the command line")
    longest = Mailing._meta.get_field("approver").max_length
    return one_line(user.get_full_name() or user.get_username())[:longest]


def in_short(mailing: Mailing) -> str:
    words = ngettext(
        "Its mail was approved for %(people)s person, to go out on %(moment)s.",
        "Its mail was approved for %(people)s people, to go out on %(moment)s.",
        mailing.audience,
    )
    facts = {"people": intcomma(mailing.audience), "moment": in_words(mailing.scheduled_for)}
    return words % facts


def proposed(issue: Issue, now: datetime.datetime) -> datetime.datetime:
    """Give the next standing slot at which the issue is public and no other mailing goes out.

    A week that is skipped has none.
    """
    coming = Mailing.objects.waiting().exclude(issue=issue).filter(scheduled_for__gt=now)
    skipped = Slot.objects.filter(at__gt=now, skipped_at__isnull=False)
    moments = [
        *coming.values_list("scheduled_for", flat=True),
        *skipped.values_list("at", flat=True),
    ]
    taken = set(map(timezone.localdate, moments))
    # Further away nothing can be approved, and the calendar has an end.
    public_at = min(issue.published_at or now, now + FURTHEST)
    moment = next_issue_day(now)
    while moment < public_at or timezone.localdate(moment) in taken:
        moment = next_issue_day(now, after=moment)
    return moment
