from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IssuesConfig(AppConfig):
    name = "issues"
    verbose_name = _("Newsletter")

    def ready(self):
        from issues.history import register  # models can be imported only now

        register()
