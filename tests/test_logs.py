"""What is written down: a line of JSON for each request, and nobody's address."""

import errno
import json
import logging
import os
import re
import signal
import subprocess
import sys
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import quote, urlencode

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.test import RequestFactory
from environs import Env
from hypothesis import given
from hypothesis import strategies as st

from bitsletter import logs
from bitsletter.blotting import BLOT, blot, blotted
from bitsletter.request_log import number_of
from subscribers import tokens
from subscribers.models import Letter
from subscribers.tokens import Purpose
from tests.builders import install_rows, make_subscriber
from tests.machine import free_port
from tests.subscribers.mailings import begun_mailing
from tests.subscribers.signing_up import ripe_stamp
from tests.web_process import collect_static, production, served
from tests.worker_process import wait_until

NUMBER = re.compile(r"[0-9a-f]{32}")


class Site:
    """A site in production, asked as readers ask; it remembers what it was told."""

    def __init__(self, port: int):
        self.port = port
        self.numbers: dict[str, int] = {}  # the status by the number of the request

    def ask(self, method: str, path: str, form: dict | None = None, **headers: str) -> str:
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        body = urlencode(form) if form else None
        if form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=30)) as asked:
            asked.request(method, path, body, headers)
            response = asked.getresponse()
            self.numbers[response.headers["X-Request-ID"]] = response.status
            return response.read().decode()


@pytest.fixture
def spoken(tmp_path):
    """Give the file in which web process and worker write."""
    return tmp_path / "spoken.log"


@pytest.fixture
def site(transactional_db, tmp_path, spoken, mail_server):
    install_rows()
    environment = production(tmp_path, settings.SECRET_KEY) | mail_server.environment
    environment |= {"PROXIES": "1", "LOG_LEVEL": "DEBUG", "RETRY_AFTER": "1"}
    collect_static(environment)
    mail_server.answers["secret-gone@example.org"] = "550 5.1.1 <secret-gone@example.org> unknown"
    quiet_worker = [sys.executable, "manage.py", "worker"]
    with spoken.open("w") as log:
        options = ("--log-level", "info")
        with served(environment, *options, application="tests.broken_site", log=log) as server:
            worker = subprocess.Popen(quiet_worker, env=environment, stdout=log, stderr=log)
            try:
                yield Site(server.port), server, worker
            finally:
                worker.kill()
                worker.wait()


def lines_of(spoken) -> list[dict]:
    return [json.loads(line) for line in spoken.read_text().splitlines()]


@pytest.mark.django_db(transaction=True)
def test_a_whole_story_is_told_in_json_without_a_name(site, spoken, mail_server):
    site, server, worker = site
    reader = make_subscriber("secret-reader@example.org")
    leave = tokens.make(Purpose.LEAVE, reader)
    for email in ("secret-new@example.org", "secret-gone@example.org"):
        form = {"email": email, "page": "/", "stamp": ripe_stamp(), "website": ""}
        site.ask("POST", "/subscribe/", form, Sec_Fetch_Site="same-origin")
    wait_until(lambda: Letter.objects.filter(state="sent").exists())
    [letter] = mail_server.messages
    confirm = re.search(r"/confirm/[^\s]+", letter.get_body("plain").get_content())[0]
    site.ask("GET", confirm)
    site.ask("POST", confirm, {"go": "1"})
    for path in (f"/unsubscribe/{leave}/", f"/unsubscribe/{leave}x", f"/preferences/{leave}/"):
        site.ask("GET", path)
    site.ask("GET", "/secret-path@example.org/")
    site.ask("GET", f"/search/?q={quote('secret-search@example.org')}")
    site.ask("GET", "/", Host="secret-host@example.org")
    site.ask("GET", "/static/css/site.css")
    site.ask("GET", "/", X_Request_ID="from-our-own-proxy")
    page = site.ask("GET", "/issues/", X_Request_ID="no number: secret-header@example.org")
    mailing = begun_mailing()
    wait_until(lambda: "secret-reader@example.org" in mail_server.recipients)
    os.kill(worker.pid, signal.SIGTERM)
    worker.wait(30)
    os.kill(server.pid, signal.SIGHUP)
    wait_until(lambda: "Handling signal: hup" in spoken.read_text())
    site.ask("GET", "/")

    told = lines_of(spoken)
    asked = [line for line in told if line["logger"] == "bitsletter.request_log"]

    assert site.numbers["from-our-own-proxy"] == 200
    assert all(NUMBER.fullmatch(one) for one in site.numbers.keys() - {"from-our-own-proxy"})
    assert site.numbers.items() <= {(one["request_id"], one["status"]) for one in asked}
    routes = {one["route"] for one in asked}
    assert {"/confirm/<str:token>/", "/unsubscribe/<str:token>/", "/search/", "?"} <= routes
    whole = spoken.read_text()
    secrets = ["secret-", leave, leave.partition(".")[2], confirm.rstrip("/").rpartition(".")[2]]
    assert [one for one in secrets if one in whole] == []
    assert "127.0.0.1" not in whole.replace(f"http://127.0.0.1:{site.port}", "")
    # What broke is told in one line, with the number that the reader was shown.
    [failure] = [one for one in told if one["level"] == "ERROR" and "traceback" in one]
    assert "Broken" in failure["traceback"]
    assert failure["request_id"] in page
    assert failure["message"] == "Internal Server Error: /issues/"
    assert {"py.warnings", "gunicorn.error"} <= {one["logger"] for one in told}
    assert mailing.subject not in whole


