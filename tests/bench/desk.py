"""How long the desk takes to save an issue, its history included."""

import http.client
import re
import statistics
import subprocess
import sys
import time
from html import unescape
from http.cookies import SimpleCookie
from urllib.parse import urlencode

SECTIONS, SAVES, LIMIT = 10, 12, 300  # milliseconds, the promise for one save
NAME = PASSWORD = "bench"
# An editor, and a draft whose sections have three tags each.
PREPARE = f"""
from django.contrib.auth import get_user_model
from issues import search
from issues.models import Issue, Section, SectionType, Tag
users, sections = get_user_model().objects, {{sections}}
users.filter(username={NAME!r}).exists() or users.create_superuser({NAME!r}, password={PASSWORD!r})
issue = Issue.objects.create(number=999_000 + sections, title="Measured")
kind = SectionType.objects.first()
for number in range(sections):
    body = "Some *words* with a [link](https://example.org/). " * 40
    section = Section.objects.create(
        issue=issue, type=kind, position=number + 1, title=f"Tip {{{{number}}}}", body=body
    )
    section.tags.set(Tag.objects.named([f"bench {{{{number}}}}", "measured", "saved"]))
search.index(issue.sections.all())
print(issue.pk)
"""


def prepare(environment: dict[str, str], sections: int) -> int:
    """Make an editor, if there is none, and a draft; give the draft's key."""
    program = PREPARE.format(sections=sections)
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", program]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return int(done.stdout.split()[-1])


class Editor:
    """Somebody signed in to the desk, over plain HTTP."""

    def __init__(self, connection: http.client.HTTPConnection):
        self.connection, self.cookies = connection, SimpleCookie()
        page = self.ask("GET", "/admin/login/")[1]
        self.ask("POST", "/admin/login/", fields(page) | {"username": NAME, "password": PASSWORD})

    def ask(self, method: str, path: str, data: dict | None = None) -> tuple[int, str]:
        """Give the status and the body of an answer; cookies are kept."""
        cookie = "; ".join(f"{name}={one.value}" for name, one in self.cookies.items())
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
        self.connection.request(method, path, urlencode(data or {}), headers)
        response = self.connection.getresponse()
        for header in response.headers.get_all("Set-Cookie") or []:
            self.cookies.load(header)
        return response.status, response.read().decode()


def fields(page: str) -> dict[str, str]:
    """Give what the form on a page would post as it stands."""
    found = {}
    for tag in re.findall(r"<input [^>]*>", page.partition("<template")[0]):
        attrs = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if "name" in attrs and attrs.get("type") not in ("checkbox", "radio", "submit"):
            found[attrs["name"]] = unescape(attrs.get("value", ""))
    for name, text in re.findall(r'<textarea name="([^"]+)"[^>]*>\n?(.*?)</textarea>', page, re.S):
        found[name] = unescape(text)
    for name, options in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return {name: value for name, value in found.items() if "__prefix__" not in name}


def report(connection: http.client.HTTPConnection, issue: int) -> None:
    """Print how long saving takes when each section has changed."""
    editor = Editor(connection)
    path = f"/admin/issues/issue/{issue}/change/"
    times = []
    for number in range(SAVES):
        form = fields(editor.ask("GET", path)[1]) | {"_continue": "yes"}
        for index in range(SECTIONS):
            form[f"sections-{index}-body"] += f"\n\nWords of save {number}."
        started = time.perf_counter()
        status, _ = editor.ask("POST", path, form)
        times.append((time.perf_counter() - started) * 1000)
        if status != 302:
            raise SystemExit(f"The desk did not save: {status}")
    median = statistics.median(times)
    verdict = "" if median <= LIMIT else "  OVER"
    print(
        f"saving an issue, all of its {SECTIONS} sections changed, history included: "
        f"median {median:.0f} ms, slowest {max(times):.0f} ms, limit {LIMIT}{verdict}"
    )
