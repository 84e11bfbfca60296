"""What DNS must say of a domain so that its mail arrives: one module for each kind of record."""

from subscribers.mail_check import dkim, dmarc, mx, server, site, spf
from subscribers.mail_check.facts import Facts
from subscribers.mail_check.findings import Finding
from subscribers.mail_check.records import Records

CHECKS = [spf.check, dkim.check, dmarc.check, mx.check, server.check]


def check(facts: Facts, records: Records, is_online: bool = True) -> list[Finding]:
    """Check everything; the mail server itself is only asked if we are online."""
    found = [finding for one in CHECKS for finding in one(facts, records)]
    if is_online:
        found += server.check_encryption(facts)
    return found + site.check(facts)
