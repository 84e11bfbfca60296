"""A small name server that answers by UDP what a test tells it to."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dns.message
import dns.rcode
import dns.rdatatype
import dns.zonefile

HOST = "127.0.0.1"


class NameServer:
    """`records` is what it holds, as a zone file; `is_silent` lets it hear and say nothing.

    `fails` are the names for which it says that it has failed. `asked` is what it was asked.
    """

    def __init__(self, records: str = ""):
        self.records = records
        self.is_silent = False
        self.fails: set[str] = set()
        self.asked: list[str] = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((HOST, 0))

    @property
    def address(self) -> str:
        return f"{HOST}:{self.socket.getsockname()[1]}"

    def serve(self) -> None:
        while True:
            data, asker = self.socket.recvfrom(4096)
            if not data:  # told to end
                return
            if not self.is_silent:
                self.socket.sendto(self.answer(dns.message.from_wire(data)).to_wire(), asker)

    def answer(self, query: dns.message.Message) -> dns.message.Message:
        response = dns.message.make_response(query)
        [question] = query.question
        name = question.name.to_text(omit_final_dot=True)
        self.asked.append(f"{name} {dns.rdatatype.to_text(question.rdtype)}")
        if name in self.fails:
            response.set_rcode(dns.rcode.SERVFAIL)
            return response
        found = dns.zonefile.read_rrsets(self.records, rdclass=None, default_ttl=60)
        names = {rrset.name for rrset in found}
        wanted = question.name
        for rrset in found:
            if rrset.name == wanted and rrset.rdtype == dns.rdatatype.CNAME:
                response.answer.append(rrset)
                wanted = rrset[0].target
        kinds = (rrset for rrset in found if rrset.rdtype == question.rdtype)
        response.answer += [rrset for rrset in kinds if rrset.name == wanted]
        if wanted not in names:
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response

    def end(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as knock:
            knock.sendto(b"", self.socket.getsockname())


@contextmanager
def running(records: str = "") -> Iterator[NameServer]:
    """Run a name server on a free port."""
    server = NameServer(records)
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield server
    finally:
        server.end()
        thread.join()
        server.socket.close()
