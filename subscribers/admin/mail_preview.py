"""The mail of an issue as it arrives, to be looked at in frames: the very bytes, in parts.

Each part is an answer of its own, with a policy of its own. It runs nothing, and its links open
nothing.
"""

import re
import uuid
from dataclasses import asdict, dataclass
from html import unescape
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from bitsletter.policy import ANY_HOST, MOST_HOSTS, source_of
from issues.models import Issue, SectionType
from subscribers.admin.framed import STYLED, framed
from subscribers.delivery.testing import may_test
from subscribers.issue_mail import building
from subscribers.issue_mail.contents import Contents
from subscribers.issue_mail.messages import IssueMail
from subscribers.mime import Message
from subscribers.models import Mailing, Subscriber

# Who gets what is shown: nobody, with links as long as everybody's.
READER = "reader@example.org"
PARTS = {
    "html": gettext_lazy("As it looks"),
    "text": gettext_lazy("Text part"),
    "headers": gettext_lazy("Headers"),
    "source": gettext_lazy("Source"),
}
WIDTHS = (600, 320)
STYLE = re.compile(r"<style\b[^>]*>.*?</style>", re.DOTALL | re.IGNORECASE)
SCHEME = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)", re.IGNORECASE)
HEAD = re.compile(r"<head\b[^>]*>", re.IGNORECASE)
PICTURE = re.compile(r'(<img\b[^>]*?)\ssrc="([^"]*)"', re.IGNORECASE)


@dataclass(frozen=True)
class Look:
    """How the mail is to be looked at."""

    part: str = "html"
    scheme: str = "light"
    pictures: str = "on"
    of: str = "approved"  # or "now"; the same where nothing is approved
    without: tuple[int, ...] = ()  # the keys of the types that a reader leaves out

    @property
    def query(self) -> str:
        return urlencode(asdict(self), doseq=True)


CHOICES = {"part": list(PARTS), "scheme": ["light", "dark"], "pictures": ["on", "off"]}
CHOICES["of"] = ["approved", "now"]


def look_of(asked: QueryDict, types: list[int]) -> Look:
    """Read how somebody wants to look at a mail; what makes no sense is as if it were not asked."""
    chosen = {name: asked.get(name) for name, known in CHOICES.items() if asked.get(name) in known}
    without = asked.getlist("without")
    return Look(**chosen, without=tuple(one for one in types if str(one) in without))


def contents_of(issue: Issue, mailing: Mailing | None, of: str) -> Contents:
    """Give the mail as it was approved, or as it is now."""
    if mailing is None:
        return building.build(issue)
    if of == "now":
        return building.build(issue, mailing.subject, mailing.sender)
    return Contents.from_json(mailing.subject, mailing.sender, mailing.contents)


def frames(issue: Issue, look: Look) -> list[dict]:
    """Give the frames that show a mail in that way: one for each width of a screen, or just one."""
    url = reverse("subscribers_desk:mail_part", args=[issue.pk, look.part])
    widths = WIDTHS if look.part == "html" else WIDTHS[:1]
    words = _("%d pixels wide")
    return [
        {"url": f"{url}?{look.query}", "width": width, "caption": words % width} for width in widths
    ]


def types_of(contents: Contents) -> list[SectionType]:
    """Give the types that a reader may leave out of a mail, in the order of the desk."""
    return list(SectionType.objects.filter(pk__in=contents.types))


@require_safe
def part(request: HttpRequest, pk: int, part: str) -> HttpResponse:
    """Show a part of the mail of an issue, to be put into a frame of its page."""
    issue = get_object_or_404(Issue, pk=pk)
    if not may_test(request.user, issue):
        raise PermissionDenied
    if part not in PARTS:
        raise Http404(_("A mail has no such part."))
    mailing = Mailing.objects.filter(issue=issue).first()
    contents = contents_of(issue, mailing, request.GET.get("of", ""))
    look = look_of(request.GET, contents.types)
    message = message_of(contents, look.without, mailing.scheduled_for if mailing else None)
    if message is None:
        return plain(_("Who leaves all of this out gets no mail of this issue."))
    if part == "html":
        return html_frame(message.body.html, look)
    return plain(text_of(message, part))


def message_of(contents: Contents, without: tuple[int, ...], at) -> Message | None:
    """Give the message to somebody who leaves these types out; None if nothing is left."""
    mail = IssueMail(contents)
    variant = mail.variant(frozenset(without))
    if variant is None:
        return None
    reader = mail.recipient(Subscriber(email=READER))
    return mail.message(uuid.UUID(int=0), reader, variant, timezone.localtime(at))


def text_of(message: Message, part: str) -> str:
    if part == "text":
        return message.body.text
    data = message.head_bytes() if part == "headers" else message.as_bytes()
    return data.decode("utf-8", "replace")


def plain(text: str) -> HttpResponse:
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    return framed(response)


def html_frame(html: str, look: Look) -> HttpResponse:
    """Show a mail; where its pictures are off it has no addresses of them, to ask for none."""
    if look.pictures == "off":
        html = PICTURE.sub(r"\1", html)
    sources = " ".join(picture_sources(html)) if look.pictures == "on" else "'none'"
    return framed(HttpResponse(in_scheme(html, look.scheme)), f"{STYLED}; img-src {sources}")


def picture_sources(html: str) -> list[str]:
    """Give where the pictures of a mail may come from: this site, and the hosts it names."""
    site = urlsplit(settings.SITE_URL)
    ours = ["'self'", f"{site.scheme}://{site.netloc}"]
    hosts = {source_of(unescape(one), site.scheme) for _tag, one in PICTURE.findall(html)} - {""}
    return [*ours, *(sorted(hosts - set(ours)) if len(hosts) <= MOST_HOSTS else [ANY_HOST])]


def in_scheme(html: str, scheme: str) -> str:
    """Show a mail as a program in light or dark colours does, whatever the browser's are.

    What it asks of the colours is answered in its own style sheets; its links open a window, which
    the sandbox never lets them.
    """

    def answered(query: re.Match) -> str:
        return "(min-width: 0)" if query[1].lower() == scheme else "(max-width: 0)"

    html = STYLE.sub(lambda style: SCHEME.sub(answered, style[0]), html)
    ours = f'<base target="_blank"><style>:root {{ color-scheme: {scheme} !important; }}</style>'
    head = HEAD.search(html)
    at = head.end() if head else 0
    return html[:at] + ours + html[at:]
