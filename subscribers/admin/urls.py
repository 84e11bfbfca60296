"""Addresses beside the admin's own; all below /admin/subscribers/."""

from django.contrib import admin
from django.urls import path

from subscribers.admin import hold, mail, mail_preview, outbox, overview, slot

app_name = "subscribers_desk"
urlpatterns = [
    path("overview/", admin.site.admin_view(overview.overview), name="overview"),
    path("slot/", admin.site.admin_view(slot.page), name="slot"),
    path("hold/", admin.site.admin_view(hold.page), name="hold"),
    path("mail/<int:pk>/", admin.site.admin_view(mail.page), name="mail"),
    path("mail/<int:pk>/<slug:part>/", admin.site.admin_view(mail_preview.part), name="mail_part"),
    path("outbox/", admin.site.admin_view(outbox.outbox), name="outbox"),
    path("outbox/<str:name>/", admin.site.admin_view(outbox.mail), name="outbox_mail"),
    path("outbox/<str:name>/page/", admin.site.admin_view(outbox.mail_page), name="outbox_page"),
    path("outbox/<str:name>/file/", admin.site.admin_view(outbox.mail_file), name="outbox_file"),
]
