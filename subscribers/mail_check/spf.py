"""SPF: which machines may send mail in the name of a domain (RFC 7208)."""

import ipaddress
import re

from subscribers.mail_check.facts import Facts
from subscribers.mail_check.findings import About, Finding, txt
from subscribers.mail_check.records import NoAnswer, Records, addresses_of
from subscribers.mail_check.spf_terms import (
    MOST_LOOKUPS,
    Broken,
    Term,
    count,
    read,
    texts,
    verdict_on,
)

SPF = About("SPF")


def check(facts: Facts, records: Records) -> list[Finding]:
    """Check the record of the domain that mail comes back to: it is the one that is asked."""
    domain = facts.bounces
    try:
        found = texts(domain, records)
        if not found:
            return [missing(facts, records)]
        if len(found) > 1:
            return [several(domain, found)]
        return judged(facts, found[0], records)
    except NoAnswer as error:
        return [SPF.unknown(f"Nobody can say whether {domain} has an SPF record: {error}.")]


def missing(facts: Facts, records: Records) -> Finding:
    words = f"{facts.bounces} has no SPF record: nothing says which machines may send its mail."
    machines = machines_of(facts, records)
    if machines:
        return SPF.wrong(words, txt(facts.bounces, f"v=spf1 {machines} -all"))
    words += (
        " Your relay or provider says which include: belongs into it; put that in place of"
        " spf.provider.example. If your own machine sends, name it with --server."
    )
    return SPF.wrong(words, txt(facts.bounces, "v=spf1 include:spf.provider.example -all"))


def machines_of(facts: Facts, records: Records) -> str:
    """Give the terms for the machine that sends; its name where nobody knows its addresses."""
    if not facts.server:
        return ""
    try:
        found = map(ipaddress.ip_address, server_addresses(facts, records))
        terms = [f"ip{one.version}:{one}" for one in found]
    except NoAnswer:
        terms = []
    return " ".join(terms) or f"a:{facts.server.host}"


def server_addresses(facts: Facts, records: Records) -> list[str]:
    host = facts.server.host if facts.server else ""
    try:
        return [str(ipaddress.ip_address(host))]
    except ValueError:
        return addresses_of(host, records) if host else []


def several(domain: str, found: list[str]) -> Finding:
    """Put all into one: receivers refuse to choose (section 4.5)."""
    terms = [term for text in found for term in text.split()[1:]]
    ends = [term for term in terms if term.lower().lstrip("+-~?") == "all"]
    merged = [*dict.fromkeys(term for term in terms if term not in ends), *ends[:1]]
    return SPF.wrong(
        f"{domain} has {len(found)} SPF records, and receivers then use none. Keep one that holds "
        "everything, and remove the others.",
        txt(domain, " ".join(["v=spf1", *merged])),
    )


def judged(facts: Facts, text: str, records: Records) -> list[Finding]:
    domain = facts.bounces
    try:
        terms = read(text)
        lookups, unseen = count(domain, terms, records)
    except Broken as error:
        return [SPF.wrong(f"The SPF record of {domain} cannot be read: {error}. It is: {text}")]
    found = [
        *about_the_end(domain, text, terms),
        *about_lookups(domain, lookups, unseen),
    ]
    if lookups <= MOST_LOOKUPS:
        found += about_the_server(facts, text, records)
    if any(term.name == "ptr" for term in terms):
        found.append(SPF.note("“ptr” in an SPF record is slow, and large receivers ignore it."))
    return [SPF.ok(f"{domain} has one SPF record: {text}"), *found]


def about_the_end(domain: str, text: str, terms: list[Term]) -> list[Finding]:
    """Look at what the record says of all other machines."""
    ends = [term.sign for term in terms if term.name == "all"]
    if not ends:
        if any(term.name == "redirect" for term in terms):
            return []
        better = txt(domain, f"{text} ~all")
        return [SPF.note("It does not say what is to happen to mail from elsewhere.", better)]
    if ends[0] == "+":
        better = re.sub(r"\+?\ball\b", "-all", text, flags=re.IGNORECASE)
        words = "It ends in “+all”: everybody in the world may send mail in your name."
        return [SPF.wrong(words, txt(domain, better))]
    if ends[0] == "?":
        better = txt(domain, text.replace("?all", "~all"))
        return [
            SPF.note("It ends in “?all”, which says nothing about mail from elsewhere.", better)
        ]
    return []


def about_lookups(domain: str, lookups: int, unseen: list[str]) -> list[Finding]:
    if lookups > MOST_LOOKUPS:
        words = (
            f"It makes receivers ask DNS {lookups} times, and they stop after {MOST_LOOKUPS}. "
            "Remove what you no longer use, or name addresses (ip4:, ip6:) instead of hosts."
        )
        return [SPF.wrong(words)]
    if unseen:
        names = ", ".join(dict.fromkeys(unseen))
        words = f"{lookups} look-ups of {MOST_LOOKUPS} so far; not counted what is in: {names}."
        return [SPF.note(words)]
    return []


def about_the_server(facts: Facts, text: str, records: Records) -> list[Finding]:
    """Say whether the machine that sends may."""
    found = []
    for address in server_addresses(facts, records):
        verdict = verdict_on(address, facts.bounces, read(text), records)
        if verdict == "+":
            found.append(SPF.ok(f"It lets {address} send ({facts.server.host})."))
        elif verdict == "":
            found.append(SPF.unknown(f"Nobody can say whether it lets {address} send."))
        else:
            version = ipaddress.ip_address(address).version
            better = re.sub("^v=spf1", f"v=spf1 ip{version}:{address}", text, flags=re.I)
            words = f"It does not let {address} send, which is {facts.server.host}."
            found.append(SPF.wrong(words, txt(facts.bounces, better)))
    return found
