"""Servers of mailboxes, as small as they can be: real connections, and mail in a list."""

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class MailboxServer(socketserver.ThreadingTCPServer):
    """`messages` is what is there; `seen` and what was deleted are known by their numbers.

    It hangs up when it is told to fetch a message whose number is in `cuts`.
    """

    allow_reuse_address = True

    def __init__(self, handler, messages: list[bytes]):
        super().__init__(("127.0.0.1", 0), handler)
        self.messages = dict(enumerate(messages, 1))
        self.seen: set[int] = set()
        self.cuts: set[int] = set()
        self.commands: list[str] = []

    def url(self, scheme: str, password="se%2Fcret") -> str:
        return f"{scheme}://bounces:{password}@127.0.0.1:{self.server_address[1]}"


class Talking(socketserver.StreamRequestHandler):
    greeting = ""

    def handle(self):
        self.say(self.greeting)
        while line := self.rfile.readline():
            self.server.commands.append(line.decode().strip())
            if self.answer(line.decode().split()) is False:
                return

    def say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")


class Pop(Talking):
    """RFC 1939, as far as it is asked for."""

    greeting = "+OK ready"

    def setup(self):
        super().setup()
        self.gone: list[int] = []

    def answer(self, words: list[str]):
        match [words[0].upper(), *words[1:]]:
            case ["CAPA"]:
                self.say("+OK\r\nUSER\r\n.")
            case ["PASS", password] if password != "se/cret":
                self.say("-ERR wrong")
            case ["STAT"]:
                self.say(f"+OK {len(self.server.messages)} 1000")
            case ["RETR", number]:
                return self.retrieve(int(number))
            case ["DELE", number]:
                self.gone.append(int(number))
                self.say("+OK")
            case ["QUIT"]:
                kept = [one for n, one in self.server.messages.items() if n not in self.gone]
                self.server.messages = dict(enumerate(kept, 1))
                self.say("+OK")
                return False
            case _:
                self.say("+OK")

    def retrieve(self, number: int):
        if number in self.server.cuts:
            return False
        lines = self.server.messages[number].splitlines()
        self.say("+OK")
        for line in lines:
            self.wfile.write((b"." + line if line.startswith(b".") else line) + b"\r\n")
        self.say(".")


class Imap(Talking):
    """RFC 3501, as far as it is asked for."""

    greeting = "* OK ready"

    def answer(self, words: list[str]):
        tag, *rest = words
        match [rest[0].upper(), *rest[1:]]:
            case ["CAPABILITY"]:
                self.say("* CAPABILITY IMAP4rev1")
            case ["LOGIN", _name, password] if password.strip('"') != "se/cret":
                return self.say(f"{tag} NO wrong")
            case ["SELECT", folder] if folder != '"INBOX"':
                return self.say(f"{tag} NO no such folder")
            case ["SELECT", _folder]:
                self.say(f"* {len(self.server.messages)} EXISTS")
            case ["UID", "SEARCH", "UNSEEN"]:
                unseen = sorted(self.server.messages.keys() - self.server.seen)
                self.say(" ".join(["* SEARCH", *map(str, unseen)]))
            case ["UID", "FETCH", number, what]:
                if int(number) in self.server.cuts:
                    return False
                self.fetch(int(number), int(re.search(r"<0\.(\d+)>", what)[1]))
            case ["UID", "STORE", number, *_flags]:
                self.server.seen.add(int(number))
            case ["LOGOUT"]:
                self.say("* BYE")
        self.say(f"{tag} OK done")

    def fetch(self, number: int, most: int) -> None:
        data = self.server.messages[number][:most]
        self.say(f"* {number} FETCH (UID {number} BODY[]<0> {{{len(data)}}}")
        self.wfile.write(data)
        self.say(")")


@contextmanager
def running(handler, messages: list[bytes]) -> Iterator[MailboxServer]:
    with MailboxServer(handler, messages) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
