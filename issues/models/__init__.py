"""What the newsletter is made of: issues, and the typed, tagged sections in them."""

from issues.models.asset import Asset, Variant
from issues.models.asset_use import AssetUse
from issues.models.audit_entry import AuditEntry
from issues.models.former_address import FormerAddress
from issues.models.issue import MAX_NUMBER, Issue
from issues.models.recovery_code import RecoveryCode
from issues.models.search_entry import SearchEntry, SearchWord
from issues.models.section import Section, unused_slug
from issues.models.section_link import SectionLink
from issues.models.section_type import SectionType
from issues.models.share_link import ShareLink
from issues.models.tag import SectionTag, Tag
from issues.models.versioned import StaleVersion
from issues.models.working_copy import WorkingCopy

__all__ = [
    "MAX_NUMBER",
    "Asset",
    "AssetUse",
    "AuditEntry",
    "FormerAddress",
    "Issue",
    "RecoveryCode",
    "SearchEntry",
    "SearchWord",
    "Section",
    "SectionLink",
    "SectionTag",
    "SectionType",
    "ShareLink",
    "StaleVersion",
    "Tag",
    "Variant",
    "WorkingCopy",
    "unused_slug",
]
