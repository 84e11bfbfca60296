"""Django's own apps, told about ours."""

from django.contrib.admin.apps import AdminConfig


class DeskConfig(AdminConfig):
    default_site = "issues.desk.site.DeskSite"
