"""The forms of tags: of one, of those to merge, and of those that many sections get."""

from django import forms
from django.db.models import Count
from django.utils.translation import gettext_lazy as _
from taggit.forms import TagField

from issues.forms.widgets import TagsWidget
from issues.models import Tag

MAX_LENGTH = Tag._meta.get_field("name").max_length


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
        """Make the address anew with the name, unless an editor has chosen it."""
        slug, tag = self.cleaned_data["slug"], self.instance
        if tag._state.adding or (slug and not is_made_from_name(slug, tag)):
            return slug  # saving makes the first one
        return tag.free_slug(self.cleaned_data.get("name", tag.name))


def is_made_from_name(slug: str, tag: Tag) -> bool:
    """Say whether a slug is the one that the tag has, and that its name has given it."""
    return slug == tag.slug == tag.slugify(tag.name)


def refuse_long_names(names: list[str]) -> list[str]:
    """Raise ValidationError for a tag that its column cannot hold; give the names otherwise."""
    for name in names:
        if len(name) > MAX_LENGTH:
            raise forms.ValidationError(_("A tag has at most 100 characters: “%s…”") % name[:30])
    return names


class AddTagsForm(forms.Form):
    """Tags to give to sections."""

    tags = TagField(label=_("Tags to add"), widget=TagsWidget, help_text=_("Separated by commas."))

    def __init__(self, data, section_pks: list[int]):
        super().__init__(data)

    def clean_tags(self):
        return refuse_long_names(self.cleaned_data["tags"])


class TagChoiceField(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, tag):
        return f"{tag.name} ({tag.count})"


class RemoveTagsForm(forms.Form):
    """Tags to take from sections; those that they have are offered."""

    tags = TagChoiceField(Tag.objects.none(), label=_("Tags to remove"))

    def __init__(self, data, section_pks: list[int]):
        super().__init__(data)
        theirs = Tag.objects.filter(section_items__content_object__in=section_pks)
        self.fields["tags"].queryset = theirs.annotate(count=Count("section_items"))


class TagRadioField(forms.ModelChoiceField):
    widget = forms.RadioSelect

    def label_from_instance(self, tag):
        return f"{tag.name} ({tag.section_total})"


class MergeTagsForm(forms.Form):
    """Which of several tags stays; the most used one is proposed."""

    into = TagRadioField(Tag.objects.none(), label=_("Which one stays?"), empty_label=None)

    def __init__(self, data, tags):
        super().__init__(data)
        self.fields["into"].queryset = tags.order_by("-section_total", "name")
        self.fields["into"].initial = self.fields["into"].queryset.first()
