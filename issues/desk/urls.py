"""Addresses of the desk beside the admin's own; all below /admin/desk/."""

from django.urls import path

from issues.desk import fields, inbox

app_name = "desk"
urlpatterns = [
    path("preview/", fields.preview, name="preview"),
    path("upload/", fields.upload, name="upload"),
    path("tags/", fields.tags, name="tags"),
    path("tags/check/", fields.check_tags, name="check_tags"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/<int:pk>/pull/", inbox.pull, name="pull"),
]
