"""manage.py setup: from nothing to a site that can be started, asked on a terminal or told."""

import fcntl
import os
import re
import select
import shutil
import sqlite3
import subprocess
import sys
import termios
import time
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured

from bitsletter import env_file, secret_key
from bitsletter.questions import read_email_url, read_line, read_sender
from bitsletter.whereabouts import read_site_url
from tests.test_project import ROOT, manage
from tests.web_process import database_url

PATIENCE = 60  # seconds
SITE = "https://news.example.org"
TOLD = ("--site-url", SITE, "--site-name", "Ada's #1: letter", "--time-zone", "Europe/Vienna")


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / ".env"


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> tuple[Path, subprocess.CompletedProcess]:
    """Set one site up for all who only look at it, or go on from a copy of it."""
    file = tmp_path_factory.mktemp("site") / ".env"
    return file, setup(file, *TOLD, "--no-input", "--editor", "ada")


@pytest.fixture
def copied(finished, file) -> Path:
    """Give the file of a site that is set up, but for what stands in the file."""
    shutil.copytree(finished[0].parent / "data", file.parent / "data")
    return file


@pytest.fixture
def begun(copied, file) -> Path:
    """Give the file of one that has no account yet, either."""
    with closing(sqlite3.connect(file.parent / "data" / "db.sqlite3")) as database:
        database.execute("DELETE FROM auth_user")
        database.commit()
    return file


def setup(file: Path, *options: str, said: str = "", **environment: str):
    """Run it without a terminal, on a site that is all in one folder."""
    return subprocess.run(
        [sys.executable, "manage.py", "setup", "--env-file", str(file), *options],
        cwd=ROOT,
        env=surroundings(file) | environment,
        input=said,
        capture_output=True,
        text=True,
        check=False,
    )


def surroundings(file: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return kept | {"DATA_DIR": str(file.parent / "data")}


class Terminal:
    """Somebody at a terminal, who reads a question before answering it."""

    def __init__(self, descriptor: int):
        self.descriptor, self.shown, self.read_to = descriptor, "", 0

    def answer(self, question: str, words: str) -> None:
        self.read(question)
        os.write(self.descriptor, f"{words}\n".encode())

    def read(self, words: str) -> None:
        """Read on until these words come."""
        deadline = time.monotonic() + PATIENCE
        while (found := self.shown.find(words, self.read_to)) < 0:
            assert time.monotonic() < deadline, self.shown
            if select.select([self.descriptor], [], [], 0.2)[0]:
                self.shown += os.read(self.descriptor, 4096).decode()
        self.read_to = found + len(words)


@contextmanager
def at_terminal(file: Path, *options: str, **environment: str):
    ours, theirs = os.openpty()
    command = [sys.executable, "manage.py", "setup", "--env-file", str(file), *options]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=surroundings(file) | environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )
    os.close(theirs)
    try:
        yield Terminal(ours), process
    finally:
        process.kill()
        process.wait()
        os.close(ours)


