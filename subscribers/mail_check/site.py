"""What our own settings add to what receivers ask."""

from django.conf import settings

from subscribers.mail_check.facts import Facts, domain_of
from subscribers.mail_check.findings import About, Finding

SITE = About("Settings")


def check(facts: Facts) -> list[Finding]:
    return [*about_sender(facts), *about_links()]


def about_sender(facts: Facts) -> list[Finding]:
    if domain_of(facts.sender) == facts.domain:
        return [SITE.ok(f"Mail is from {facts.sender}.")]
    words = f"Mail is from {facts.sender} (MAIL_FROM), and that is not {facts.domain}."
    return [SITE.note(words)]


def about_links() -> list[Finding]:
    """Look at the link that lets a reader leave by one click (RFC 8058 wants https)."""
    if settings.IS_HTTPS:
        return [SITE.ok("Every mail lets its reader leave by one click (RFC 8058).")]
    words = f"Links in mail begin with {settings.SITE_URL}. Leaving by one click needs https."
    return [SITE.note(words) if settings.IS_LOCAL else SITE.wrong(words)]
