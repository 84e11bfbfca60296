"""The connection to mail servers that ask for encryption, or for who we are."""

import socket
import ssl
import time
from contextlib import contextmanager
from dataclasses import replace

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from subscribers.connection import Connection, Interrupted, Refused
from tests.machine import free_port
from tests.subscribers.test_headers import issue_message

pytestmark = pytest.mark.once

HOST = "127.0.0.1"
PATIENCE = 5  # seconds
# Of 127.0.0.1, signed by itself; good for a hundred years, and for nothing but these tests.
CERTIFICATE = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg810hg0ePmTE7aE9z
hV273ZFJ8HKWKSSCxCRLVwoE55ehRANCAASAz4aFgbKRH2xPyce0DJAGbRkEz2tu
bjrA32/9AdK2irme93u06QaEnoDx0O0NUbVD/yW7ubbxyxXXTUYjIFtZ
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBkDCCATagAwIBAgIUV5n61hFouwK1aaC0ffiD6yCaldowCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJMTI3LjAuMC4xMCAXDTI2MTEyNjAzNDgyNFoYDzIxMjYxMTAy
MDM0ODI0WjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASAz4aFgbKRH2xPyce0DJAGbRkEz2tubjrA32/9AdK2irme93u06QaE
noDx0O0NUbVD/yW7ubbxyxXXTUYjIFtZo2QwYjAdBgNVHQ4EFgQURoiBPS//S+Sv
ThXB8Fk9qQfuq7MwHwYDVR0jBBgwFoAURoiBPS//S+SvThXB8Fk9qQfuq7MwDwYD
VR0TAQH/BAUwAwEB/zAPBgNVHREECDAGhwR/AAABMAoGCCqGSM49BAMCA0gAMEUC
IHHV8JvzSj90OYYAYvzzYVlMPrTAwg6clyZCXoizQ1pzAiEA80NNWKqQndIUaVm/
0IPYu/lhbrAGgFQmQR8YLrN69+w=
-----END CERTIFICATE-----
"""


class Keeping:
    """Keeps what it takes."""

    def __init__(self):
        self.taken = []

    async def handle_DATA(self, server, session, envelope) -> str:
        self.taken.append((session.ssl is not None, session.authenticated))
        return "250 OK"


def knows(server, session, envelope, mechanism, data: LoginPassword) -> AuthResult:
    return AuthResult(success=data == LoginPassword(b"ada", b"secret"), handled=False)


@pytest.fixture
def certificate(tmp_path):
    path = tmp_path / "certificate.pem"
    path.write_text(CERTIFICATE)
    return path


@pytest.fixture
def tls(certificate):
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate)
    return tls


@pytest.fixture
def trusted(certificate, monkeypatch):
    """Let this process trust that certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


