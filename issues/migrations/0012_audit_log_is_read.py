"""Let publishers read the audit log, and let it be read by who did it."""

from importlib import import_module

from django.db import migrations, models


def install(apps, schema_editor):
    permission = import_module("issues.migrations.0006_roles").permission
    for group in apps.get_model("auth", "Group").objects.filter(name="Publisher"):
        group.permissions.add(permission(apps, "view_auditentry"))


class Migration(migrations.Migration):
    dependencies = [
        ("issues", "0011_signing_in"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="auditentry",
            options={
                "default_permissions": ("view",),
                "ordering": ["-pk"],
                "verbose_name": "audit log entry",
                "verbose_name_plural": "audit log entries",
            },
        ),
        migrations.AlterField(
            model_name="auditentry",
            name="name",
            field=models.CharField(
                db_index=True,
                help_text="As they were called then.",
                max_length=150,
                verbose_name="who",
            ),
        ),
        migrations.RunPython(install, migrations.RunPython.noop),
    ]
