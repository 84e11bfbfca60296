"""The interface of a provider, as Postmark documents its own: it keeps what it takes."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOKEN = "token-of-the-server"


class ProviderServer(ThreadingHTTPServer):
    """`messages` is what it has taken, and `answers` what it says instead, by the recipient.

    Such an answer is a status and what is said; or None, to hang up.
    """

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Talking)
        self.messages: list[dict] = []
        self.answers: dict[str, tuple[int, dict] | None] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"

    @property
    def settings(self) -> dict:
        """Give the settings that let Django send its mail here."""
        anymail = {
            "IGNORE_UNSUPPORTED_FEATURES": True,
            "POSTMARK_API_URL": self.url,
            "POSTMARK_SERVER_TOKEN": TOKEN,
            "REQUESTS_TIMEOUT": 5,
            "WEBHOOK_SECRET": "hook:a-long-enough-secret",
        }
        backend = "anymail.backends.postmark.EmailBackend"
        return {"EMAIL_PROVIDER": "postmark", "EMAIL_BACKEND": backend, "ANYMAIL": anymail}


class Talking(BaseHTTPRequestHandler):
    def do_POST(self):
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = self.server.answers.get(said["To"], (200, None))
        if self.headers["X-Postmark-Server-Token"] != TOKEN:
            answer = (401, {"ErrorCode": 10, "Message": "The Server Token is not valid."})
        if answer is None:
            self.close_connection = True
            return
        status, words = answer
        if words is None:
            self.server.messages.append(said)
            name = f"message-{len(self.server.messages)}"
            words = {"ErrorCode": 0, "Message": "OK", "MessageID": name, "To": said["To"]}
        data = json.dumps(words).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *arguments):
        pass


@contextmanager
def running() -> Iterator[ProviderServer]:
    with ProviderServer() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
