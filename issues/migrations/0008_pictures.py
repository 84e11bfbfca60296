"""Add the variants of pictures, and which texts show them; the next migration fills that in.

The columns have defaults in the database, for the code from before that may run meanwhile.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("issues", "0007_archive"),
    ]

    operations = [
        migrations.AddField(
            model_name="asset",
            name="bytes",
            field=models.PositiveIntegerField(
                db_default=0,
                default=0,
                editable=False,
                help_text="Of its own file; 0 if not yet known.",
            ),
        ),
        migrations.AddField(
            model_name="asset",
            name="is_animated",
            field=models.BooleanField(
                db_default=False, default=False, editable=False, verbose_name="moves"
            ),
        ),
        migrations.AddField(
            model_name="asset",
            name="placeholder",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
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
                db_default=models.Value([], models.JSONField()),
                default=list,
                editable=False,
                help_text="The fields of a `Variant` each; empty until they are made.",
            ),
        ),
        migrations.AddField(
            model_name="asset",
            name="renewed_at",
            field=models.DateTimeField(
                editable=False,
                help_text="When its variants were last made anew.",
                null=True,
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
    ]
