"""A message to one person, made of what was frozen."""

import datetime
import uuid
from typing import NamedTuple, Self

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from bitsletter.site import absolute_url
from subscribers import emails, tokens
from subscribers.addresses import MAX_LENGTH, shown
from subscribers.issue_mail.contents import Contents, Slot
from subscribers.issue_mail.variants import Filled, Variant
from subscribers.mime import Message, read_mailbox
from subscribers.models import Subscriber
from subscribers.tokens import Purpose

TOKEN = "-token-"  # nosec B105
MOST_VARIANTS = 100  # that are kept: of twelve types there are thousands, of 100 kB and more each
INERT = "#test"  # where the personal links of a test lead: nowhere


class Recipient(NamedTuple):
    """Somebody to whom a message goes, and the links that are theirs."""

    email: str
    choose_url: str
    leave_url: str

    @property
    def values(self) -> dict[Slot, str]:
        return {
            Slot.EMAIL: shown(self.email),
            Slot.CHOOSE_URL: self.choose_url,
            Slot.LEAVE_URL: self.leave_url,
        }


class IssueMail:
    """The mail of one issue, ready to be filled in for as many people as there are."""

    def __init__(self, contents: Contents):
        self.contents, self.types = contents, frozenset(contents.types)
        self.sender = read_mailbox(contents.sender)
        self.headers = emails.list_headers()
        self.variants: dict[frozenset[int], Variant] = {}
        pages = {Purpose.CHOOSE: "preferences", Purpose.LEAVE: "unsubscribe"}
        self.pages = {
            purpose: absolute_url(reverse(f"subscribers:{page}", args=[TOKEN]))
            for purpose, page in pages.items()
        }

    @classmethod
    def of(cls, mailing) -> Self:
        """Give that of a mailing, as it was approved."""
        return cls(Contents.from_json(mailing.subject, mailing.sender, mailing.contents))

    def has_something(self, unwanted: frozenset[int]) -> bool:
        """Say whether anything remains for those who left these types out."""
        return not self.types or not self.types <= unwanted

    def variant(self, unwanted: frozenset[int] = frozenset()) -> Variant | None:
        """Give what those get who left these types out; None if nothing remains for them."""
        unwanted &= self.types
        if not self.has_something(unwanted):
            return None
        found = self.variants.pop(unwanted, None) or Variant(self.contents, unwanted)
        self.variants[unwanted] = found  # the last one: the first is that of longest ago
        if len(self.variants) > MOST_VARIANTS:
            del self.variants[next(iter(self.variants))]
        return found

    def message(
        self,
        uid: uuid.UUID,
        to: Recipient,
        variant: Variant,
        at: datetime.datetime,
        is_test: bool = False,
    ) -> Message:
        """Give the message that goes to somebody; that of a test is seen to be one."""
        subject = self.contents.subject
        return Message(
            uid=uid,
            host=settings.SITE_HOST,
            sender=self.sender,
            recipient=to.email,
            subject=_("[TEST] %s") % subject if is_test else subject,
            body=Filled(variant, tested(to.values) if is_test else to.values),
            at=at,
            headers=self.headers if is_test else self.headers | emails.way_out(to.leave_url),
            envelope=emails.envelope(uid),
        )

    def recipient(self, subscriber: Subscriber) -> Recipient:
        """Give a person with their own links."""
        return Recipient(subscriber.email, *self.links(subscriber))

    def links(self, subscriber: Subscriber) -> list[str]:
        """Give where a person chooses, and where they leave."""
        return [
            page.replace(TOKEN, tokens.make(purpose, subscriber))
            for purpose, page in self.pages.items()
        ]

    def longest(self) -> Recipient:
        """Give the person whose message is the longest that may be: by that it is measured."""
        address = "a" * (MAX_LENGTH - len("@example.org")) + "@example.org"
        return Recipient(address, *self.links(Subscriber(email=address)))


def tested(values: dict[Slot, str]) -> dict[Slot, str]:
    """Let the message of a test say that its personal links lead nowhere."""
    words = _("%s (a test: the links to choose and to leave lead nowhere)")
    return values | {Slot.EMAIL: words % values[Slot.EMAIL]}


def inert(email: str) -> Recipient:
    """Give somebody who gets a test: its personal links lead nowhere."""
    return Recipient(email, INERT, INERT)
