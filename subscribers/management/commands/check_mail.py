"""manage.py check_mail: which DNS records mail needs, and which of them are missing."""

import argparse
import ipaddress
import re
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from subscribers import mail_check
from subscribers.addresses import ascii_domain
from subscribers.mail_check.facts import Facts, Server
from subscribers.mail_check.records import (
    DnsRecords,
    GivenRecords,
    NoAnswer,
    Records,
    UnreadableRecords,
)
from subscribers.mail_check.report import as_json, as_text, is_ready
from subscribers.signing import UnusableKey

LABEL = r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
HOST = re.compile(rf"(?=.{{1,253}}$){LABEL}(\.{LABEL})+")
DNS_PORT = 53


class Command(BaseCommand):
    help = (
        "Explain which DNS records (SPF, DKIM, DMARC, MX, PTR) the mail of a domain needs, and "
        "which are missing or wrong; print each as it is to be added. Ends with status 1 if "
        "something is missing. Example: manage.py check_mail example.org --server "
        "mail.example.org:25. Without any network: "
        "manage.py check_mail example.org --records records.txt; docs/mail.md says how dig writes "
        "that file."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "domain", metavar="DOMAIN", type=domain, help="after the @ of MAIL_FROM"
        )
        parser.add_argument(
            "--records",
            type=Path,
            metavar="FILE",
            help="read records from a file, as zone files and dig write them, and ask no network",
        )
        parser.add_argument(
            "--server",
            type=server,
            metavar="HOST[:PORT]",
            help="the machine of yours that hands mail to the world, if no provider does; with a "
            "port it is asked whether it encrypts",
        )
        parser.add_argument(
            "--selector",
            type=selector,
            help="where the key for DKIM stands: <selector>._domainkey.<domain>",
        )
        parser.add_argument(
            "--resolver",
            type=resolver,
            metavar="IP[:PORT]",
            help="ask this name server, not the machine's own",
        )
        parser.add_argument("--json", action="store_true", help="for other programs")

    def handle(self, **options):
        domain, file = options["domain"], options["records"]
        try:
            facts = Facts.of(domain, options["selector"] or "", options["server"])
            records = records_from(domain, file, options["resolver"])
        except UnusableKey as error:
            raise CommandError(f"DKIM_KEY is of no use: {error}.") from error
        except UnreadableRecords as error:
            raise CommandError(f"{file} cannot be read: {error}") from error
        except NoAnswer as error:
            raise CommandError(f"DNS cannot be asked: {error}.") from error
        findings = mail_check.check(facts, records, is_online=file is None)
        write = as_json if options["json"] else as_text
        self.stdout.write(write(facts, findings))
        if not is_ready(findings):
            raise SystemExit(1)


def records_from(domain: str, file: Path | None, resolver: tuple[str, int] | None) -> Records:
    if file is not None:
        return GivenRecords.from_file(file, domain)
    return DnsRecords(*resolver) if resolver else DnsRecords()


def domain(text: str) -> str:
    found = ascii_domain(text.strip().rstrip(".").lower())
    if not HOST.fullmatch(found):
        raise argparse.ArgumentTypeError(f"{text!r} is no domain, such as example.org")
    return found


def selector(text: str) -> str:
    if not HOST.fullmatch(f"{text.lower()}.example"):
        raise argparse.ArgumentTypeError(f"{text!r} is no selector, such as 2026")
    return text.lower()


def server(text: str) -> Server:
    host, port = split(text, None)
    return Server(host if is_address(host) else domain(host), port)


def resolver(text: str) -> tuple[str, int]:
    host, port = split(text, DNS_PORT)
    if not is_address(host):
        raise argparse.ArgumentTypeError(f"{host!r} is no address, such as 127.0.0.1")
    return host, port


def split(text: str, default: int | None) -> tuple[str, int | None]:
    """Read `host:port`, of which the port may be missing, and `[::1]:port`."""
    if is_address(text):
        return text, default
    host, colon, port = text.rpartition(":")
    if not colon:
        return text, default
    if not (port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536):
        raise argparse.ArgumentTypeError(f"{port!r} is no port")
    return host.removeprefix("[").removesuffix("]"), int(port)


def is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
