"""What issues and their sections were: recorded whole, compared, and restored.

Whoever changes an issue or a section calls `catch_up` before and `record` after it, in the same
transaction. One revision holds one issue with all its sections, or one section of the inbox.
"""

from issues.history.differences import Part, compare, compare_sections
from issues.history.recording import (
    catch_up,
    deleted_issues,
    edits,
    record,
    register,
    versions,
)
from issues.history.restoring import Plan, plan, recover, restore, restore_section
from issues.history.snapshots import (
    SectionSnapshot,
    Snapshot,
    current,
    current_section,
    section_snapshot,
    snapshot,
    snapshot_at_version,
)

__all__ = [
    "Part",
    "Plan",
    "SectionSnapshot",
    "Snapshot",
    "catch_up",
    "compare",
    "compare_sections",
    "current",
    "current_section",
    "deleted_issues",
    "edits",
    "plan",
    "record",
    "recover",
    "register",
    "restore",
    "restore_section",
    "section_snapshot",
    "snapshot",
    "snapshot_at_version",
    "versions",
]
