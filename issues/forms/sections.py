"""The form of a section, and of all the sections of an issue."""

import math

from django import forms
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from issues.forms import slots
from issues.forms.choices import KnownChoiceField
from issues.forms.rows import saved_first
from issues.forms.tags import refuse_long_names
from issues.forms.widgets import REFERENCES_HELP, TagsWidget
from issues.models import Section, unused_slug
from issues.models.tag import split_names

# What makes a row a section: one without any of these is a slot that nobody has filled.
WRITTEN = ("title", "short_title", "slug", "link", "byline", "body", "tags")


class SectionForm(forms.ModelForm):
    position = forms.IntegerField(
        label=_("Position"),
        required=False,
        min_value=0,
        max_value=32767,
        help_text=_("Empty: at the end."),
    )

    class Meta:
        model = Section
        fields = [
            *("type", "title", "short_title", "slug", "link", "byline", "body", "tags"),
            *("position", "issue", "superseded_by"),
        ]
        widgets = {"tags": TagsWidget}
        help_texts = {"body": REFERENCES_HELP}

    def clean_superseded_by(self):
        """Refuse a circle; of a section that is to supersede itself the model says so."""
        newer = self.cleaned_data["superseded_by"]
        is_other = "superseded_by" in self.changed_data and newer and newer != self.instance
        if is_other and newer.leads_to(self.instance):
            message = _("“%s” is superseded by this section itself, maybe over others.")
            raise forms.ValidationError(message % newer)
        return newer

    def clean_position(self):
        position = self.cleaned_data["position"]
        return self.instance.position if position is None else position

    def clean(self):
        """Put a section that has no place in its issue at the end."""
        issue = self.cleaned_data.get("issue")
        if issue and issue.pk and not self.has_place():
            last = issue.sections.aggregate(last=Max("position"))["last"] or 0
            self.cleaned_data["position"] = last + 1
        return super().clean()

    def has_place(self) -> bool:
        return bool(self.instance.pk) or self.is_place_given()

    def is_place_given(self) -> bool:
        return self["position"].value() not in (None, "")

    def clean_tags(self):
        return refuse_long_names(self.cleaned_data["tags"])


class SectionRowForm(SectionForm):
    """A section among the others of its issue."""

    to_inbox = forms.BooleanField(
        label=_("Move to the inbox"),
        required=False,
        help_text=_("On saving it leaves this issue and waits in the inbox."),
    )

    def has_changed(self):
        """A row without words is a slot, whatever its type and place say."""
        if self.empty_permitted and not self.instance.pk and not self.is_written:
            return False
        return super().has_changed()

    @property
    def place(self) -> float | None:
        """Where the row stands on the page; None is at the end."""
        position = self["position"].value()
        return self.initial.get("place") if position in (None, "") else position

    @property
    def chosen_type(self) -> str:
        """Give the type's name as its field shows it."""
        value = str(self["type"].value() or "")
        choices = {str(key): name for key, name in self.fields["type"].choices}
        return choices.get(value, "") if value else ""

    @property
    def tag_names(self) -> list[str]:
        value = self["tags"].value() or ""
        return split_names(value) if isinstance(value, str) else [tag.name for tag in value]

    @property
    def is_written(self) -> bool:
        return any(str(self[name].value() or "").strip() for name in WRITTEN)


def place(form: SectionForm) -> float:
    """Give where a section wants to be; one that moves goes before or behind who is there."""
    if form["position"].value() in (None, "") or "position" not in form.cleaned_data:
        return math.inf
    position, before = form.cleaned_data["position"], form.initial.get("position", math.inf)
    if position == before:
        return position
    return position + 0.5 if position > before else position - 0.5


class SectionFormSet(forms.BaseInlineFormSet):
    """The sections of an issue: each gets a slug of its own, and they are numbered from 1."""

    def __init__(self, data=None, *args, prefix=None, **kwargs):
        self.posted_keys: list[str] = []
        if data is not None:
            data, self.posted_keys = saved_first(data, prefix or self.get_default_prefix())
        super().__init__(data, *args, prefix=prefix, **kwargs)
        if data is None:
            if self.initial_extra is None:
                self.initial_extra = slots.of(self.instance, self.get_queryset())
            self.extra = max(1, len(self.initial_extra))  # without scripts there is always a row

    def add_fields(self, form, index):
        super().add_fields(form, index)
        if key := form.instance.pk:
            form.fields["id"] = KnownChoiceField(
                self.queryset, initial=key, required=False, widget=forms.HiddenInput
            )
            form.fields["id"].known = {str(key): form.instance}

    def clean(self):
        self.fill_slugs()
        self.refuse_double_slugs()
        super().clean()

    def kept_forms(self) -> list[SectionForm]:
        """Give the forms that will be sections, in the order their positions ask for."""
        kept = [
            form
            for form in self.forms
            if hasattr(form, "cleaned_data")
            and (form.instance.pk or form.has_changed())
            and not form.cleaned_data.get("DELETE")
        ]
        return sorted(kept, key=place)  # stable: equal places keep the order of the page

    def leaving(self) -> list[Section]:
        """Give the saved sections that are to go to the inbox."""
        forms = self.kept_forms()
        return [form.instance for form in forms if form.cleaned_data.get("to_inbox")]

    def saved_rows(self) -> dict[str, dict]:
        """Give key and slug of each saved section by the prefix its row was posted with."""
        kept = self.kept_forms()
        return {
            key: {"id": form.instance.pk, "slug": form.instance.slug}
            for key, form in zip(self.posted_keys, self.forms, strict=False)
            if form in kept
        }

    def others(self) -> list[Section]:
        """Give the sections of the issue that are not in the form: somebody has added them."""
        posted = {form.instance.pk for form in self.forms}
        return [section for section in self.get_queryset() if section.pk not in posted]

    def slugs_of_others(self) -> set[str]:
        return {section.slug for section in self.others()}

    def fill_slugs(self):
        """Make the empty slugs from titles before two empty ones are taken for equal."""
        kept = self.kept_forms()
        taken = {form.cleaned_data.get("slug") for form in kept} | self.slugs_of_others()
        for form in kept:
            if not form.cleaned_data.get("slug"):
                slug = unused_slug(form.cleaned_data.get("title", ""), taken)
                form.cleaned_data["slug"] = form.instance.slug = slug
                taken.add(slug)

    def refuse_double_slugs(self):
        """Say at its field that a slug is taken; Django would say it of the whole form."""
        seen = self.slugs_of_others()
        for form in self.kept_forms():
            slug = form.cleaned_data.get("slug")
            if slug in seen:
                form.add_error("slug", _("Another section of this issue has this slug."))
            seen.add(slug)

    def free_slugs(self):
        """Let go of the slugs that change, so that two sections may swap theirs."""
        for form in self.initial_forms:
            if "slug" in form.changed_data:
                Section.objects.filter(pk=form.instance.pk).update(slug=f"~{form.instance.pk}")

    def renumber(self):
        """Store the positions 1 to n of the issue's sections, also of those not in the form."""
        kept = self.kept_forms()
        order = [(place(form), 0, number, form.instance) for number, form in enumerate(kept)]
        order += [(one.position, 1, number, one) for number, one in enumerate(self.others())]
        for position, (*_place, section) in enumerate(sorted(order, key=lambda e: e[:3]), start=1):
            if section.position != position:
                Section.objects.filter(pk=section.pk).update(position=position)
