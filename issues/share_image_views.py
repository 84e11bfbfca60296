"""The share images of what is public, each drawn once."""

from django.core.cache import caches
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from issues import cards, share_images
from issues.models import Issue, Section
from issues.moved import lead_on
from issues.share_images import Card

ONE_DAY, ONE_WEEK = 24 * 60 * 60, 7 * 24 * 60 * 60


@require_safe
def site(request: HttpRequest) -> HttpResponse:
    return picture_of(cards.of_site(), request)


@require_safe
def issue(request: HttpRequest, number: int) -> HttpResponse:
    issues = Issue.objects.published().only("number", "title", "published_at")
    found = issues.filter(number=number).first()
    if found is None:
        return moved(request)
    shown = ("title", "short_title", "issue", "type__name", "type__color")
    sections = found.sections.select_related("type").only(*shown)
    return picture_of(cards.of_issue(found, list(sections)), request)


@require_safe
def section(request: HttpRequest, number: int, slug: str) -> HttpResponse:
    shown = ("title", "type__name", "type__color", "issue__number", "issue__published_at")
    sections = Section.objects.published().select_related("issue", "type").only(*shown)
    found = sections.filter(issue__number=number, slug=slug).first()
    if found is None:
        return moved(request)
    return picture_of(cards.of_section(found), request)


def moved(request: HttpRequest) -> HttpResponse:
    """Lead to the picture of what once was at this address. Raises Http404."""
    if found := lead_on(request, "share.png"):
        return found
    raise Http404(_("There is no such picture."))


def picture_of(card: Card, request: HttpRequest) -> HttpResponse:
    """Answer with the picture, or that the one which the browser has is still right."""
    etag = f'"{card.digest}"'
    response = get_conditional_response(request, etag=etag)
    if response is None:
        response = HttpResponse(drawn(card), content_type="image/png")
    response["ETag"] = etag
    response["Cache-Control"] = f"public, max-age={ONE_DAY}"
    return response


def drawn(card: Card) -> bytes:
    """Give the picture from the cache, else draw it.

    What is drawn is its name there: whatever somebody asks for, there is one of each card.
    """
    name = f"share-image-{card.digest}"
    return caches["large"].get_or_set(name, lambda: share_images.draw(card), ONE_WEEK)
