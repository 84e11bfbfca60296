"""Addresses that are not to be written to, kept so that nobody can read them."""

from django.conf import settings
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from subscribers.addresses import Address


def digests(address: Address) -> list[str]:
    """Give the keyed hashes of an address: of today's SECRET_KEY first, then of former ones."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [
        salted_hmac("subscribers.suppression", address.key, secret, algorithm="sha256").hexdigest()
        for secret in secrets
    ]


class SuppressionQuerySet(models.QuerySet):
    def of(self, address: Address):
        """Keep what is known of an address."""
        return self.filter(digest__in=digests(address))

    def blocks(self, address: Address) -> bool:
        """Say whether an address gets no letter, even if it asks again: not if it was erased."""
        return self.of(address).exclude(reason=self.model.Reason.ERASED).exists()

    def add(self, address: Address, reason: str) -> None:
        """Note an address; what is known of it already stays, unless this is graver."""
        digest = digests(address)[0]
        self.bulk_create([self.model(digest=digest, reason=reason)], ignore_conflicts=True)
        if reason != self.model.Reason.ERASED:
            self.of(address).filter(reason=self.model.Reason.ERASED).update(reason=reason)


class Suppression(models.Model):
    """An address that is not to be written to, as a keyed hash: all that is left of a person.

    Who had themselves erased may ask again, as anybody may; the others may not. No import brings
    back any of them.
    """

    class Reason(models.TextChoices):
        ERASED = "erased", _("Erased on request")
        BOUNCED = "bounced", _("Does not exist")
        COMPLAINED = "complained", _("Complained")
        BLOCKED = "blocked", _("Blocked by an editor")

    digest = models.CharField(_("hash"), max_length=64, unique=True, editable=False)
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    objects = SuppressionQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")

    def __str__(self):
        return f"{self.digest[:12]}… ({self.get_reason_display()})"
