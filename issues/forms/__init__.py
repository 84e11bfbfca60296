"""What editors fill in, and how it is checked."""

from issues.forms.inbox import InboxFilterForm, QuickAddForm
from issues.forms.issues import IssueForm
from issues.forms.moments import MomentField, MomentWidget
from issues.forms.pictures import AssetForm
from issues.forms.publishing import ScheduleForm, ShareForm
from issues.forms.section_screen import SectionScreenForm
from issues.forms.sections import (
    SectionForm,
    SectionFormSet,
    SectionRowForm,
)
from issues.forms.signing_in import ChangePasswordForm, CodeForm, FirstCodeForm, SwitchOffForm
from issues.forms.tags import AddTagsForm, MergeTagsForm, RemoveTagsForm, TagForm
from issues.forms.widgets import MarkdownWidget, TagsWidget

__all__ = [
    "AddTagsForm",
    "AssetForm",
    "ChangePasswordForm",
    "CodeForm",
    "FirstCodeForm",
    "InboxFilterForm",
    "IssueForm",
    "MarkdownWidget",
    "MergeTagsForm",
    "MomentField",
    "MomentWidget",
    "QuickAddForm",
    "RemoveTagsForm",
    "ScheduleForm",
    "SectionForm",
    "SectionFormSet",
    "SectionRowForm",
    "SectionScreenForm",
    "ShareForm",
    "SwitchOffForm",
    "TagForm",
    "TagsWidget",
]
