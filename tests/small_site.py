"""A small site in a folder of its own, as it is in production, and those who use it over HTTP.

Made by a process of its own, which tells what its users know: so a test may lock, fill, or take
away what this site stands on, and no other test feels it.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client
from django.test.client import BOUNDARY, encode_multipart
from django.urls import reverse

from issues import images
from tests.builders import YESTERDAY, issue_form, make_issue, picture, row
from tests.subscribers.signing_up import ripe_stamp

MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
TOKEN = "a" * 32  # against forged requests: the cookie and the form say the same
PATIENCE = 30  # seconds until a client gives up


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    text: str
    seconds: float


class Site(NamedTuple):
    """Where it is, and what an editor who is signed in knows of it."""

    environment: dict[str, str]
    session: str
    paths: dict[str, str]  # of its one issue, its form, and a picture
    form: dict[str, str]  # that the issue's page at the desk would send

    @property
    def database(self) -> Path:
        return Path(self.environment["DATA_DIR"], "db.sqlite3")

    def copied(self, folder: Path) -> Site:
        """Give another one that is the same, in a folder that may be there already."""
        shutil.copytree(self.environment["DATA_DIR"], folder, dirs_exist_ok=True)
        return self._replace(environment=self.environment | {"DATA_DIR": str(folder)})

    def rows(self, question: str) -> list[tuple]:
        """Ask its SQLite file, past all of our code."""
        # Without its log nobody has it open, and a disk that takes nothing takes no log either.
        how = "mode=ro" if Path(f"{self.database}-wal").exists() else "immutable=1"
        with closing(sqlite3.connect(f"file:{self.database}?{how}", uri=True)) as database:
            return database.execute(question).fetchall()

    @property
    def media(self) -> Path:
        return Path(self.environment["DATA_DIR"], "media")


def make_site(folder: Path, **environment: str) -> Site:
    """Make a site in that folder: its tables, an issue with a picture, and an editor."""
    whole = os.environ | {
        "DATA_DIR": str(folder),
        "DEBUG": "off",
        "ENV_FILE": os.devnull,
        "SECRET_KEY": settings.SECRET_KEY,
        "SITE_URL": "http://127.0.0.1",
        "SIGN_UPS_PER_NETWORK": "100000",
        "SIGN_UPS_PER_HOUR": "100000",
    }
    whole = {name: value for name, value in whole.items() if name != "DATABASE_URL"} | environment
    program = "from tests import small_site; small_site.make()"
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", program]
    made = subprocess.run(command, env=whole, stdout=subprocess.PIPE, text=True, check=True)
    return Site(whole, **json.loads(made.stdout))


class Person:
    """Asks a site that listens at a port, as a reader or, with a session, as an editor."""

    def __init__(self, site: Site, port: int):
        self.site, self.port = site, port

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        began = time.monotonic()
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as asked:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            asked.request(method, path, body, named)
            response = asked.getresponse()
            text = response.read().decode("utf-8", "replace")
        seconds = time.monotonic() - began
        return Answer(response.status, dict(response.getheaders()), text, seconds)

    def read(self, path: str) -> Answer:
        return self.ask("GET", path)

    def sign_up(self, email: str) -> Answer:
        fields = {"email": email, "page": "/", "stamp": ripe_stamp(), "website": ""}
        body = encode_multipart(BOUNDARY, fields)
        return self.ask(
            *("POST", "/subscribe/", body), Content_Type=MULTIPART, Sec_Fetch_Site="same-origin"
        )

    def open(self, path: str) -> Answer:
        """Open a page of the desk."""
        return self.ask("GET", path, Cookie=self.cookies)

    def send(self, path: str, fields: dict, **headers: str) -> Answer:
        """Send a form of the desk."""
        body = encode_multipart(BOUNDARY, {**fields, "csrfmiddlewaretoken": TOKEN})
        return self.ask(
            *("POST", path, body), Content_Type=MULTIPART, Cookie=self.cookies, **headers
        )

    def sign_in(self) -> Answer:
        fields = {"username": "editor", "password": "pencil", "next": "/admin/"}
        return self.send("/admin/login/", fields)

    def save(self, title: str, version: int) -> Answer:
        """Save the issue as the desk's script does."""
        form = {**self.site.form, "title": title, "version": version, "_continue": "yes"}
        return self.send(self.site.paths["form"], form, Accept="application/json")

    def upload(self, color: str, size=(40, 30)) -> Answer:
        image = picture("PNG", size, color)
        return self.send("/admin/desk/upload/", {"image": image}, Accept="application/json")

    @property
    def cookies(self) -> str:
        return f"sessionid={self.site.session}; csrftoken={TOKEN}"


def make() -> None:
    """Make the site of this process's environment, and tell of it."""
    call_command("migrate", verbosity=0)
    if not settings.STATIC_ROOT.exists():  # a test may bring them along from another site
        call_command("collectstatic", interactive=False, verbosity=0)
    asset = images.store(picture())
    issue = make_issue(1, YESTERDAY, [{"title": "Grid", "body": "Words.", "tags": ["css"]}])
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("editor", password="pencil"))
    at = issue.published_at
    form = issue_form(row(issue.sections.get()), issue=issue)
    form |= {"published_at_0": f"{at:%Y-%m-%d}", "published_at_1": f"{at:%H:%M}"}
    paths = {
        "issue": issue.get_absolute_url(),
        "form": reverse("admin:issues_issue_change", args=[issue.pk]),
        "picture": asset.file.url,
    }
    told = {"session": client.cookies["sessionid"].value, "paths": paths, "form": form}
    print(json.dumps(told))
