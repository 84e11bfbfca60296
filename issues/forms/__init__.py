"""What editors fill in, and how it is checked."""

from issues.forms.issues import IssueForm
from issues.forms.moments import MomentField, MomentWidget
from issues.forms.pictures import AssetForm
from issues.forms.publishing import ScheduleForm, ShareForm
from issues.forms.sections import SectionForm, SectionFormSet
from issues.forms.tags import TagForm
from issues.forms.widgets import MarkdownWidget, TagsWidget

__all__ = [
    "AssetForm",
    "IssueForm",
    "MarkdownWidget",
    "MomentField",
    "MomentWidget",
    "ScheduleForm",
    "SectionForm",
    "SectionFormSet",
    "ShareForm",
    "TagForm",
    "TagsWidget",
]
