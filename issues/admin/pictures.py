"""The screens of pictures: the library, and the page of a single one."""

from django.contrib import admin, messages
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.db import IntegrityError
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from issues import images, library, uses
from issues.admin.base import ListAdmin
from issues.admin.picture_list import AltFilter, Library, MovingFilter, UnusedFilter
from issues.forms import AssetForm
from issues.models import Asset


@admin.register(Asset)
class AssetAdmin(ListAdmin):
    class Media:
        css = {"all": ["admin/desk.css", "admin/library.css"]}

    form = AssetForm
    actions = None
    list_display = ["alt", "created_at"]
    list_filter = [AltFilter, UnusedFilter, MovingFilter]
    list_per_page = 48
    search_fields = ["alt"]  # and more: see `get_search_results`

    def get_changelist(self, request, **kwargs):
        return Library

    def get_queryset(self, request):
        return library.with_use_totals(super().get_queryset(request))

    def get_search_results(self, request, queryset, search_term):
        return library.matching(queryset, search_term, request.user), False

    def get_fields(self, request, obj=None):
        """Ask for the file only once: a stored picture is never another one."""
        return ["alt", "caption", "credit"] if obj else ["upload", "alt", "caption", "credit"]

    def changelist_view(self, request, extra_context=None):
        undescribed = library.without_alt()
        context = {
            "title": _("Pictures"),
            "undescribed": undescribed.first() if self.has_change_permission(request) else None,
        }
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def changeform_view(self, request, *args, **kwargs):
        if "upload" in request.FILES and self.has_add_permission(request):
            self.form.read_early(request.FILES["upload"])
        with images.undone_together():
            return super().changeform_view(request, *args, **kwargs)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj and obj.pk:
            context |= {
                "thumbnail": library.thumbnail(obj),
                "is_missing": not obj.storage().exists(obj.file.name),
                "markdown": library.markdown_of(obj),
                "places": uses.places(obj, request.user),
                "next_without_alt": library.next_without_alt(obj),
            }
        return super().render_change_form(request, context, add, change, form_url, obj)

    def response_change(self, request, obj):
        if "_next" not in request.POST:
            return super().response_change(request, obj)
        following = library.next_without_alt(obj)
        if following is None:
            self.message_user(request, _("Saved. No other picture lacks one."), messages.SUCCESS)
            return self.response_post_save_change(request, obj)
        self.message_user(request, _("Saved. Here is the next one."), messages.SUCCESS)
        return redirect(self.page_of(request, following))

    def page_of(self, request, asset: Asset) -> str:
        """Give the page of a picture, from which one comes back to the list as it was."""
        filters = {"opts": self.opts, "preserved_filters": self.get_preserved_filters(request)}
        url = reverse("admin:issues_asset_change", args=[asset.pk])
        return add_preserved_filters(filters, url)

    def get_deleted_objects(self, objs, request):
        """Say what keeps pictures from being deleted; who may not delete that need not know."""
        deleted, totals, lacking, protected = super().get_deleted_objects(objs, request)
        if not protected:
            protected = [asset for asset in objs if is_in_a_text(asset)]
        return deleted, totals, set() if protected else lacking, protected

    def render_delete_form(self, request, context):
        asset = context["object"]
        if context["protected"]:
            context["places"] = uses.places(asset, request.user, thoroughly=True)
            context["other_keepers"] = uses.other_keepers(asset)
        context["thumbnail"] = library.thumbnail(asset)
        return super().render_delete_form(request, context)

    def delete_view(self, request, object_id, extra_context=None):
        try:
            return super().delete_view(request, object_id, extra_context)
        except IntegrityError:  # protected and restricted rows raise kinds of it
            list(messages.get_messages(request))  # that it was deleted, which it was not
            text = _("It was not deleted: something has begun to use it just now.")
            self.message_user(request, text, messages.ERROR)
            return redirect(reverse("admin:issues_asset_change", args=[object_id]))

    def delete_model(self, request, obj):
        images.discard(obj)


def is_in_a_text(asset: Asset) -> bool:
    return any(rows.exists() for rows in uses.rows_with(asset, thoroughly=True).values())
