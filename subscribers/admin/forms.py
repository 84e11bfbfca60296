"""What is filled in at the desk about subscribers."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from issues.characters import one_line
from subscribers.addresses import Address
from subscribers.fields import AddressField, TypesField
from subscribers.growth import midnight
from subscribers.models import Subscriber, Suppression

State, Reason = Subscriber.State, Suppression.Reason

# Of somebody else than whoever types it.
TYPED_ADDRESS = forms.EmailInput({"class": "vTextField", "autocomplete": "off"})

FORGETTING = [
    (Reason.ERASED, _("Erase. They may join again one day, of their own will.")),
    (Reason.BLOCKED, _("Erase and block the address. No letter goes there again.")),
]
KNOWN = {
    State.PENDING: _("This address was asked already, and has not confirmed yet."),
    State.ACTIVE: _("This address is on the list already."),
    State.LEFT: _(
        "Somebody has left with this address. Only they can come back, by joining again."
    ),
    State.BOUNCED: _("This address is known, and letters could not reach it."),
}


class LineField(forms.CharField):
    """Words on one line, without characters that are no text."""

    widget = forms.TextInput({"class": "vTextField"})

    def to_python(self, value):
        return one_line(super().to_python(value))


def refuse_suppressed(address: Address) -> None:
    """Raise ValidationError if letters must not go there, as editors may know."""
    known = Suppression.objects.of(address).exclude(reason=Reason.ERASED).first()
    if known:
        raise ValidationError(
            _("This address is suppressed: %(reason)s."),
            params={"reason": known.get_reason_display()},
        )


class InviteForm(forms.Form):
    """Somebody whom an editor adds, who is asked by letter first."""

    email = AddressField(label=_("E-mail address"), widget=TYPED_ADDRESS)
    name = LineField(label=_("Name"), required=False, max_length=200)
    source = LineField(
        label=_("How they asked for it"),
        max_length=500,
        help_text=_("Such as “wrote to us on 3 May” or “put their name down at the meetup”."),
    )

    def clean_email(self):
        address = self.cleaned_data["email"]
        if known := Subscriber.objects.filter(key=address.key).first():
            raise ValidationError(KNOWN[known.state])
        refuse_suppressed(address)
        return address


class PersonForm(forms.ModelForm):
    """What an editor may change of a person; the rest is up to the person.

    Each field holds what it showed first, too: what the editor has left alone and the person has
    changed meanwhile stays as the person wants it.
    """

    name = LineField(label=_("Name"), required=False, max_length=200, show_hidden_initial=True)
    wanted = TypesField(label=_("Wants"), show_hidden_initial=True)
    pause_until = forms.DateField(
        label=_("Pause until"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        show_hidden_initial=True,
        help_text=_("The day on which letters go out again. Empty: no pause."),
    )
    address = AddressField(
        label=_("Another address"),
        required=False,
        widget=TYPED_ADDRESS,
        help_text=_("We ask there first. Nothing changes until its owner confirms."),
    )

    class Meta:
        model = Subscriber
        fields = ["name"]

    # What means nothing for somebody who gets no letters.
    OF_READERS = ("wanted", "pause_until", "address")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        person = self.instance
        if person.state == State.LEFT:
            for name in self.OF_READERS:
                del self.fields[name]
            return
        self.initial["wanted"] = self.fields["wanted"].offer(person)
        if person.is_paused():
            self.initial["pause_until"] = timezone.localdate(person.paused_until)

    def clean_pause_until(self):
        day = self.cleaned_data["pause_until"]
        if day and "pause_until" in self.changed_data and day <= timezone.localdate():
            raise ValidationError(_("Choose a day that is still to come."))
        return midnight(day) if day else None

    def clean_address(self):
        address = self.cleaned_data["address"]
        if address is None:
            return None
        if address.email == self.instance.email:
            raise ValidationError(_("Letters go to this address already."))
        refuse_suppressed(address)
        return address


class LeaveForm(forms.Form):
    reason = LineField(
        label=_("Why they are taken off"),
        max_length=500,
        help_text=_("Such as “asked for it by e-mail”. It stands in the timeline."),
    )


class ForgetForm(forms.Form):
    """Neither is proposed: what goes cannot be had back, and what is blocked stays so."""

    reason = forms.ChoiceField(
        label=_("What is kept of the address"),
        choices=FORGETTING,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the two. Nothing was done yet.")},
    )


class CheckForm(forms.Form):
    email = AddressField(label=_("E-mail address"), widget=TYPED_ADDRESS)
