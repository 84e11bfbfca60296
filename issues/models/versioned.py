"""Rows that several people may change, and how one of them notices the other."""

from django.db import models, transaction
from django.db.models import F
from django.utils import timezone


class StaleVersion(Exception):
    """The row was changed or deleted by somebody else since it was read; nothing was saved."""

    def __init__(self, row: models.Model):
        super().__init__(f"{row._meta.verbose_name} {row.pk} is not at version {row.version}")
        self.row = row


class VersionedQuerySet(models.QuerySet):
    def touch(self) -> int:
        """Count versions on, since something that belongs to these rows has changed.

        Gives how many rows there are. Until the transaction ends, nobody else can save them.
        """
        return self.update(version=F("version") + 1, updated_at=timezone.now())

    def lock(self) -> None:
        """Let nobody else save these rows until the transaction ends.

        Whoever changes sections locks their issues first, all of them at once in one order: else
        two people who wait for each other would both lose their time, and one the text.
        """
        list(self.order_by("pk").select_for_update(no_key=True).values_list("pk"))


class Versioned(models.Model):
    """A row whose every save counts its version on, and only from the version that was read.

    The check and the counting are one conditional UPDATE, so that of any number of parallel
    saves of one version exactly one succeeds; the others raise StaleVersion.
    """

    version = models.PositiveIntegerField(editable=False, default=0)

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        if self._state.adding:
            self.version += 1
            return super().save(*args, **kwargs)
        read = self.version
        try:
            with transaction.atomic():
                self.claim()
                super().save(*args, **kwargs)
        except BaseException:
            self.version = read
            raise

    def claim(self) -> None:
        """Count the version on in the database. Raises StaleVersion."""
        same = type(self)._base_manager.filter(pk=self.pk, version=self.version)
        if not same.update(version=self.version + 1):
            raise StaleVersion(self)
        self.version += 1