@pytest.mark.once
class TestWithOptions:
    def test_a_site_comes_to_be_which_starts(self, finished):
        file, done = finished

        assert done.returncode == 0, done.stderr
        assert file.stat().st_mode & 0o777 == 0o600
        assert env_file.read(file) == {
            "SITE_NAME": "Ada's #1: letter",
            "SITE_URL": SITE,
            "TIME_ZONE": "Europe/Vienna",
        }
        assert "check_mail news.example.org" in done.stdout
        ours = {"DATA_DIR": str(file.parent / "data"), "ENV_FILE": str(file)}
        checked = manage("check", "--deploy", "--fail-level", "WARNING", **ours)
        assert checked.returncode == 0, checked.stderr

    def test_the_first_editor_signs_in_with_what_was_shown(self, finished):
        file, done = finished
        [password] = re.findall(r"shown this once: (\S+)", done.stdout)
        program = (
            "from django.contrib.auth.models import User\n"
            "user = User.objects.get(username='ada')\n"
            f"print(user.check_password('{password}'), user.is_staff, user.is_superuser)"
        )

        ours = {"DATA_DIR": str(file.parent / "data"), "ENV_FILE": str(file)}
        assert manage("shell", "--no-imports", "-c", program, **ours).stdout == "True True True\n"

    def test_the_audit_log_knows_of_the_account(self, finished):
        file, _done = finished
        with closing(sqlite3.connect(file.parent / "data" / "db.sqlite3")) as database:
            [entry] = database.execute("SELECT name, act, subject FROM issues_auditentry")

        assert entry == ("command line", "account_made", "ada")

    def test_the_same_name_in_wider_letters_is_no_other_account(self, copied):
        done = setup(copied, "--site-url", SITE, "--no-input", "--editor", "ａｄａ")

        assert done.returncode == 0, done.stderr
        assert "There is an account already" in done.stdout

    def test_a_name_that_is_no_text_is_refused_in_words(self, copied):
        done = setup(copied, "--site-url", SITE, "--no-input", "--editor", "ad\udcff")

        assert done.returncode == 1
        assert done.stderr.startswith("CommandError: No account was made. Enter a valid username")

    def test_so_is_a_file_in_a_folder_that_is_not_there(self, tmp_path):
        done = setup(tmp_path / "nowhere" / ".env", "--site-url", SITE, DATA_DIR=str(tmp_path))

        assert done.returncode == 1
        assert done.stderr.startswith("CommandError: Not everything could be kept: [Errno 2]")

    def test_a_terminal_that_lacks_letters_is_shown_the_password(self, begun):
        """Else the account would be there, and nobody could come in."""
        options = ("--site-url", SITE, "--site-name", "Ünser — Łetter", "--no-input")

        done = setup(begun, *options, PYTHONIOENCODING="iso-8859-1")

        assert done.returncode == 0, done.stderr
        assert "shown this once" in done.stdout

    def test_again_it_changes_nothing_but_what_is_told(self, finished, copied):
        copied.write_text(f"# Ours.\nexport RATE=5 # slow\n{finished[0].read_text()}SENDERS=2")
        key, before = (copied.parent / "data" / "secret_key").read_text(), copied.read_text()

        done = setup(copied, "--no-input", "--site-name", "Another")

        assert done.returncode == 0
        assert "an account already" in done.stdout
        assert copied.read_text() == re.sub("SITE_NAME=.*", "SITE_NAME=Another", before)
        assert (copied.parent / "data" / "secret_key").read_text() == key

    def test_a_backup_comes_back_where_there_is_nothing_but_the_settings(self, finished, tmp_path):
        """As docs/deploy.md says it for another machine."""
        theirs, ours = finished[0], tmp_path / ".env"
        backup = str(tmp_path / "site.tar")
        assert manage("backup", backup, **surroundings(theirs)).returncode == 0
        shutil.copy(theirs, ours)

        assert setup(ours, "--no-input").returncode == 0
        done = manage("restore", backup, "--replace", **surroundings(ours))

        assert done.returncode == 0, done.stderr
        keys = [(file.parent / "data" / "secret_key").read_text() for file in (theirs, ours)]
        assert keys[1].split() == keys[0].split()
        with closing(sqlite3.connect(ours.parent / "data" / "db.sqlite3")) as database:
            names = database.execute("SELECT username FROM auth_user").fetchall()
        assert names == [("ada",)]
        assert (ours.parent / "data" / "static" / "staticfiles.json").exists()

    def test_a_password_may_come_from_a_file(self, begun):
        done = setup(begun, *TOLD, "--password-stdin", said="a long way to Vienna\n")

        assert done.returncode == 0, done.stderr
        assert "a long way" not in done.stdout + done.stderr + begun.read_text()
        assert "shown this once" not in done.stdout

    def test_a_weak_one_makes_no_account(self, begun):
        done = setup(begun, *TOLD, "--password-stdin", said="12345\n")

        assert done.returncode != 0
        assert "No account was made. This password is too short." in done.stderr

    @pytest.mark.parametrize(
        ("options", "words"),
        [
            ((), "--site-url"),
            (("--site-url", "news.example.org"), "SITE_URL must look like"),
            (("--site-url", SITE, "--time-zone", "Mars/Olympus"), "TIME_ZONE names no known zone"),
            (("--site-url", SITE, "--email-url", "smtps://x"), "EMAIL_URL may begin with"),
            (("--site-url", SITE, "--mail-from", "nobody@"), "MAIL_FROM holds no e-mail address"),
            (("--site-url", SITE, "--site-name", "a ${b}"), "SITE_NAME may hold neither"),
        ],
    )
    def test_nonsense_is_named_and_nothing_of_it_is_kept(self, file, options, words):
        done = setup(file, *options, "--no-input")

        assert done.returncode != 0
        assert words in done.stderr
        assert "Traceback" not in done.stderr
        assert env_file.read(file) == {}

    def test_what_the_environment_says_otherwise_is_told(self, file):
        done = setup(file, *TOLD, "--no-input", SITE_NAME="Another")

        assert done.returncode != 0
        assert "The environment says otherwise of SITE_NAME" in done.stderr
        assert not file.exists()


