"""Files to issues. Reading is pure: it knows neither Django nor the database."""

from issues.importing.parsed import ImportProblem, Note, ParsedIssue, ParsedSection, TypeName
from issues.importing.reader import read_issue

__all__ = ["ImportProblem", "Note", "ParsedIssue", "ParsedSection", "TypeName", "read_issue"]
