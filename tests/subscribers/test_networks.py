"""The network that a request comes from."""

import pytest

from subscribers.networks import network_of

pytestmark = pytest.mark.once

PROXY = "10.0.0.2"


def seen(rf, nearest=PROXY, forwarded=None) -> str | None:
    """Give the network of a request by way of proxies, as the nearest of them has written it."""
    header = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    return network_of(rf.post("/", REMOTE_ADDR=nearest, headers=header))


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::"),
        ("", None),
        ("unix:", None),
    ],
)
def test_a_home_is_one_network(rf, address, network):
    assert seen(rf, address) == network


def test_without_proxies_of_ours_nobody_is_believed(rf):
    assert seen(rf, "192.0.2.7", "198.51.100.1") == "192.0.2.7"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "network"),
    [
        (1, "192.0.2.7", "192.0.2.7"),
        (1, "198.51.100.1, 192.0.2.7", "192.0.2.7"),  # the first is what the reader says
        (2, "198.51.100.1, 192.0.2.7, 10.0.0.1", "192.0.2.7"),
        (2, "192.0.2.7,10.0.0.1", "192.0.2.7"),
        (1, "192.0.2.7:4711", "192.0.2.7"),
        (1, "[2001:db8:1:2::9]:4711", "2001:db8:1:2::"),
        (1, "2001:db8:1:2::9", "2001:db8:1:2::"),
    ],
)
def test_our_outermost_proxy_is_believed(rf, settings, proxies, forwarded, network):
    settings.PROXIES = proxies

    assert seen(rf, PROXY, forwarded) == network


@pytest.mark.parametrize(
    "forwarded",
    [
        *(None, "", ",", "unknown", "192.0.2", "192.0.2.7, _hidden", "192.0.2.7,", "\x00"),
        *("192.0.2.7, 1" + "9" * 5000, "[]", "192.0.2.7, ١٩٢.0.2.7", "::1%\ud800,é"),
    ],
)
def test_what_is_no_address_leaves_the_one_next_to_us(rf, settings, forwarded):
    settings.PROXIES = 1

    assert seen(rf, PROXY, forwarded) == PROXY


def test_who_has_come_around_a_proxy_is_not_believed(rf, settings):
    settings.PROXIES = 2

    assert seen(rf, "192.0.2.7", "198.51.100.1") == "192.0.2.7"
