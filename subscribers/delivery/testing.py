"""Test mail: the message that readers get, to some colleagues at once, with inert personal links.

It goes through the same code as the real one; nothing of it is kept but a line in the log.
"""

import datetime
import uuid
from collections.abc import Sequence
from typing import NamedTuple, Self

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from issues import roles
from issues.models import Issue
from subscribers import limits
from subscribers.addresses import stored_address
from subscribers.connection import Connection, Interrupted, Refused
from subscribers.delivery import refusals
from subscribers.delivery.approving import may_approve
from subscribers.delivery.log import note
from subscribers.delivery.rights import VIEW
from subscribers.issue_mail import building
from subscribers.issue_mail.messages import IssueMail, inert
from subscribers.models import Mailing, Suppression

MOST = 10  # addresses at once
SEE_PEOPLE = "subscribers.view_subscriber"
PER_PERSON = limits.Rule(20, datetime.timedelta(hours=1))


class TooMany(refusals.Refused):
    """So many tests are none."""


class Outcome(NamedTuple):
    """What has become of the message to one address; `trouble` is "" if it was taken."""

    email: str
    trouble: str = ""
    is_of_address: bool = False  # rather than of the mail server and us

    def without_reason(self) -> Self:
        """Leave out what is known of an address: that we block it, or that its server does."""
        words = _("No mail went to this address.")
        return self._replace(trouble=words) if self.is_of_address else self


def send_test(issue: Issue, addresses: Sequence[str], user) -> list[Outcome]:
    """Send the mail of an issue, or as it was approved, to these addresses; say how it went.

    Who may not approve it may send it to their own address alone. Raises TooMany.
    """
    if not may_test(user, issue, addresses):
        raise PermissionDenied
    if len(addresses) > MOST:
        raise TooMany(_("A test goes to at most %d addresses.") % MOST)
    if not limits.take(f"test mail:{user.pk}", PER_PERSON):
        raise TooMany(_("That were many tests. Wait an hour before the next one."))
    outcomes = send_all(mail_of(issue), addresses)
    if not user.has_perm(SEE_PEOPLE):
        outcomes = [one.without_reason() for one in outcomes]
    taken = sum(not one.trouble for one in outcomes)
    words = ngettext("A test mail went to %d address.", "Test mails went to %d addresses.", taken)
    note(issue, user, words % taken)
    return outcomes


def may_test(user, issue: Issue, addresses: Sequence[str] = ()) -> bool:
    if may_approve(user, issue):
        return True
    is_own = all(one.lower() == user.email.lower() for one in addresses)
    return user.has_perm(VIEW) and roles.may_see(user, issue) and is_own


def mail_of(issue: Issue) -> IssueMail:
    """Give the mail as it was approved; before that, as it is now."""
    mailing = Mailing.objects.filter(issue=issue).first()
    return IssueMail(building.build(issue)) if mailing is None else IssueMail.of(mailing)


def send_all(mail: IssueMail, addresses: Sequence[str]) -> list[Outcome]:
    """Send to one after the other; a server that cannot be reached is not asked again."""
    outcomes: list[Outcome] = []
    unreachable = ""
    with Connection() as connection:
        for email in addresses:
            if unreachable:
                outcomes.append(Outcome(email, unreachable))
                continue
            try:
                trouble = send_one(mail, email, connection)
                outcomes.append(Outcome(email, trouble, bool(trouble)))
            except Interrupted as error:
                trouble = _("The connection to the mail server broke: %s") % error
                outcomes.append(Outcome(email, trouble))
                unreachable = "" if error.is_attempt else trouble
    return outcomes


def send_one(mail: IssueMail, email: str, connection: Connection) -> str:
    """Send to one address; give what went wrong, if anything did. Raises Interrupted."""
    if Suppression.objects.blocks(stored_address(email)):
        return _("No mail goes to this address.")
    at = timezone.localtime()
    message = mail.message(uuid.uuid4(), inert(email), mail.variant(), at, is_test=True)
    try:
        connection.send(message)
    except Refused as error:
        return _("The mail server refused it: %s") % error
    return ""
