"""Leaving: by one click of a mail program (RFC 8058), or by the button of a page.

Each of these pages is the same for a token that nobody has: who tries some learns nothing.
"""

import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from subscribers import subscriptions, tokens
from subscribers.forms import ReasonForm, TypesForm
from subscribers.tokens import Purpose
from subscribers.views.personal import ACTING, READING, personal, proof

# As a form of either content type holds it.
ONE_CLICK = re.compile(rb"List-Unsubscribe\b.{1,200}?\bOne-Click\b", re.DOTALL | re.IGNORECASE)
READ = 4096  # bytes; what one click sends has some 30, or 200 in parts


@personal(*READING, *ACTING)
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Show a button; whatever is posted here, by it or by a mail program, leaves at once."""
    context = {"token": token, "types_form": TypesForm()}
    if request.method in READING:
        return render(request, "subscribers/unsubscribe.html", context)
    if subscriber := tokens.read(Purpose.LEAVE, token):
        form = "one-click" if is_one_click(request) else "goodbye page"
        subscriptions.leave(subscriber, proof(request, form))
    return render(request, "subscribers/goodbye.html", context | {"reason_form": ReasonForm()})


def is_one_click(request: HttpRequest) -> bool:
    """Say whether a mail program has sent this; of a body that cannot be read, that it has not."""
    try:
        return bool(ONE_CLICK.search(request.read(READ)))
    except OSError:  # the token is all that counts
        return False


@personal(*READING, *ACTING)
def come_back(request: HttpRequest, token: str) -> HttpResponse:
    """Take leaving back, or have fewer sections instead; or say that it is too late for that.

    The page itself is where the letter that says goodbye leads to.
    """
    if request.method in READING:
        return render(request, "subscribers/come_back.html", {"token": token})
    form = TypesForm(request.POST) if "fewer" in request.POST else None
    wanted = form.wanted if form and form.is_valid() else None
    subscriber = tokens.read(Purpose.LEAVE, token)
    given = proof(request, "goodbye page")
    is_back = subscriber is not None and subscriptions.come_back(subscriber, given, wanted)
    return render(request, f"subscribers/{'back' if is_back else 'too_late'}.html")


@personal(*ACTING)
def give_reason(request: HttpRequest, token: str) -> HttpResponse:
    """Keep why somebody has left, if they like to tell."""
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return render(request, "subscribers/reason.html", {"token": token, "reason_form": form})
    subscriber = tokens.read(Purpose.LEAVE, token)
    if subscriber and form.given:
        subscriptions.give_reason(subscriber, form.given, proof(request, "goodbye page"))
    return render(request, "subscribers/thanks.html")
