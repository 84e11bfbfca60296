"""Confirming an address: the page of the link shows, its button acts."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from subscribers import subscriptions, tokens
from subscribers.forms import TypesForm
from subscribers.models import Subscriber
from subscribers.tokens import Purpose
from subscribers.views.personal import ACTING, READING, over, personal, proof


@personal(*READING, *ACTING)
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Show the last step of joining; its button is the consent. Pressed again it says the same."""
    subscriber = tokens.read(Purpose.CONFIRM, token)
    if subscriber is None:
        return over(request)
    words = _("Yes, send me the letters")
    if subscriber.state == Subscriber.State.ACTIVE:
        return welcome(request, subscriber)
    if request.method in READING:
        return render(request, "subscribers/confirm.html", {"words": words})
    if not subscriptions.confirm(subscriber, proof(request, "confirmation", words)):
        return over(request)
    return welcome(request, subscriber)


def welcome(request: HttpRequest, subscriber: Subscriber) -> HttpResponse:
    """Say what comes now, and let the person choose at once."""
    context = {
        "types_form": TypesForm(subscriber=subscriber),
        "choose_token": tokens.make(Purpose.CHOOSE, subscriber),
        "leave_token": tokens.make(Purpose.LEAVE, subscriber),
    }
    return render(request, "subscribers/welcome.html", context)


@personal(*READING, *ACTING)
def change(request: HttpRequest, token: str) -> HttpResponse:
    """Let the letters go to the address at which this link arrived; never shows the former one."""
    subscriber, words = tokens.read(Purpose.CHANGE, token), _("Yes, send the letters here")
    if request.method in READING:
        context = {"words": words}
        return render(request, "subscribers/change.html", context) if subscriber else over(request)
    given = proof(request, "change of address", words)
    is_done = subscriber is not None and subscriptions.change(subscriber, given)
    if is_done or tokens.is_spent(token):
        return render(request, "subscribers/changed.html")
    return over(request)
