"""What people fill in on several pages: an address, and the kinds of sections they want."""

from typing import Any

from django import forms

from issues.models import SectionType
from subscribers.addresses import Address, read_address
from subscribers.models import Subscriber


class AddressField(forms.Field):
    """An address that a letter can be sent to; whatever else is typed is refused with the reason.

    It gives None where nothing is typed and nothing has to be.
    """

    widget = forms.EmailInput

    def to_python(self, value: str | None) -> Address | None:
        text = (value or "").strip()
        return read_address(text) if text or self.required else None


class TypesField(forms.MultipleChoiceField):
    """The kinds of sections that somebody wants, of those there are when the form is made.

    One that has gone since the page was made is not missed.
    """

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs):
        super().__init__(required=False, **kwargs)
        self.kinds: dict[str, SectionType] = {}

    def offer(self, subscriber: Subscriber | None = None) -> list[str]:
        """Let all kinds be chosen; give what is ticked, which is all but what a person left out."""
        self.kinds = {one.slug: one for one in SectionType.objects.all()}
        self.choices = [
            (slug, f"{one.emoji} {one.plural}".strip()) for slug, one in self.kinds.items()
        ]
        unwanted = {one.slug for one in subscriber.unwanted_types.all()} if subscriber else set()
        return [slug for slug in self.kinds if slug not in unwanted]

    def to_python(self, value: Any) -> list[str]:
        return [one for one in super().to_python(value) if self.valid_value(one)]

    def clean(self, value: Any) -> list[SectionType]:
        return [self.kinds[slug] for slug in super().clean(value)]
