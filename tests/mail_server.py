"""A mail server that stands for others: it keeps what it takes, and fails as a test tells it to."""

import email
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from html import unescape

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.machine import free_port

HOST = "127.0.0.1"
logging.getLogger("mail.log").setLevel(logging.WARNING)  # it tells of each line that it hears
LINK = re.compile(r"https?://[^\s\"<>]+")


class MailServer:
    """`messages` is what it has taken, in order and parsed, and `recipients` who each was for.

    `answers` is what it says instead of taking something, by the address of a recipient or by
    "MAIL" or "DATA": such as "550 5.1.1 Nobody here"; after a 421 it hangs up. Of the next messages
    it keeps as many as `cuts` says, but hangs up before it says so. `patience` is how many messages
    it takes on one connection before it says 421. `connections` counts who has connected.
    `meanwhile` is done in its own thread when a message has come, before it is answered.
    """

    def __init__(self):
        self.port = free_port()
        self.messages: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.raw: list[bytes] = []
        self.answers: dict[str, str] = {}
        self.cuts = 0
        self.patience: int | None = None
        self.connections = 0
        self.takes_smtputf8 = True
        self.meanwhile: Callable[[], None] = lambda: None
        self.controller: Listening | None = None

    @property
    def settings(self) -> dict:
        """Give the settings that let Django send its mail here."""
        backend = "django.core.mail.backends.smtp.EmailBackend"
        return {"EMAIL_BACKEND": backend, "EMAIL_HOST": HOST, "EMAIL_PORT": self.port}

    @property
    def environment(self) -> dict[str, str]:
        """Give the same for another process."""
        return {"EMAIL_URL": f"smtp://{HOST}:{self.port}"}

    def start(self) -> None:
        self.controller = Listening(self, hostname=HOST, port=self.port)
        self.controller.start()
        self.connections = 0  # starting has knocked once

    def stop(self) -> None:
        """Hang up, and let nobody connect until it is started again, on the same port."""
        self.controller.stop()
        self.controller = None

    async def handle_MAIL(self, server, session, envelope: Envelope, address, options) -> str:
        if self.patience is not None and session.taken >= self.patience:
            return server.hang_up("421 4.7.0 Enough for one connection")
        if "MAIL" in self.answers:
            return server.say(self.answers["MAIL"])
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope: Envelope, address, options) -> str:
        if address in self.answers:
            return server.say(self.answers[address])
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope: Envelope) -> str:
        if "DATA" in self.answers:
            return server.say(self.answers["DATA"])
        self.raw.append(envelope.content)
        self.recipients.append(", ".join(envelope.rcpt_tos))
        self.messages.append(email.message_from_bytes(envelope.content, policy=POLICY))
        session.taken += 1
        self.meanwhile()
        if self.cuts:
            self.cuts -= 1
            server.transport.abort()
        return f"250 OK: queued as {len(self.messages)}"


class Talking(SMTP):
    """One connection."""

    def connection_made(self, transport):
        super().connection_made(transport)
        self.event_handler.connections += 1
        self.event_handler.controller.open.add(transport)

    def connection_lost(self, error):
        if self.event_handler.controller:
            self.event_handler.controller.open.discard(self.transport)
        super().connection_lost(error)

    def _create_session(self) -> Session:
        session = super()._create_session()
        session.taken = 0
        return session

    def say(self, answer: str) -> str:
        return self.hang_up(answer) if answer.startswith("421") else answer

    def hang_up(self, answer: str) -> str:
        self.loop.call_soon(self.transport.close)  # once the answer is on its way
        return answer


class Listening(Controller):
    """What waits for connections, in a thread of its own."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.open = set()

    def factory(self) -> Talking:
        smtputf8 = self.handler.takes_smtputf8
        return Talking(self.handler, hostname="mail.example.org", enable_SMTPUTF8=smtputf8)

    def cancel_tasks(self, stop_loop: bool = True):
        for transport in self.open:
            transport.abort()
        self.loop.call_soon(super().cancel_tasks, stop_loop)


@contextmanager
def running() -> Iterator[MailServer]:
    """Run a mail server on a free port."""
    server = MailServer()
    server.start()
    try:
        yield server
    finally:
        if server.controller:
            server.stop()


def links_in(message: EmailMessage, path: str = "/") -> list[str]:
    """Give the links of a message whose path begins so, each once: of its text, then its HTML."""
    texts = [message.get_body([kind]) for kind in ("plain", "html")]
    found = [link for part in texts if part for link in LINK.findall(part.get_content())]
    unique = dict.fromkeys(unescape(link).rstrip(".,;:)") for link in found)
    return [link for link in unique if re.match(rf"https?://[^/]+{re.escape(path)}", link)]
