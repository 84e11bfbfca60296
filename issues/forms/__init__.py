"""What editors fill in, and how it is checked."""

from issues.forms.issues import IssueForm
from issues.forms.pictures import AssetForm
from issues.forms.sections import SectionForm, SectionFormSet
from issues.forms.tags import AddTagsForm, MergeTagsForm, RemoveTagsForm, TagForm
from issues.forms.widgets import MarkdownWidget, TagsWidget

__all__ = [
    "AddTagsForm",
    "AssetForm",
    "IssueForm",
    "MarkdownWidget",
    "MergeTagsForm",
    "RemoveTagsForm",
    "SectionForm",
    "SectionFormSet",
    "TagForm",
    "TagsWidget",
]
