"""What people fill in on the pages behind their links."""

import datetime

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from issues.characters import printable
from issues.models import SectionType
from subscribers.addresses import Address
from subscribers.fields import AddressField, TypesField
from subscribers.models import Subscriber

WEEKS = (1, 2, 4, 8, 12)
REASON_LENGTH = 500
REASONS = {
    "too often": _("It came too often"),
    "not expected": _("It was not what I expected"),
    "no time": _("I have no time to read it"),
    "never asked": _("I never asked for it"),
    "other": _("Something else"),
}


class PrintableForm(forms.Form):
    """A form that leaves out what is no text, such as NUL: no database, no page can hold it."""

    def __init__(self, data: QueryDict | None = None, **kwargs):
        super().__init__(data and data.copy(), **kwargs)
        for key in self.data:
            self.data.setlist(key, [printable(value) for value in self.data.getlist(key)])


class TypesForm(PrintableForm):
    """The kinds of sections that somebody wants; all are ticked unless a person left some out."""

    name = "types_form"
    types = TypesField(label=_("Which sections would you like?"))

    def __init__(self, *args, subscriber: Subscriber | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["types"] = self.fields["types"].offer(subscriber)

    @property
    def wanted(self) -> list[SectionType]:
        return self.cleaned_data["types"]


class PauseForm(PrintableForm):
    name = "pause_form"
    weeks = forms.TypedChoiceField(label=_("For how long?"), coerce=int)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["weeks"].choices = [
            (count, ngettext("%d week", "%d weeks", count) % count) for count in WEEKS
        ]

    @property
    def until(self) -> datetime.datetime:
        return timezone.now() + datetime.timedelta(weeks=self.cleaned_data["weeks"])


class AddressForm(PrintableForm):
    name = "address_form"
    new_email = AddressField(
        label=_("New e-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def __init__(self, *args, subscriber: Subscriber, **kwargs):
        super().__init__(*args, **kwargs)
        self.subscriber = subscriber

    def clean_new_email(self) -> Address:
        address = self.cleaned_data["new_email"]
        if address.email == self.subscriber.email:
            raise forms.ValidationError(_("This is the address that your letters go to already."))
        return address


class ReasonForm(PrintableForm):
    """Why somebody has left; an answer is a gift, so nothing of it is required."""

    reason = forms.ChoiceField(
        label=_("Would you tell us why?"),
        required=False,
        choices=list(REASONS.items()),
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=_("In your own words, if you like"),
        required=False,
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    @property
    def given(self) -> str:
        """Give the reason as it is kept: its name, and the person's own words behind it."""
        parts = (self.cleaned_data["reason"], self.cleaned_data["words"])
        return ": ".join(part for part in parts if part)
