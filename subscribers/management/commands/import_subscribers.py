"""manage.py import_subscribers: a file of another program, or of our own, becomes subscribers."""

import argparse
import datetime
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from issues.characters import one_line
from subscribers.exchange import importing
from subscribers.exchange.deciding import Mode, Plan
from subscribers.exchange.noting import note_import
from subscribers.exchange.problems import UnreadableFile, Unusable
from subscribers.exchange.records import Delimiter
from subscribers.exchange.report import Report, recognised
from subscribers.exchange.rows import read_past
from subscribers.exchange.table import Table

NAMED = {one.name.lower(): one.value for one in Delimiter}


class Command(BaseCommand):
    help = (
        "Import subscribers from a CSV file. Nobody is written to, and nobody who has left, "
        "bounced or was erased comes back. A second run changes nothing. Example: "
        "manage.py import_subscribers people.csv --mode add --consent-date 2021-05-31 "
        '--source "Moved from listmonk, double opt-in since 2021" --dry-run. '
        "A site that moves: manage.py export_subscribers people.csv there, and here "
        'manage.py import_subscribers people.csv --mode restore --source "Moved from our old site"'
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--mode",
            required=True,
            choices=Mode.values,
            help="add new people, of whom those who are gone in the file are noted as gone, and "
            "those who never confirmed are left alone; update names and choices of people whom we "
            "know, where empty cells change nothing; or restore everything from an export of this "
            "program",
        )
        parser.add_argument(
            "--source",
            default="",
            metavar="TEXT",
            help="where and how these people agreed: kept as proof for each; needed but to update",
        )
        parser.add_argument(
            "--consent-date",
            type=past,
            metavar="DATE",
            help="when they agreed, of people of whom the file does not say",
        )
        parser.add_argument("--encoding", default="", help="such as utf-8 or cp1252; recognised")
        parser.add_argument("--delimiter", default="", help="a character, or tab; recognised")
        parser.add_argument("--dry-run", action="store_true", help="report, and change nothing")
        parser.add_argument(
            "--strict", action="store_true", help="change nothing if any line has a problem"
        )

    def handle(self, file, mode, dry_run, strict, **options):
        plan = Plan(
            mode=Mode(mode),
            source=one_line(options["source"]),
            file=one_line(file.name),
            consent_at=options["consent_date"],
            by=None,
            at=timezone.now(),
        )
        try:
            table = Table(file.read_bytes(), options["encoding"], delimiter(options["delimiter"]))
            for words, found in recognised(table, plan.mode):
                self.stdout.write(f"{words}: {found}")
            is_refused = strict and not dry_run and importing.has_problems(table, plan)
            report = self.go_through(table, plan, dry_run or is_refused)
        except (OSError, UnreadableFile) as error:
            raise CommandError(str(error)) from error
        note = " (nothing was changed)" if dry_run or is_refused else ""
        self.stdout.write(f"{report.summary}{note}")
        if report.problem_count:
            raise CommandError(f"{report.problem_count} lines have problems.")

    def go_through(self, table: Table, plan: Plan, dry_run: bool) -> Report:
        """Import, or try to, and say each problem at once."""
        report = Report()
        try:
            self.follow(importing.run(table, plan, dry_run), table, report)
        finally:
            if not dry_run:
                note_import(plan, report)
        return report

    def follow(self, steps, table: Table, report: Report) -> None:
        with tqdm(total=table.line_count, unit="line", disable=None, leave=False) as bar:
            for step in steps:
                report.add(step)
                bar.update(step.line - bar.n)
                if step.problems:
                    with tqdm.external_write_mode():
                        for one in step.problems:
                            self.stderr.write(f"line {one.line}: {one.reason}")


def past(text: str) -> datetime.datetime:
    try:
        return read_past(text)
    except Unusable as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def delimiter(text: str) -> str:
    found = NAMED.get(text, text)
    if len(found) > 1 or found in ('"', "\r", "\n", " "):
        raise UnreadableFile(f"A delimiter is one character, or one of: {', '.join(NAMED)}.")
    return found
