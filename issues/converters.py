"""Parts of addresses, so that nothing reaches a view that a database could not store.

Importing this module makes their names known to `path`.
"""

from django.urls import register_converter
from django.urls.converters import StringConverter


class NumberConverter:
    """An issue's number: no sign, no leading zero, at most MAX_NUMBER."""

    regex = "[1-9][0-9]{0,8}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


class UnicodeSlugConverter(StringConverter):
    """A slug whose letters may be of any script."""

    regex = r"[-\w]{1,100}"


class FeedFormatConverter(StringConverter):
    """What the name of a feed ends in."""

    regex = "xml|json"


register_converter(NumberConverter, "number")
register_converter(UnicodeSlugConverter, "tag")
register_converter(FeedFormatConverter, "format")
