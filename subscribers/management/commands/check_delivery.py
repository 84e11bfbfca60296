"""manage.py check_delivery: for a monitor that tells somebody when mail does not go out."""

import json

from django.core.management.base import BaseCommand

from bitsletter.health import notes, troubles
from subscribers.delivery.health import Trouble


class Command(BaseCommand):
    help = (
        "Say what is wrong with the site and its mail: a slot that was missed, a mailing that "
        "waits, a worker that is gone. Ends with 1 if there is anything, else with 0, even if "
        "there are notes. Example: manage.py check_delivery --json"
    )

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="for programs: all of it on stdout")

    def handle(self, **options):
        found, noted = troubles(), notes()
        if options["json"]:
            told = {"troubles": as_facts(found), "notes": as_facts(noted)}
            self.stdout.write(json.dumps(told, ensure_ascii=False))
        else:
            self.tell(found, noted)
        if found:
            raise SystemExit(1)

    def tell(self, found: list[Trouble], noted: list[Trouble]) -> None:
        if found:
            self.stderr.write("\n".join(trouble.words for trouble in found))
        else:
            self.stdout.write("All is well with the mail.")
        for note in noted:
            self.stdout.write(f"Note: {note.words}")


def as_facts(found: list[Trouble]) -> list[dict[str, str]]:
    return [one._asdict() for one in found]
