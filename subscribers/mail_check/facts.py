"""What is known of the site whose mail is checked."""

from typing import NamedTuple, Self

from django.conf import settings

from subscribers.mime import read_mailbox
from subscribers.signing import Signer


class Server(NamedTuple):
    """The machine that hands mail to the world."""

    host: str
    port: int | None = None  # where it is asked about encryption; else it is not


class Facts(NamedTuple):
    domain: str  # that readers see as the sender's
    sender: str  # the whole address, as the settings say
    bounces: str  # the domain that mail comes back to
    signing: str  # the domain that signs
    selector: str
    signer: Signer | None
    server: Server | None

    @classmethod
    def of(cls, domain: str, selector: str = "", server: Server | None = None) -> Self:
        """Give those of the settings, for mail from a domain. May raise UnusableKey."""
        return cls(
            domain=domain,
            sender=read_mailbox(settings.DEFAULT_FROM_EMAIL).address,
            bounces=domain_of(read_mailbox(settings.BOUNCE_ADDRESS).address) or domain,
            signing=settings.DKIM_DOMAIN or domain,
            selector=selector or settings.DKIM_SELECTOR,
            signer=Signer.from_settings(),
            server=server,
        )


def domain_of(address: str) -> str:
    return address.rpartition("@")[2].lower()
