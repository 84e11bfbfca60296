"""manage.py rerender: HTML, plain text and which pictures are used, from the Markdown."""

from django.core.management.base import BaseCommand

from issues import uses
from issues.rendering import rerender


class Command(BaseCommand):
    help = (
        "Render anew what an older renderer has rendered; with --all, everything. Dates and "
        "versions stay: nothing was edited. What is stored of where pictures are used is "
        "compared with all texts and mended. "
        "Example: manage.py rerender --all"
    )

    def add_arguments(self, parser):
        parser.add_argument("--all", action="store_true", help="also what is up to date")

    def handle(self, **options):
        issues, sections = rerender(everything=options["all"])
        self.stdout.write(f"{issues} issues and {sections} sections rendered.")
        if mended := uses.mend():
            self.stdout.write(f"Uses of pictures mended in {mended} of the texts.")
