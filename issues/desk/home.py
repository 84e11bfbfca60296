"""The editor's home: the next issue, the inbox, what others do, and what has lain about long.

It asks the database a fixed number of questions, however much there is.
"""

import datetime

from django.db.models import Case, Count, F, OuterRef, Q, Subquery, When, Window
from django.db.models.functions import Coalesce, RowNumber
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from issues import draft, history, preflight, publishing, recipe, roles
from issues.models import Issue, Section, SectionType
from issues.moments import day_and_clock, in_words

MOST_FINDINGS = 3
MOST_DRAFTS = 10
MOST_WAITING = 5  # of the inbox
MOST_EDITS = 8
EDITS_READ = 80  # to find them in: an evening of saving one issue is one edit

# An issue that missed its day is still the next one; later, it is one of the old drafts.
OVERDUE = datetime.timedelta(days=7)


def context_of(user) -> dict:
    now = timezone.now()
    issues = unpublished_issues(user, now)
    upcoming = next((issue for issue in issues if issue.turn == 1), None)
    return {
        "next": upcoming and next_issue(upcoming, user, now),
        "begin": None if upcoming else beginning(user, now),
        "inbox": inbox(user),
        "edits": recent_edits(user),
        "drafts": oldest(issues, now),
        "draft_total": issues[0].total if issues else 0,
        "may_recover": roles.may_recover(user),
    }


def unpublished_issues(user, now: datetime.datetime) -> list[Issue]:
    """Give the issue that is next, whose `turn` is 1, and those that wait longest, in one query."""
    sections = Section.objects.filter(issue=OuterRef("pk")).order_by().values("issue")
    in_turn = [F("coming").asc(nulls_last=True), F("number").desc()]
    issues = (
        roles.visible_issues(user)
        .unpublished(now)
        .annotate(
            moment=Coalesce("published_at", "planned_at"),
            coming=Case(When(moment__gte=now - OVERDUE, then="moment")),
            turn=Window(RowNumber(), order_by=in_turn),
            place=Window(RowNumber(), order_by=["created_at", "pk"]),
            total=Window(Count("*")),
            section_total=Coalesce(
                Subquery(sections.annotate(total=Count("pk")).values("total")), 0
            ),
        )
    )
    found = issues.filter(Q(turn=1) | Q(place__lte=MOST_DRAFTS)).order_by("place")
    return list(found.defer("notes", *Issue.RENDERED))


def next_issue(issue: Issue, user, now: datetime.datetime) -> dict:
    """Say how far an issue is, and what its editor may do now."""
    types = list(SectionType.objects.all())
    written = draft.of_issue(issue)
    findings = preflight.check(written, types)
    return {
        "issue": issue,
        "state": issue.state_at(now),
        "moment": moment_of(issue, now),
        "board": recipe.board(written.recipe, written.type_pks, types),
        "findings": findings[:MOST_FINDINGS],
        "more": max(len(findings) - MOST_FINDINGS, 0),
        "verdict": preflight.verdict(findings),
        "form_url": reverse("admin:issues_issue_change", args=[issue.pk]),
        "may_edit": roles.may_edit(user, issue),
        "may_publish": roles.may_publish(user),
    }


def moment_of(issue: Issue, now: datetime.datetime) -> str:
    if issue.published_at:
        return _("Goes public on %s.") % in_words(issue.published_at)
    if issue.planned_at is None:
        return _("Not planned for any day yet.")
    words = _("Planned for %s.") if issue.planned_at > now else _("Was planned for %s.")
    return words % in_words(issue.planned_at)


def beginning(user, now: datetime.datetime) -> dict | None:
    """Say which issue may be begun, and for which day; its form proposes the same."""
    if not user.has_perm("issues.add_issue"):
        return None
    day = publishing.free_issue_day(now)
    return {
        "number": Issue.objects.next_number(),
        "moment": in_words(day),
        "sees_every_draft": roles.is_senior(user),
    }


def inbox(user) -> dict | None:
    """Give what waits longest in the inbox, for those who may open that."""
    may_add = user.has_perm("issues.add_section")
    if not (may_add or user.has_perm("issues.change_section")):
        return None
    waiting = roles.editable_sections(user).in_inbox().for_pulling()
    sections = list(waiting.annotate(total=Window(Count("*")))[:MOST_WAITING])
    total = sections[0].total if sections else 0
    return {"sections": sections, "total": total, "may_add": may_add}


def recent_edits(user) -> list[dict]:
    """Say who changed what last; of many changes by one person to one thing, the last one."""
    found = history.edits(roles.visible_issues(user), roles.visible_sections(user), EDITS_READ)
    newest = {}
    for revision in found:
        newest.setdefault((revision.user_id, url_of(revision)), revision)
    return [
        {
            "who": revision.user.get_full_name() or revision.user.get_username(),
            "name": revision.name,
            "url": url,
            "comment": revision.get_comment(),
            "at": revision.date_created,
        }
        for (_user, url), revision in list(newest.items())[:MOST_EDITS]
    ]


def url_of(revision) -> str:
    if revision.issue_key:
        return reverse("admin:issues_issue_change", args=[revision.issue_key])
    return reverse("admin:issues_section_change", args=[revision.section_key])


def oldest(issues: list[Issue], now: datetime.datetime) -> list[dict]:
    """Give the issues that wait longest, and what is planned for them."""
    return [
        {"issue": issue, "state": issue.state_at(now), "moment": issue.moment and brief(issue)}
        for issue in issues
        if issue.place <= MOST_DRAFTS
    ]


def brief(issue: Issue) -> str:
    return day_and_clock(timezone.localtime(issue.moment))
