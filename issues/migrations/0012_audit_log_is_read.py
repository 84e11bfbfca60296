"""Let publishers read the audit log."""

from importlib import import_module

from django.db import migrations


def install(apps, schema_editor):
    permission = import_module("issues.migrations.0006_roles").permission
    for group in apps.get_model("auth", "Group").objects.filter(name="Publisher"):
        group.permissions.add(permission(apps, "view_auditentry"))


class Migration(migrations.Migration):
    dependencies = [
        ("issues", "0011_signing_in"),
    ]

    excused = {"Raw Python operation": "It gives a role one more right, which old code only reads."}

    operations = [
        migrations.RunPython(install, migrations.RunPython.noop),
    ]
