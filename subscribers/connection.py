"""The way to the mail server: opened once for many messages, and what can go wrong on it."""

import re
import smtplib
import socket
import ssl
from contextlib import suppress

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends import smtp
from django.utils.translation import gettext as _

from issues.characters import printable
from subscribers.mime import Message
from subscribers.signing import Signer

TAKEN, GO_ON, HANGING_UP = range(200, 300), 354, 421
LONGEST_REPLY = 1000  # characters
ADDRESS = re.compile(r"\S+@\S+")
# What would end an address in a command, or the command: no form takes it, nor may a row hold it.
UNSAFE = re.compile("[\\s<>\x00-\x1f\x7f-\x9f\ud800-\udfff]")

# What somebody who runs a site can do about it, before the words for those who know SMTP.
MEANINGS = {
    smtplib.SMTPAuthenticationError: "The mail server does not take our user name and password "
    "(EMAIL_URL). ",
    smtplib.SMTPNotSupportedError: "The mail server does not do what EMAIL_URL asks of it. ",
    ssl.SSLError: "No encrypted connection to the mail server came about (EMAIL_URL). ",
    socket.gaierror: "No mail server has the name in EMAIL_URL, or DNS does not answer. ",
    TimeoutError: "The mail server did not answer in time (EMAIL_TIMEOUT). ",
}


class Refused(Exception):
    """The server does not take this message: for good, or only for now."""

    def __init__(self, reply: str, is_final: bool):
        super().__init__(reply)
        self.reply, self.is_final = reply, is_final


class Interrupted(Exception):
    """The connection has ended, and with it the round; names no address.

    It was an attempt if the server had heard to whom the message goes: it may have hung up because
    of that, or have taken the message without a word. Before that, no message is at fault. Where
    the connection was working, messages had gone over it: another one is worth a try at once.
    """

    def __init__(self, trouble: str, is_attempt: bool = False, was_working: bool = False):
        super().__init__(without_addresses(trouble))
        self.is_attempt, self.was_working = is_attempt, was_working


