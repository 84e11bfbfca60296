"""DKIM: the key with which receivers read our signatures (RFC 6376)."""

import base64
import binascii

from dkim.crypto import UnparsableKeyError, parse_public_key

from subscribers.alignment import is_aligned
from subscribers.mail_check.facts import Facts
from subscribers.mail_check.findings import About, Finding, txt
from subscribers.mail_check.records import NoAnswer, Records, tags

DKIM = About("DKIM")
FEWEST_BITS, GOOD_BITS = 1024, 2048  # RFC 8301, section 3.2


def check(facts: Facts, records: Records) -> list[Finding]:
    if not facts.selector:
        return [
            DKIM.wrong(
                "Nothing says where the key of your signatures stands. Your relay or provider "
                "names a selector, and the record: give it with --selector, or as DKIM_SELECTOR. "
                "If your own machine sends, make a key: openssl genrsa -out dkim.pem 2048, and "
                "set DKIM_KEY=dkim.pem and DKIM_SELECTOR."
            )
        ]
    name = f"{facts.selector}._domainkey.{facts.signing}"
    try:
        found = records.find(name, "TXT")
    except NoAnswer as error:
        return [DKIM.unknown(f"Nobody can say whether there is a key at {name}: {error}.")]
    if not found:
        return [missing(facts, name)]
    if len(found) > 1:
        words = (
            f"There are {len(found)} records at {name}, and receivers may take either. Keep one."
        )
        return [DKIM.wrong(words, wanted(facts, name))]
    return [*judged(facts, name, tags(found[0])), *about_alignment(facts)]


def wanted(facts: Facts, name: str) -> str:
    """Give the record that fits our own key; nothing if others sign."""
    return txt(name, f"v=DKIM1; k=rsa; p={facts.signer.public_key}") if facts.signer else ""


def missing(facts: Facts, name: str) -> Finding:
    words = f"There is no key at {name}, so that nobody can check your signatures."
    if not facts.signer:
        words += " Your relay or provider shows the record to add."
    return DKIM.wrong(words, wanted(facts, name))


def judged(facts: Facts, name: str, found: dict[str, str]) -> list[Finding]:
    """Say what is wrong with a key that is there, or that it will do."""
    trouble = trouble_with(found)
    if trouble:
        return [DKIM.wrong(f"The key at {name} is of no use: {trouble}.", wanted(facts, name))]
    if facts.signer and found["p"] != facts.signer.public_key:
        words = f"The key at {name} is not the one that DKIM_KEY signs with: all signatures fail."
        return [DKIM.wrong(words, wanted(facts, name))]
    findings = [DKIM.ok(f"There is a key at {name}.")]
    if facts.signer:
        findings = [DKIM.ok(f"The key at {name} is that of DKIM_KEY.")]
    if found.get("k", "rsa") == "rsa" and bits(found["p"]) < GOOD_BITS:
        words = (
            f"It has {bits(found['p'])} bits. Make a longer one some day: {GOOD_BITS} are usual."
        )
        findings.append(DKIM.note(words))
    if "y" in found.get("t", "").split(":"):
        findings.append(
            DKIM.note("It says that you are only testing (t=y); remove that once mail goes out.")
        )
    return findings


def trouble_with(found: dict[str, str]) -> str:
    """Say why nobody can use a key; nothing if they can."""
    kind = found.get("k", "rsa")
    if found.get("v", "DKIM1") != "DKIM1":
        return f"it begins with v={found['v']}, not with v=DKIM1"
    if not found.get("p"):
        return "it is empty, which means that it was withdrawn" if "p" in found else "it has no p="
    if kind not in ("rsa", "ed25519"):
        return f"nobody knows keys of the kind {kind}"
    if "sha256" not in found.get("h", "sha256").split(":"):
        return "it does not allow sha256, and receivers take nothing else"
    if not {"*", "email"} & set(found.get("s", "*").split(":")):
        return "it is not for e-mail (s=)"
    try:
        return trouble_with_length(kind, found["p"])
    except (UnparsableKeyError, ValueError, LookupError, AssertionError, binascii.Error):
        return "it is damaged or cut off. Texts above 255 characters stand in several strings"


def trouble_with_length(kind: str, key: str) -> str:
    if kind == "ed25519":
        return "" if len(base64.b64decode(key, validate=True)) == 32 else "it is cut off"
    return f"{bits(key)} bits are too few" if bits(key) < FEWEST_BITS else ""


def bits(key: str) -> int:
    return parse_public_key(base64.b64decode(key, validate=True))["modulus"].bit_length()


def about_alignment(facts: Facts) -> list[Finding]:
    if is_aligned(facts.signing, facts.domain):
        return []
    words = f"Signatures of {facts.signing} do not count for mail from {facts.domain} (DMARC)."
    return [DKIM.wrong(f"{words} Leave DKIM_DOMAIN empty.")]
