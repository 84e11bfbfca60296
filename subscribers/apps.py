from django.apps import AppConfig

from subscribers import checks  # noqa: F401  it registers them


class SubscribersConfig(AppConfig):
    name = "subscribers"