class Connection:
    """Hands messages over, one after the other; opens by itself, and again when it was closed."""

    def __init__(self):
        self.backend = get_connection()
        self.is_smtp = isinstance(self.backend, smtp.EmailBackend)
        self.signer = Signer.from_settings()
        self.is_attempt = False  # whether the server has heard to whom the message in hand goes
        self.taken = 0  # messages on this connection
        self.command_encoding = "ascii"

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *error) -> None:
        self.close()

    def close(self) -> None:
        self.taken = 0
        with suppress(OSError):  # whoever is gone hears no goodbye
            self.backend.close()

    def drop(self) -> None:
        """Hang up in the middle of a message, of which a goodbye would become a part."""
        if self.is_smtp and self.backend.connection:
            self.backend.connection.close()
        self.close()

    def send(self, message: Message) -> str:
        """Hand a message over; give what the server said. Raises Refused or Interrupted."""
        self.is_attempt = False
        if self.taken >= settings.MESSAGES_PER_CONNECTION:
            self.close()
        try:
            reply = self.by_smtp(message) if self.is_smtp else self.by_backend(message)
        except (Interrupted, OSError) as error:  # that is every SMTPException, too
            was_working = self.taken > 0
            self.close()
            raise Interrupted(description(error), self.is_attempt, was_working) from error
        self.taken += 1
        return reply

    def open(self) -> bool:
        """Open it if it is not; say whether it was not."""
        try:
            return self.backend.open()
        except UnicodeError:  # without the error, which shows a part of them
            raise Interrupted(_("User name and password of EMAIL_URL must be ASCII.")) from None

    def by_smtp(self, message: Message) -> str:
        was_open = not self.open()
        try:
            self.envelope(message)
        except (Interrupted, OSError):
            if not was_open:
                raise
            self.close()  # many servers hang up after some messages, or some seconds
            self.open()
            self.envelope(message)
        return self.content(message)

    def envelope(self, message: Message) -> None:
        """Say from whom to whom a message goes, and that it comes now.

        All at once where the server can listen so long (RFC 2920): three answers in one turn.
        """
        if UNSAFE.search(message.returns_to + message.recipient):
            raise Refused(_("This is no address that can be named to a mail server."), True)
        server = self.backend.connection
        server.ehlo_or_helo_if_needed()
        needs_more = message.needs_smtputf8
        if needs_more and not server.has_extn("smtputf8"):
            raise Refused(_("The mail server takes no such address (RFC 6531)."), is_final=True)
        options = " SMTPUTF8 BODY=8BITMIME" if needs_more else ""
        self.command_encoding = "utf-8" if needs_more else "ascii"
        commands = [f"MAIL FROM:<{message.returns_to}>{options}", f"RCPT TO:<{message.recipient}>"]
        if server.has_extn("pipelining"):
            self.at_once(*commands, "DATA")
        else:
            self.in_turn(*commands)

    def in_turn(self, mail: str, rcpt: str) -> None:
        self.write(mail)
        self.judge_sender(*self.read())
        self.is_attempt = True
        self.write(rcpt)
        self.judge(*self.read())
        self.write("DATA")
        self.judge_start(*self.read())

    def at_once(self, *commands: str) -> None:
        self.write("\r\n".join(commands))
        self.is_attempt = True
        sender = self.read()
        if sender[0] == HANGING_UP:  # no other answers come
            self.is_attempt = False
            self.judge_sender(*sender)
        recipient = self.read()
        if recipient[0] == HANGING_UP:
            self.judge(*recipient)
        start = self.read()
        if start[0] == GO_ON and not (sender[0] == 250 and recipient[0] in TAKEN):
            self.drop()  # it waits for a message that it must not get
        self.is_attempt = sender[0] == 250
        self.judge_sender(*sender)
        self.judge(*recipient)
        self.judge_start(*start)

    def content(self, message: Message) -> str:
        data = message.as_bytes()
        if self.signer:
            data = self.signer.signed(data)
        if b"\r\n." in data:
            data = data.replace(b"\r\n.", b"\r\n..")
        self.backend.connection.send(data + b".\r\n")
        answer = self.read()
        self.judge(*answer)
        return said(*answer)

    def write(self, command: str) -> None:
        line = f"{command}\r\n".encode(self.command_encoding)
        self.backend.connection.send(line)

    def read(self) -> tuple[int, bytes]:
        return self.backend.connection.getreply()

    def judge_sender(self, code: int, reply: bytes) -> None:
        if code != 250:  # us, that is, and so every message
            raise Interrupted(f"MAIL: {said(code, reply)}")

    def judge_start(self, code: int, reply: bytes) -> None:
        if code != GO_ON:  # it does not even want to see it
            self.judge(code, reply)
            raise Interrupted(said(code, reply))

    def judge(self, code: int, reply: bytes) -> None:
        if code in TAKEN:
            return
        if code == HANGING_UP or not 400 <= code < 600:
            raise Interrupted(said(code, reply))
        try:
            if self.backend.connection:
                self.backend.connection.rset()
        except OSError:
            self.close()
        raise Refused(said(code, reply), is_final=code >= 500)

    def by_backend(self, message: Message) -> str:
        """Hand a message to a file, or to the interface of a provider."""
        written = message.for_django()
        try:
            self.backend.open()
            self.backend.send_messages([written])
        except Exception as error:
            self.explain(error)
            raise
        return written.answer

    def explain(self, error: Exception) -> None:
        """Raise what an error means: those of providers are their own, and may name addresses."""
        from subscribers import providers  # takes long to load, and few need it

        verdict = providers.judge(error)
        if verdict is None and not isinstance(error, OSError):
            raise Refused(kept(str(error)), is_final=False) from error
        if verdict and verdict.is_about_message:
            raise Refused(kept(verdict.reply), is_final=True) from error
        if verdict:
            self.is_attempt = verdict.is_attempt
            raise Interrupted(kept(verdict.reply)) from error


def without_addresses(text: str) -> str:
    """Give a text that those may read who see no addresses."""
    return ADDRESS.sub("…", text)


def said(code: int, reply: bytes) -> str:
    """Give what the server said as it is kept."""
    return kept(f"{code} {reply.decode('utf-8', 'replace')}")


def kept(text: str) -> str:
    return printable(text)[:LONGEST_REPLY]


def description(error: Interrupted | OSError) -> str:
    """Say what happened to a connection."""
    if isinstance(error, Interrupted):
        return str(error)
    name, words = type(error).__name__, meaning(error) or meaning(error.__context__)
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{words}{name}: {said(error.smtp_code, error.smtp_error)}"
    return f"{words}{name}: {error}"


def meaning(error: BaseException | None) -> str:
    """Say what an error means to somebody who runs a site; smtplib hides some behind others."""
    return next((words for kind, words in MEANINGS.items() if isinstance(error, kind)), "")
