"""Files of other hosts over HTTP, from public addresses only.

Whoever writes a text can write any address into it. So that this is no way into the network that
the site stands in, a host is looked up once, every address it has must be public, and the
connection goes to one of those and never to the name again, which may mean another one by then.
Each redirect is looked at in the same way. Proxies of the environment are not used.
"""

import io
import queue
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPResponse
from ipaddress import IPv4Address, ip_address, ip_network
from typing import NamedTuple
from urllib.parse import quote, urljoin, urlsplit

from django.conf import settings
from django.utils.encoding import iri_to_uri

from issues.images import MAX_BYTES

SECONDS = 20  # for one file, from looking up its host to its last byte
CONNECT_SECONDS = 5  # for one address of several: the next one may answer
MAX_REDIRECTS = 3
REDIRECTS = (301, 302, 303, 307, 308)
PORTS = {"http": 80, "https": 443}
HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?|[0-9a-f:.]*:[0-9a-f:.]*")
# What stays as it is in a path: what may stand there, and what is escaped already.
RESERVED = "%/?:@!$&'()*+,;=~"

GLOBAL_UNICAST = ip_network("2000::/3")
NAT64 = ip_network("64:ff9b::/96")
# Not global either, which `ipaddress` does not know in every version.
NOT_GLOBAL = [ip_network(one) for one in ("192.88.99.0/24", "3fff::/20")]

Places = list[tuple[int, tuple]]  # families and addresses, as sockets take them


class NotFetched(Exception):
    """A file was not fetched; the message says why to the editor."""


class Target(NamedTuple):
    """An address that was taken apart; `path` has the query too."""

    scheme: str
    host: str
    port: int
    path: str


