"""The terms of SPF records: reading them, counting look-ups, and whom they let send (RFC 7208)."""

import ipaddress
import re
from typing import NamedTuple

from subscribers.mail_check.records import NoAnswer, Records, addresses_of

MOST_LOOKUPS = 10  # section 4.6.4
ENOUGH = 100  # nobody needs to know how many more there are
TERM = re.compile(r"(?P<sign>[-+~?]?)(?P<name>[a-z0-9]+)(?::(?P<value>[^/]+))?(?P<net>/.*)?")
MODIFIER = re.compile(r"(?P<name>[a-z][a-z0-9_.-]*)=(?P<value>.*)", re.IGNORECASE)
MECHANISMS = {"all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists"}
ASKING = {"include", "a", "mx", "ptr", "exists", "redirect"}


class Broken(Exception):
    """A record that receivers cannot read; says why."""


class Term(NamedTuple):
    sign: str
    name: str
    value: str = ""
    net: str = ""


def texts(domain: str, records: Records) -> list[str]:
    return [one for one in records.find(domain, "TXT") if re.match(r"v=spf1( |$)", one, re.I)]


def read(text: str) -> list[Term]:
    """Read the terms of a record. Raises Broken."""
    return [read_term(one) for one in text.split()[1:]]


def read_term(text: str) -> Term:
    if found := MODIFIER.fullmatch(text):
        return Term("", found["name"].lower(), found["value"])
    found = TERM.fullmatch(text.lower())
    if not found or found["name"] not in MECHANISMS:
        raise Broken(f"“{text}” is no term of SPF")
    term = Term(found["sign"] or "+", found["name"], found["value"] or "", found["net"] or "")
    if term.name in ("ip4", "ip6"):
        network_of(term)
    if term.name in ("include", "exists") and not term.value:
        raise Broken(f"“{text}” names no domain")
    return term


def network_of(term: Term):
    try:
        network = ipaddress.ip_network(term.value + term.net, strict=False)
    except ValueError:
        network = None
    if network is None or f"ip{network.version}" != term.name:
        raise Broken(f"“{term.name}:{term.value}{term.net}” is no address") from None
    return network


def count(domain: str, terms: list[Term], records: Records, above=()) -> tuple[int, list[str]]:
    """Count how often receivers must ask DNS, and give the domains that nobody could look at.

    Raises Broken if a record that is included is missing, or cannot be read.
    """
    total, unseen = 0, []
    for term in terms:
        total += term.name in ASKING
        if term.name not in ("include", "redirect"):
            continue
        if total > ENOUGH:
            break
        inner = inner_terms(term, domain, records, above)
        if inner is None:
            unseen.append(term.value)
            continue
        more, others = count(term.value, inner, records, (*above, domain))
        total, unseen = total + more, unseen + others
    return total, unseen


def inner_terms(term: Term, domain: str, records: Records, above=()) -> list[Term] | None:
    """Give the terms of a record that another one includes; None if nobody can see it."""
    name = term.value.lower().rstrip(".")
    if "%" in name or len(above) > MOST_LOOKUPS:
        return None
    if name in (domain, *above):
        raise Broken(f"it includes itself, by way of {name}")
    try:
        found = texts(name, records)
    except NoAnswer:
        return None
    if len(found) == 1:
        return read(found[0])
    how_many = f"{len(found)} SPF records" if found else "no SPF record"
    raise Broken(f"it includes {name}, which has {how_many}")


def verdict_on(address: str, domain: str, terms: list[Term], records: Records, above=()) -> str:
    """Give the sign of the first term that means an address; nothing if that cannot be known."""
    is_sure = True
    for term in terms:
        match = matches(address, domain, term, records, above)
        if match and (is_sure or term.sign == "+"):
            return term.sign
        # Whatever a term that nobody can see says, a later one may still let the address send.
        is_sure = is_sure and match is not None
        if match or (match is None and term.sign != "+"):
            return ""
    for term in terms:
        if term.name == "redirect" and (inner := inner_terms(term, domain, records, above)):
            return verdict_on(address, term.value, inner, records, (*above, domain))
    return "?" if is_sure else ""


def matches(address: str, domain: str, term: Term, records: Records, above=()) -> bool | None:
    """Say whether a term means an address; None if that cannot be known."""
    match term.name:
        case "all":
            return True
        case "ip4" | "ip6":
            return ipaddress.ip_address(address) in network_of(term)
        case "include":
            inner = inner_terms(term, domain, records, above)
            if inner is None:
                return None
            found = verdict_on(address, term.value, inner, records, (*above, domain))
            return found == "+" if found else None
        case "a" | "mx":
            return is_host(address, term, term.value or domain, records)
        case "exists" | "ptr":
            return None
    return False  # what means no machine, such as redirect


def is_host(address: str, term: Term, host: str, records: Records) -> bool | None:
    """Say whether an address is that of a host, or of one that takes its mail, or near it."""
    lengths = term.net.split("//")
    is_four = ipaddress.ip_address(address).version == 4
    length = lengths[0].lstrip("/") if is_four else "".join(lengths[1:])
    try:
        hosts = [host]
        if term.name == "mx":
            hosts = [one.split()[-1].rstrip(".") for one in records.find(host, "MX")]
        known = [one for name in hosts for one in addresses_of(name, records)]
        near = [ipaddress.ip_network(f"{one}/{length}" if length else one, False) for one in known]
    except (NoAnswer, ValueError):
        return None
    return any(ipaddress.ip_address(address) in network for network in near)
