"""The form of a picture."""

from django import forms
from django.utils.translation import gettext_lazy as _

from issues import images
from issues.models import Asset


class AssetForm(forms.ModelForm):
    """A picture's words; on adding one, the file too."""

    upload = forms.FileField(
        label=_("picture"), help_text=_("JPEG, PNG, GIF, WebP or AVIF, at most 20 MB.")
    )

    class Meta:
        model = Asset
        fields = ["alt", "caption", "credit"]
        widgets = {"alt": forms.Textarea({"rows": 3, "class": "vLargeTextField"})}
        help_texts = {
            "alt": _(
                "What one sees on it, for people who do not see it. "
                "Texts that say it in words of their own keep these; all others show yours."
            )
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["upload"]

    @staticmethod
    def read_early(file) -> None:
        """Read a picture before there is a transaction, which would keep others waiting."""
        try:
            file.picture = images.read(file)
        except images.InvalidImage as error:  # which is said when the form is checked
            file.problem = error

    def clean_upload(self):
        file = self.cleaned_data["upload"]
        if not hasattr(file, "picture") and not hasattr(file, "problem"):
            self.read_early(file)
        if hasattr(file, "problem"):
            raise forms.ValidationError(str(file.problem)) from file.problem
        if known := images.known(file.picture):
            raise forms.ValidationError(_("This picture is there already: %s") % known)
        return file.picture

    def save(self, commit=True):
        """Store a new picture at once, its files together with its row."""
        if "upload" in self.cleaned_data:
            self.instance = images.keep(self.cleaned_data["upload"], self.instance)
        return super().save(commit)
