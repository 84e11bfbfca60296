"""What an editor chooses from while typing, by names that tell one row from another."""

from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.db.models import Model

from issues.models import Section


class Choices(AutocompleteJsonView):
    def serialize_result(self, obj: Model, to_field_name: str) -> dict[str, str]:
        return super().serialize_result(obj, to_field_name) | {"text": name_of(obj)}


def name_of(row: Model) -> str:
    """Give what a row is called; a section with its issue's number, for titles come again."""
    is_in_issue = isinstance(row, Section) and row.issue is not None
    return f"#{row.issue.number} {row}" if is_in_issue else str(row)
