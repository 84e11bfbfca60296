"""A moment that an editor gives as a local date and time."""

import datetime

from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime
from django.core.exceptions import ValidationError
from django.forms.utils import to_current_timezone
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from issues.moments import Readings, name_of, two_readings


class MomentWidget(AdminSplitDateTime):
    """Date and time, and a choice between two moments where the local time may mean both."""

    def __init__(self, attrs=None):
        super().__init__(attrs)
        for part, name in zip(self.widgets, (_("Date"), _("Time")), strict=True):
            part.attrs["aria-label"] = name
        self.widgets = [*self.widgets, forms.RadioSelect()]
        self.widgets_names = [*self.widgets_names, "_2"]

    def decompress(self, value):
        if not value:
            return [None, None, None]
        local = to_current_timezone(value)
        is_unclear = two_readings(local.replace(fold=0)) is not None
        return [local.date(), local.time(), name_of(value) if is_unclear else None]

    def render(self, name, value, attrs=None, renderer=None):
        html = super().render(name, value, attrs, renderer)
        value = value if isinstance(value, list) else self.decompress(value)
        readings = readings_of(*value[:2])
        if readings is None:
            return html
        radios = forms.RadioSelect(choices=readings.choices())
        chosen = radios.render(f"{name}_2", value[2], {"id": f"{(attrs or {}).get('id', name)}_2"})
        return format_html(
            '{}<div class="readings" role="radiogroup" aria-label="{}">{}</div>',
            *(html, _("Which of the two moments?"), chosen),
        )


def readings_of(day, clock) -> Readings | None:
    """Say what date and time mean as they stand in the two inputs, if that is unclear."""
    try:
        day, clock = forms.DateField().to_python(day), forms.TimeField().to_python(clock)
        if day is None or clock is None:
            return None
        return two_readings(datetime.datetime.combine(day, clock))
    except (ValidationError, OverflowError):
        return None  # the field says what is wrong


class MomentField(forms.SplitDateTimeField):
    """Gives an aware moment; refuses a local time of no or two moments until one is chosen.

    The third part names the chosen moment. One that date and time cannot mean is no choice: it
    is left over from another date, and the editor is asked again.
    """

    widget = MomentWidget
    default_error_messages = {
        "incomplete": _("Give both a date and a time."),
        "invalid_date": _("Enter a date such as 2026-12-02."),
        "invalid_time": _("Enter a time such as 09:00."),
        "outside": _("The calendar does not go that far."),
    }

    def __init__(self, **kwargs):
        super().__init__(**{"require_all_fields": False, **kwargs})
        self.fields = (*self.fields, forms.CharField(required=False))

    def clean(self, value):
        is_empty = isinstance(value, list) and not any(value[:2])
        return super().clean(None if is_empty else value)

    def compress(self, data_list):
        if not data_list:
            return None
        day, clock, chosen = data_list
        local = datetime.datetime.combine(day, clock)
        try:
            readings = two_readings(local)
        except OverflowError as error:
            raise ValidationError(self.error_messages["outside"], code="outside") from error
        if readings is None:
            return timezone.make_aware(local)
        if chosen not in readings.by_name:
            raise ValidationError(readings.in_words(), code="unclear")
        return readings.by_name[chosen]
