"""The documentation: its commands work.

Commands of ours run for real, page by page, each page on a site of its own. What cannot run in a
test has its reason in `NOT_RUN` or `OF_THE_MACHINE`, and is checked as far as it can be.
"""

import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class
from django.urls import Resolver404, resolve

from tests.documented_pages import (
    PAGES,
    ROOT,
    blocks,
    commands,
    name_of,
)

pytestmark = pytest.mark.once

OURS = ("manage.py", "bitsletter", "/opt/bitsletter-2/deploy/bitsletter")
PYTHON = ".venv/bin/python"

# Commands of ours that a test cannot run.
NOT_RUN = {
    "collectstatic": "takes its time; setup does the same and is run",
    "runserver": "serves until it is told to end",
    "check_mail": "asks the DNS of the world; tests/subscribers/test_check_mail.py runs it",
    "changepassword": "asks at a terminal",
}
# Other programs, and why a test does not run them.
OF_THE_MACHINE = {
    "adduser": "changes the users of the machine",
    "apt-get": "installs programs on the machine",
    "bounces=$domain": "belongs to the questions to DNS below it",
    "caddy": "is a program of the machine",
    "certbot": "asks for a certificate over the network",
    "cp": "writes where only root may",
    "curl": "asks a site that runs",
    "docker": "needs containers",
    "domain=example.org": "belongs to the questions to DNS below it",
    "echo": "adds to a file that only root may write",
    "git": "fetches over the network",
    "install": "makes folders where only root may",
    "journalctl": "reads the logs of the machine",
    "ln": "writes where only root may",
    "ls": "shows what is there",
    "make": "makes a virtual environment, which takes minutes",
    "nginx": "is a program of the machine",
    "openssl": "is a program of the machine",
    "pip": "fetches packages over the network",
    "python3": "makes a virtual environment for them",
    "runuser": "acts as the user of the database",
    "sed": "writes where only root may",
    "site=news.example.org": "belongs to the commands below it",
    "systemctl": "needs systemd",
    "{": "asks the DNS of the world",
}
# What a script of the page has set before.
VARIABLES = {"$domain": "example.org", "$server": "mail.example.org"}
# Answered before anybody looks up an address, or only where a setting says so.
BEFORE_ADDRESSES = {"/healthz", "/readyz", "/metrics"}
FOREIGN_UNITS = {"caddy", "nginx", "postgresql"}
# What stands for something of the reader's own, and what takes its place here.
PLACEHOLDERS = {
    "/var/backups/bitsletter/": "{folder}/backups/",
    "postgres:///bitsletter": "sqlite:///{folder}/moved.sqlite3",
}


def words_of(command: str) -> list[str]:
    return shlex.split(command.replace("\\\n", " "), comments=True)


def ours(command: str) -> list[str] | None:
    """Give the words behind manage.py, or None for a program that is not ours."""
    words = words_of(command)
    if words[:2] == [PYTHON, "manage.py"]:
        return words[2:]
    return words[1:] if words[0] in OURS else None


def shell_of(document: Path) -> list[str]:
    return [
        command
        for block in blocks(document)
        if block.language == "sh"
        for command in commands(block)
        if words_of(command)
    ]


def foreign() -> list[str]:
    found = {
        command for document in PAGES for command in shell_of(document) if ours(command) is None
    }
    return sorted(found)


# Commands of ours ----------------------------------------------------------------------------


