"""Add the variants of pictures, and which texts show them.

Editors may delete pictures from here on, since the database keeps those that are used.
"""

import re
from html import unescape
from urllib.parse import unquote

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

BATCH = 500  # texts that are held in memory at once
# Which columns hold rendered texts, and what leads to their rows in a use.
TEXTS = {"Issue": ("intro_html", "issue_id"), "Section": ("body_html", "section_id")}
ADDRESS = re.compile(r'<(?:img src|a href)="([^"]*)"')


def note_uses(apps, schema_editor):
    """Write for each text what `issues.models.illustrated` wrote in the days of this migration."""
    asset, use = apps.get_model("issues", "Asset"), apps.get_model("issues", "AssetUse")
    media = asset._meta.get_field("file").storage.base_url
    keys = {f"{media}{name}": pk for pk, name in asset.objects.values_list("pk", "file")}
    if not keys:
        return
    for name, (column, place) in TEXTS.items():
        texts = apps.get_model("issues", name).objects.order_by("pk").values_list("pk", column)
        for pk, text in texts.filter(**{f"{column}__contains": media}).iterator(BATCH):
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
        ("issues", "0007_archive"),
    ]

    operations = [
        migrations.AddField(
            model_name="asset",
            name="is_animated",
            field=models.BooleanField(default=False, editable=False, verbose_name="moves"),
        ),
        migrations.AddField(
            model_name="asset",
            name="placeholder",
            field=models.CharField(
                blank=True,
                editable=False,
                help_text="Its mean colour as #rrggbb, shown until it has loaded; none if it has gaps.",
                max_length=7,
            ),
        ),
        migrations.AddField(
            model_name="asset",
            name="variants",
            field=models.JSONField(
                blank=True,
                default=list,
                editable=False,
                help_text="The fields of a `Variant` each; empty until they are made.",
            ),
        ),
        migrations.CreateModel(
            name="AssetUse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "asset",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uses",
                        to="issues.asset",
                    ),
                ),
                (
                    "issue",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="asset_uses",
                        to="issues.issue",
                    ),
                ),
                (
                    "section",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="asset_uses",
                        to="issues.section",
                    ),
                ),
            ],
            options={
                "verbose_name": "use of a picture",
                "verbose_name_plural": "uses of pictures",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("asset", "section"), name="section_uses_asset_once"
                    ),
                    models.UniqueConstraint(
                        fields=("asset", "issue"), name="issue_uses_asset_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("section__isnull", True), ("issue__isnull", True), _connector="XOR"
                        ),
                        name="asset_use_has_one_place",
                    ),
                ],
            },
        ),
        migrations.RunPython(note_uses, migrations.RunPython.noop),
        migrations.RunPython(let_editors_delete, migrations.RunPython.noop),
    ]