@pytest.mark.once
class TestBlotting:
    @pytest.mark.parametrize(
        "address",
        [
            *("paula@example.org", "Paula.O'Neil+tag@example.co.uk", "paula@[192.0.2.1]"),
            *("josé@exämple.org", "用户@例子.公司", "paula%40example.org", "paula%2540example.org"),
            *('"paula jones"@example.org', "paula＠example.org", "{paula}@example.org"),
            *("smtp://paula:password@mail.example.org", "paula/x=y@example.org"),
        ],
    )
    @pytest.mark.parametrize("around", ["{}", "a ({}) b", "<{}>", "{{'x': '{}'}}", "/a/?q={}&b=c"])
    def test_whatever_looks_like_an_address_goes(self, address, around):
        told = blot(around.format(address))

        assert BLOT in told
        for part in ("paula", "Paula", "O'Neil", "example.org", "例子", "password", "josé"):
            assert part not in told

    @given(st.emails(), st.text(alphabet=st.characters(codec="utf-8")))
    def test_whatever_stands_around_it(self, address, words):
        assert address not in blot(f"{words} {address} {words}")

    @pytest.mark.parametrize(
        "words",
        [
            "",
            "Nothing was found in 3 of 7 files: /srv/site/var/media/a/0f3c-1600.webp",
            '  File "/srv/site/issues/views.py", line 7, in <module>\n    @cached_property',
            "Listening at: http://127.0.0.1:8000 (26527)",
            "GET /confirm/<str:token>/ 200",
            "a" * 200,
        ],
    )
    def test_nothing_else_does(self, words):
        assert blot(words) == words

    def test_lists_and_keys_are_blotted_too(self):
        refused = {"paula@example.org": (550, b"paula@example.org"), "well": [1, None, True]}

        assert blotted(refused) == {BLOT: [550, f"{BLOT}'"], "well": [1, None, True]}

    @pytest.mark.parametrize(
        "text", ["a" * 200_000, "a." * 100_000, "%25" * 60_000, "ip=" * 60_000]
    )
    def test_a_long_text_takes_no_time(self, text):
        blot(text)  # a second, at most; a pattern that tries again and again takes minutes


@pytest.mark.django_db
class TestTokens:
    @pytest.mark.parametrize("purpose", list(Purpose))
    def test_what_we_have_signed_goes_wherever_it_stands(self, purpose):
        token = tokens.make(purpose, make_subscriber())

        for words in ("No {!r} here", "https://example.org/x/{}/?a", "'{}',", "'share/{}x'"):
            words = words.format(token)

            assert token.partition(".")[0] not in blot(words)
            assert token.partition(".")[2] not in blot(words)


@pytest.mark.once
class TestNumber:
    @pytest.mark.parametrize("sent", ["", "short", "a" * 65, "white space", "paula@example.org"])
    def test_another_is_made_for_one_that_is_not_well_formed(self, settings, sent):
        settings.PROXIES = 1

        assert NUMBER.fullmatch(
            number_of(RequestFactory().get("/", headers={"X-Request-ID": sent}))
        )

    @pytest.mark.parametrize(("proxies", "is_taken"), [(0, False), (1, True)])
    def test_only_a_proxy_of_ours_is_believed(self, settings, proxies, is_taken):
        settings.PROXIES = proxies
        request = RequestFactory().get("/", headers={"X-Request-ID": "0123456789abcdef"})

        assert (number_of(request) == "0123456789abcdef") == is_taken


class TestRequests:
    @pytest.mark.django_db
    def test_the_staff_are_named_by_number(self, desk, editor, caplog):
        desk.get("/admin/")

        [record] = [one for one in caplog.records if one.name == "bitsletter.request_log"]
        assert (record.user, record.route, record.status) == (editor.pk, "/admin/", 200)

    @pytest.mark.django_db
    def test_readers_are_not_even_asked_for_their_session(self, client, editor, caplog):
        client.force_login(editor)

        client.get("/issues/")

        [record] = [one for one in caplog.records if one.name == "bitsletter.request_log"]
        assert not hasattr(record, "user")