class Site:
    """A site in a folder, whose settings are in a file there, as on a machine of its own."""

    def __init__(self, folder: Path):
        self.folder, self.settings = folder, folder / "env"
        for name in ("data", "backups", "letters"):
            (folder / name).mkdir()
        example = next(
            block.text
            for document in PAGES
            for block in blocks(document)
            if block.language == "markdown"
        )
        (folder / "letters" / "7.md").write_text(example)
        (folder / "people.csv").write_text("email,name\nada@example.org,Ada\n")
        self.settings.touch()

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        ours = {"DATA_DIR": str(self.folder / "data"), "ENV_FILE": str(self.settings)}
        return kept | ours | {"PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": SETTINGS}

    def run(self, several: list[list[str]]) -> list[tuple[int, str]]:
        done = subprocess.run(
            [sys.executable, "-m", "tests.documented_site"],
            cwd=self.folder,
            env=self.environment,
            input=json.dumps(several),
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def in_place(self, text: str) -> str:
        for written, here in PLACEHOLDERS.items():
            text = text.replace(written, here.format(folder=self.folder))
        return text


SETTINGS = "bitsletter.settings"
RUNS_ON_NOTHING = {"docs/deploy.md"}  # it makes the site; elsewhere one is there already


def steps(document: Path) -> list[list[str] | str]:
    """Give what a page lets its reader do: words of commands of ours, and lines of settings."""
    found = []
    for block in blocks(document):
        if block.language == "env" and name_of(document) in RUNS_ON_NOTHING:
            found.append(block.text)
        elif block.language == "sh":
            several = [ours(command) for command in commands(block) if words_of(command)]
            found += [words for words in several if words and words[0] not in NOT_RUN]
    return found


def with_commands() -> list[Path]:
    return [
        document for document in PAGES if any(isinstance(step, list) for step in steps(document))
    ]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> Path:
    """Make a site with an issue, and somebody who may sign in."""
    folder = tmp_path_factory.mktemp("prepared")
    site = Site(folder)
    done = site.run([["migrate", "-v0"], ["import_issues", "letters/"], ["demo_editor"]])
    assert [status for status, _output in done] == [0, 0, 0], done
    return folder / "data"


@pytest.mark.parametrize("document", with_commands(), ids=name_of)
def test_the_commands_of_a_page_work_one_after_the_other(document, prepared, tmp_path):
    site = Site(tmp_path)
    if name_of(document) not in RUNS_ON_NOTHING:
        shutil.copytree(prepared, site.folder / "data", dirs_exist_ok=True)

    for stretch in stretches(steps(document)):
        if isinstance(stretch, str):
            with site.settings.open("a") as file:
                file.write(site.in_place(stretch))
            continue
        several = [[site.in_place(word) for word in words] for words in stretch]
        for words, (status, output) in zip(several, site.run(several), strict=True):
            assert status == 0, f"{' '.join(words)}\n{output}"


def stretches(found: list[list[str] | str]) -> list[list[list[str]] | str]:
    """Gather commands that know the same settings: one process reads them once."""
    gathered = []
    for step in found:
        is_new = not gathered or isinstance(gathered[-1], str) or step[0] == "setup"
        if isinstance(step, str):
            gathered.append(step)
        elif is_new or gathered[-1][-1][0] == "setup":  # which writes settings
            gathered.append([step])
        else:
            gathered[-1].append(step)
    return gathered


def everything_of_ours() -> list[tuple[str, list[str]]]:
    return [
        (name_of(page), words)
        for page in PAGES
        for command in shell_of(page)
        if (words := ours(command)) is not None
    ]


def test_each_command_of_ours_takes_the_options_that_are_written():
    for document, (name, *options) in everything_of_ours():
        command = load_command_class(get_commands()[name], name)
        parser = command.create_parser("manage.py", name)
        parser.called_from_command_line = True
        try:
            parser.parse_args([VARIABLES.get(word, word) for word in options])
        except SystemExit:
            pytest.fail(f"{document}: manage.py {name} {' '.join(options)}")


def test_what_is_not_run_is_on_a_page():
    used = {words[0] for _page, words in everything_of_ours()}

    assert NOT_RUN.keys() - used == set()


# Other commands ------------------------------------------------------------------------------


def program(command: str) -> str:
    word = words_of(command)[0]
    return "pip" if word.endswith("/.venv/bin/pip") else word


def test_each_other_command_is_known_and_no_more_are():
    used = {program(command) for command in foreign()} - {PYTHON}

    assert used == OF_THE_MACHINE.keys()


@pytest.mark.parametrize("command", foreign())
def test_each_other_command_names_what_is_there(command):
    words = words_of(command)
    for word in words:
        if match := re.fullmatch(r"/opt/bitsletter(?:-\d)?/(?!\.venv)(.+)", word):
            assert list(ROOT.glob(match[1])), word
    if words[0] == "systemctl":
        assert units_in(words[2:]) <= known_units()
    elif words[0] == "make":
        assert (
            subprocess.run(["make", "-n", words[1]], cwd=ROOT, capture_output=True).returncode == 0
        )
    elif words[0] == "curl":
        assert leads_somewhere(words[-1])
    elif words[0] == PYTHON:
        assert words[1] == "-m"
        assert importlib.util.find_spec(words[2])
        assert all((ROOT / word).exists() for word in words[3:] if word.endswith(".py"))


def units_in(words: list[str]) -> set[str]:
    return {word for word in words if not word.startswith("-")}


def known_units() -> set[str]:
    files = {path.name for path in (ROOT / "deploy").glob("bitsletter-*.*")}
    services = {name.removesuffix(".service") for name in files if name.endswith(".service")}
    return files | services | FOREIGN_UNITS


def leads_somewhere(url: str) -> bool:
    path = re.sub(r"^https?://[^/]+|\?.*$", "", url)
    try:
        return path in BEFORE_ADDRESSES or bool(resolve(path))
    except Resolver404:
        return False
