"""The writing desk: the screens on which editors write and publish."""

from issues.admin import accounts, audit_log, issues, pictures, section_types, sections, tags

__all__ = ["accounts", "audit_log", "issues", "pictures", "section_types", "sections", "tags"]
