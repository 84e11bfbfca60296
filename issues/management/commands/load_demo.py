"""manage.py load_demo: an archive to look around in."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.management.base import BaseCommand, CommandError

from issues import demo
from issues.demo.pictures import draw_all
from issues.importing.saving import files_in, import_files
from issues.models import Issue


class Command(BaseCommand):
    help = (
        "Load the demo archive: issues 101 to 110, with pictures and tags. It goes through the "
        "importer like any other files; a second run changes nothing. "
        "Example: manage.py load_demo --if-empty"
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing where there is an issue already"
        )

    def handle(self, if_empty, **options):
        if if_empty and Issue.objects.exists():
            return
        with TemporaryDirectory() as folder:
            issues = shutil.copytree(Path(demo.__file__).parent / "issues", f"{folder}/issues")
            draw_all(Path(folder) / "pictures")
            outcomes = list(import_files(files_in([Path(issues)])))
        refused = [
            f"#{outcome.number} {outcome.problem}" for outcome in outcomes if not outcome.is_in
        ]
        if refused:
            raise CommandError(f"These issues are there already, or broken: {', '.join(refused)}.")
        sections = sum(len(outcome.sections) for outcome in outcomes)
        self.stdout.write(f"The demo archive: {len(outcomes)} issues with {sections} sections.")
