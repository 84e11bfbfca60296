"""manage.py demo_editor: somebody to sign in as on a fresh machine."""

import secrets

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand

NAME = "editor"


class Command(BaseCommand):
    help = (
        "Make the first editor, with a random password, where there is no user yet. It is printed "
        "once and kept in DATA_DIR/demo_editor.txt; delete that file once you have changed it. "
        "Example: manage.py demo_editor"
    )

    def handle(self, **options):
        users, file = get_user_model().objects, settings.DATA_DIR / "demo_editor.txt"
        admin = f"{settings.SITE_URL}/admin/"
        self.stdout.write(f"Reader's view  {settings.SITE_URL}/\nWriting desk   {admin}")
        if not users.exists():
            password = secrets.token_urlsafe(12)
            users.create_superuser(NAME, password=password)
            file.touch(mode=0o600)
            file.write_text(f"{admin}\nname: {NAME}\npassword: {password}\n")
            self.stdout.write(f"Sign in as     {NAME}   password: {password}   (kept in {file})")
        elif file.exists():
            self.stdout.write(f"Sign in as     {NAME}   (the password is in {file})")
