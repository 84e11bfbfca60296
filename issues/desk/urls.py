"""Addresses of the desk beside the admin's own; all below /admin/desk/."""

from django.contrib import admin
from django.urls import path

from issues.desk import fields, publishing

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
]
