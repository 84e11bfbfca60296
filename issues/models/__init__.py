"""What the newsletter is made of: issues, and the typed, tagged sections in them."""

from issues.models.asset import Asset
from issues.models.former_address import FormerAddress
from issues.models.issue import MAX_NUMBER, Issue
from issues.models.section import Section, unused_slug
from issues.models.section_type import SectionType
from issues.models.tag import SectionTag, Tag

__all__ = [
    "MAX_NUMBER",
    "Asset",
    "FormerAddress",
    "Issue",
    "Section",
    "SectionTag",
    "SectionType",
    "Tag",
    "unused_slug",
]
