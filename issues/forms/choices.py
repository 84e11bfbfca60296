"""A choice among rows that are in memory already."""

from django import forms
from django.db.models import Model


class KnownChoiceField(forms.ModelChoiceField):
    """Finds the chosen row among `known`, and asks the database only for another one.

    A form of twenty rows would otherwise ask for each row's type and for each row itself.
    """

    known: dict[str, Model] = {}

    def to_python(self, value):
        return self.known.get(str(value)) or super().to_python(value)
