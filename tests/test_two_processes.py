"""Two web processes on one database, each with pages of its own that it keeps.

Whatever an editor does by way of one of them, the next reader of the other sees at once.
"""

import datetime
import subprocess
import sys
import time

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from issues.models import Issue
from tests.builders import YESTERDAY, install_rows, issue_form, make_issue, make_ready_issue, row
from tests.web_process import ask, production, served

pytestmark = pytest.mark.django_db(transaction=True)

TOKEN = "a" * 32  # against forged requests: the cookie and the form say the same
SOON = datetime.timedelta(seconds=2)


@pytest.fixture
def ports(transactional_db, tmp_path):
    install_rows()
    environment = production(tmp_path, settings.SECRET_KEY)
    collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run(collect, env=environment, check=True)
    with served(environment) as one, served(environment) as other:
        yield one.port, other.port


class Site:
    """Both processes, as readers and as one editor use them."""

    def __init__(self, ports, session: str):
        self.ports, self.session = ports, session

    def see(self, path: str) -> tuple[int, str]:
        """Give what both answer, which is the same; also when they are asked again."""
        answers = [ask(port, path) for port in self.ports for _ in range(2)]
        assert answers.count(answers[0]) == len(answers)
        return answers[0]

    def shows(self, path: str, words: str) -> bool:
        status, text = self.see(path)
        return status == 200 and words in text

    def post(self, path: str, fields: dict) -> None:
        """Send a form to the first process, as the editor's browser does."""
        cookies = f"sessionid={self.session}; csrftoken={TOKEN}"
        status, text = ask(self.ports[0], path, {**fields, "csrfmiddlewaretoken": TOKEN}, cookies)
        assert status == 302, text

    def publishing(self, issue: Issue, do: str) -> None:
        issue.refresh_from_db()
        fields = {"do": do, "version": issue.version}
        self.post(reverse("desk:publishing", args=[issue.pk]), fields)


def test_readers_of_both_see_every_change_at_once(ports, desk):
    site = Site(ports, desk.cookies["sessionid"].value)
    section = {"title": "Grid", "body": "First words.", "tags": ["css"]}
    issue = make_issue(1, YESTERDAY * 2, [section], title="Old title")
    draft = make_ready_issue(2, title="Coming soon")
    for path in ("/", "/issues/1/", "/issues/1/grid/", "/tags/css/", "/search/?q=words"):
        assert site.see(path)[0] == 200
    assert site.shows("/issues/1/", "Old title")
    assert site.shows("/search/?q=words", "Grid")

    # An editor edits and tags anew.
    edited = row(issue.sections.get(), body="Second thoughts.", tags="layout")
    issue.refresh_from_db()
    form = issue_form(edited, issue=issue, title="New title")
    form |= dict(zip(("published_at_0", "published_at_1"), moment_of(issue), strict=True))
    site.post(reverse("admin:issues_issue_change", args=[issue.pk]), form)
    assert site.shows("/", "New title")
    assert site.shows("/issues/1/", "Second thoughts.")
    assert site.shows("/issues/1/grid/", "layout")
    assert site.shows("/tags/layout/", "Grid")
    assert site.see("/tags/css/")[0] == 404
    assert not site.shows("/search/?q=words", "Grid")

    # And publishes, and takes back.
    assert site.see("/issues/2/")[0] == 404
    site.publishing(draft, "publish")
    assert site.shows("/issues/2/", "Coming soon")
    assert site.shows("/", "Coming soon")
    assert site.shows("/issues/1/", "Coming soon")  # as the newer neighbour
    site.publishing(draft, "unpublish")
    assert site.see("/issues/2/")[0] == 404
    assert not site.shows("/", "Coming soon")
    assert not site.shows("/issues/1/", "Coming soon")

    # A scheduled moment passes, and nobody does anything.
    draft.refresh_from_db()
    draft.publish(at=timezone.now() + SOON)
    assert not site.shows("/", "Coming soon")
    time.sleep(SOON.total_seconds() + 0.1)
    assert site.shows("/", "Coming soon")
    assert site.shows("/issues/2/", "Coming soon")
    assert site.shows("/issues/1/", "Coming soon")


def moment_of(issue: Issue) -> tuple[str, str]:
    """Give the moment of an issue's publishing as the form shows it."""
    at = timezone.localtime(issue.published_at)
    return f"{at:%Y-%m-%d}", f"{at:%H:%M}"
