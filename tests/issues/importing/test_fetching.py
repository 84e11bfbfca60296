"""Files are fetched from public addresses, within limits, and from nowhere else."""

import itertools
import socket
import ssl
import threading
import time
from contextlib import contextmanager

import pytest

from issues.importing.fetching import Fetcher, NotFetched, is_public, look_up, read_address
from tests.picture_server import PEM, running


@pytest.fixture
def server():
    with running() as served:
        yield served


@pytest.fixture
def secure_server():
    with running(is_secure=True) as served:
        yield served


@pytest.fixture
def trusting():
    """Trust the secure server's certificate."""
    return ssl.create_default_context(cafile=PEM)


def problem(fetcher: Fetcher, address: str) -> str:
    """Give why an address is not fetched."""
    with pytest.raises(NotFetched) as raised:
        fetcher.fetch(address)
    return str(raised.value)


@contextmanager
def talking(*parts, pause=0.0):
    """Run a server that sends these parts to whoever comes, whatever they ask."""
    listening = socket.create_server(("127.0.0.1", 0))

    def talk():
        with listening.accept()[0] as connection:
            try:
                connection.recv(65536)  # a server that closes before would cut its answer off
                for part in parts:
                    connection.sendall(part)
                    time.sleep(pause)
            except OSError:
                pass  # the client has left, as it should

    thread = threading.Thread(target=talk)
    thread.start()
    try:
        yield listening.getsockname()
    finally:
        thread.join()
        listening.close()


def fetcher_of(place, **options) -> Fetcher:
    """Give a fetcher that finds every host at one place."""
    options = {"look_up": lambda *question: [(socket.AF_INET, place)], **options}
    return Fetcher(is_allowed=lambda ip: True, **options)