@pytest.mark.once
class TestAtTerminal:
    def test_it_asks_and_asks_again(self, begun):
        with at_terminal(begun) as (terminal, process):
            terminal.answer("SITE_NAME [Bitsletter]: ", "Ada's letter")
            terminal.answer("SITE_URL [http://127.0.0.1:8000]: ", "news.example.org")
            terminal.answer("SITE_URL [http://127.0.0.1:8000]: ", SITE)
            terminal.answer("TIME_ZONE [", "Europe/Vienna")
            terminal.answer("MAIL_FROM [Ada's letter <news@news.example.org>]: ", "")
            terminal.answer("EMAIL_URL []: ", "submission://ada:secret@mail.example.org")
            terminal.answer("first editor [editor]: ", "ada")
            terminal.answer("for reminders []: ", "ada@example.org")
            terminal.answer("Password (", "12345")
            terminal.read("too short")
            terminal.answer("Password (", "")
            terminal.read("What comes next")
            process.wait(PATIENCE)
            shown = terminal.shown

        assert "SITE_URL must look like" in shown
        assert "12345" not in shown  # nobody looks over one's shoulder
        assert "shown this once" in shown
        assert env_file.read(begun) == {
            "SITE_NAME": "Ada's letter",
            "SITE_URL": SITE,
            "TIME_ZONE": "Europe/Vienna",
            "EMAIL_URL": "submission://ada:secret@mail.example.org",
        }

    def test_it_asks_before_it_changes_what_is_there(self, begun):
        begun.write_text(f"SITE_URL={SITE}\nEMAIL_URL=smtp://ada:secret@old.example.org\n")
        told = ("--site-url", "https://other.example.org", "--email-url", "smtp://new.example.org")
        with at_terminal(begun, *told) as (terminal, process):
            terminal.answer("SITE_NAME [Bitsletter]: ", "")
            terminal.answer("Change it? [y/N] ", "")
            terminal.answer("TIME_ZONE [", "")
            terminal.answer("MAIL_FROM [", "")
            terminal.answer("EMAIL_URL is set", "y")
            terminal.read("first editor")
            shown = terminal.shown

        assert f"SITE_URL is {SITE}" in shown
        assert "secret" not in shown.replace("secret key", "").replace("secret_key", "")
        assert begun.read_text() == f"SITE_URL={SITE}\nEMAIL_URL='smtp://new.example.org'\n"


@pytest.mark.django_db(transaction=True)
def test_the_first_editor_comes_into_the_database_of_the_settings(file):
    told = ("--site-url", SITE, "--editor", "ada", "--editor-email", "ada@example.org")

    done = setup(file, *told, "--no-input", DATABASE_URL=database_url())

    assert done.returncode == 0, done.stderr
    ada = get_user_model().objects.get()
    assert (ada.username, ada.email, ada.is_superuser) == ("ada", "ada@example.org", True)


@pytest.mark.once
class TestParts:
    def test_help_has_an_example_and_warns_of_a_secret_among_the_options(self):
        words = " ".join(manage("setup", "--help").stdout.split())

        assert "Example: manage.py setup" in words
        assert words.count("Whoever may list the processes of this machine sees it") == 1

    @pytest.mark.parametrize("text", ["", "a\nb", " ", "\x00"])
    def test_a_line_is_a_line(self, text):
        with pytest.raises(ImproperlyConfigured):
            read_line(text)

    def test_a_sender_has_an_address(self):
        with pytest.raises(ImproperlyConfigured):
            read_sender("nobody")

    @pytest.mark.parametrize("text", ["smtp://host:port", "gopher://x", "mail.example.org"])
    def test_a_mail_server_has_a_beginning_that_is_known(self, text):
        with pytest.raises(ImproperlyConfigured):
            read_email_url(text)

    @pytest.mark.parametrize(
        "text",
        ["", "ftp://a", "http://[", "https://a:b/", "https://a/?q", "https://me@a", "https://a/b"],
    )
    def test_an_address_of_a_site_is_no_more_than_that(self, text):
        with pytest.raises(ImproperlyConfigured):
            read_site_url(text)

    @pytest.mark.parametrize(
        "value", ["plain", "with 'quotes' \"both\"", r"back\slash", "#a =b", "ä $x"]
    )
    def test_what_is_written_is_read_again(self, file, value):
        env_file.write(file, "NAME", value)
        env_file.write(file, "OTHER", "x")

        assert env_file.read(file) == {"NAME": value, "OTHER": "x"}

    def test_a_key_is_made_once(self, tmp_path):
        assert secret_key.make(tmp_path)
        [key] = secret_key.read("", tmp_path, may_make=False)

        assert not secret_key.make(tmp_path)

        assert secret_key.read("", tmp_path, may_make=True) == [key]
        assert len(key) >= 50
        assert [one.name for one in tmp_path.iterdir()] == ["secret_key"]
        assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
