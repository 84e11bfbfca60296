"""Signatures (DKIM) that others can verify with the record that we tell them to publish."""

import subprocess

import dkim
import pytest
from django.core.checks import run_checks

from subscribers.connection import Connection
from subscribers.signing import Signer
from tests.subscribers.test_headers import ISSUE, issue_message, names_in

pytestmark = pytest.mark.once

SIGNED = {*ISSUE, "Reply-To"}


def make_key(path, bits=2048, *options) -> str:
    """Make a key as our pages say; give where it is."""
    subprocess.run(["openssl", "genrsa", *options, "-out", path, str(bits)], check=True)
    return str(path)


@pytest.fixture(scope="module")
def key(tmp_path_factory) -> str:
    return make_key(tmp_path_factory.mktemp("keys") / "dkim.pem")


@pytest.fixture(autouse=True)
def site(settings, key):
    settings.DKIM_KEY, settings.DKIM_SELECTOR = key, "2026"
    settings.DEFAULT_FROM_EMAIL = "Bitsletter <news@example.org>"
    settings.REPLY_TO = "hello@example.org"
    settings.SITE_URL, settings.SITE_HOST = "https://news.example.org", "news.example.org"
    return settings


def record() -> str:
    return f"v=DKIM1; k=rsa; p={Signer.from_settings().public_key}"


def verify(data: bytes, zone=None) -> bool:
    """Verify as a receiver does; `zone` holds the records that DNS has."""
    zone = {"2026._domainkey.example.org.": record()} if zone is None else zone
    return dkim.verify(data, dnsfunc=lambda name, timeout=5: zone.get(name.decode(), "").encode())


def tags(data: bytes) -> dict[str, str]:
    """Give the parts of a signature."""
    value = data.partition(b":")[2].partition(b"\r\nDate:")[0].decode()
    parts = [one.partition("=") for one in "".join(value.split()).split(";")]
    return {name: content for name, _, content in parts}


def sent(mail_server, message=None) -> bytes:
    with Connection() as connection:
        connection.send(message or issue_message())
    return mail_server.raw[-1]


class TestSignature:
    def test_it_is_verified_by_the_record_that_we_name(self, mail_server):
        data = sent(mail_server)

        assert names_in(data) == ["DKIM-Signature", *ISSUE[:7], "Reply-To", *ISSUE[7:]]
        assert verify(data)
        assert not verify(data, zone={})

    def test_it_says_whose_it_is(self, mail_server):
        found = tags(sent(mail_server))

        assert (found["d"], found["s"], found["a"]) == ("example.org", "2026", "rsa-sha256")
        assert found["c"] == "relaxed/relaxed"
        assert "l" not in found  # nobody may add to the end

    def test_it_covers_what_must_not_change(self, mail_server):
        """RFC 8058, section 4: what lets a reader leave by one click must be covered."""
        covered = tags(sent(mail_server))["h"].split(":")

        assert {name.lower() for name in SIGNED} <= set(covered)

    @pytest.mark.parametrize("name", [*ISSUE, "Reply-To", "Cc"])
    def test_no_header_that_counts_can_be_added(self, mail_server, name):
        """Ablation: with `SIGNED` instead of `SIGNED * 2`, a second one of some passes."""
        data = sent(mail_server)
        line = f"{name}: somebody@else.example\r\n".encode()

        assert not verify(line + data)
        assert not verify(data.replace(b"\r\n\r\n", b"\r\n" + line + b"\r\n", 1))

    @pytest.mark.parametrize("change", [(b"Warm up", b"Warm-up"), (b"Leave</a>", b"Stay</a>")])
    def test_a_changed_message_does_not_pass(self, mail_server, change):
        data = sent(mail_server)

        assert data.count(change[0]) >= 1
        assert not verify(data.replace(*change))

    def test_lines_that_are_folded_otherwise_do(self, mail_server):
        """Mail servers on the way may, and some do."""
        data = sent(mail_server)

        assert verify(data.replace(b"\r\nSubject: Warm up", b"\r\nSubject:  Warm\r\n  up"))

    @pytest.mark.parametrize("subject", ["Grüße aus dem Labor, " * 8, "x" * 400, "Tips " * 60])
    def test_any_subject_and_address_may_be_signed(self, mail_server, subject):
        data = sent(mail_server, issue_message(subject, to="josé@example.org"))

        assert verify(data)

    def test_letters_are_signed_in_the_name_of_another_domain_of_ours(self, mail_server, site):
        site.DKIM_DOMAIN = "news.example.org"

        data = sent(mail_server)

        assert tags(data)["d"] == "news.example.org"
        assert verify(data, {"2026._domainkey.news.example.org.": record()})

    def test_without_a_key_nothing_is_signed(self, mail_server, site):
        site.DKIM_KEY = ""

        assert "DKIM-Signature" not in names_in(sent(mail_server))

    def test_files_and_providers_get_none(self, site, tmp_path):
        site.EMAIL_BACKEND = "subscribers.outbox.OutboxBackend"
        site.EMAIL_FILE_PATH = tmp_path

        with Connection() as connection:
            connection.send(issue_message())

        [file] = tmp_path.iterdir()
        assert b"DKIM-Signature" not in file.read_bytes()


