"""Links that show a draft to reviewers without an account: signed, expiring, revocable.

A link is its maker's word. It ends when their account does, when they may see the issue no more,
and when their password changes, by whatever door: whoever knew it may have made links, too.
"""

import datetime

from django.core.exceptions import PermissionDenied
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from issues import audit, roles
from issues.audit import Act
from issues.models import Issue, ShareLink
from issues.moments import in_words

signer = Signer(salt="issues.sharing")


@transaction.atomic
def make(issue: Issue, user, days: int = 14) -> ShareLink:
    """Give reviewers leave to read `issue` for so many days."""
    if not roles.may_edit(user, issue):
        raise PermissionDenied
    expires_at = timezone.now() + datetime.timedelta(days=days)
    audit.note(user, Act.LINK_MADE, issue, _("It opens until %s.") % in_words(expires_at))
    return ShareLink.objects.create(
        issue=issue, author=user, expires_at=expires_at, seal=user.get_session_auth_hash()
    )


@transaction.atomic
def revoke(link: ShareLink, user) -> None:
    """Take a link back, for good."""
    if not roles.may_revoke(user, link):
        raise PermissionDenied
    link.revoked_at = timezone.now()
    link.save(update_fields=["revoked_at"])
    audit.note(user, Act.LINK_REVOKED, link.issue)


def address(link: ShareLink) -> str:
    """Give the path at which a link opens."""
    return reverse("issues:shared", args=[signer.sign(link.pk)])


def open_link(token: str, at: datetime.datetime | None = None) -> ShareLink | None:
    """Give the link of an address, with its issue, while it opens."""
    try:
        pk = int(signer.unsign(token))
    except (BadSignature, ValueError):
        return None
    links = ShareLink.objects.valid(at).select_related("issue__cover", "author")
    link = links.filter(pk=pk).first()
    is_good = link and link.has_password_of_then and roles.may_see(link.author, link.issue)
    return link if is_good else None


def links_to(issue: Issue) -> list[ShareLink]:
    """Give the links that open now; agrees with `open_link`."""
    links = ShareLink.objects.valid().filter(issue=issue, author__in=roles.who_sees(issue))
    return [link for link in links.select_related("author") if link.has_password_of_then]
