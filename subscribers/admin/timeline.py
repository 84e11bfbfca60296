"""Everything that is known of a person's will, and every letter to them, as one story."""

import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from issues.models import SectionType
from subscribers import reasons
from subscribers.addresses import shown
from subscribers.exchange.keeping import FORM
from subscribers.models import Bounce, ConsentEvent, Letter, Subscriber

Kind, State = ConsentEvent.Kind, Letter.State

MOST = 300  # of each, the newest
MAIL = ["delivery__mailing__contents"]  # which is long

TOLD = {
    Kind.ASKED: gettext_lazy("Asked to join."),
    Kind.CONFIRMED: gettext_lazy("Confirmed the address. Welcome!"),
    Kind.IMPORTED: gettext_lazy("Came along with an import."),
    Kind.CHOSE: gettext_lazy("Chose what to read."),
    Kind.PAUSED: gettext_lazy("Took a break."),
    Kind.RESUMED: gettext_lazy("Is back from the break."),
    Kind.CHANGE_ASKED: gettext_lazy("Asked for the letters at another address."),
    Kind.CHANGED: gettext_lazy("The address was changed."),
    Kind.LEFT: gettext_lazy("Left the list."),
    Kind.CAME_BACK: gettext_lazy("Came back: leaving was a mistake."),
    Kind.REASON: gettext_lazy("Told us why they left."),
    Kind.BOUNCED: gettext_lazy("Letters could not reach them."),
    Kind.COMPLAINED: gettext_lazy("Complained about a letter, and was taken off the list."),
}
# When it was not the person, but one of the editors.
TOLD_OF_EDITORS = {
    Kind.ASKED: gettext_lazy("Was asked to join."),
    Kind.CHOSE: gettext_lazy("What they read was chosen for them."),
    Kind.PAUSED: gettext_lazy("Their letters were paused."),
    Kind.RESUMED: gettext_lazy("Their pause was ended."),
    Kind.CHANGE_ASKED: gettext_lazy("Was asked to confirm another address."),
    Kind.LEFT: gettext_lazy("Was taken off the list."),
}
TOLD_OF_BOUNCES = {
    Bounce.Kind.HARD: gettext_lazy("A letter came back: the address does not exist."),
    Bounce.Kind.SOFT: gettext_lazy("A letter could not be delivered this time."),
    Bounce.Kind.COMPLAINT: gettext_lazy("They called a letter spam."),
}
WHY_UNREACHABLE = {
    Bounce.Kind.HARD: gettext_lazy("The address does not exist."),
    Bounce.Kind.SOFT: gettext_lazy("Five letters in a row could not be delivered."),
}
SENDING = {
    State.QUEUED: gettext_lazy("It waits to be sent."),
    State.SENDING: gettext_lazy("It is being sent."),
    State.SENT: gettext_lazy("It was sent."),
    State.FAILED: gettext_lazy("It could not be sent."),
}


class Entry(NamedTuple):
    at: datetime.datetime  # where the person's words were heard: in the zone of that day
    zone: str
    kind: str
    told: str
    facts: list[str]
    quoted: str = ""  # what a form said, or what somebody said


def of(person: Subscriber) -> list[Entry]:
    """Give the story of a person, the newest first."""
    names = dict(SectionType.objects.values_list("slug", "plural"))
    events = person.events.select_related("by")[:MOST]
    bounces = person.bounces.select_related("delivery__mailing").defer(*MAIL)
    entries = [
        *(of_event(one, names) for one in events),
        *map(of_letter, person.letters.all()[:MOST]),
        *map(of_bounce, bounces[:MOST]),
    ]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def of_event(event: ConsentEvent, names: dict[str, str]) -> Entry:
    at, zone = placed(event.at, event.zone)
    is_of_editor = event.by is not None or event.form in ("admin", FORM)
    told = TOLD_OF_EDITORS.get(event.kind) if is_of_editor else None
    facts = [*in_words(event.detail, names), where(event, is_of_editor)]
    if event.network:
        facts.append(_("From the network address %s.") % event.network)
    quoted = event.words or event.detail.get("reason", "")
    if event.kind == Kind.REASON:
        reason, quoted = reasons.read(quoted)
        facts[:0] = [f"{reason}."] if reason else []
    return Entry(at, zone, event.kind, str(told or TOLD[event.kind]), facts, quoted)


