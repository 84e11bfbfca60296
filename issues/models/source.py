"""Markdown sources in models: how they are checked, and what saving derives from them."""

from django.core.exceptions import ValidationError

from issues import markdown
from issues.models.asset import Asset


def validate_markdown(source: str) -> None:
    """Raise ValidationError for a Markdown source that cannot be rendered."""
    try:
        markdown.check(source)
    except markdown.UnreadableMarkdown as error:
        raise ValidationError(str(error)) from error


def sizes_in(source: str) -> dict[str, markdown.Size]:
    """Look up the dimensions of the pictures in a Markdown source."""
    urls = {picture.source for picture in markdown.pictures(source)}
    return Asset.objects.sizes(urls) if urls else {}


def with_derived(instance, update_fields, *sources: str):
    """Add to `update_fields` what `save` derives when one of `sources` is among them."""
    if update_fields is None:
        return None
    fields = {*update_fields, "updated_at"}
    return fields | set(instance.DERIVED) if fields & set(sources) else fields
