"""Who may do what at the desk: one rule for each question, by object.

An Author works on drafts of their own, an Editor on every draft, a Publisher on everything.
The groups of these names are made by a migration; what counts is the permissions they hold.
"""

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet

from issues.models import Issue, Section, ShareLink

EVERY_DRAFT = "issues.edit_every_draft"
PUBLISH = "issues.publish_issue"
HOLDER_OF_RIGHTS = "django.contrib.auth.backends.ModelBackend"


def may_publish(user) -> bool:
    """Say whether `user` may publish, schedule, unpublish, and change what is not a draft."""
    return user.has_perms(["issues.change_issue", PUBLISH])


def may_edit(user, issue: Issue) -> bool:
    """Say whether `user` may change `issue`; agrees with `editable_issues`."""
    if not user.has_perm("issues.change_issue"):
        return False
    if may_publish(user):
        return True
    is_theirs = issue.author_id is not None and issue.author_id == user.pk
    return issue.published_at is None and (is_theirs or user.has_perm(EVERY_DRAFT))


def may_see(user, issue: Issue) -> bool:
    """Say whether `user` may open `issue` at the desk; agrees with `visible_issues`."""
    if not user.has_perm("issues.view_issue") and not user.has_perm("issues.change_issue"):
        return False
    return issue.is_published or is_senior(user) or issue.author_id == user.pk


def who_sees(issue: Issue) -> QuerySet:
    """Give the accounts that may open `issue` at the desk; agrees with `may_see`."""
    looking = Q(pk__in=holders("issues.view_issue")) | Q(pk__in=holders("issues.change_issue"))
    if issue.is_published:
        return get_user_model().objects.filter(looking)
    publishing = Q(pk__in=holders("issues.change_issue")) & Q(pk__in=holders(PUBLISH))
    senior = Q(pk__in=holders(EVERY_DRAFT)) | publishing | Q(pk=issue.author_id)
    return get_user_model().objects.filter(looking, senior)


def holders(permission: str) -> QuerySet:
    return get_user_model().objects.with_perm(permission, backend=HOLDER_OF_RIGHTS).values("pk")


def may_revoke(user, link: ShareLink) -> bool:
    """Say whether `user` may take a share link back: whoever made it, and who edits the issue."""
    is_theirs = link.author_id is not None and link.author_id == user.pk
    return (is_theirs and may_see(user, link.issue)) or may_edit(user, link.issue)


def may_edit_section(user, section: Section) -> bool:
    """Say whether `user` may change `section`; agrees with `editable_sections`."""
    if not user.has_perm("issues.change_section"):
        return False
    if section.issue is not None:
        return may_edit(user, section.issue)
    return is_senior(user) or (section.author_id is not None and section.author_id == user.pk)


def may_recover(user) -> bool:
    """Say whether `user` may bring deleted issues back: who begins issues and sees everybody's."""
    return user.has_perm("issues.add_issue") and is_senior(user)


def is_senior(user) -> bool:
    """Say whether `user` sees and works on what others write."""
    return user.has_perm(EVERY_DRAFT) or may_publish(user)


def editable_issues(user) -> QuerySet[Issue]:
    """Give the issues that `user` may change."""
    if not user.has_perm("issues.change_issue"):
        return Issue.objects.none()
    if may_publish(user):
        return Issue.objects.all()
    drafts = Issue.objects.drafts()
    return drafts if user.has_perm(EVERY_DRAFT) else drafts.filter(author=user)


def visible_issues(user) -> QuerySet[Issue]:
    """Give the issues that `user` may open at the desk."""
    if not user.has_perm("issues.view_issue") and not user.has_perm("issues.change_issue"):
        return Issue.objects.none()
    if is_senior(user):
        return Issue.objects.all()
    return Issue.objects.filter(Q(pk__in=Issue.objects.published()) | Q(author=user))


def editable_sections(user) -> QuerySet[Section]:
    """Give the sections that `user` may change, those in the inbox among them."""
    if not user.has_perm("issues.change_section"):
        return Section.objects.none()
    inbox = Q(issue__isnull=True)
    if not is_senior(user):
        inbox &= Q(author=user)
    return Section.objects.filter(Q(issue__in=editable_issues(user)) | inbox)


def visible_sections(user) -> QuerySet[Section]:
    """Give the sections that `user` may open at the desk."""
    if not user.has_perm("issues.view_section") and not user.has_perm("issues.change_section"):
        return Section.objects.none()
    inbox = Q(issue__isnull=True)
    if not is_senior(user):
        inbox &= Q(author=user)
    return Section.objects.filter(Q(issue__in=visible_issues(user)) | inbox)
