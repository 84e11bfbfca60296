"""Somebody with a browser, as a proxy lets them through to one of several web processes."""

import re
from contextlib import closing
from html import unescape
from http.client import HTTPConnection, HTTPException
from http.cookies import SimpleCookie
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from tests.web_process import Server

FIELD = re.compile(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"')
BOUNDARY = "between-two-parts"


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def hidden(self) -> dict[str, str]:
        """Give what the forms of the page carry along."""
        return {name: unescape(value) for name, value in FIELD.findall(self.text)}


class Visitor:
    """Keeps cookies, whichever process has set them; comes over https, says the proxy."""

    def __init__(self, site: str, network: str = "198.51.100.7"):
        self.site, self.network, self.scheme = site, network, "https"
        self.cookies: dict[str, str] = {}

    def get(self, server: Server, path: str) -> Answer:
        return self.ask(server, "GET", path)

    def post(self, server: Server, path: str, fields: dict) -> Answer:
        """Send a form as the page with it has it."""
        body = urlencode(fields).encode()
        return self.ask(server, "POST", path, body, "application/x-www-form-urlencoded")

    def upload(self, server: Server, path: str, data: bytes, fields: dict) -> Answer:
        """Send a file in the field `image` beside other fields."""
        head = "".join(part(name, value) for name, value in fields.items())
        file = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n'
        body = f"{head}{file}Content-Type: image/png\r\n\r\n".encode() + data
        body += f"\r\n--{BOUNDARY}--\r\n".encode()
        return self.ask(server, "POST", path, body, f"multipart/form-data; boundary={BOUNDARY}")

    def ask(self, server: Server, method: str, path: str, body=None, kind="") -> Answer:
        headers = {
            "Host": urlsplit(self.site).netloc,
            "X-Forwarded-Proto": self.scheme,
            "X-Forwarded-For": self.network,
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        if method == "POST":
            headers |= {"Content-Type": kind, "Referer": f"{self.site}/", "Origin": self.site}
            headers |= {"Sec-Fetch-Site": "same-origin"}
        with closing(HTTPConnection("127.0.0.1", server.port, timeout=30)) as line:
            line.request(method, path, body, headers)
            response = line.getresponse()
            answer = Answer(response.status, dict(response.getheaders()), response.read())
        for cookie in response.headers.get_all("Set-Cookie") or ():
            self.cookies |= {name: one.value for name, one in SimpleCookie(cookie).items()}
        return answer

    def ask_any(self, servers: list[Server], path: str) -> Answer:
        """Ask one, and the next if it hangs up, as a proxy in front of them does."""
        for server in servers:
            try:
                return self.get(server, path)
            except (OSError, HTTPException):
                continue
        raise ConnectionError(f"Nobody answered for {path}.")


def part(name: str, value: str) -> str:
    return f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
