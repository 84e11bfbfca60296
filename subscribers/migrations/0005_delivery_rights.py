"""Let publishers approve mailings, editors see them, and subscriber managers what came back."""

from importlib import import_module

from django.db import migrations

RIGHTS = {
    "Editor": ["view_mailing"],
    "Publisher": ["view_mailing", "approve_mailing"],
    "Subscriber manager": ["view_mailing", "view_bounce"],
}


def install(apps, schema_editor):
    permission = import_module("subscribers.migrations.0002_subscriber_manager").permission
    for name, codenames in RIGHTS.items():
        for group in apps.get_model("auth", "Group").objects.filter(name=name):
            for codename in codenames:
                action, _, model_name = codename.rpartition("_")
                group.permissions.add(permission(apps, model_name, action))


class Migration(migrations.Migration):
    dependencies = [
        ("subscribers", "0004_delivery"),
        ("issues", "0006_roles"),
    ]
    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
