"""Make the group of those who look after the subscribers; the roles of the desk see none."""

from django.db import migrations

GROUP = "Subscriber manager"
RIGHTS = {
    "subscriber": ["add", "change", "delete", "view", "import", "export"],
    "suppression": ["delete", "view"],
}
PERMISSIONS = [
    ("import_subscriber", "Can import subscribers"),
    ("export_subscriber", "Can export subscribers"),
]


def install(apps, schema_editor):
    group, is_new = apps.get_model("auth", "Group").objects.get_or_create(name=GROUP)
    if is_new:  # a site's own group of this name holds what the site has given it
        for model_name, actions in RIGHTS.items():
            group.permissions.add(*(permission(apps, model_name, one) for one in actions))


def permission(apps, model_name, action):
    """Give a permission; Django itself makes them only after all migrations have run."""
    model = apps.get_model("subscribers", model_name)
    codename = f"{action}_{model_name}"
    name = dict(PERMISSIONS).get(codename, f"Can {action} {model._meta.verbose_name_raw}")
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="subscribers", model=model_name
    )
    return apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=content_type, codename=codename, defaults={"name": name}
    )[0]


class Migration(migrations.Migration):
    dependencies = [
        ("subscribers", "0001_subscribers"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [
        migrations.AlterModelOptions(
            name="subscriber",
            options={
                "ordering": ["-pk"],
                "verbose_name": "subscriber",
                "verbose_name_plural": "subscribers",
                "permissions": PERMISSIONS,
            },
        ),
        migrations.RunPython(install, migrations.RunPython.noop),
    ]
