"""The form of a tag."""

from django import forms
from django.utils.translation import gettext_lazy as _

from issues.models import Tag


class TagForm(forms.ModelForm):
    class Meta:
        model = Tag
        fields = ["name", "slug", "description"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:  # who may only look at a tag has no fields
            self.fields["slug"].required = False
            self.fields["slug"].help_text = _("Its address. Empty: made from the name.")

    def clean_slug(self):
        return self.cleaned_data["slug"] or self.instance.slug  # saving makes the first one
