"""manage.py demo_editor: somebody to sign in as on a fresh machine."""

from django.conf import settings
from django.core.management.base import BaseCommand

from bitsletter import first_editor

NAME = "editor"


class Command(BaseCommand):
    help = (
        "Make the first editor, with a random password, where there is no user yet. It is printed "
        "once and kept in DATA_DIR/demo_editor.txt; delete that file once you have changed it. "
        "Example: manage.py demo_editor"
    )

    def handle(self, **options):
        file = settings.DATA_DIR / "demo_editor.txt"
        admin = f"{settings.SITE_URL}/admin/"
        self.stdout.write(f"Reader's view  {settings.SITE_URL}/\nWriting desk   {admin}")
        if first_editor.is_needed(""):
            password = first_editor.make(NAME, "", "")
            file.touch(mode=0o600)
            file.write_text(f"{admin}\nname: {NAME}\npassword: {password}\n")
            self.stdout.write(f"Sign in as     {NAME}   password: {password}   (kept in {file})")
        elif file.exists():
            self.stdout.write(f"Sign in as     {NAME}   (the password is in {file})")
