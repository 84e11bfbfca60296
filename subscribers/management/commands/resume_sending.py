"""manage.py resume_sending: mail goes out again after a backup was restored."""

from django.core.management.base import BaseCommand, CommandError

from subscribers.delivery import holding


class Command(BaseCommand):
    help = (
        "Let letters and reminders go out again that are held back since a backup was restored. "
        "Mailings stay paused until somebody resumes each of them at the desk. "
        "Example: manage.py resume_sending"
    )

    def handle(self, **options):
        try:
            self.stdout.write(holding.resume(None))
        except holding.NothingHeld as refusal:
            raise CommandError(str(refusal)) from refusal
