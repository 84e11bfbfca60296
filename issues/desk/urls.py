"""Addresses of the desk beside the admin's own; all below /admin/desk/."""

from django.urls import path

from issues.desk import conflict, fields, live, preflight, working_copy

app_name = "desk"
urlpatterns = [
    path("preview/", fields.preview, name="preview"),
    path("upload/", fields.upload, name="upload"),
    path("tags/", fields.tags, name="tags"),
    path("preflight/", preflight.live, name="preflight"),
    path("live/", live.live, name="live"),
    path("kept/", working_copy.autosave, name="autosave"),
    path("kept/discard/", working_copy.discard, name="discard"),
    path("issues/<int:pk>/recover/", conflict.recover, name="recover"),
]
