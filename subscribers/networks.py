"""Where a request comes from, as far as that can be known without being told."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest

ONE_HOME = 64  # bits that a provider gives to one household; the rest is theirs to choose


def network_of(request: HttpRequest) -> str | None:
    """Give the IPv4 address, or the first of the IPv6 network, of whoever asks; None if unknown.

    Anybody can write into X-Forwarded-For: the entry that counts is the one that the outermost of
    our own proxies has added. Where it is missing or no address, the one next to us counts.
    """
    nearest = request.META.get("REMOTE_ADDR", "")
    entries = [nearest]
    if settings.PROXIES:
        entries = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")[-settings.PROXIES :]
    is_whole = len(entries) >= settings.PROXIES
    return (is_whole and network(entries[0])) or network(nearest)


def network(text: str) -> str | None:
    """Read an address, with its port or without; give its network, or None if it is none."""
    try:
        address = ip_address(without_port(text.strip()))
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if isinstance(address, IPv4Address):
        return str(address)
    return str(IPv6Network((int(address), ONE_HOME), strict=False).network_address)


def without_port(text: str) -> str:
    """Give the address alone: some proxies write 192.0.2.1:4711 or [2001:db8::1]:4711."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text
