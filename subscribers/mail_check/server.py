"""The machine that hands mail to the world: its name, the way back to it, and encryption."""

import smtplib

import dns.reversename
from django.conf import settings

from subscribers.mail_check.facts import Facts
from subscribers.mail_check.findings import About, Finding
from subscribers.mail_check.records import NoAnswer, Records, addresses_of
from subscribers.mail_check.spf import server_addresses

PTR, TLS = About("PTR"), About("TLS")
SECONDS = 10


def check(facts: Facts, records: Records) -> list[Finding]:
    """Check the names of its addresses, which large receivers insist on."""
    if not facts.server:
        return [
            PTR.note(
                "If your own machine hands mail to the world, name it with --server: its address "
                "needs a name that leads back to it. A relay or provider has seen to that."
            )
        ]
    try:
        found = server_addresses(facts, records)
    except NoAnswer as error:
        return [PTR.unknown(f"Nobody can say which addresses {facts.server.host} has: {error}.")]
    if not found:
        return [PTR.wrong(f"{facts.server.host} has no address (A or AAAA record).")]
    return [checked(address, facts.server.host, records) for address in found]


def checked(address: str, host: str, records: Records) -> Finding:
    pointer = dns.reversename.from_address(address).to_text(omit_final_dot=True)
    try:
        names = [name.rstrip(".").lower() for name in records.find(pointer, "PTR")]
        if not names:
            words = (
                f"{address} has no name (PTR record), and Gmail and others take no mail from such "
                "addresses. Whoever rents you the machine sets it, mostly in their control panel:"
            )
            return PTR.wrong(words, f"{pointer}. 3600 IN PTR {named(host, address)}.")
    except NoAnswer as error:
        return PTR.unknown(f"Nobody can say which name {address} has: {error}.")
    try:
        if any(address in addresses_of(name, records) for name in names):
            return PTR.ok(f"{address} is called {names[0]}, and that name leads back to it.")
    except NoAnswer as error:
        words = f"{address} is called {names[0]}; nobody can say whether that leads back to it"
        return PTR.unknown(f"{words}: {error}.")
    kind = "AAAA" if ":" in address else "A"
    words = f"{address} is called {names[0]}, but that name does not lead back to it. Add:"
    return PTR.wrong(words, f"{names[0]}. 3600 IN {kind} {address}")


def named(host: str, address: str) -> str:
    return host if host != address else "mail.example.org"


def check_encryption(facts: Facts) -> list[Finding]:
    """Ask the server whether it takes encrypted mail, and look at how we reach it."""
    found = about_settings()
    if facts.server and facts.server.port:
        found.append(asked(facts.server.host, facts.server.port))
    return found


def about_settings() -> list[Finding]:
    is_local = settings.EMAIL_HOST in ("localhost", "127.0.0.1", "::1")
    is_encrypted = settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL
    if "smtp" not in settings.EMAIL_BACKEND or is_local or is_encrypted:
        return []
    words = (
        f"Mail goes to {settings.EMAIL_HOST} without encryption. Let EMAIL_URL begin with "
        "submission://, or end in ?tls=True (STARTTLS) or, at port 465, ?ssl=True."
    )
    return [TLS.note(words)]


def asked(host: str, port: int) -> Finding:
    try:
        with smtplib.SMTP(host, port, timeout=SECONDS) as server:
            server.ehlo()
            name = server.ehlo_resp.decode("utf-8", "replace").split()[0]
            if server.has_extn("starttls"):
                return TLS.ok(f"{host} calls itself {name}, and speaks encrypted (STARTTLS).")
    except (OSError, smtplib.SMTPException) as error:
        return TLS.unknown(f"{host}:{port} cannot be asked: {error}.")
    words = (
        f"{host} calls itself {name} and offers no encryption (STARTTLS). Gmail asks for it of "
        "whoever sends; Postfix does it with smtp_tls_security_level = may."
    )
    return TLS.note(words)
