"""manage.py make_variants: the files of pictures that pages and mail show."""

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q
from tqdm import tqdm

from issues import images
from issues.models import Asset


class Command(BaseCommand):
    help = (
        "Make the smaller files of pictures that have none, as after an upgrade; with --all, those "
        "of every picture anew. Pages show them at once; the worker removes old files a day later. "
        "Example: manage.py make_variants --all"
    )

    def add_arguments(self, parser):
        parser.add_argument("--all", action="store_true", help="also where there are some already")

    def handle(self, **options):
        is_unfinished = Q(variants=[]) | Q(bytes=0)
        pictures = Asset.objects.all() if options["all"] else Asset.objects.filter(is_unfinished)
        keys = pictures.order_by("pk").values_list("pk", flat=True)
        renewed = failed = 0
        for key in tqdm(list(keys), unit="picture", disable=None, leave=False):
            try:
                renewed += images.renew(Asset.objects.get(pk=key))
            except Asset.DoesNotExist:  # it was deleted meanwhile
                continue
            except (images.InvalidImage, OSError) as error:
                failed += 1
                name = Asset.objects.only("file").get(pk=key).file.name
                self.stderr.write(self.style.ERROR(f"{name}: {reason(error)}"))
        self.stdout.write(f"The variants of {renewed} pictures were made.")
        if failed:
            raise CommandError(f"The files of {failed} pictures are broken or missing.")


def reason(error: Exception) -> str:
    """Say what is wrong with a file whose name stands beside it."""
    return getattr(error, "strerror", "") or str(error)
