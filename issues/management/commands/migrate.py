"""manage.py migrate: Django's own, one at a time where several machines share a database."""

from django.core.management.commands import migrate
from django.db import connections

from bitsletter import postgres


class Command(migrate.Command):
    def handle(self, *args, **options):
        with postgres.in_turn(connections[options["database"]]):
            super().handle(*args, **options)
