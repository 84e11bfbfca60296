"""The writing desk: the screens on which editors write and publish."""

from issues.admin import issues, pictures, section_types, sections, tags, users

__all__ = ["issues", "pictures", "section_types", "sections", "tags", "users"]
