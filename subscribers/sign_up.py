"""Signing up: what the form holds, and how often it may be sent."""

import datetime
import threading

from django import forms
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from issues.characters import one_line
from subscribers import consent, limits, subscriptions
from subscribers.addresses import MAX_LENGTH
from subscribers.consent import Proof
from subscribers.fields import AddressField
from subscribers.networks import network_of

HOUR = datetime.timedelta(hours=1)
LONGEST_PATH = 300
# Everybody counts in one row, and so waits for the others anyway. SQLite would let the threads of
# a process try again and again, in no order, until one of them has waited for too long.
IN_LINE = threading.Lock()


class UntypedField(forms.Field):
    """A text that no person types, so that there is nobody to be told what is wrong with it."""

    def __init__(self):
        super().__init__(required=False)

    def to_python(self, value: str | None) -> str:
        return value or ""


class SignUpForm(forms.Form):
    """What comes from the form that stands on every public page."""

    email = AddressField()
    page = UntypedField()
    stamp = UntypedField()
    website = UntypedField()  # people do not see it, and robots like to fill it in

    def clean_page(self) -> str:
        page = one_line(self.cleaned_data["page"])
        return page[:LONGEST_PATH] if page.startswith("/") else ""

    @property
    def typed(self) -> str:
        """Give what was typed as the address, for whoever has to mend it."""
        return one_line(self.data.get("email", ""))[:MAX_LENGTH]


def ask(request: HttpRequest, form: SignUpForm) -> bool:
    """Ask the address of a valid form; say whether there was room for one more.

    All is one transaction, so that an address takes as long as any other.
    """
    network = network_of(request)
    page, address = form.cleaned_data["page"], form.cleaned_data["email"]
    with IN_LINE, transaction.atomic():
        if not has_room(network):
            return False
        subscriptions.ask(address, Proof("sign-up", page, network, consent.words()))
    return True


def has_room(network: str | None) -> bool:
    """Say whether somebody in this network may sign up now, and count it if so.

    Whatever the address: else it would tell something of the address.
    """
    # A keyed hash, since a network may be a person, and is kept only where the settings say so.
    name = salted_hmac("subscribers.network", network or "", algorithm="sha256").hexdigest()
    of_network = limits.Rule(settings.SIGN_UPS_PER_NETWORK, HOUR)
    of_all = limits.Rule(settings.SIGN_UPS_PER_HOUR, HOUR)
    return limits.take(f"sign-ups:{name}", of_network) and limits.take("sign-ups", of_all)
