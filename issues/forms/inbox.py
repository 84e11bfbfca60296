"""What one fills in at the inbox: a thing to write about, and what to look for."""

from django import forms
from django.utils.translation import gettext_lazy as _

from issues import inbox
from issues.characters import one_line
from issues.models import SectionType


class QuickAddForm(forms.Form):
    """An address or a title, and the type; the title of a page comes with its bookmark."""

    text = forms.CharField(label=_("Address or title"), widget=forms.TextInput({"size": 60}))
    title = forms.CharField(label=_("Title"), required=False, widget=forms.TextInput({"size": 60}))
    type = forms.ModelChoiceField(SectionType.objects.all(), label=_("Type"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self["title"].value():
            self.fields["title"].widget = forms.HiddenInput()

    def clean_text(self):
        inbox.link_in(self.cleaned_data["text"])
        return self.cleaned_data["text"]


class InboxFilterForm(forms.Form):
    q = forms.CharField(
        label=_("Words"),
        required=False,
        widget=forms.TextInput({"type": "search", "class": "vTextField"}),
    )
    type = forms.ModelChoiceField(
        SectionType.objects.all(),
        label=_("Type"),
        required=False,
        to_field_name="slug",
        empty_label=_("All types"),
    )

    def clean_q(self):
        return one_line(self.cleaned_data["q"])