class TestPublicAddresses:
    @pytest.mark.parametrize(
        "address", ["9.9.9.9", "2620:fe::fe", "::ffff:9.9.9.9", "64:ff9b::909:909"]
    )
    def test_are_those_of_the_internet(self, address):
        assert is_public(address)

    @pytest.mark.parametrize(
        "address",
        [
            *("0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1"),
            *("192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "224.0.0.1", "240.0.0.1"),
            *("255.255.255.255", "::", "::1", "::127.0.0.1", "::9.9.9.9", "100::1", "2001:db8::1"),
            *("3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%2", "fec0::1"),
            *("ff02::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:0:127.0.0.1"),
            "2002:7f00:1::",  # 6to4 of 127.0.0.1
            "2001:0:7f00:1::f5f5:f5f5",  # Teredo
            "64:ff9b::7f00:1",  # NAT64 of 127.0.0.1
            "64:ff9b:1::909:909",  # NAT64 within one network
        ],
    )
    def test_are_none_of_these(self, address):
        assert not is_public(address)


class TestAddresses:
    @pytest.mark.parametrize(
        ("address", "expected"),
        [
            ("http://a.example", ("http", "a.example", 80, "/")),
            ("HTTPS://A.Example/x?y=1#z", ("https", "a.example", 443, "/x?y=1")),
            ("https://a.example:80/", ("https", "a.example", 80, "/")),
            (
                "https://exämple.org/ä b.png",
                ("https", "xn--exmple-cua.org", 443, "/%C3%A4%20b.png"),
            ),
            ("http://[2620:fe::fe]/a%20b", ("http", "2620:fe::fe", 80, "/a%20b")),
        ],
    )
    def test_are_taken_apart(self, address, expected):
        assert read_address(address) == expected

    @pytest.mark.parametrize(
        ("address", "why"),
        [
            ("file:///etc/passwd", "only http and https"),
            ("ftp://a.example/a.png", "only http and https"),
            ("//a.example/a.png", "only http and https"),
            ("a.png", "only http and https"),
            ("http://me@a.example/", "a name or a password"),
            ("http://me:secret@a.example/", "a name or a password"),
            ("http://a.example\\@127.0.0.1/", "a name or a password"),
            ("http://a.example:22/", "port 22"),
            ("http://a.example:8080/", "port 8080"),
            ("http://a.example:0/", "port 0"),
            ("http://a.example:0x50/", "cannot be read"),
            ("http://a.example:99999/", "cannot be read"),
            ("http://[::1/", "cannot be read"),
            ("http:///a.png", "not one of the Internet"),
            ("http://printer.local/", "not one of the Internet"),
            ("http://printer.LOCAL./", "not one of the Internet"),
            ("http://a b/", "not one of the Internet"),
            ("http://a%2eexample/", "not one of the Internet"),
            ("http://a\\b/", "not one of the Internet"),
            ("http://[fe80::1%25eth0]/", "not one of the Internet"),
            ("http://a..example/", "cannot be read"),
            (f"http://{'a' * 64}.example/", "cannot be read"),
            ("http://\ud800.example/", "cannot be read"),
            ("http://a.example/\ud800", "cannot be read"),
            ("http://a.example/\r\nHost: b.example", "control characters"),
            ("http://a.example\r\nX: y/", "control characters"),
            ("http://a.example/\0", "control characters"),
            ("", "only http and https"),
        ],
    )
    def test_that_mean_something_else_are_refused(self, address, why):
        with pytest.raises(NotFetched, match=why):
            read_address(address)


class TestHosts:
    @pytest.mark.parametrize(
        "host",
        [
            *("127.0.0.1", "10.0.0.1", "169.254.169.254", "0.0.0.0", "[::1]", "[fd00::1]"),
            *("[::ffff:127.0.0.1]", "[::]", "2130706433", "0177.0.0.1", "0x7f.1", "127.1"),
            *("localhost", "localhost.", "LOCALHOST", "⑯⑨。②⑤④。①⑥⑨。②⑤④"),
        ],
    )
    def test_in_private_networks_are_refused(self, host):
        # However it is written, the system says what it means; and nobody is asked then.
        why = problem(Fetcher(), f"http://{host}/a.png")

        assert why.endswith(("not in the public Internet", "is not known"))

    def test_with_one_private_address_among_public_ones_are_refused(self):
        places = [(socket.AF_INET, (ip, 80)) for ip in ("9.9.9.9", "127.0.0.1")]

        why = problem(Fetcher(look_up=lambda *question: places), "http://a.example/")

        assert why == "its host a.example is not in the public Internet"

    def test_without_addresses_are_refused(self):
        assert "not in the public" in problem(Fetcher(look_up=lambda *q: []), "http://a.example/")

    def test_that_nobody_knows_are_refused(self):
        def unknown(*question):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

        why = problem(Fetcher(look_up=unknown), "http://a.example/")

        assert why == "its host a.example is not known"

    def test_are_looked_up_once_and_never_again(self, server):
        server.show("/a.png", b"picture")
        questions = []

        def once(host, port, seconds):
            questions.append((host, port))
            return [(socket.AF_INET, server.address)] if len(questions) == 1 else []

        assert server.fetcher(look_up=once).fetch("http://no-such.invalid/a.png") == b"picture"
        assert questions == [("no-such.invalid", 80)]
        assert server.requests[0][1]["Host"] == "no-such.invalid"

    def test_are_tried_at_their_next_address_if_one_is_silent(self, server):
        server.show("/a.png", b"picture")
        with socket.create_server(("127.0.0.1", 0)) as closed:
            dead = closed.getsockname()
        places = [(socket.AF_INET, dead), (socket.AF_INET, server.address)]

        fetcher = server.fetcher(look_up=lambda *question: places)

        assert fetcher.fetch("http://a.example/a.png") == b"picture"

    def test_are_not_waited_for_beyond_the_time_there_is(self):
        answered = threading.Event()

        with pytest.raises(TimeoutError):
            look_up("a.example", 80, 0.05, ask=lambda *args, **options: answered.wait(5))
        answered.set()

    def test_get_a_request_that_tells_little(self, server):
        server.show("/a.png?b", b"picture")

        server.fetcher().fetch("http://A.example/a.png?b#c")

        [(path, headers)] = server.requests
        assert path == "/a.png?b"
        assert headers.pop("User-Agent").startswith("Bitsletter (+http")
        assert headers == {
            "Host": "a.example",
            "Accept": "image/*",
            "Accept-Encoding": "identity",
            "Connection": "close",
        }

    def test_are_asked_themselves_and_no_proxy_of_the_environment(self, server, monkeypatch):
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:1/")
        server.show("/a.png", b"picture")

        assert server.fetcher().fetch("http://a.example/a.png") == b"picture"


class TestRedirects:
    def test_are_followed_and_may_be_relative(self, server):
        server.redirect("/a", "b?c=1", 301)
        server.redirect("/b?c=1", "http://other.example/ä".encode().decode("latin-1"), 308)
        server.show("/%C3%A4", b"picture")

        assert server.fetcher().fetch("http://a.example/a") == b"picture"
        assert [headers["Host"] for _, headers in server.requests] == [
            *("a.example", "a.example"),
            "other.example",
        ]

    @pytest.mark.parametrize(
        ("location", "why"),
        [
            ("http://10.0.0.1/", "not in the public Internet"),
            ("http://[::ffff:169.254.169.254]/latest/meta-data/", "not in the public Internet"),
            ("//127.0.0.2/", "not in the public Internet"),
            ("http://2130706434/", "not in the public Internet"),
            ("http://me@b.example/", "a name or a password"),
            ("http://b.example:6379/", "port 6379"),
            ("file:///etc/passwd", "only http and https"),
            ("http://b.example\r\n X: y/", "cannot be read"),
        ],
    )
    def test_into_what_would_be_refused_are_refused(self, server, location, why):
        def look_up_some(host, port, seconds):
            known = server.look_up if host.endswith(".example") else look_up
            return known(host, port, seconds)

        server.redirect("/a", location)

        why_not = problem(server.fetcher(look_up=look_up_some), "http://a.example/a")

        assert why in why_not
        assert server.paths == ["/a"]

    def test_add_no_headers_to_the_request(self, server):
        server.redirect("/a", "/b HTTP/1.1\r\n X: y")
        server.show("/b%20HTTP/1.1%0D%0A%20X:%20y", b"picture")

        assert server.fetcher().fetch("http://a.example/a") == b"picture"
        assert "X" not in server.requests[1][1]

    def test_in_a_circle_end(self, server):
        server.redirect("/a", "/b")
        server.redirect("/b", "/a")

        why = problem(server.fetcher(), "http://a.example/a")

        assert why == "it is redirected more than 3 times"
        assert server.paths == ["/a", "/b", "/a", "/b"]

    def test_to_nowhere_end(self, server):
        server.answers["/a"] = (302, {}, [])

        assert "more than 3 times" in problem(server.fetcher(), "http://a.example/a")

    def test_from_https_to_http_are_refused(self, secure_server, trusting):
        secure_server.redirect("/a", "http://pictures.example/a")

        why = problem(secure_server.fetcher(tls=trusting), "https://pictures.example/a")

        assert why == "it is redirected from https to http"


class TestTLS:
    def test_a_trusted_server_is_asked_by_its_name(self, secure_server, trusting):
        secure_server.show("/a.png", b"picture")

        fetcher = secure_server.fetcher(tls=trusting)

        assert fetcher.fetch("https://pictures.example/a.png") == b"picture"
        assert secure_server.requests[0][1]["Host"] == "pictures.example"

    def test_a_certificate_of_nobody_known_is_refused(self, secure_server):
        why = problem(secure_server.fetcher(), "https://pictures.example/a.png")

        assert why.startswith("its connection is not safe: self")
        assert secure_server.requests == []

    def test_a_certificate_of_another_host_is_refused(self, secure_server, trusting):
        why = problem(secure_server.fetcher(tls=trusting), "https://other.example/a.png")

        assert why.startswith("its connection is not safe: Hostname mismatch")

    def test_a_server_without_it_is_refused(self, server):
        assert "not safe" in problem(server.fetcher(), "https://a.example/a.png")


class TestLimits:
    def test_the_largest_file_is_taken(self, server):
        server.show("/a.png", b"x" * 1000)

        assert len(server.fetcher(most_bytes=1000).fetch("http://a.example/a.png")) == 1000

    def test_a_stream_without_end_is_left(self, server):
        server.answers["/a.png"] = (200, {}, itertools.repeat(b"x" * 65536))

        why = problem(server.fetcher(most_bytes=2 * 1024 * 1024), "http://a.example/a.png")

        assert why == "it is larger than 2 MB"

    def test_chunks_without_end_are_left(self):
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        with talking(head, *[b"5\r\nabcde\r\n"] * 1000) as place:
            assert "larger" in problem(fetcher_of(place, most_bytes=999), "http://a.example/")

    def test_a_server_that_says_too_small_a_length_gives_no_more(self, server):
        server.answers["/a.png"] = (200, {"Content-Length": 3}, [b"abcdef"])

        assert server.fetcher().fetch("http://a.example/a.png") == b"abc"

    @pytest.mark.parametrize(
        "parts",
        [
            [b"HTTP/1.1 200 OK\r\n\r\n", *[b"x"] * 100],
            [b"HTTP/1.1 200 OK\r\n", *[b"X: y\r\n"] * 90],
            [b"HTTP/1.1 200 OK\r\n", b"X: ", *[b"y"] * 100],
            [b"HTTP/1.1 100 Continue\r\n\r\n"] * 100,
            [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", *[b"1\r\nx\r\n"] * 100],
        ],
        ids=["body", "headers", "a header", "promises", "chunks"],
    )
    def test_a_server_that_dribbles_is_left_in_time(self, parts):
        with talking(*parts, pause=0.05) as place:
            begin = time.monotonic()
            why = problem(fetcher_of(place, seconds=0.4), "http://a.example/")
            seconds = time.monotonic() - begin

        assert why == "it took too long"
        assert seconds < 2

    def test_a_server_that_says_nothing_is_left_in_time(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            place = silent.getsockname()

            assert problem(fetcher_of(place, seconds=0.2), "http://a/") == "it took too long"
            assert problem(fetcher_of(place, seconds=0.2), "https://a/") == "it took too long"

    def test_the_time_counts_for_all_redirects_together(self, server):
        def look_up_slowly(*question):
            time.sleep(0.2)
            return server.look_up(*question)

        server.redirect("/a", "/a")
        fetcher = server.fetcher(seconds=0.3, look_up=look_up_slowly)

        why = problem(fetcher, "http://a.example/a")

        assert why == "it took too long"


class TestAnswers:
    @pytest.mark.parametrize("status", [204, 206, 304, 403, 404, 500])
    def test_other_than_200_are_refused(self, server, status):
        server.answers["/a.png"] = (status, {}, [])

        assert problem(server.fetcher(), "http://a.example/a.png") == f"the server answers {status}"

    def test_that_end_too_soon_are_refused(self, server):
        server.answers["/a.png"] = (200, {"Content-Length": 10}, [b"abc"])

        assert "ended before" in problem(server.fetcher(), "http://a.example/a.png")

    @pytest.mark.parametrize(
        "answer",
        [
            b"",
            b"SSH-2.0-OpenSSH_9.9\r\n",
            b"HTTP/1.1 abc\r\n\r\n",
            b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
            b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        ],
        ids=["nothing", "ssh", "no status", "many headers", "a long header", "no chunk"],
    )
    def test_that_are_no_http_are_refused(self, answer):
        with talking(answer) as place:
            assert "not answer as web servers do" in problem(fetcher_of(place), "http://a.example/")

    def test_of_a_closed_port_are_none(self):
        with socket.create_server(("127.0.0.1", 0)) as closed:
            place = closed.getsockname()

        why = problem(fetcher_of(place), "http://a.example/")

        assert why == "the connection failed: Connection refused"
