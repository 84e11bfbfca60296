"""MX: where mail to a domain goes, such as answers, and what cannot be delivered."""

import ipaddress

from subscribers.mail_check.facts import Facts
from subscribers.mail_check.findings import About, Finding, mx
from subscribers.mail_check.records import NoAnswer, Records, addresses_of

MX = About("MX")


def check(facts: Facts, records: Records) -> list[Finding]:
    uses = {facts.domain: "answers", facts.bounces: "what cannot be delivered"}
    if facts.domain == facts.bounces:
        uses = {facts.domain: "answers, and what cannot be delivered"}
    return [found for domain, use in uses.items() for found in checked(domain, use, records)]


def checked(domain: str, use: str, records: Records) -> list[Finding]:
    try:
        hosts = records.find(domain, "MX")
        if not hosts:
            return [without(domain, use, bool(addresses_of(domain, records)))]
    except NoAnswer as error:
        return [MX.unknown(f"Nobody can say whether {domain} takes mail: {error}.")]
    names = [one.split()[-1].rstrip(".") for one in hosts]
    if names == [""]:
        words = f"{domain} says that it takes no mail at all (“MX 0 .”); {use} must go there."
        return [MX.wrong(words, mx(domain, f"mail.{domain}"))]
    found = [MX.ok(f"Mail to {domain} ({use}) goes to {', '.join(sorted(names))}.")]
    return found + [one for name in names for one in about_host(domain, name, records)]


def without(domain: str, use: str, has_address: bool) -> Finding:
    record = mx(domain, f"mail.{domain}")
    if has_address:
        words = f"{domain} has no MX record: mail ({use}) goes to the machine of that name."
        return MX.note(f"{words} Where another one takes it, say so:", record)
    words = (
        f"{domain} takes no mail: it has no MX record. {use.capitalize()} would be lost, and some "
        "receivers take nothing from a domain that cannot be answered. Name the machine that does:"
    )
    return MX.wrong(words, record)


def about_host(domain: str, host: str, records: Records) -> list[Finding]:
    """See whether the machine that takes mail is there."""
    if is_address(host):
        return [MX.wrong(f"The MX record of {domain} must name a host, not the address {host}.")]
    try:
        if addresses_of(host, records):
            return []
    except NoAnswer as error:
        return [MX.unknown(f"Nobody can say which addresses {host} has: {error}.")]
    return [MX.wrong(f"{host}, which takes the mail of {domain}, has no address (A or AAAA).")]


def is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
