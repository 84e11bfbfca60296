"""What is kept of recovery codes, and what ends a share link with its maker's password."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone
from django.utils.crypto import salted_hmac

# As Django makes the hash of a session: models of a migration do not know how.
SALT = "django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash"


def seal(apps, editor) -> None:
    """Let the links that are open now go on until the password changes."""
    links = apps.get_model("issues", "ShareLink").objects.select_related("author")
    for link in links.filter(expires_at__gt=timezone.now(), author__isnull=False):
        link.seal = salted_hmac(SALT, link.author.password, algorithm="sha256").hexdigest()
        link.save(update_fields=["seal"])


class Migration(migrations.Migration):
    dependencies = [
        ("issues", "0010_audit_log"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    excused = {
        "Raw Python operation": "It fills a column of which the code from before knows nothing."
    }

    operations = [
        migrations.CreateModel(
            name="RecoveryCode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "recovery code",
                "verbose_name_plural": "recovery codes",
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("user", "digest"), name="recovery_code_once")
                ],
            },
        ),
        migrations.AddField(
            model_name="sharelink",
            name="seal",
            field=models.CharField(db_default="", editable=False, max_length=64),
        ),
        migrations.RunPython(seal, migrations.RunPython.noop, elidable=True),
    ]