@pytest.mark.django_db
class TestFailures:
    def test_a_calm_refusal_is_told_once_and_as_no_error(self, client, caplog, monkeypatch):
        def full(*args):
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr("issues.views.year_counts", full)

        assert client.get("/issues/").status_code == 503
        [told] = [one for one in caplog.records if one.name != "bitsletter.request_log"]
        assert (told.name, told.levelname) == ("bitsletter.faults", "WARNING")

    @pytest.mark.parametrize(
        "odd", ["\r\nERROR", "\x1b[2J", "\x9b2J", "\u2028x", "\u202e", "\ud800"]
    )
    def test_nothing_that_strangers_write_leaves_its_line(self, odd):
        record = logging.LogRecord("site", logging.INFO, "", 1, "It said: %s", (odd,), None)

        line = logs.JSONLines().format(record)

        assert line.isascii()
        assert line.isprintable()
        assert json.loads(line)["message"] == f"It said: {odd}"

    def test_the_route_stands_for_a_path_in_any_script(self, client, caplog, monkeypatch):
        def broken(*args):
            raise RuntimeError

        monkeypatch.setattr("subscribers.tokens.read", broken)
        client.raise_request_exception = False

        client.get("/confirm/größe/")

        [told] = [one for one in caplog.records if one.name == "django.request"]
        line = json.loads(logs.JSONLines().format(told))
        assert line["message"] == "Internal Server Error: /confirm/<str:token>/"


@pytest.mark.once
class TestSettings:
    def read(self, monkeypatch, debug=False, **environment) -> dict:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return logs.read_logs(Env(), debug)

    @pytest.mark.parametrize(("debug", "form"), [(True, "plain"), (False, "json")])
    def test_lines_are_json_where_debug_is_off(self, monkeypatch, debug, form):
        monkeypatch.delenv("LOG_FORMAT", raising=False)

        assert self.read(monkeypatch, debug)["handlers"]["console"]["formatter"] == form

    @pytest.mark.parametrize(("name", "value"), [("LOG_FORMAT", "xml"), ("LOG_LEVEL", "loud")])
    def test_nonsense_is_named(self, monkeypatch, name, value):
        with pytest.raises(ImproperlyConfigured, match=name):
            self.read(monkeypatch, **{name: value})

    def test_plain_lines_bear_the_number_and_no_address_either(self):
        error = ValueError("paula@example.org")
        record = logging.LogRecord(
            "site", logging.ERROR, "", 1, "Of %s", ("eve@example.org",), (ValueError, error, None)
        )

        assert logs.PlainLines().format(record) == f"ERROR site Of {BLOT}\nValueError: {BLOT}"


@pytest.mark.once
@pytest.mark.parametrize("setting", [{"LOG_FORMAT": "json"}, {"LOG_FORMAT": "plain"}])
def test_what_ends_a_command_is_written_down_without_addresses(tmp_path, setting):
    """Also in a thread of it, and before the settings are read."""
    program = (
        "import threading; from issues.models import Issue\n"
        "def fail(): raise ValueError('secret-thread@example.org')\n"
        "one = threading.Thread(target=fail); one.start(); one.join()\n"
        "raise ValueError('secret-command@example.org')"
    )
    environment = production(tmp_path, settings.SECRET_KEY) | setting
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", program]

    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "secret-" not in done.stdout + done.stderr
    said = done.stderr
    if setting["LOG_FORMAT"] == "json":
        told = [json.loads(line) for line in said.splitlines()]
        assert [one["level"] for one in told] == ["CRITICAL"] * 2
        said = "".join(one["traceback"] for one in told)
    assert said.count("ValueError: …") == 2


@pytest.mark.once
@pytest.mark.parametrize("form", ["json", "plain"])
def test_what_keeps_gunicorn_from_starting_is_written_down_without_addresses(tmp_path, form):
    """Nobody has read the settings yet, and so nobody has said how to write."""
    nowhere = {"DATA_DIR": "/dev/null/secret-folder@example.org", "LOG_FORMAT": form}
    environment = production(tmp_path, settings.SECRET_KEY) | nowhere | {"PORT": str(free_port())}
    command = [sys.executable, "-m", "gunicorn", "--config", "bitsletter/gunicorn_conf.py"]
    command.append("bitsletter.wsgi")

    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    # Gunicorn itself says it once more, in a line of its own that is no log.
    said = [line for line in done.stderr.splitlines() if not line.startswith("[Errno 20]")]
    assert done.returncode
    assert "NotADirectoryError" in "".join(said)
    assert "secret-" not in "".join(said)
    if form == "json":
        failures = [json.loads(line) for line in said if "NotADirectoryError" in line]
        assert {one["message"] for one in failures} == {"Exception in worker process"}
