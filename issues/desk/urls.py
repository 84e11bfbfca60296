"""Addresses of the desk beside the admin's own; all below /admin/desk/."""

from django.contrib import admin
from django.urls import path

from issues.desk import (
    conflict,
    deleted,
    fields,
    history,
    inbox,
    live,
    preflight,
    publishing,
    working_copy,
)
from issues.models import Issue, Section


def history_of(model, plural: str, prefix: str = "") -> list:
    """Give the addresses of the history of issues or of sections."""
    views = {
        "history": (history.versions, ""),
        "compare": (history.compare, "compare/"),
        "restore": (history.restore, "<int:revision>/restore/"),
    }
    return [
        path(
            f"{plural}/<int:pk>/history/{end}",
            admin.site.admin_view(view),
            {"model": model},
            name=f"{prefix}{name}",
        )
        for name, (view, end) in views.items()
    ]


app_name = "desk"
urlpatterns = [
    path("preview/", fields.preview, name="preview"),
    path("upload/", fields.upload, name="upload"),
    path(
        "issues/<int:pk>/publishing/",
        admin.site.admin_view(publishing.page),
        name="publishing",
    ),
    path("tags/", fields.tags, name="tags"),
    path("preflight/", preflight.live, name="preflight"),
    path("live/", live.live, name="live"),
    path("kept/", working_copy.autosave, name="autosave"),
    path("kept/discard/", working_copy.discard, name="discard"),
    path("issues/<int:pk>/kept/", conflict.kept, name="kept"),
    path("deleted/", admin.site.admin_view(deleted.issues), name="deleted"),
    path(
        "deleted/<int:revision>/recover/",
        admin.site.admin_view(deleted.recover),
        name="recover",
    ),
    *history_of(Issue, "issues"),
    *history_of(Section, "sections", "section_"),
    path("tags/check/", fields.check_tags, name="check_tags"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/<int:pk>/pull/", inbox.pull, name="pull"),
]