def why_unreachable(person: Subscriber) -> str:
    """Say why nothing is sent to a person any more, if we stopped because mail came back."""
    if person.state != Subscriber.State.BOUNCED:
        return ""
    event = person.events.filter(kind=Kind.BOUNCED).first()
    kind = event.detail.get("bounce") if event else None
    return str(WHY_UNREACHABLE.get(kind, ""))


def of_letter(letter: Letter) -> Entry:
    at, zone = placed(letter.sent_at or letter.created_at, settings.TIME_ZONE)
    told = _("We wrote: “%s”.") % letter.get_kind_display()
    facts = [str(SENDING[letter.state]), _("To %s.") % shown(letter.email)]
    if letter.state != State.SENT and letter.attempts:
        facts.append(_("Tried %d times.") % letter.attempts)
    return Entry(at, zone, "letter", told, facts, letter.reply)


def of_bounce(bounce: Bounce) -> Entry:
    at, zone = placed(bounce.at, settings.TIME_ZONE)
    facts = [_("Told by: %s.") % bounce.get_source_display()]
    if bounce.delivery:
        facts.insert(0, _("It was “%s”.") % bounce.delivery.mailing.subject)
    if bounce.status:
        facts.append(_("Status %s.") % bounce.status)
    return Entry(at, zone, "bounce", str(TOLD_OF_BOUNCES[bounce.kind]), facts, bounce.detail)


def where(event: ConsentEvent, is_of_editor: bool) -> str:
    """Say who did it, on which page, and which privacy page was there to read."""
    if event.form in Bounce.Source.values:
        return _("Told by: %s.") % Bounce.Source(event.form).label
    if event.form == FORM and event.by is None:
        return _("By an import.")
    if is_of_editor:
        who = event.by and (event.by.get_full_name() or event.by.get_username())
        return _("At the desk, by %s.") % (who or _("somebody who is gone"))
    said = {"form": event.form, "page": event.page, "version": event.policy_version}
    if event.page:
        return _("Form “%(form)s” on %(page)s, with the privacy page of %(version)s.") % said
    return _("Form “%(form)s”, with the privacy page of %(version)s.") % said


def in_words(detail: dict, names: dict[str, str]) -> list[str]:
    """Say what else is known of an event."""
    words = []
    if "left_out" in detail:
        left_out = ", ".join(names.get(slug, slug) for slug in detail["left_out"])
        words.append(_("Without %s.") % left_out if left_out else _("All kinds of sections."))
    if detail.get("bounce") in WHY_UNREACHABLE:
        words.append(str(WHY_UNREACHABLE[detail["bounce"]]))
    if until := parse_datetime(detail.get("until", "")):
        words.append(_("Until %s.") % date_format(timezone.localtime(until), "DATE_FORMAT"))
    if "former" in detail:
        words.append(_("It was %s before.") % shown(detail["former"]))
    if "source" in detail:
        words.append(_("How they asked for it: %s") % detail["source"])
    if {"file", "line"} <= detail.keys():
        words.append(_("Line %(line)s of “%(file)s”.") % detail)
    return words


def placed(at: datetime.datetime, zone: str) -> tuple[datetime.datetime, str]:
    """Give a moment as clocks showed it in a time zone; in the site's if that is not known."""
    try:
        return at.astimezone(ZoneInfo(zone)), zone
    except (KeyError, ValueError, OSError):
        return timezone.localtime(at), timezone.get_current_timezone_name()