class Deadline:
    """The moment when all must be over."""

    def __init__(self, seconds: float):
        self.at = time.monotonic() + seconds

    def left(self) -> float:
        """Give the seconds that are left. Raises TimeoutError if there are none."""
        left = self.at - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the public Internet, also where it wraps another."""
    ip = ip_address(address)
    if ip.version == 6:
        wrapped = IPv4Address(int(ip) & 0xFFFFFFFF) if ip in NAT64 else None
        if inner := ip.ipv4_mapped or ip.sixtofour or wrapped:
            return is_public(str(inner))
        if ip not in GLOBAL_UNICAST:
            return False
    return ip.is_global and not ip.is_multicast and not any(ip in one for one in NOT_GLOBAL)


def look_up(host: str, port: int, seconds: float, ask=socket.getaddrinfo) -> Places:
    """Ask the system for all addresses of a host. Raises OSError or UnicodeError."""
    answers = queue.SimpleQueue()

    def question() -> None:
        try:
            answers.put(ask(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    # The system knows no time limit; an answer that comes too late is heard by nobody.
    threading.Thread(target=question, daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(answer, Exception):
        raise answer
    return [(family, place) for family, _, _, _, place in answer]


def read_address(address: str) -> Target:
    """Take an address apart. Raises NotFetched if it is not one to fetch from."""
    if re.search(r"[\x00-\x1f\x7f]", address):
        raise NotFetched("its address holds control characters")
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").encode("idna").decode()
        port = PORTS.get(parts.scheme) if parts.port is None else parts.port
        path = quote(parts.path or "/", RESERVED)
        query = f"?{quote(parts.query, RESERVED)}" if parts.query else ""
    except ValueError as error:
        raise NotFetched("its address cannot be read") from error
    if parts.scheme not in PORTS:
        raise NotFetched("only http and https are fetched")
    if "@" in parts.netloc:
        raise NotFetched("its address holds a name or a password")
    if not HOST.fullmatch(host) or host.rstrip(".").endswith(".local"):
        raise NotFetched("its host is not one of the Internet")
    if port not in PORTS.values():
        raise NotFetched(f"port {port} is not one of the web’s")
    return Target(parts.scheme, host, port, path + query)


@dataclass(frozen=True)
class Fetcher:
    """Fetches files, within these limits."""

    is_allowed: Callable[[str], bool] = is_public
    look_up: Callable[[str, int, float], Places] = look_up
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    seconds: float = SECONDS
    most_bytes: int = MAX_BYTES

    def fetch(self, address: str) -> bytes:
        """Give what is at an address. Raises NotFetched."""
        try:
            return self.follow(address, Deadline(self.seconds))
        except TimeoutError as error:
            raise NotFetched("it took too long") from error
        except ssl.SSLError as error:
            why = getattr(error, "verify_message", "") or error.reason or "unreadable"
            raise NotFetched(f"its connection is not safe: {why}") from error
        except (HTTPException, ValueError) as error:
            raise NotFetched("its server does not answer as web servers do") from error
        except OSError as error:
            why = error.strerror or "it was closed"
            raise NotFetched(f"the connection failed: {why}") from error

    def follow(self, address: str, deadline: Deadline) -> bytes:
        scheme = ""
        for _ in range(MAX_REDIRECTS + 1):
            target = read_address(address)
            if (scheme, target.scheme) == ("https", "http"):
                raise NotFetched("it is redirected from https to http")
            location, data = self.ask(target, deadline)
            if location is None:
                return data
            # What no address may hold is escaped, as the bytes that came.
            location = quote(location, f"{RESERVED}#[]", encoding="iso-8859-1")
            address, scheme = urljoin(address, location), target.scheme
        raise NotFetched(f"it is redirected more than {MAX_REDIRECTS} times")

    def ask(self, target: Target, deadline: Deadline) -> tuple[str | None, bytes]:
        """Give where the server sends us, or None and what it sends."""
        places = self.checked_places(target, deadline)
        with closing(Connection(target, places, self.tls, deadline)) as connection:
            connection.request("GET", target.path, headers=headers())
            with connection.getresponse() as response:
                if response.status in REDIRECTS:
                    return response.headers.get("Location", ""), b""
                if response.status != 200:
                    raise NotFetched(f"the server answers {response.status}")
                return None, self.read(response)

    def checked_places(self, target: Target, deadline: Deadline) -> Places:
        """Look a host up; all of its addresses must be allowed, as any may be the next one."""
        try:
            places = self.look_up(target.host, target.port, deadline.left())
        except (socket.gaierror, UnicodeError) as error:
            raise NotFetched(f"its host {target.host} is not known") from error
        if not places or not all(self.is_allowed(place[0]) for _, place in places):
            raise NotFetched(f"its host {target.host} is not in the public Internet")
        return places

    def read(self, response: HTTPResponse) -> bytes:
        data = response.read(self.most_bytes + 1)
        if len(data) > self.most_bytes:
            raise NotFetched(f"it is larger than {self.most_bytes // 1024 // 1024} MB")
        if response.length:  # what was promised and is missing
            raise NotFetched("the connection ended before it did")
        return data


def headers() -> dict[str, str]:
    return {
        "User-Agent": f"Bitsletter (+{iri_to_uri(settings.SITE_URL)})",
        "Accept": "image/*",
        "Accept-Encoding": "identity",
        "Connection": "close",
    }


class Connection(HTTPConnection):
    """A connection to one of the places given, whatever the target's name means by now."""

    def __init__(self, target: Target, places: Places, tls: ssl.SSLContext, deadline: Deadline):
        super().__init__(target.host, target.port)
        self.default_port = PORTS[target.scheme]
        self.response_class = partial(TimedResponse, deadline=deadline)
        self.tls = tls if target.scheme == "https" else None
        self.places, self.deadline = places, deadline

    def connect(self) -> None:
        self.sock = self.first_to_answer()
        self.sock.settimeout(self.deadline.left())
        if self.tls:
            self.sock = self.tls.wrap_socket(self.sock, server_hostname=self.host)

    def first_to_answer(self) -> socket.socket:
        problem = OSError("no address")
        for family, place in self.places:
            try:
                return self.connected(family, place)
            except OSError as error:
                problem = error
        raise problem

    def connected(self, family: int, place: tuple) -> socket.socket:
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.settimeout(min(CONNECT_SECONDS, self.deadline.left()))
            sock.connect(place)
        except OSError:
            sock.close()
            raise
        return sock


class TimedResponse(HTTPResponse):
    """An answer, headers and all, that must have come before the deadline."""

    def __init__(self, sock: socket.socket, *, deadline: Deadline, **options):
        super().__init__(sock, **options)
        self.fp = io.BufferedReader(TimedReader(self.fp.detach(), sock, deadline))


class TimedReader(io.RawIOBase):
    """Gives each wait no more than the time that is left: a server may send a byte a second."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, deadline: Deadline):
        self.raw, self.sock, self.deadline = raw, sock, deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int | None:
        self.sock.settimeout(self.deadline.left())
        return self.raw.readinto(buffer)

    def close(self) -> None:
        self.raw.close()
        super().close()
