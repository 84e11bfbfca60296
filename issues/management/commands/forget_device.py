"""manage.py forget_device: for whoever has lost their phone, and whom nobody else can let in."""

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from issues.signing_in import devices


class Command(BaseCommand):
    help = (
        "Forget the second step of an account and its recovery codes, so that its password alone "
        "lets its owner in. A superuser does the same for others at the desk. "
        "Example: manage.py forget_device editor"
    )

    def add_arguments(self, parser):
        parser.add_argument("name", metavar="NAME", help="the name they sign in with")

    def handle(self, name, **options):
        user = get_user_model().objects.filter(username=name).first()
        if user is None:
            raise CommandError(f"There is no account of the name {name!r}.")
        if not devices.take_away(user, by=None):
            raise CommandError(f"{name} has no second step.")
        self.stdout.write(f"{name} now signs in by password alone, and may set up another phone.")
