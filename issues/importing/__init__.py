"""Files to issues.

All but `saving` and the pictures is pure: it knows no database and no network.
"""

from issues.importing.parsed import ImportProblem, Note, ParsedIssue, ParsedSection, TypeName
from issues.importing.reader import read_issue

__all__ = ["ImportProblem", "Note", "ParsedIssue", "ParsedSection", "TypeName", "read_issue"]
