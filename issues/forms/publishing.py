"""The forms of the page on which an issue is published and shared."""

from django import forms
from django.utils.translation import gettext_lazy as _

from issues.forms.moments import MomentField


class ScheduleForm(forms.Form):
    at = MomentField(label=_("Goes public"))


class ShareForm(forms.Form):
    days = forms.IntegerField(
        label=_("Days until it expires"), initial=14, min_value=1, max_value=60
    )
