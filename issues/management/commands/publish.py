"""manage.py publish: an issue goes public, now or at a moment, as from the desk."""

import datetime

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from issues import publishing
from issues.models import Issue, StaleVersion
from issues.moments import two_readings


class Command(BaseCommand):
    help = (
        "Publish an issue now, or schedule it with --at. Pre-flight is heard as at the desk. "
        "Example: manage.py publish 12 --at 2026-12-02T09:00"
    )

    def add_arguments(self, parser):
        parser.add_argument("number", type=int, metavar="NUMBER", help="the issue's number")
        parser.add_argument(
            "--at",
            metavar="MOMENT",
            help="in the site's time zone, or with an offset: 2026-12-02T09:00+01:00",
        )
        parser.add_argument("--dry-run", action="store_true", help="check, and change nothing")

    def handle(self, number, at, dry_run, **options):
        issue = Issue.objects.filter(number=number).first()
        if issue is None:
            raise CommandError(f"There is no issue of the number {number}.")
        try:
            with transaction.atomic():
                words = publish(issue, at)
                transaction.set_rollback(dry_run)
        except publishing.NotReady as refusal:
            findings = (f"  {finding.message}" for finding in refusal.findings)
            raise CommandError("\n".join([f"“{issue}” is held back:", *findings])) from refusal
        except publishing.Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        except StaleVersion as stale:
            raise CommandError(f"“{issue}” is being changed by somebody else.") from stale
        self.stdout.write(f"{words}{' (dry run: nothing was changed)' if dry_run else ''}")


def publish(issue: Issue, at: str | None) -> str:
    if at is None:
        return publishing.publish(issue, None)
    return publishing.schedule(issue, moment(at), None)


def moment(text: str) -> datetime.datetime:
    """Read a moment; a local time that is not clear is refused with both choices."""
    try:
        given = datetime.datetime.fromisoformat(text)
        readings = two_readings(given) if timezone.is_naive(given) else None
        moment = timezone.make_aware(given) if timezone.is_naive(given) else given
        moment = timezone.localtime(moment.astimezone(datetime.UTC))
    except (ValueError, OverflowError) as error:
        raise CommandError(f"--at must look like 2026-12-02T09:00, not {text!r}.") from error
    if readings:
        both = (timezone.localtime(one).isoformat(timespec="minutes") for one in readings.moments)
        raise CommandError(f"{readings.in_words()} Say which: --at {' or --at '.join(both)}.")
    return moment
