"""The form of an issue."""

from django import forms
from django.utils.translation import gettext_lazy as _

from issues import draft, titles
from issues.characters import one_line
from issues.forms.moments import MomentField, MomentWidget
from issues.forms.widgets import REFERENCES_HELP
from issues.models import Issue


class IssueForm(forms.ModelForm):
    # The version that the editor has before them; saving any other one is a conflict.
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Issue
        fields = ["number", "title", "summary", "intro", "cover", "planned_at", "notes"]
        help_texts = {"intro": REFERENCES_HELP}
        field_classes = {"planned_at": MomentField}
        widgets = {
            "planned_at": MomentWidget,
            "summary": forms.Textarea({"rows": 2, "class": "vLargeTextField"}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "title" in self.fields:
            self.fields["title"].required = False
        if "version" in self.fields:
            self.initial["version"] = self.instance.version

    def clean_title(self):
        """Make an empty title from the sections."""
        title = one_line(self.cleaned_data["title"])
        if not title:
            title = titles.suggested_for(draft.of_form(self.data, []).sections)
        if not title:
            raise forms.ValidationError(_("This field is required."), code="required")
        return title

    def clean_version(self):
        """Save only what the editor has seen: `Versioned.save` compares it."""
        version = self.cleaned_data["version"]
        if version is not None and not self.instance._state.adding:
            self.instance.version = version
        return version
