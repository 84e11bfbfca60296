"""Django's own apps, told about ours."""

from django.contrib.admin.apps import AdminConfig

from bitsletter import checks  # noqa: F401  it registers them


class DeskConfig(AdminConfig):
    default_site = "issues.desk.site.DeskSite"
