"""What letters say: builds messages from templates, and never sends one."""

import datetime
import uuid
from functools import cache, lru_cache
from typing import NamedTuple

from css_inline import CSSInliner
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from bitsletter.site import absolute_url
from issues.characters import one_line, printable
from issues.models import Issue
from subscribers import plain, tokens
from subscribers.addresses import shown
from subscribers.mime import Message, Texts, domain, named, read_mailbox
from subscribers.models import Letter, Subscriber
from subscribers.tokens import Purpose

Kind = Letter.Kind
FOLDER = "subscribers/email"
# Mail programs show the beginning of a letter beside its subject. Behind our own words for that
# stands so much of nothing that none of the letter's own comes after them.
NOTHING = "\u034f\u200c\u00a0" * 80
# Of the latest issue, in a letter of welcome: Gmail cuts off what comes after 102 kB.
MOST_SECTIONS = 10
# Letters that ask for a yes: the page that takes it, and what it is for.
CONFIRMED_ON = {
    Kind.CONFIRMATION: ("confirm", Purpose.CONFIRM),
    Kind.CHANGE: ("change", Purpose.CHANGE),
}


class Written(NamedTuple):
    """A letter in its two forms."""

    subject: str
    text: str
    html: str


def build(letter: Letter, at: datetime.datetime | None = None) -> Message:
    """Write a letter as it is true at the moment `at` (now by default)."""
    at = at or timezone.now()
    written = render(letter.kind, context(letter, at))
    return Message(
        uid=letter.uid,
        host=settings.SITE_HOST,
        sender=read_mailbox(settings.DEFAULT_FROM_EMAIL),
        recipient=letter.email,
        subject=written.subject,
        body=Texts(written.text, written.html),
        at=timezone.localtime(at),
        headers=headers(letter),
        envelope=envelope(letter.uid),
    )


def headers(letter: Letter) -> dict[str, str]:
    """Give the headers that tell mail programs what a letter is, and how to leave."""
    # RFC 3834: no answer by a machine, please.
    found = {"Auto-Submitted": "auto-generated", **list_headers()}
    if may_choose(letter):
        found |= way_out(personal("unsubscribe", Purpose.LEAVE, letter.subscriber))
    return found


def list_headers() -> dict[str, str]:
    """Give the headers that say of which newsletter a message is (RFC 2919 and 2369)."""
    found = {
        "List-Id": named(settings.SITE_NAME, f"newsletter.{domain(settings.SITE_HOST)}"),
        "List-Archive": f"<{absolute_url(reverse('issues:list'))}>",
    }
    if settings.REPLY_TO:
        found["Reply-To"] = str(read_mailbox(settings.REPLY_TO))
    return found


def way_out(leave_url: str) -> dict[str, str]:
    """Give the headers that let a mail program offer to leave (RFC 2369 and 8058)."""
    return {
        "List-Unsubscribe": f"<{leave_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def envelope(uid: uuid.UUID) -> str:
    """Give where a message comes back to if it cannot be delivered.

    Where BOUNCE_ADDRESS holds `{}`, that tells which message it was (VERP). Without the setting
    messages come back to the sender.
    """
    return bounce_address(settings.BOUNCE_ADDRESS).replace("{}", uid.hex)


@lru_cache(maxsize=8)  # it is asked for each message
def bounce_address(setting: str) -> str:
    return read_mailbox(setting).address


def personal(name: str, purpose: Purpose, subscriber: Subscriber, at=None) -> str:
    """Give the full address of a page that is about one person."""
    token = tokens.make(purpose, subscriber, at)
    return absolute_url(reverse(f"subscribers:{name}", args=[token]))


def may_choose(letter: Letter) -> bool:
    """Say whether a letter holds the links with which a person on the list chooses, and leaves.

    None that asks for a yes does: nobody knows yet whose address that is.
    """
    is_on_list = letter.subscriber.state == Subscriber.State.ACTIVE
    return is_on_list and letter.kind not in CONFIRMED_ON


def context(letter: Letter, at: datetime.datetime) -> dict:
    """Give what the templates of a letter may tell."""
    person, kind = letter.subscriber, letter.kind
    found = {"email": shown(letter.email), "may_choose": may_choose(letter)}
    if kind in CONFIRMED_ON:
        page, purpose = CONFIRMED_ON[kind]
        until = at + tokens.LIFETIME
        return {**found, "confirm_url": personal(page, purpose, person, at), "until": until}
    if kind == Kind.WELCOME:
        found |= latest_issue(person, at)
    return {
        **found,
        "choose_url": personal("preferences", Purpose.CHOOSE, person),
        "leave_url": personal("unsubscribe", Purpose.LEAVE, person),
        "back_url": personal("come_back", Purpose.LEAVE, person),
    }


def latest_issue(subscriber: Subscriber, at: datetime.datetime) -> dict:
    """Give the newest public issue, with those of its sections that the person wants."""
    issue = Issue.objects.published(at).newest_first().defer(*Issue.LONG).first()
    if issue is None:
        return {}
    sections = issue.sections.select_related("type").for_list()
    wanted = list(sections.exclude(type__in=subscriber.unwanted_types.all()))
    return {
        "issue": issue,
        "sections": wanted[:MOST_SECTIONS],
        "more": len(wanted[MOST_SECTIONS:]),
    }


def render(name: str, context: dict) -> Written:
    """Write what templates/subscribers/email/<name>.* say."""
    everything = {**site_facts(), **context}

    def fill(ending: str) -> str:
        return printable(render_to_string(f"{FOLDER}/{name}.{ending}", everything))

    everything["subject"] = one_line(fill("subject.txt"))
    text, html = plain.for_reading(fill("txt")), inliner().inline(fill("html"))
    return Written(everything["subject"], text, html)


def site_facts() -> dict:
    return {
        "site_name": one_line(settings.SITE_NAME),
        "site_url": settings.SITE_URL,
        "site_host": settings.SITE_HOST,
        "reply_to": read_mailbox(settings.REPLY_TO).address,
        "postal_address": settings.POSTAL_ADDRESS,
        "nothing": NOTHING,
    }


@cache
def inliner() -> CSSInliner:
    """Moves the rules of style sheets to the elements, since many mail programs know no sheets."""
    return CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)
