"""Choosing: sections, pauses, another address, one's own data, and being forgotten."""

import datetime
from collections.abc import Callable

from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from subscribers import consent, limits, subscriptions, tokens
from subscribers.forms import AddressForm, PauseForm, TypesForm
from subscribers.models import Subscriber
from subscribers.tokens import Purpose
from subscribers.views.personal import ACTING, READING, over, personal, proof

State = Subscriber.State
FORM = "preferences"
# Letters to others that one person can call for; each address has a limit of its own, too.
CHANGES = limits.Rule(most=5, within=datetime.timedelta(days=1))
DONE = {
    "chosen": gettext_lazy("Saved. Your next letter is made of these sections."),
    "paused": gettext_lazy("Your letters rest now, and come again by themselves."),
    "resumed": gettext_lazy("The pause is over. The next letter is yours again."),
    "address": gettext_lazy(
        "We have written to the new address. Press the button in that letter; until then, "
        "everything stays as it is."
    ),
    "asked": gettext_lazy(
        "We have written to you. Press the button in that letter, and you are on the list. "
        "We do so every quarter of an hour at most, and three times a day."
    ),
}


class SeeOther(HttpResponseRedirect):
    status_code = 303


@personal(*READING, *ACTING)
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """Show what a person has chosen, or change one thing of it: the form's `do` says which."""
    subscriber = tokens.read(Purpose.CHOOSE, token)
    if subscriber is None:
        return over(request)
    if request.method in READING:
        return shown(request, token, subscriber)
    # A page that has stood open while the person left, say, may ask for what is not possible.
    act = ACTS[subscriber.state].get(request.POST.get("do"))
    done, form = act(request, subscriber) if act else ("", None)
    if form:
        return shown(request, token, subscriber, form)
    query = f"?done={done}" if done else ""
    return SeeOther(reverse("subscribers:preferences", args=[token]) + query)


def shown(
    request: HttpRequest, token: str, subscriber: Subscriber, form: Form | None = None
) -> HttpResponse:
    """Give the page; `form` takes the place of the empty one of its kind, with its errors."""
    forms = {
        "types_form": TypesForm(subscriber=subscriber),
        "pause_form": PauseForm(),
        "address_form": AddressForm(subscriber=subscriber),
    }
    if form:
        forms[form.name] = form
        for name in form.errors:  # where to look, on a long page
            form.fields[name].widget.attrs["autofocus"] = True
    context = {
        "token": token,
        "subscriber": subscriber,
        "is_paused": subscriber.is_paused(),
        "done": "" if form else DONE.get(request.GET.get("done"), ""),
        "has_error": form is not None,
        "words": consent.words(),
        "leave_token": tokens.make(Purpose.LEAVE, subscriber),
    }
    return render(request, "subscribers/preferences.html", context | forms)


# What the page can do. Each gives what is done then, or the form that holds an error.
Done = tuple[str, Form | None]
Act = Callable[[HttpRequest, Subscriber], Done]


def choose(request: HttpRequest, subscriber: Subscriber) -> Done:
    form = TypesForm(request.POST, subscriber=subscriber)
    if not form.is_valid():
        return "", form
    is_done = subscriptions.choose(subscriber, form.wanted, proof(request, FORM))
    return ("chosen", None) if is_done else too_often(form, "types")


def pause(request: HttpRequest, subscriber: Subscriber) -> Done:
    form = PauseForm(request.POST)
    if not form.is_valid():
        return "", form
    is_done = subscriptions.pause(subscriber, form.until, proof(request, FORM))
    return ("paused", None) if is_done else too_often(form, "weeks")


def resume(request: HttpRequest, subscriber: Subscriber) -> Done:
    subscriptions.pause(subscriber, None, proof(request, FORM))
    return "resumed", None


def ask_for_change(request: HttpRequest, subscriber: Subscriber) -> Done:
    """Say the same of every address, known or not."""
    form = AddressForm(request.POST, subscriber=subscriber)
    if not form.is_valid():
        return "", form
    if not limits.take(f"changes:{subscriber.uid}", CHANGES):
        return too_often(form, "new_email")
    subscriptions.ask_for_change(subscriber, form.cleaned_data["new_email"], proof(request, FORM))
    return "address", None


def ask(request: HttpRequest, subscriber: Subscriber) -> Done:
    subscriptions.ask(subscriber.address, proof(request, FORM, consent.words()))
    return "asked", None


def too_often(form: Form, field: str) -> Done:
    form.add_error(field, _("That was often enough for a day. Try again tomorrow."))
    return "", form


ACTS: dict[str, dict[str, Act]] = {
    State.PENDING: {"ask": ask},
    State.ACTIVE: {
        "choose": choose,
        "pause": pause,
        "resume": resume,
        "address": ask_for_change,
    },
    State.LEFT: {"ask": ask},
    State.BOUNCED: {"address": ask_for_change},
}


@personal(*ACTING)
def download(request: HttpRequest, token: str) -> HttpResponse:
    """Hand over all that is known of a person (GDPR, articles 15 and 20)."""
    subscriber = tokens.read(Purpose.CHOOSE, token)
    if subscriber is None:
        return over(request)
    response = JsonResponse(
        subscriptions.data_of(subscriber), json_dumps_params={"indent": 2, "ensure_ascii": False}
    )
    response["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


@personal(*READING, *ACTING)
def erase(request: HttpRequest, token: str) -> HttpResponse:
    """Say what being forgotten means, and do it."""
    subscriber = tokens.read(Purpose.CHOOSE, token)
    if subscriber is None:
        return over(request)
    if request.method in READING:
        context = {"token": token, "subscriber": subscriber}
        return render(request, "subscribers/erase.html", context)
    subscriptions.erase_oneself(subscriber)
    return render(request, "subscribers/erased.html")