class TestKey:
    def test_the_public_half_is_what_openssl_says(self, key):
        done = subprocess.run(
            ["openssl", "rsa", "-in", key, "-pubout"], check=True, capture_output=True, text=True
        )

        lines = [one for one in done.stdout.splitlines() if "-----" not in one]
        assert Signer.from_settings().public_key == "".join(lines)
        assert Signer.from_settings().bits == 2048

    def test_it_may_stand_in_the_setting_itself(self, mail_server, site, key):
        with open(key) as file:
            text = file.read()

        for form in (text, text.replace("\n", "\\n"), text.replace("\n", "\r\n")):
            site.DKIM_KEY = form
            assert verify(sent(mail_server))
            assert run_checks() == []

    def test_the_older_form_is_read_too(self, mail_server, site, tmp_path):
        site.DKIM_KEY = make_key(tmp_path / "old.pem", 2048, "-traditional")

        assert verify(sent(mail_server))


class TestSettings:
    def error(self) -> str:
        [error] = run_checks()
        return f"{error.id.partition('.')[2]} {error.msg}"

    def test_good_ones_are_no_error(self):
        assert run_checks() == []

    def test_a_key_that_is_not_there(self, site):
        site.DKIM_KEY = "/nowhere/dkim.pem"

        assert self.error().startswith("E004 DKIM_KEY is of no use: its file cannot be read (No su")

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", "no private key"),
            ("Not a key\n", "no private key"),
            ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "no private key"),
            ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "no RSA key"),
            ("-----BEGIN PRIVATE KEY-----\nA\n-----END PRIVATE KEY-----\n", "no RSA key"),
        ],
    )
    def test_a_file_without_one(self, site, tmp_path, text, words):
        site.DKIM_KEY = str(tmp_path / "dkim.pem")
        (tmp_path / "dkim.pem").write_text(text)

        assert words in self.error()

    def test_a_key_of_another_kind(self, site, tmp_path):
        site.DKIM_KEY = str(tmp_path / "ed25519.pem")
        command = ["openssl", "genpkey", "-algorithm", "ed25519", "-out", site.DKIM_KEY]
        subprocess.run(command, check=True)

        assert "no RSA key" in self.error()

    def test_a_key_that_is_too_short(self, site, tmp_path):
        site.DKIM_KEY = make_key(tmp_path / "short.pem", 768)

        assert "it has 768 bits" in self.error()

    @pytest.mark.parametrize("selector", ["", "a b", "é", "-", "a..b", "a\r\nb", "x" * 64])
    def test_no_selector(self, site, selector):
        site.DKIM_SELECTOR = selector

        assert self.error().startswith("E005")

    def test_a_domain_that_says_nothing_about_the_sender(self, site):
        site.DKIM_DOMAIN = "mailer.example"

        assert self.error().startswith("W001 Signatures of mailer.example do not count")

    def test_no_error_tells_the_key(self, site, key):
        with open(key) as file:
            site.DKIM_KEY = file.read().replace("PRIVATE KEY", "SECRET KEY")

        assert "SECRET" not in self.error()
