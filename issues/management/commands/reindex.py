"""manage.py reindex: the search index, from the sections."""

from django.core.management.base import BaseCommand, CommandError

from issues import search


class Command(BaseCommand):
    help = (
        "Rebuild the search index from the sections, or compare the two with --check. "
        "Example: manage.py reindex --check"
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--check", action="store_true", help="change nothing; fail where the two differ"
        )

    def handle(self, check, **options):
        if not check:
            self.stdout.write(f"{search.rebuild()} sections indexed.")
            return
        difference = search.check()
        if any(difference):
            counts = (f"{len(keys)} {name}" for name, keys in difference._asdict().items())
            raise CommandError(f"The index differs: {', '.join(counts)}. Run `manage.py reindex`.")
        self.stdout.write("The index agrees with the sections.")
