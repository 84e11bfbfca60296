"""Where records come from: a file that somebody gives, or DNS."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver
import dns.zonefile

from subscribers.mail_check.findings import TTL

SECONDS = 5  # for one question
MOST_ALIASES = 8
ADDRESSES = ("A", "AAAA")
PAYLOAD = 1232  # octets of an answer by UDP that no network cuts in pieces


class NoAnswer(Exception):
    """Nobody can say whether there is such a record; says why."""


class UnreadableRecords(Exception):
    """The file holds something that is no record; says where."""


class Records(Protocol):
    def find(self, name: str, kind: str) -> list[str]:
        """Give the values of a name's records of a kind such as TXT. May raise NoAnswer."""


class GivenRecords:
    """Those of a file in the form of zone files, as `dig` prints them; asks no network."""

    def __init__(self, text: str, domain: str):
        self.domain, self.values = domain, defaultdict(list)
        for origin, lines in zones(text, f"{domain}."):
            # Names of other domains are only found below the root; and who forgets the dot at the
            # end of a name, in whose own domain it would then be, means what is written there.
            for top in (origin, "."):
                self.add(lines, top)

    def add(self, lines: str, origin: str) -> None:
        known = set(self.values) if origin == "." else set()
        try:
            found = dns.zonefile.read_rrsets(
                lines, rdclass=None, default_ttl=TTL, origin=dns.name.from_text(origin)
            )
        except (dns.exception.DNSException, ValueError) as error:
            raise UnreadableRecords(str(error).replace("<input>:", "near line ")) from error
        for rrset in found:
            key = plain_name(rrset.name), dns.rdatatype.to_text(rrset.rdtype)
            values = [one for one in map(value_of, rrset) if one not in self.values[key]]
            if key not in known or rrset.rdtype == dns.rdatatype.TXT:  # which holds no short name
                self.values[key] += values

    @classmethod
    def from_file(cls, path: Path, domain: str) -> "GivenRecords":
        try:
            return cls(path.read_text("utf-8"), domain)
        except OSError as error:
            raise UnreadableRecords(error.strerror) from error
        except UnicodeError as error:
            raise UnreadableRecords("it is no text in UTF-8") from error

    def find(self, name: str, kind: str) -> list[str]:
        name = name.lower().rstrip(".")
        for _ in range(MOST_ALIASES):
            if not self.tells_of(name, kind):
                raise NoAnswer(f"the file holds nothing about {name}")
            alias = self.values.get((name, "CNAME"))
            if not alias or (name, kind) in self.values:
                return self.values.get((name, kind), [])
            name = alias[0].lower().rstrip(".")
        raise NoAnswer("its aliases lead in a circle")

    def tells_of(self, name: str, kind: str) -> bool:
        """Say whether what the file does not hold about a name is missing, rather than unknown.

        Of our own domain it is, but few who ask for its texts ask for the addresses of its hosts.
        """
        is_ours = f".{name}".endswith(f".{self.domain}")
        if is_ours and (name == self.domain or kind not in ADDRESSES):
            return True
        return any(known == name for known, _ in self.values)


class DnsRecords:
    """Those that DNS has, as a resolver finds them: the machine's own, or another one."""

    def __init__(self, host: str = "", port: int = 53):
        try:
            self.resolver = dns.resolver.Resolver(configure=not host)
        except dns.resolver.NoResolverConfiguration as error:
            raise NoAnswer("this machine knows no resolver; name one with --resolver") from error
        if host:
            self.resolver.nameservers, self.resolver.port = [host], port
        self.resolver.use_edns(0, 0, PAYLOAD)
        self.resolver.lifetime = SECONDS
        self.found: dict[tuple[str, str], list[str]] = {}

    def find(self, name: str, kind: str) -> list[str]:
        key = name.lower().rstrip("."), kind
        if key not in self.found:
            self.found[key] = self.asked(*key)
        return self.found[key]

    def asked(self, name: str, kind: str) -> list[str]:
        try:
            answer = self.resolver.resolve(f"{name}.", kind)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except dns.exception.Timeout as error:
            raise NoAnswer(f"DNS did not answer within {SECONDS} seconds") from error
        except dns.resolver.NoNameservers as error:
            raise NoAnswer("the name servers of the domain fail (SERVFAIL or refused)") from error
        except (dns.exception.DNSException, OSError, ValueError) as error:
            raise NoAnswer(f"DNS cannot be asked for it: {error}") from error
        return list(map(value_of, answer))


def zones(text: str, origin: str) -> Iterator[tuple[str, str]]:
    """Give the parts of a zone file, each with the domain that its short names are in.

    Each keeps the numbers of its lines.
    """
    lines = []
    for number, line in enumerate(text.splitlines()):
        directive, _, rest = line.strip().partition(" ")
        if directive.upper() == "$ORIGIN":
            yield origin, "\n".join(lines) + "\n"
            origin, lines = f"{rest.split(';')[0].strip().rstrip('.')}.", [""] * number
        lines.append("" if directive.startswith("$") else line)
    yield origin, "\n".join(lines) + "\n"


def value_of(record) -> str:
    """Give what a record says; the pieces of a text as one."""
    if record.rdtype == dns.rdatatype.TXT:
        return b"".join(record.strings).decode("utf-8", "replace")
    return record.to_text()


def plain_name(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower()


def addresses_of(host: str, records: Records) -> list[str]:
    return [one for kind in ADDRESSES for one in records.find(host, kind)]


def tags(text: str) -> dict[str, str]:
    """Read a record of the form `v=DKIM1; k=rsa; p=…` (RFC 6376, section 3.2)."""
    pairs = [part.partition("=") for part in text.split(";") if part.strip()]
    return {name.strip(): "".join(value.split()) for name, _, value in pairs}
