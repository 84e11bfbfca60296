"""Make the groups Author, Editor and Publisher; `issues/roles.py` says what their rights mean."""

from django.db import migrations

AUTHOR = [
    *("add_issue", "change_issue", "view_issue", "delete_issue"),
    *("add_section", "change_section", "view_section", "delete_section"),
    *("view_tag", "view_sectiontype", "view_asset", "add_asset"),
]
EDITOR = [*AUTHOR, "edit_every_draft", "add_tag", "change_tag", "delete_tag", "change_asset"]
PUBLISHER = [*EDITOR, "publish_issue", "change_sectiontype"]
ROLES = {"Author": AUTHOR, "Editor": EDITOR, "Publisher": PUBLISHER}


def install(apps, schema_editor):
    group = apps.get_model("auth", "Group")
    for name, codenames in ROLES.items():
        role, is_new = group.objects.get_or_create(name=name)
        if is_new:  # a site's own group of this name holds what the site has given it
            role.permissions.add(*(permission(apps, codename) for codename in codenames))


def permission(apps, codename):
    """Give a permission; Django itself makes them only after all migrations have run."""
    action, _, model_name = codename.rpartition("_")
    model = apps.get_model("issues", "issue" if codename == "edit_every_draft" else model_name)
    own = dict(model._meta.permissions)
    name = own.get(codename, f"Can {action} {model._meta.verbose_name_raw}")
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="issues", model=model._meta.model_name
    )
    return apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=content_type, codename=codename, defaults={"name": name}
    )[0]


class Migration(migrations.Migration):
    dependencies = [
        ("issues", "0005_desk"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
