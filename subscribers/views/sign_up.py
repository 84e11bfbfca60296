"""Joining: the form that stands on every public page, and what answers it."""

from email.utils import parseaddr

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from issues import page_cache
from issues.models import Issue
from subscribers import consent, guard, sign_up, stamps, subscriptions
from subscribers.sign_up import SignUpForm
from subscribers.uploads import NoFiles


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest) -> HttpResponse:
    """Show the form on a page of its own, or take what was sent from any page."""
    if request.method != "POST":
        return form_page(request)
    response = receive(request)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


@page_cache.keep
def form_page(request: HttpRequest) -> HttpResponse:
    return page_of_form(request, {})


def page_of_form(request: HttpRequest, fields: dict, status: int = 200) -> HttpResponse:
    """Show the form with what is in its fields, and an issue as a sample."""
    latest = Issue.objects.published().newest_first().only("number", "title").first()
    context = {"fields": fields, "latest": latest}
    return render(request, "subscribers/subscribe.html", context, status=status)


def receive(request: HttpRequest) -> HttpResponse:
    """Answer a form. Who is known, and how, makes no difference to a single byte."""
    if not guard.is_ours(request):
        return render(request, "subscribers/elsewhere.html", status=403)
    # Whatever the request calls its encoding: there are some in which a text is none.
    request.encoding, request.upload_handlers = "utf-8", [NoFiles()]
    form = SignUpForm(request.POST)
    is_valid = form.is_valid()
    values = form.cleaned_data
    if values["website"]:
        return render(request, "subscribers/asked.html")  # a robot learns nothing, either
    next_stamp = stamps.ripening(values["stamp"])
    fields = {"page": values["page"], "email": form.typed, "stamp": next_stamp}
    if not is_valid:
        fields["error"] = form.errors["email"][0]
        return page_of_form(request, fields, status=400)
    if not stamps.holds(values["stamp"]):
        return render(request, "subscribers/once_more.html", {"fields": fields})
    if not sign_up.ask(request, form):
        response = render(request, "subscribers/too_many.html", status=429)
        response["Retry-After"] = int(sign_up.HOUR.total_seconds())
        return response
    return render(request, "subscribers/asked.html")


@require_safe
def stamp(request: HttpRequest) -> HttpResponse:
    """Give a stamp to the script of the form."""
    response = HttpResponse(stamps.make(), content_type="text/plain; charset=utf-8")
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
@page_cache.keep
def privacy(request: HttpRequest) -> HttpResponse:
    """Say what is kept of readers, for how long, and how they get rid of it."""
    context = {
        "version": consent.POLICY_VERSION,
        "unconfirmed_days": subscriptions.UNCONFIRMED_KEPT.days,
        "keeps_network": settings.CONSENT_KEEPS_NETWORK,
        "contact": parseaddr(settings.REPLY_TO)[1],
    }
    return render(request, "subscribers/privacy.html", context)
