"""Errors that are told elsewhere: that they arrive, and whom they do not name."""

import gzip
import json
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import brotli
import pytest
from django.conf import settings

from tests.builders import install_rows
from tests.web_process import ask, collect_static, production, served
from tests.worker_process import wait_until


class Listening(BaseHTTPRequestHandler):
    """Takes what is posted, as Sentry does."""

    def do_POST(self):
        data = self.rfile.read(int(self.headers["Content-Length"]))
        read = {"gzip": gzip.decompress, "br": brotli.decompress}
        data = read.get(self.headers.get("Content-Encoding"), bytes)(data)
        self.server.envelopes.append(data.decode())
        self.send_response(200)
        self.end_headers()

    def log_message(self, *arguments):
        pass


@contextmanager
def listening():
    with ThreadingHTTPServer(("127.0.0.1", 0), Listening) as server:
        server.envelopes = []
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.django_db(transaction=True)
def test_an_error_arrives_without_whom_it_is_about(tmp_path):
    install_rows()
    with listening() as sentry:
        dsn = f"http://key@127.0.0.1:{sentry.server_address[1]}/7"
        environment = production(tmp_path, settings.SECRET_KEY) | {"SENTRY_DSN": dsn}
        collect_static(environment)
        with served(environment, application="tests.broken_site") as server:
            ask(server.port, "/issues/?q=secret-query@example.org", cookies="sessionid=secret-one")
            wait_until(lambda: len(sentry.envelopes) >= 2)

    whole = "\n".join(sentry.envelopes)
    events = [json.loads(one.splitlines()[-1]) for one in sentry.envelopes]
    [broken] = [one for one in events if "exception" in one]
    [logged] = [one for one in events if "logentry" in one]
    assert [one["type"] for one in broken["exception"]["values"]] == ["ValueError", "Broken"]
    assert broken["transaction"] == "/issues/"
    assert broken["release"].startswith("bitsletter-")
    assert broken["environment"] == "127.0.0.1"
    assert broken["request"] == {"method": "GET"}
    assert len(broken["tags"]["request_id"]) == 32
    assert logged["logentry"]["message"] == "Of %s"
    assert "secret-" not in whole
    assert "breadcrumbs" not in broken or not broken["breadcrumbs"]["values"]


@pytest.mark.once
def test_nobody_waits_for_what_is_not_asked_for(tmp_path):
    program = "import sys; print({'sentry_sdk', 'prometheus_client'} & sys.modules.keys())"
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", program]
    environment = production(tmp_path, settings.SECRET_KEY)

    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)

    assert done.stdout == "set()\n"
