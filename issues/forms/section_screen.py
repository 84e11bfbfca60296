"""The form of a section on its own screen, where it does not see the others of its issue."""

from django import forms
from django.utils.formats import date_format
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext_lazy as _

from issues.forms.sections import SectionForm
from issues.models import Section
from issues.models.tag import join_names


class SectionScreenForm(SectionForm):
    """The form of a section on a screen of its own.

    It knows which version of the section it shows, and does not overwrite a newer one unseen.
    """

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    saved: list[tuple[str, str]] = []  # where somebody else was quicker: what differs, and how

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version
        # Posted beside the position, the one that was shown tells whether another was typed.
        is_told = not self.is_bound or self.add_initial_prefix("position") in self.data
        self.fields["position"].show_hidden_initial = is_told

    def clean_position(self):
        """Leave the section where others have put it meanwhile, unless it was moved here."""
        if self.instance.pk and "position" not in self.changed_data:
            return self.instance.position
        return super().clean_position()

    def clean(self):
        super().clean()
        if self.instance.pk:
            self.refuse_stale_version()
        return self.cleaned_data

    def has_place(self):
        if self.instance.pk and "issue" in self.changed_data:  # its place was in another issue
            return self.is_place_given() and "position" in self.changed_data
        return super().has_place()

    def refuse_stale_version(self):
        # Locked until it is saved, so that nobody comes in between.
        locked = Section.objects.select_for_update().values_list("version", "updated_at")
        version, updated_at = locked.get(pk=self.instance.pk)
        if self.cleaned_data.get("version") == version:
            return
        self.saved = [self.saved_value(name) for name in self.changed_data if name != "version"]
        self.data = self.data.copy()
        self.data[self.add_prefix("version")] = version  # who saves again has seen it
        is_from_today = localdate(updated_at) == localdate()
        style = "TIME_FORMAT" if is_from_today else "DATETIME_FORMAT"
        message = _(
            "Somebody changed this section at %(time)s, while you were writing. Your text is "
            "still here, but not saved. Saving again overwrites what is saved now."
        )
        raise forms.ValidationError(message % {"time": date_format(localtime(updated_at), style)})

    def saved_value(self, name: str) -> tuple[str, str]:
        """Give the label of a field and the text that is saved in it."""
        value = self.initial.get(name) if name == "tags" else getattr(self.instance, name)
        text = join_names(value) if name == "tags" else "" if value is None else str(value)
        return self.fields[name].label, text
