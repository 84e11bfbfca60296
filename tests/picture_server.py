"""A web server that stands for others: it answers what a test tells it to."""

import socket
import ssl
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from issues.importing.fetching import Fetcher

# Made for tests alone: the key and the certificate of https://pictures.example, which signs itself.
PEM = Path(__file__).parent / "issues" / "samples" / "pictures.example.pem"


@dataclass
class PictureServer:
    """`answers` are a path's status, headers and parts of its body; a part may be a function.

    `requests` are the paths and headers that it was asked for.
    """

    address: tuple[str, int]
    answers: dict[str, tuple] = field(default_factory=dict)
    requests: list[tuple[str, dict]] = field(default_factory=list)

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.requests]

    def show(self, path: str, data: bytes) -> None:
        self.answers[path] = (200, {"Content-Length": len(data)}, [data])

    def redirect(self, path: str, location: str, status: int = 302) -> None:
        self.answers[path] = (status, {"Location": location, "Content-Length": 0}, [])

    def look_up(self, host: str, port: int, seconds: float):
        """Know every host, and be all of them."""
        return [(socket.AF_INET, self.address)]

    def fetcher(self, **options) -> Fetcher:
        """Give a fetcher that finds every host here, and may."""
        here = self.address[0]
        options = {"is_allowed": lambda ip: ip == here, "look_up": self.look_up, **options}
        return Fetcher(**options)


@contextmanager
def running(is_secure: bool = False):
    """Run a server on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            served.requests.append((self.path, dict(self.headers)))
            status, headers, parts = served.answers.get(self.path, (404, {}, []))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, str(value))
            self.end_headers()
            for part in parts:
                self.wfile.write(part() if callable(part) else part)

        def log_message(self, *args):
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, request, client_address):
            pass  # clients may leave when they have seen enough

    server = Server(("127.0.0.1", 0), Handler)
    served = PictureServer(server.server_address)
    if is_secure:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(PEM)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
