"""manage.py import_issues: files or folders become issues."""

import json
from dataclasses import asdict
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from issues.importing.fetching import Fetcher
from issues.importing.saving import Outcome, files_in, import_files


class Command(BaseCommand):
    help = (
        "Import Markdown or MDX files with front matter, or the scraped text of a page, as issues. "
        "Each file goes in whole or not at all; a second run changes nothing. "
        "Example: manage.py import_issues letters/ --dry-run. "
        "Pictures of other hosts stay there, unless you let them be fetched: "
        "manage.py import_issues letters/ --fetch-images"
    )
    fetcher = Fetcher()

    def add_arguments(self, parser):
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="file or folder")
        parser.add_argument("--dry-run", action="store_true", help="report, and change nothing")
        parser.add_argument(
            "--publish", action="store_true", help="publish now what has no date of its own"
        )
        parser.add_argument(
            "--update", action="store_true", help="let a file replace the issue of its number"
        )
        parser.add_argument(
            "--fetch-images",
            action="store_true",
            help="fetch the pictures that texts and covers show from other hosts, and show them "
            "from here: from public addresses only, 20 MB and 20 seconds each at most; with "
            "--update also those that are left in issues imported before",
        )
        parser.add_argument("--json", action="store_true", help="report as JSON")

    def handle(self, paths, dry_run, publish, update, fetch_images, **options):
        for path in paths:
            if not path.exists():
                raise CommandError(f"There is no {path}.")
        files = files_in(paths)
        if not files:
            raise CommandError("There is no .md, .mdx, .markdown or .txt file in there.")
        fetcher = self.fetcher if fetch_images else None
        imported = import_files(files, fetcher, update=update, publish=publish, dry_run=dry_run)
        outcomes = list(tqdm(imported, total=len(files), unit="file", disable=None, leave=False))
        if options["json"]:
            self.stdout.write(json.dumps([as_json(outcome) for outcome in outcomes], indent=2))
        else:
            self.report(outcomes, dry_run)
        out = [outcome for outcome in outcomes if not outcome.is_in]
        if out:
            raise CommandError(f"{len(out)} of {len(outcomes)} files did not go in.")

    def report(self, outcomes: list[Outcome], dry_run: bool) -> None:
        for outcome in outcomes:
            if not outcome.is_in:
                self.stderr.write(self.style.ERROR(f"{outcome.path}: {outcome.problem}"))
                continue
            if outcome.status == "unchanged":
                continue
            line = f"{outcome.status:9} #{outcome.number} {outcome.title} ({outcome.state.lower()})"
            self.stdout.write(self.style.SUCCESS(line))
            for section_type, title in outcome.sections:
                self.stdout.write(f"    {section_type}: {title}")
            for note in outcome.notes:
                self.stdout.write(f"    line {note.line}, {note.kind}: {note.text}")
        counts = {}
        for outcome in outcomes:
            counts[outcome.status] = counts.get(outcome.status, 0) + 1
        summary = ", ".join(f"{count} {status}" for status, count in counts.items())
        if fetched := sum(outcome.fetched for outcome in outcomes):
            summary += f"; {fetched} picture{'s'[: fetched > 1]} fetched"
        self.stdout.write(f"{summary}{' (dry run: nothing was changed)' if dry_run else ''}")


def as_json(outcome: Outcome) -> dict:
    return {**asdict(outcome), "path": str(outcome.path)}
