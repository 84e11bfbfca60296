"""DMARC: what receivers do with mail that passes neither SPF nor DKIM (RFC 7489)."""

import re

from subscribers.alignment import is_aligned, organisation
from subscribers.mail_check.facts import Facts
from subscribers.mail_check.findings import About, Finding, txt
from subscribers.mail_check.records import NoAnswer, Records, tags

DMARC = About("DMARC")
POLICIES = ("none", "quarantine", "reject")


def check(facts: Facts, records: Records) -> list[Finding]:
    own, parent = facts.domain, organisation(facts.domain)
    try:
        found = texts(own, records)
        if not found and parent != own:
            own, found = parent, texts_of_parent(parent, records)
    except NoAnswer as error:
        return [DMARC.unknown(f"Nobody can say whether {own} has a DMARC record: {error}.")]
    if not found:
        return [missing(facts)]
    if len(found) > 1:
        words = f"{own} has {len(found)} DMARC records, and receivers then use none. Keep one."
        return [DMARC.wrong(words, txt(f"_dmarc.{own}", found[0]))]
    return judged(facts, own, found[0])


def texts(domain: str, records: Records) -> list[str]:
    found = records.find(f"_dmarc.{domain}", "TXT")
    return [one for one in found if re.match(r"v\s*=\s*DMARC1\s*(;|$)", one)]


def texts_of_parent(domain: str, records: Records) -> list[str]:
    try:
        return texts(domain, records)
    except NoAnswer:  # what it may say is no reason to do without one
        return []


def missing(facts: Facts) -> Finding:
    words = (
        f"{facts.domain} has no DMARC record. Gmail and Yahoo ask for one of whoever writes to "
        "many. Begin with one that changes nothing and lets receivers send you reports; let the "
        "address after rua= be one that you read, or leave that part out."
    )
    record = f"v=DMARC1; p=none; rua=mailto:dmarc@{facts.domain}"
    return DMARC.wrong(words, txt(f"_dmarc.{facts.domain}", record))


def judged(facts: Facts, own: str, text: str) -> list[Finding]:
    found = {name.lower(): value for name, value in tags(text).items()}
    name = f"_dmarc.{own}"
    policy = found.get("p", "").lower()
    if policy not in POLICIES:
        words = f"The DMARC record of {own} has no policy: p= must be {', '.join(POLICIES)}."
        rest = re.sub(r"\s*\bp\s*=[^;]*;?", "", text.partition(";")[2]).strip()
        return [DMARC.wrong(words, txt(name, f"v=DMARC1; p=none; {rest}".rstrip("; ")))]
    if own != facts.domain:
        policy = found.get("sp", policy).lower()
    return [
        DMARC.ok(f"{own} has a DMARC record; it says: {policy}."),
        *about_policy(name, text, policy),
        *about_reports(name, text, found.get("rua", "")),
        *about_alignment(facts, found),
    ]


def about_policy(name: str, text: str, policy: str) -> list[Finding]:
    if policy != "none":
        return []
    words = (
        "It asks receivers to do nothing about forged mail, which is right to begin with. Once "
        "the reports show only your own machines, ask for more:"
    )
    better = re.sub(r"\b(s?p\s*=\s*)none\b", r"\1quarantine", text)
    return [DMARC.note(words, txt(name, better))]


def about_reports(name: str, text: str, addresses: str) -> list[Finding]:
    if not addresses:
        return [DMARC.note("Nobody gets its reports; rua=mailto:… in it would name who does.")]
    wrong = [one for one in addresses.split(",") if not one.lower().startswith("mailto:")]
    if not wrong:
        return []
    better = re.sub(r"(rua\s*=\s*)(?!mailto:)", r"\1mailto:", text)
    return [
        DMARC.wrong(f"Reports cannot go to {wrong[0]}: write mailto: before it.", txt(name, better))
    ]


def about_alignment(facts: Facts, found: dict[str, str]) -> list[Finding]:
    """Say whether what SPF and DKIM prove is about the domain that readers see."""
    by_dkim = is_aligned(facts.signing, facts.domain, found.get("adkim", "r").lower() == "s")
    by_spf = is_aligned(facts.bounces, facts.domain, found.get("aspf", "r").lower() == "s")
    if by_dkim and by_spf:
        return [DMARC.ok(f"SPF and DKIM are about {facts.domain}, which readers see.")]
    if by_dkim:
        words = (
            f"SPF is about {facts.bounces}, where mail comes back to, and does not count for "
            f"{facts.domain}: it hangs on DKIM alone."
        )
        return [DMARC.note(words)]
    if by_spf:
        words = f"Signatures are of {facts.signing}: they do not count for {facts.domain}."
    else:
        words = f"Neither SPF ({facts.bounces}) nor DKIM ({facts.signing}) is about {facts.domain}."
    return [DMARC.wrong(f"{words} Mail that somebody forwards will fail.")]
