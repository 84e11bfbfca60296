"""A mail server that judges: it writes down, and syncs, each message before it takes it.

It speaks just enough of SMTP, several commands at once as well (RFC 2920), and misbehaves as a test
tells it to. What it wrote is the truth about who got what, whatever our own tables say.
"""

import os
import re
import socketserver
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

HOST = "127.0.0.1"
MESSAGE_ID = re.compile(rb"^Message-ID: <([^>]+)>", re.MULTILINE | re.IGNORECASE)
ADDRESS = re.compile(r"<([^>]*)>")


class Taken(NamedTuple):
    """One line of the record."""

    recipient: str
    message_id: str


class Judge(socketserver.ThreadingTCPServer):
    """`answer` says what a command is answered with, given its recipient and its kind.

    The kinds are "CONNECT", "MAIL", "RCPT", "DATA" and "END", after the final dot. None is yes; a
    text is the answer instead, after "421 …" it hangs up; CUT hangs up without a word, and HANG
    says nothing until the other side has had enough. TAKE_AND_CUT puts a message on record, and
    hangs up before it says so. `newest` is what it last took for each recipient.
    """

    daemon_threads = allow_reuse_address = True
    request_queue_size = 128
    CUT, HANG, TAKE_AND_CUT = "cut", "hang", "take and cut"

    def __init__(self, record: Path):
        self.record = record
        self.file = os.open(record, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
        self.answer: Callable[[str, str], str | None] = lambda kind, recipient: None
        self.takes_several = True
        self.starts_anyway = False  # listens to messages for nobody, and refuses them at their end
        self.connections = 0
        self.newest: dict[str, bytes] = {}
        super().__init__((HOST, 0), Dialogue)

    @property
    def port(self) -> int:
        return self.server_address[1]

    @property
    def url(self) -> str:
        return f"smtp://{HOST}:{self.port}"

    def write_down(self, recipient: str, data: bytes) -> None:
        found = MESSAGE_ID.search(data)
        os.write(self.file, f"{recipient} {found[1].decode()}\n".encode())
        os.fsync(self.file)
        self.newest[recipient] = data

    @property
    def taken(self) -> list[Taken]:
        """Give the record; of a line that is just being written, half may be there already."""
        whole = self.record.read_text().rpartition("\n")[0]
        return [Taken(*line.split()) for line in whole.splitlines()]

    @property
    def counts(self) -> Counter:
        """Give how many messages each recipient got."""
        return Counter(one.recipient for one in self.taken)

    def handle_error(self, *_args) -> None:
        """Say nothing of clients that were killed."""


class HangingUp(Exception):
    pass


class Dialogue(socketserver.StreamRequestHandler):
    timeout = 60
    disable_nagle_algorithm = True  # several answers to one turn do not wait for each other

    def handle(self) -> None:
        self.server.connections += 1
        self.has_sender, self.recipient = False, ""
        try:
            self.say("CONNECT", "220 judge")
            while line := self.rfile.readline():
                self.obey(line.decode("utf-8", "replace").strip())
        except HangingUp:
            pass

    def obey(self, line: str) -> None:
        verb = line[:4].upper()
        match verb:
            case "EHLO" | "HELO":
                self.greet()
            case "MAIL":
                self.recipient = ""
                self.has_sender = self.say("MAIL", "250 ok")
            case "RCPT" if self.has_sender:
                recipient = ADDRESS.search(line)[1]
                self.recipient = recipient if self.say("RCPT", "250 ok", recipient) else ""
            case "RCPT":
                self.send("503 from whom?")
            case "DATA":
                self.take_message()
            case "QUIT":
                self.send("221 bye")
                raise HangingUp
            case _:
                self.send("250 ok")

    def greet(self) -> None:
        several = "250-PIPELINING\r\n" if self.server.takes_several else ""
        self.send(f"250-judge\r\n{several}250 8BITMIME")

    def take_message(self) -> None:
        if not self.recipient and not self.server.starts_anyway:
            self.send("503 nobody to write to")
        elif self.say("DATA", "354 go on", self.recipient):
            self.say("END", "250 taken", self.recipient, self.read_message())

    def read_message(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                raise HangingUp  # cut short by the other side
            lines.append(line)
        return b"".join(lines)

    def say(self, kind: str, yes: str, recipient: str = "", data: bytes = b"") -> bool:
        """Answer as the test wants; say whether that was a yes."""
        answer = self.server.answer(kind, recipient)
        if answer == Judge.HANG:
            self.rfile.read()
            raise HangingUp
        if answer == Judge.CUT:
            raise HangingUp
        if data and answer in (None, Judge.TAKE_AND_CUT):
            self.server.write_down(recipient, data)
        if answer == Judge.TAKE_AND_CUT:
            raise HangingUp
        self.send(answer or yes)
        if answer and answer.startswith("421"):
            raise HangingUp
        return answer is None

    def send(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def judging(folder: Path) -> Iterator[Judge]:
    """Run a judge that keeps its record in a folder."""
    with Judge(folder / "record") as judge:
        thread = threading.Thread(target=judge.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield judge
        finally:
            judge.shutdown()
            thread.join()


def every(turn: int, answer: str, kind: str) -> Callable[[str, str], str | None]:
    """Answer so to each so many-th of a kind."""
    seen = Counter()
    lock = threading.Lock()

    def answered(which: str, recipient: str) -> str | None:
        if which != kind:
            return None
        with lock:
            seen[which] += 1
            return answer if seen[which] % turn == 0 else None

    return answered


def slow(seconds: float) -> Callable[[str, str], str | None]:
    def answered(kind: str, recipient: str) -> str | None:
        time.sleep(seconds)
        return None

    return answered
