from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from subscribers import checks  # noqa: F401  it registers them


class SubscribersConfig(AppConfig):
    name = "subscribers"
    verbose_name = _("Readers")

    def ready(self):
        from anymail.signals import tracking

        from subscribers.bounces import checks as _more_checks  # noqa: F401
        from subscribers.bounces import heard

        tracking.connect(heard.hear, dispatch_uid="subscribers.bounces")
