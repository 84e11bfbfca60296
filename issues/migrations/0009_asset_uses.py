"""Note which texts show which pictures, and let editors delete those that none does.

This reads every text. It is apart from what comes before, whose locks would last as long.
"""

import re
from html import unescape
from urllib.parse import unquote

from django.conf import settings
from django.db import migrations

BATCH = 500  # texts that are held in memory at once
# Which columns hold rendered texts, and what leads to their rows in a use.
TEXTS = {"Issue": ("intro_html", "issue_id"), "Section": ("body_html", "section_id")}
MEDIA = "/media/"  # all texts named pictures so, wherever readers are sent for them today
ADDRESS = re.compile(r'<(?:img src|a href)="([^"]*)"')


def note_uses(apps, schema_editor):
    """Write for each text what `issues.models.illustrated` wrote in the days of this migration."""
    asset, use = apps.get_model("issues", "Asset"), apps.get_model("issues", "AssetUse")
    keys = {f"{MEDIA}{name}": pk for pk, name in asset.objects.values_list("pk", "file")}
    if not keys:
        return
    for name, (column, place) in TEXTS.items():
        texts = apps.get_model("issues", name).objects.order_by("pk").values_list("pk", column)
        for pk, text in texts.filter(**{f"{column}__contains": MEDIA}).iterator(BATCH):
            shown = {keys[path] for path in paths_in(text) if path in keys}
            use.objects.bulk_create(use(asset_id=one, **{place: pk}) for one in sorted(shown))


def paths_in(text):
    for address in map(unescape, ADDRESS.findall(text)):
        yield unquote(re.split("[?#]", address.removeprefix(settings.SITE_URL), maxsplit=1)[0])


def let_editors_delete(apps, schema_editor):
    """Give the right to the site's groups that may change pictures, and are called as ours are."""
    permission = apps.get_model("auth", "Permission").objects
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="issues", model="asset"
    )
    may_delete, _ = permission.get_or_create(
        content_type=content_type,
        codename="delete_asset",
        defaults={"name": "Can delete picture"},
    )
    editors = apps.get_model("auth", "Group").objects.filter(
        name__in=["Editor", "Publisher"],
        permissions__content_type=content_type,
        permissions__codename="change_asset",
    )
    for group in editors:
        group.permissions.add(may_delete)


class Migration(migrations.Migration):
    dependencies = [
        ("issues", "0008_pictures"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [
        migrations.RunPython(note_uses, migrations.RunPython.noop),
        migrations.RunPython(let_editors_delete, migrations.RunPython.noop),
    ]
