"""The screen of pictures."""

from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from issues import images
from issues.admin.base import ListAdmin
from issues.forms import AssetForm
from issues.models import Asset


@admin.register(Asset)
class AssetAdmin(ListAdmin):
    class Media:
        css = {"all": ["admin/desk.css"]}

    form = AssetForm
    readonly_fields = ["shown"]
    list_display = ["thumbnail", "alt", "caption", "size", "created_at"]
    list_display_links = ["thumbnail", "alt"]
    search_fields = ["alt", "caption", "credit", "file"]

    @admin.display(description=_("picture"))
    def thumbnail(self, asset):
        return format_html(
            '<img class="thumbnail" src="{}" alt="{}" loading="lazy">', asset.file.url, asset.alt
        )

    @admin.display(description=_("size"))
    def size(self, asset):
        return f"{asset.width} × {asset.height}"

    def get_fields(self, request, obj=None):
        """Ask for the file only once: a stored picture is never another one."""
        return ["shown" if obj else "upload", "alt", "caption", "credit"]

    @admin.display(description=_("picture"))
    def shown(self, asset):
        return format_html('<img class="shown" src="{0}" alt=""><br>{0}', asset.file.url)

    def changeform_view(self, *args, **kwargs):
        with images.undone_together():
            return super().changeform_view(*args, **kwargs)

    def has_delete_permission(self, request, obj=None):
        return False  # a page may show it
