"""Django's own apps, told about ours."""

from django.conf import settings
from django.contrib.admin.apps import AdminConfig

from bitsletter import checks, upgrading  # noqa: F401  they register what they check


class DeskConfig(AdminConfig):
    default_site = "issues.desk.site.DeskSite"

    def ready(self):
        super().ready()
        if settings.SENTRY_DSN:
            from bitsletter import error_reports  # takes a while, which others need not wait for

            error_reports.start()
