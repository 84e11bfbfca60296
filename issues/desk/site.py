"""The admin site as a writing desk."""

from django.contrib.admin import AdminSite
from django.utils.translation import gettext_lazy as _


class DeskSite(AdminSite):
    site_header = site_title = _("Writing desk")
    index_title = _("What would you like to do?")
