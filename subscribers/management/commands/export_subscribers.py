"""manage.py export_subscribers: everybody we know, as a CSV file."""

import os
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from subscribers.exchange.exporting import exported
from subscribers.exchange.noting import note_export
from subscribers.models import Subscriber

STDOUT = Path("-")


class Command(BaseCommand):
    help = (
        "Write subscribers as CSV in UTF-8, to a file that nobody else may read, or to the "
        "standard output. Example: manage.py export_subscribers people.csv --state active"
    )

    def add_arguments(self, parser):
        words = "- or nothing for the standard output"
        parser.add_argument("file", type=Path, nargs="?", metavar="FILE", help=words)
        parser.add_argument(
            "--state", nargs="+", default=[], choices=Subscriber.State.values, help="these alone"
        )
        parser.add_argument(
            "--bom", action="store_true", help="begin with the mark by which spreadsheets know it"
        )

    def handle(self, file, state, bom, **options):
        note_export(None, state)
        pieces = exported(state, bom)
        if file in (None, STDOUT):
            for piece in pieces:
                self.stdout.write(piece, ending="")
            return
        try:
            write(file, tqdm(pieces, unit="thousand", disable=None, leave=False))
        except OSError as error:
            raise CommandError(str(error)) from error


def write(file: Path, pieces) -> None:
    """Write a file that is there as a whole or not at all."""
    partial = file.with_name(f"{file.name}.partial")
    partial.unlink(missing_ok=True)
    only_ours = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(only_ours, "w", encoding="utf-8", newline="") as out:
        out.writelines(pieces)
    partial.replace(file)
