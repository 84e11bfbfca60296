"""What readers see of a row, and when that was last another."""

import datetime
import hashlib

from django.db import models
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone


class Corrected(models.Model):
    """A row that remembers when what readers see of it last changed.

    A save that changes nothing of it, a new order or a new renderer is no correction, so that
    feeds call an entry updated only when there is something new to read.
    """

    SHOWN: tuple[str, ...] = ()

    shown_digest = models.CharField(editable=False, blank=True, max_length=24)
    corrected_at = models.DateTimeField(editable=False, null=True, blank=True)

    class Meta:
        abstract = True

    def note_correction(self) -> None:
        """Compare what is shown with what was; call it when the texts are clean."""
        text = "\n".join(f"{name}={getattr(self, name)}" for name in self.SHOWN)
        digest = hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
        if self.shown_digest and self.shown_digest != digest:
            self.corrected_at = timezone.now()
        self.shown_digest = digest


def last_correction(
    published_at: datetime.datetime, *corrections: datetime.datetime | None
) -> datetime.datetime | None:
    """Give the last correction after publication: what was changed before it, nobody has missed."""
    return max((at for at in corrections if at and at > published_at), default=None)


def last_change(
    published_at: datetime.datetime, *corrections: datetime.datetime | None
) -> datetime.datetime:
    """Give the later of publication and of all corrections."""
    return last_correction(published_at, *corrections) or published_at


def last_change_in(published_at: str, *corrections: str) -> models.Expression:
    """Give the same of columns, in the database."""
    return Greatest(published_at, *(Coalesce(one, published_at) for one in corrections))
