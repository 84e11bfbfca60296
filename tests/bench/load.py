"""Readers who ask as fast as they are answered, cheaper than any server they ask.

A process of its own, `python -m tests.bench.load`: one line of JSON in says what to ask for, one
line out says how it went.
"""

import itertools
import json
import re
import selectors
import socket
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator

CONNECTIONS = 4  # as many as a worker has threads
PIECE = 2**18  # bytes
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
BROWSER = {"Accept": "text/html,*/*;q=0.8", "Accept-Encoding": "gzip, deflate, br, zstd"}


class Readers:
    """The process with the readers, seen from outside."""

    def __init__(self):
        command = [sys.executable, "-m", "tests.bench.load"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, port: int, paths: list[str], **how) -> dict:
        """Ask for the paths again and again for so many `seconds`, or each once without them.

        Gives `count`, `seconds`, `p50` and `p99` in milliseconds, `bytes` of an answer, which
        `statuses` came how often, and the seconds that the readers themselves were `busy`.
        """
        print(json.dumps({"port": port, "paths": paths} | how), file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())

    def leave(self) -> None:
        self.process.stdin.close()
        self.process.wait()


class Connection:
    """One reader, who waits for the whole answer before asking again."""

    def __init__(self, port: int):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> None:
        self.got, self.status, self.expected = b"", "", None
        self.started = time.perf_counter()
        self.socket.sendall(request)

    def is_answered(self) -> bool:
        """Read what has come; say whether the answer is whole."""
        piece = self.socket.recv(PIECE)
        if not piece:
            raise ConnectionError("The server closed the connection.")
        self.got += piece
        if self.expected is None and (end := self.got.find(b"\r\n\r\n")) > 0:
            self.status = self.got[9:12].decode()
            length = LENGTH.search(self.got, 0, end)
            if length is None and self.status != "304":
                raise ConnectionError("The server does not say how long its answer is.")
            self.expected = end + 4 + (int(length[1]) if length else 0)
        return self.expected is not None and len(self.got) >= self.expected


def run(port: int, paths: list[str], seconds: float = 0, headers: dict | None = None) -> dict:
    """Ask with a few connections at once; see `Readers.ask`."""
    requests = [written(path, BROWSER | (headers or {})) for path in paths]
    times, sizes, statuses = [], [], Counter()
    started, busy = time.perf_counter(), time.process_time()
    until = started + seconds
    source = before(until, requests) if seconds else iter(requests)
    for reader in answered(port, source, CONNECTIONS):
        times.append((time.perf_counter() - reader.started) * 1000)
        sizes.append(reader.expected)
        statuses[reader.status] += 1
    took = time.perf_counter() - started
    cuts = statistics.quantiles(times, n=100) if len(times) > 1 else times * 99
    return {
        **{"count": len(times), "seconds": took, "p50": cuts[49], "p99": cuts[98]},
        **{"bytes": statistics.mean(sizes), "statuses": statuses},
        "busy": time.process_time() - busy,
    }


def written(path: str, headers: dict[str, str]) -> bytes:
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{k}: {v}" for k, v in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode()


def before(moment: float, requests: list[bytes]) -> Iterator[bytes]:
    endless = itertools.cycle(requests)
    return itertools.takewhile(lambda _: time.perf_counter() < moment, endless)


def answered(port: int, requests: Iterator[bytes], connections: int) -> Iterator[Connection]:
    """Yield each reader as it is answered, and let it ask for the next."""
    with selectors.DefaultSelector() as selector:
        for request in itertools.islice(requests, connections):
            reader = Connection(port)
            selector.register(reader.socket, selectors.EVENT_READ, reader)
            reader.ask(request)
        while selector.get_map():
            for key, _ in selector.select():
                reader = key.data
                if not reader.is_answered():
                    continue
                yield reader
                if (request := next(requests, None)) is not None:
                    reader.ask(request)
                else:
                    selector.unregister(reader.socket)
                    reader.socket.close()


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(run(**json.loads(line))), flush=True)
