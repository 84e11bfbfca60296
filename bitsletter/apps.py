"""Django's own apps, told about ours."""

from django.contrib.admin.apps import AdminConfig

from bitsletter import checks, upgrading  # noqa: F401  they register what they check


class DeskConfig(AdminConfig):
    default_site = "issues.desk.site.DeskSite"
