"""Keeping what was decided: people, what they leave out, and the events that prove it.

The same that `subscriptions` does for one person, for hundreds with a few statements, and without
letters: nobody is written to because of a file. Call it within a transaction.
"""

from collections.abc import Iterable, Iterator

from django.conf import settings

from subscribers.exchange import left_out
from subscribers.exchange.deciding import NEW, PROOF, Decision, Kind, Outcome, Plan, State
from subscribers.exchange.rows import Types
from subscribers.models import ConsentEvent, Letter, Subscriber

FORM = "import"
LEAVING = {State.LEFT: Kind.LEFT, State.BOUNCED: Kind.BOUNCED}


def keep(decisions: list[Decision], plan: Plan, types: Types) -> list[Decision]:
    """Keep what was decided; give the decisions as they have turned out."""
    decisions = add([one for one in decisions if one.outcome in NEW]) + [
        one for one in decisions if one.outcome not in NEW
    ]
    added = [one for one in decisions if one.outcome in NEW]
    changed = [one for one in decisions if one.outcome == Outcome.CHANGED]
    change(changed)
    leave_out(added, changed)
    events = [event for one in added for event in events_of_new(one, plan)]
    events += [event for one in changed for event in events_of(one, plan, types)]
    ConsentEvent.objects.bulk_create(events)
    return decisions


def add(decisions: list[Decision]) -> list[Decision]:
    """Add new people. Who has joined by themselves at this very moment is known already."""
    new = {one.subscriber.uid: one for one in decisions}
    if not new:
        return []
    people = [one.subscriber for one in decisions]
    Subscriber.objects.bulk_create(people, ignore_conflicts=True)
    keys = dict(Subscriber.objects.filter(uid__in=new).values_list("uid", "pk"))
    for uid, pk in keys.items():
        new[uid].subscriber.pk = pk
    return [one if uid in keys else Decision(Outcome.KNOWN, one.row) for uid, one in new.items()]


def change(decisions: list[Decision]) -> None:
    """Write the columns in which people have changed, and withdraw letters from who leaves."""
    columns: set[str] = set()
    for one in decisions:
        for name, value in one.changes.items():
            if name != "left_out":
                setattr(one.subscriber, name, value)
                columns.add(name)
    if columns:
        Subscriber.objects.bulk_update([one.subscriber for one in decisions], sorted(columns))
    leaving = [one.subscriber for one in decisions if "state" in one.changes]
    if leaving:
        Letter.objects.waiting().filter(subscriber__in=leaving).delete()


def leave_out(added: list[Decision], changed: list[Decision]) -> None:
    """Keep what people do not want, in the place of what it was before."""
    new = [(one.subscriber.pk, one.row.says.get("left_out", ())) for one in added]
    again = [
        (one.subscriber.pk, one.changes["left_out"]) for one in changed if "left_out" in one.changes
    ]
    if again:
        left_out.clear([pk for pk, _types in again])
    left_out.write(new + again)


def events_of_new(decision: Decision, plan: Plan) -> Iterator[ConsentEvent]:
    """Make the proof of somebody new: who says that they agreed, where and when.

    Who is not active has joined nothing by it, and is not counted as one more.
    """
    person, says = decision.subscriber, decision.row.says
    former = {name: says[name] for name in PROOF if name in says}
    confirmed_at = person.confirmed_at and person.confirmed_at.isoformat()
    detail = {"source": plan.source, "state": str(person.state), "confirmed_at": confirmed_at}
    kind = Kind.ASKED if person.state == State.PENDING else Kind.IMPORTED
    yield event(kind, decision, plan, **detail, **former)
    if person.state in LEAVING:
        yield event(LEAVING[person.state], decision, plan)


def events_of(decision: Decision, plan: Plan, types: Types) -> Iterator[ConsentEvent]:
    """Make the events of somebody who was changed; a name alone is none."""
    changes = decision.changes
    if "state" in changes:
        yield event(LEAVING[changes["state"]], decision, plan)
    if "left_out" in changes:
        yield event(Kind.CHOSE, decision, plan, left_out=slugs(changes["left_out"], types))
    if "paused_until" in changes:
        until = changes["paused_until"]
        kind, detail = (Kind.PAUSED, {"until": until.isoformat()}) if until else (Kind.RESUMED, {})
        yield event(kind, decision, plan, **detail)


def event(kind: Kind, decision: Decision, plan: Plan, **detail) -> ConsentEvent:
    """Make an event that says which line of which file it comes from.

    It names no version of the privacy page: whoever comes with a file has not seen ours.
    """
    where = {"mode": str(plan.mode), "file": plan.file, "line": decision.row.line}
    return ConsentEvent(
        subscriber=decision.subscriber,
        kind=kind,
        at=plan.at,
        zone=settings.TIME_ZONE,
        form=FORM,
        detail={**where, **detail},
        by=plan.by,
    )


def slugs(keys: Iterable[int], types: Types) -> list[str]:
    return [slug for key, slug in types.slugs.items() if key in keys]
