"""What is filled in on the page on which the mail of an issue is approved and tested."""

import datetime
import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from issues.characters import FORBIDDEN
from issues.forms.moments import MomentField
from subscribers.addresses import read_address
from subscribers.delivery.approving import NO_HEADER
from subscribers.delivery.testing import MOST
from subscribers.models import Mailing

# Phones, and many mail programs, show no more of a subject.
WELL_SHOWN = 78
BETWEEN = re.compile(r"[\s,;]+")
# What stands before an address in brackets, as mail programs copy it: words, or a quoted name.
NAMED = re.compile(r"""(?<![^\s,;])(?:"[^"\n]*"\s*|[^<>,;"\s@]+\s+)*<([^<>]*)>""")
LONGEST = 4000  # characters of ten addresses with names


class SubjectField(forms.CharField):
    """One line of text; characters that are none are refused, not dropped: what is typed counts."""

    widget = forms.TextInput({"class": "vTextField", "autocomplete": "off"})

    def __init__(self, **kwargs):
        longest = Mailing._meta.get_field("subject").max_length
        super().__init__(label=_("Subject"), max_length=longest, **kwargs)

    def to_python(self, value):
        text = super().to_python(value)
        if NO_HEADER.search(text):
            raise ValidationError(_("It holds characters that are no text."))
        return " ".join(text.split())


class AddressesField(forms.CharField):
    """Some addresses, with or without names; between them commas, semicolons, spaces or lines."""

    widget = forms.Textarea({"class": "vTextField", "autocomplete": "off", "rows": 2})

    def to_python(self, value) -> list[str]:
        typed = super().to_python(value).replace("\r", "\n")
        if FORBIDDEN.search(typed):
            raise ValidationError(_("It holds characters that are no text."))
        named = NAMED.sub(r" \1 ", typed) if len(typed) <= LONGEST else typed
        words = list(dict.fromkeys(filter(None, BETWEEN.split(named))))
        if len(words) > MOST or len(typed) > LONGEST:
            raise ValidationError(_("At most %d addresses at once.") % MOST)
        return list(dict.fromkeys(map(self.read, words)))

    def read(self, word: str) -> str:
        try:
            return read_address(word).email
        except ValidationError as error:
            raise ValidationError(f"{word[:80]}: {error.messages[0]}") from error


class ApproveForm(forms.Form):
    """The subject, and the moment of going out; it is not asked for where it is sent at once."""

    subject = SubjectField()
    at = MomentField(label=_("Goes out"), required=False)
    seen = forms.CharField(widget=forms.HiddenInput)  # the digest of the mail that was shown
    again = forms.CharField(widget=forms.HiddenInput, required=False)  # see `mail.mark_of`

    def __init__(self, *args, is_at_once: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["at"].required = not is_at_once
        self.is_at_once = is_at_once

    def clean(self):
        if self.is_at_once:
            self.cleaned_data["at"] = None
            self.errors.pop("at", None)
        return self.cleaned_data


class ConfirmForm(forms.Form):
    """What was said before, once more, to be confirmed; nobody types into it."""

    subject = SubjectField(widget=forms.HiddenInput)
    moment = forms.CharField(widget=forms.HiddenInput, required=False)  # none: at once
    seen = forms.CharField(widget=forms.HiddenInput)
    again = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean_moment(self) -> datetime.datetime | None:
        text = self.cleaned_data["moment"]
        if not text:
            return None
        try:
            moment = datetime.datetime.fromisoformat(text)
            timezone.localtime(moment)  # which is not there for the ends of the calendar
        except (ValueError, OverflowError) as error:
            raise ValidationError(_("That is no moment.")) from error
        return moment


class TestForm(forms.Form):
    addresses = AddressesField(label=_("Addresses"))
