"""Files to issues. Reading is pure: it knows neither Django nor the database."""

from .parsed import ImportProblem, Note, ParsedIssue, ParsedSection, TypeName
from .reader import read_issue

__all__ = ["ImportProblem", "Note", "ParsedIssue", "ParsedSection", "TypeName", "read_issue"]
