from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from subscribers import checks  # noqa: F401  it registers them


class SubscribersConfig(AppConfig):
    name = "subscribers"
    verbose_name = _("Readers")
