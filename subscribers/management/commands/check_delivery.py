"""manage.py check_delivery: for a monitor that tells somebody when mail does not go out."""

import json

from django.core.management.base import BaseCommand

from bitsletter.health import troubles


class Command(BaseCommand):
    help = (
        "Say what is wrong with the site and its mail: a slot that was missed, a mailing that "
        "waits, a worker that is gone. Ends with 1 if there is anything, else with 0. Example: "
        "manage.py check_delivery --json"
    )

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="for programs: all of it on stdout")

    def handle(self, **options):
        found = troubles()
        if options["json"]:
            named = [trouble._asdict() for trouble in found]
            self.stdout.write(json.dumps({"troubles": named}, ensure_ascii=False))
        elif found:
            self.stderr.write("\n".join(trouble.words for trouble in found))
        else:
            self.stdout.write("All is well with the mail.")
        if found:
            raise SystemExit(1)
