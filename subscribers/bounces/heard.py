"""What follows from what a provider tells: `SubscribersConfig` lets django-anymail call this."""

import datetime
import hashlib
import json
import uuid

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from django.utils import timezone

from issues.characters import one_line
from subscribers import subscriptions
from subscribers.addresses import key_of
from subscribers.bounces.noting import note, reached_at
from subscribers.bounces.statuses import kind_in, status_in
from subscribers.bounces.whose import find
from subscribers.consent import Proof
from subscribers.models import Bounce, Delivery, Letter, Subscriber

Kind, Source = Bounce.Kind, Bounce.Source

# Why a provider did not even try, from what it had heard before.
REJECTED = {
    RejectReason.INVALID: Kind.HARD,
    RejectReason.BOUNCED: Kind.HARD,
    RejectReason.SPAM: Kind.COMPLAINT,
}
# Where providers say in their own words whether a bounce is for good, and what they say then.
FOR_GOOD = {
    "Amazon SES": (("bounce", "bounceType"), "Permanent"),
    "Brevo": (("event",), "hard_bounce"),
    "Mailgun": (("event-data", "severity"), "permanent"),
    "Mailjet": (("hard_bounce",), True),
    "Postmark": (("Type",), "HardBounce"),
    "Resend": (("data", "bounce", "type"), "Permanent"),
    "SendGrid": (("type",), "bounce"),
}


def hear(sender, event: AnymailTrackingEvent, esp_name: str, **kwargs) -> None:
    """Do what follows from one thing that a provider tells; most of it is no news."""
    kind, is_leaving = kind_told(event, esp_name), has_left(event)
    if kind is None and not is_leaving:
        return
    message, person = concerned(event)
    if person is None:
        return
    if is_leaving:
        let_go(person, moment(event))
        return
    said = " ".join(map(str, filter(None, (event.mta_response, event.description))))
    note(
        person,
        kind,
        Source.PROVIDER,
        event=name_of(event, esp_name),
        status=status_in(said),
        detail=said,
        message=message,
        at=moment(event),
    )


def kind_told(event: AnymailTrackingEvent, esp_name: str) -> Kind | None:
    match event.event_type:
        case EventType.COMPLAINED:
            return Kind.COMPLAINT
        case EventType.REJECTED if event.reject_reason != RejectReason.UNSUBSCRIBED:
            return REJECTED.get(event.reject_reason, Kind.SOFT)
        case EventType.BOUNCED:
            return kind_of_bounce(event, esp_name)
    return None


def has_left(event: AnymailTrackingEvent) -> bool:
    is_refused = event.event_type == EventType.REJECTED
    was_left = is_refused and event.reject_reason == RejectReason.UNSUBSCRIBED
    return was_left or event.event_type == EventType.UNSUBSCRIBED


def kind_of_bounce(event: AnymailTrackingEvent, esp_name: str) -> Kind:
    """Judge a bounce by what the mail server said, else by what the provider makes of it."""
    if event.reject_reason == RejectReason.INVALID:
        return Kind.HARD
    if kind := kind_in(str(event.mta_response or "")):
        return kind
    path, word = FOR_GOOD.get(esp_name, ((), None))
    said = event.esp_event
    for name in path:
        said = said.get(name) if isinstance(said, dict) else None
    return Kind.HARD if path and said == word else Kind.SOFT


def concerned(
    event: AnymailTrackingEvent,
) -> tuple[Delivery | Letter | None, Subscriber | None]:
    """Give the message that an event is about, and the person.

    A provider knows the secret: where it names no message, the address will do.
    """
    metadata = event.metadata if isinstance(event.metadata, dict) else {}
    try:
        number = uuid.UUID(str(metadata.get("delivery", "")))
    except ValueError:
        key = key_of(one_line(str(event.recipient or "")))
        return None, Subscriber.objects.filter(key=key).first()
    message = find([number])
    return message, message and message.subscriber


def let_go(person: Subscriber, at: datetime.datetime) -> None:
    """Take somebody off the list who told the provider so, if they have not joined since."""
    joined = reached_at(person)
    if joined is None or at >= joined:
        subscriptions.leave(person, Proof(Source.PROVIDER))


def moment(event: AnymailTrackingEvent) -> datetime.datetime:
    """Say when it happened; now if that cannot be."""
    now = timezone.now()
    at = event.timestamp
    if at is None or timezone.is_naive(at):
        return now
    try:
        return min(at.astimezone(datetime.UTC), now)
    except OverflowError:  # at an end of the calendar
        return now


def name_of(event: AnymailTrackingEvent, esp_name: str) -> str:
    """Give what names an event; where the provider does not, it is all that the event says."""
    if event.event_id:
        return f"{esp_name}:{event.event_id}"
    everything = json.dumps(event.esp_event, sort_keys=True, default=str)
    return f"{esp_name}:{hashlib.sha256(everything.encode()).hexdigest()}"
