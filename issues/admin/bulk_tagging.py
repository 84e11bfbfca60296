"""Tags for many sections at once: chosen in their list, named on a page of its own."""

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from issues import roles, tagging
from issues.forms import AddTagsForm, RemoveTagsForm

MAX_SECTIONS = 1000  # in one go
# What is asked for, and what is done then.
ACTIONS = {
    "add_tags": (AddTagsForm, tagging.add),
    "remove_tags": (RemoveTagsForm, tagging.remove),
}


class BulkTagging:
    """Actions for a list of sections."""

    @admin.action(description=gettext_lazy("Add tags…"), permissions=["change"])
    def add_tags(self, request, queryset):
        return self.tag(request, queryset, "add_tags")

    @admin.action(description=gettext_lazy("Remove tags…"), permissions=["change"])
    def remove_tags(self, request, queryset):
        return self.tag(request, queryset, "remove_tags")

    def tag(self, request, queryset, action: str):
        """Ask for the tags; once they are named, change those sections that one may change."""
        form_class, verb = ACTIONS[action]
        theirs = roles.editable_sections(request.user).filter(pk__in=queryset.values("pk"))
        titles = dict(theirs.order_by("-pk").values_list("pk", "title")[: MAX_SECTIONS + 1])
        if not titles or len(titles) > MAX_SECTIONS:
            text = _("Choose sections that you may change, at most %d at a time.") % MAX_SECTIONS
            self.message_user(request, text, messages.ERROR)
            return None
        form = form_class(request.POST if "tags_are_named" in request.POST else None, list(titles))
        if not form.is_valid():
            left_out = queryset.count() - len(titles)
            return self.tag_page(request, action, form, titles, left_out)
        count = verb(titles, form.cleaned_data["tags"], request.user)
        text = ngettext("%d section has other tags now.", "%d sections have other tags now.", count)
        self.message_user(request, text % count, messages.SUCCESS)
        return None

    def tag_page(self, request, action: str, form, titles: dict[int, str], left_out: int):
        context = {
            **self.admin_site.each_context(request),
            "title": self.get_action(action)[2].rstrip("…"),
            "opts": self.opts,
            "form": form,
            "media": self.media + form.media,
            "titles": titles,
            "left_out": left_out,
            "action": action,
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/desk/bulk_tags.html", context)
