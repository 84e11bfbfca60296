"""What somebody gives to sign in who has set up a second step."""

from django import forms
from django.contrib.admin.forms import AdminPasswordChangeForm
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from issues.signing_in import devices

AS_WRITTEN = {"autocapitalize": "none", "autocorrect": "off", "spellcheck": "false"}
CODE = {"autocomplete": "one-time-code", "inputmode": "numeric"}
RECOVERY = {"autocomplete": "off", **AS_WRITTEN}
PASSWORD = {"autocomplete": "current-password"}
WRONG = _("That is not the code, or it was used before. Wait until your app shows the next one.")


class FirstCodeForm(forms.Form):
    """The first code of an app that has just been told the secret."""

    code = forms.CharField(
        label=_("Code from the app"), max_length=64, widget=forms.TextInput(CODE)
    )


class CodeForm(forms.Form):
    """A code from the app, or one of the recovery codes; `take_code` uses it up."""

    code = forms.CharField(
        label=_("Code from the app"), max_length=64, required=False, widget=forms.TextInput(CODE)
    )
    recovery = forms.CharField(
        label=_("Recovery code"), max_length=64, required=False, widget=forms.TextInput(RECOVERY)
    )

    def __init__(self, user=None, data=None, **options):
        super().__init__(data, **options)
        self.user = user
        self.device = self.wait = None

    def clean(self):
        values = super().clean()
        typed = values.get("code") or values.get("recovery")
        if not self.errors and not typed:
            self.add_error("code", _("Type the code that your app shows."))
        if not self.errors:
            self.take(typed, "code" if values.get("code") else "recovery")
        return values

    def take(self, typed: str, field: str) -> None:
        try:
            self.device = devices.take(self.user, typed)
        except devices.WrongCode:
            self.add_error(field, WRONG)
        except devices.TooSoon as refusal:
            left = (refusal.until - timezone.now()).total_seconds()
            self.wait = max(int(left) + 1, 1)
            words = ngettext(
                "There were too many wrong codes. Try again in %d second.",
                "There were too many wrong codes. Try again in %d seconds.",
                self.wait,
            )
            self.add_error(field, words % self.wait)

    @property
    def was_recovery(self) -> bool:
        return not self.cleaned_data["code"]


class SwitchOffForm(CodeForm):
    """A password and a code: whoever finds an open desk has neither."""

    password = forms.CharField(
        label=_("Your password"), strip=False, widget=forms.PasswordInput(PASSWORD)
    )
    field_order = ["password", "code", "recovery"]

    def __init__(self, user=None, data=None, request=None, **options):
        super().__init__(user, data, **options)
        self.request = request

    def clean_password(self) -> str:
        return own_password(self.request, self.user, self.cleaned_data["password"])


class ChangePasswordForm(AdminPasswordChangeForm):
    """Django's own, but for how it looks at the password of now."""

    def __init__(self, *args, request, **options):
        super().__init__(*args, **options)
        self.request = request

    def clean_old_password(self) -> str:
        return own_password(self.request, self.user, self.cleaned_data["old_password"])


def own_password(request: HttpRequest, user, typed: str) -> str:
    """Take a password as the sign-in does, so that guesses are counted with those there."""
    if authenticate(request, username=user.get_username(), password=typed) is None:
        raise ValidationError(_("That is not your password."))
    return typed
