"""The form of an issue."""

from django import forms

from issues.models import Issue


class IssueForm(forms.ModelForm):
    class Meta:
        model = Issue
        fields = ["number", "title", "summary", "intro", "cover", "planned_at", "notes"]
        widgets = {"summary": forms.Textarea({"rows": 2, "class": "vLargeTextField"})}
