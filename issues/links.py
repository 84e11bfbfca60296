"""Addresses of the web: which are the same page, and which nobody else can open. Pure."""

import hashlib
import ipaddress
import re
import socket
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

from issues.characters import one_line

MAX_LENGTH = 500  # of what `same_page` gives
MAX_HOST_LENGTH = 253
DEFAULT_PORTS = (80, 443)
SCHEME = re.compile(r"(?:https?:)?//", re.I)
# Of mailto:, ftp: and the like; what is behind the colon of example.org:8080 is a port.
OTHER_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d+(?:[/?#]|$))", re.I)
HOST = re.compile(r"[\w.-]+|[0-9a-f:.]+")
WWW = re.compile(r"^(?:www\.)+(?=[^.]+\.)")  # www.com is a name like others
PATH_CHARACTERS = "/:@!$&'()*+,;=~"

# What newsletters and social networks hang onto addresses. Not `ref`: at GitHub it is a branch.
TRACKING = re.compile(
    r"utm_\w*|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|twclid|igshid|igsh|mc_cid|mc_eid"
    r"|ref_src|ref_url|mkt_tok|_hsenc|_hsmi|vero_id|oly_anon_id|oly_enc_id",
    re.I,
)

ARXIV_HOSTS = ("arxiv.org", "export.arxiv.org", "ar5iv.org", "ar5iv.labs.arxiv.org")
ARXIV_ID = r"(\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?/\d{7})(?:v\d+)?"
ARXIV_PATH = re.compile(rf"/(?:abs|pdf|html|format|ps)/{ARXIV_ID}(?:\.pdf)?/*", re.ASCII | re.I)
DOI_HOSTS = ("doi.org", "dx.doi.org")
ARXIV_DOI_PATH = re.compile(rf"/10\.48550/arxiv\.{ARXIV_ID}/*", re.ASCII | re.I)
YOUTUBE_HOSTS = ("youtube.com", "m.youtube.com", "youtube-nocookie.com", "youtu.be")
YOUTUBE_PATH = re.compile(r"/(?:(?:embed|shorts|live|v)/)?([A-Za-z0-9_-]{11})/*")
YOUTUBE_ID = re.compile(r"[A-Za-z0-9_-]{11}")

LOCAL_HOST = re.compile(r"(?:.*\.)?(?:localhost|local|internal|lan|home\.arpa)")
NUMERIC_HOST = re.compile(r"(?:.*\.)?(?:\d+|0x[0-9a-f]*)")


def same_page(url: str) -> str:
    """Give the address that all ways of writing the address of one page have in common.

    It has no scheme and at most MAX_LENGTH characters, and it is its own `same_page`. What is
    no address of the web gives "".
    """
    text = one_line(url)
    scheme = SCHEME.match(text)
    if not scheme and OTHER_SCHEME.match(text):
        return ""
    try:
        parts = urlsplit(f"//{text[scheme.end() :] if scheme else text}")
        host = host_name(parts)
    except ValueError:
        return ""
    if not host:
        return ""
    page = known_page(host, parts) or f"{host}{path_and_query(parts)}"
    if len(page) <= MAX_LENGTH:
        return page
    return f"{host}/{hashlib.blake2b(page.encode(), digest_size=20).hexdigest()}"


def host_name(parts: SplitResult) -> str:
    """Give host and port as `same_page` writes them, or "". Raises ValueError."""
    host = (parts.hostname or "").encode("idna").decode().lower().strip(".")
    host = WWW.sub("", host)
    if not HOST.fullmatch(host) or len(host) > MAX_HOST_LENGTH:
        return ""
    host = f"[{ipaddress.IPv6Address(host)}]" if ":" in host else host
    return host if parts.port in (None, *DEFAULT_PORTS) else f"{host}:{parts.port}"


def path_and_query(parts: SplitResult) -> str:
    path = quote(unquote(parts.path), safe=PATH_CHARACTERS).rstrip("/")
    query = parse_qsl(parts.query, keep_blank_values=True)
    kept = sorted(pair for pair in query if not TRACKING.fullmatch(pair[0]))
    return f"{path}?{urlencode(kept)}" if kept else path


def known_page(host: str, parts: SplitResult) -> str:
    """Give the one address of a page that has several at a place that we know, or ""."""
    path = unquote(parts.path)
    if host in ARXIV_HOSTS and (match := ARXIV_PATH.fullmatch(path)):
        return f"arxiv.org/abs/{match[1].lower()}"
    if host in DOI_HOSTS and (match := ARXIV_DOI_PATH.fullmatch(path)):
        return f"arxiv.org/abs/{match[1].lower()}"
    if host in DOI_HOSTS:
        return f"doi.org{quote(path.lower(), safe=PATH_CHARACTERS).rstrip('/')}"
    if host in YOUTUBE_HOSTS and (video := youtube_video(host, parts)):
        return f"youtube.com/watch?v={video}"
    return ""


def youtube_video(host: str, parts: SplitResult) -> str:
    if parts.path.rstrip("/") == "/watch":
        video = dict(parse_qsl(parts.query)).get("v", "")
        return video if YOUTUBE_ID.fullmatch(video) else ""
    match = YOUTUBE_PATH.fullmatch(parts.path)
    is_video = match and (host == "youtu.be" or parts.path.count("/") > 1)
    return match[1] if is_video else ""


def is_web(url: str) -> bool:
    """Say whether an address is a whole one of the web, with its scheme and a host."""
    return scheme_of(url) in ("http", "https") and bool(host_of(url))


def is_local(url: str) -> bool:
    """Say whether an address of the web is one that opens only on its writer's network."""
    host = host_of(url)
    address = ip_address(host)
    if address is not None:
        return not address.is_global
    return "." not in host or bool(LOCAL_HOST.fullmatch(host) or NUMERIC_HOST.fullmatch(host))


def ip_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Read a host that is a number, in any of the ways that browsers understand."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        if not NUMERIC_HOST.fullmatch(host):
            return None
        try:
            return ipaddress.IPv4Address(socket.inet_aton(host))  # 127.1, 0x7f.1
        except OSError:
            return None
    return getattr(address, "ipv4_mapped", None) or address


def host_of(url: str) -> str:
    """Give the host of a whole address in lower case, or ""."""
    try:
        return (urlsplit(url.strip()).hostname or "").rstrip(".")
    except ValueError:
        return ""


def scheme_of(url: str) -> str:
    """Give the scheme of an address in lower case, or ""."""
    try:
        return urlsplit(url.strip()).scheme
    except ValueError:
        return ""


def completed(link: str) -> str:
    """Put https:// before what is typed without a scheme, as the field of a link does."""
    link = link.strip()
    return f"https://{link}" if re.match(r"[^\W_][\w-]*\.", link) else link