@pytest.fixture
def site(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = HOST, free_port()
    settings.EMAIL_TIMEOUT = 5
    return settings


@contextmanager
def running(site, **options):
    """Run a mail server of this kind where the settings say; give what it takes."""
    keeping = Keeping()
    controller = Controller(keeping, hostname=HOST, port=site.EMAIL_PORT, **options)
    controller.start()
    try:
        yield keeping.taken
    finally:
        controller.stop()


def send() -> None:
    with Connection() as connection:
        connection.send(issue_message())


def trouble() -> str:
    """Give in which words a message does not go out, through no fault of its own."""
    with pytest.raises(Interrupted) as error:
        send()
    assert not error.value.is_attempt
    return str(error.value)


class TestEncryption:
    def test_by_starttls(self, site, tls, trusted):
        site.EMAIL_USE_TLS = True

        with running(site, tls_context=tls, require_starttls=True) as taken:
            send()

        assert taken == [(True, None)]

    def test_from_the_first_byte(self, site, tls, trusted):
        site.EMAIL_USE_SSL = True

        with running(site, ssl_context=tls) as taken:
            send()

        assert len(taken) == 1

    @pytest.mark.parametrize("kind", ["EMAIL_USE_TLS", "EMAIL_USE_SSL"])
    def test_a_certificate_that_nobody_vouches_for_is_not_trusted(self, site, tls, kind):
        setattr(site, kind, True)
        option = "tls_context" if kind == "EMAIL_USE_TLS" else "ssl_context"

        with running(site, **{option: tls}) as taken:
            words = trouble()

        assert words.startswith("No encrypted connection to the mail server came about")
        assert "certificate verify failed" in words
        assert taken == []

    def test_a_server_without_it_gets_nothing(self, site):
        site.EMAIL_USE_TLS = True

        with running(site) as taken:
            words = trouble()

        assert words.startswith("The mail server does not do what EMAIL_URL asks of it.")
        assert "STARTTLS" in words
        assert taken == []


class TestSigningIn:
    OPTIONS = {"authenticator": knows, "auth_required": True}

    def test_with_the_right_password(self, site, tls, trusted):
        site.EMAIL_USE_TLS = True
        site.EMAIL_HOST_USER, site.EMAIL_HOST_PASSWORD = "ada", "secret"

        with running(site, tls_context=tls, **self.OPTIONS) as taken:
            send()

        assert taken == [(True, True)]

    def test_a_wrong_one_is_told_in_words_and_not_shown(self, site, tls, trusted):
        site.EMAIL_USE_TLS = True
        site.EMAIL_HOST_USER, site.EMAIL_HOST_PASSWORD = "ada", "swordfish"

        with running(site, tls_context=tls, **self.OPTIONS):
            words = trouble()

        assert words.startswith("The mail server does not take our user name and password")
        assert "535" in words
        assert "swordfish" not in words

    def test_one_beyond_ascii_is_no_riddle(self, site, tls, trusted):
        """Python's SMTP raises no error of mail there, so that letters hung for five minutes."""
        site.EMAIL_USE_TLS = True
        site.EMAIL_HOST_USER, site.EMAIL_HOST_PASSWORD = "ada", "schlüssel"

        with running(site, tls_context=tls, **self.OPTIONS):
            assert trouble() == "User name and password of EMAIL_URL must be ASCII."


class TestCommands:
    """Ablation: without `UNSAFE` in `connection`, the first of these is a second RCPT command."""

    @pytest.mark.parametrize(
        "end",
        [">\r\nRCPT TO:<eve@example.com", "\r\n", "\n", "\0", " ", "<x@example.org>", "\ud800"],
    )
    def test_no_address_becomes_one(self, mail_server, end):
        message = issue_message(to=f"ada@example.org{end}")

        with Connection() as connection, pytest.raises(Refused) as refusal:
            connection.send(message)

        assert refusal.value.is_final
        assert mail_server.recipients == []

    def test_nor_does_the_one_that_mail_comes_back_to(self, mail_server):
        message = replace(issue_message(), envelope="b@example.org>\r\nRCPT TO:<eve@example.com")

        with Connection() as connection, pytest.raises(Refused):
            connection.send(message)

        assert mail_server.recipients == []

    def test_the_next_message_goes_out(self, mail_server):
        with Connection() as connection:
            with pytest.raises(Refused):
                connection.send(issue_message(to="ada@example.org\r\n"))
            connection.send(issue_message(to="ada@example.org"))

        assert mail_server.recipients == ["ada@example.org"]


class TestSeveralCommandsAtOnce:
    def test_who_hangs_up_at_the_first_says_why(self, judge):
        """No answers come to the others; and to nobody has anything been said of the reader."""
        judge.answer = lambda kind, recipient: "421 4.7.0 too many" if kind == "MAIL" else None

        assert trouble() == "MAIL: 421 4.7.0 too many"

    def test_nor_is_it_a_riddle_at_the_second(self, judge):
        judge.answer = lambda kind, recipient: "421 4.7.0 too many" if kind == "RCPT" else None

        with pytest.raises(Interrupted, match="421 4.7.0 too many") as error:
            send()

        assert error.value.is_attempt

    def test_one_that_listens_to_a_message_for_nobody_is_left_at_once(self, judge, settings):
        """It would take a goodbye for a part of the message, and wait for the rest."""
        settings.EMAIL_TIMEOUT = PATIENCE
        judge.starts_anyway = True
        judge.answer = lambda kind, recipient: "550 5.1.1 nobody" if kind == "RCPT" else None
        begun = time.monotonic()

        with Connection() as connection, pytest.raises(Refused, match="550"):
            connection.send(issue_message())

        assert time.monotonic() - begun < PATIENCE
        assert judge.taken == []


class TestUnreachable:
    def test_a_name_that_is_none(self, site):
        site.EMAIL_HOST = "mail.invalid"

        assert trouble().startswith("No mail server has the name in EMAIL_URL")

    def test_one_that_says_nothing(self, site):
        site.EMAIL_TIMEOUT = 1
        with socket.create_server((HOST, site.EMAIL_PORT)):
            words = trouble()

        assert words.startswith("The mail server did not answer in time (EMAIL_TIMEOUT).")
