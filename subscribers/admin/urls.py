"""Addresses beside the admin's own; all below /admin/subscribers/."""

from django.contrib import admin
from django.urls import path

from subscribers.admin import mail, mail_preview, overview, slot

app_name = "subscribers_desk"
urlpatterns = [
    path("overview/", admin.site.admin_view(overview.overview), name="overview"),
    path("slot/", admin.site.admin_view(slot.page), name="slot"),
    path("mail/<int:pk>/", admin.site.admin_view(mail.page), name="mail"),
    path("mail/<int:pk>/<slug:part>/", admin.site.admin_view(mail_preview.part), name="mail_part"),
]
