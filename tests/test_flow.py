"""The way of one issue through the house: file, desk, public pages, search."""

import pytest
from django.core.management import call_command
from django.urls import reverse

from issues.models import Issue
from tests.builders import issue_form, row

LETTER = """---
title: "Bitsletter #12: Warm up"
---
## 🧠 ML Tip: Warm up
Raise the learning rate over the first steps.
"""


@pytest.mark.django_db
def test_a_file_becomes_a_page_that_a_reader_finds(desk, editor, client, tmp_path):
    (tmp_path / "letter.md").write_text(LETTER)
    call_command("import_issues", str(tmp_path))
    issue = Issue.objects.get(number=12)
    section = issue.sections.get()
    assert client.get("/issues/12/").status_code == 404

    change = reverse("admin:issues_issue_change", args=[issue.pk])
    written = row(section, body="Raise the rate *gently*.", tags="optimisers")
    form = issue_form(written, issue=issue, title="Warm up")
    assert desk.post(change, form).status_code == 302
    issue.refresh_from_db()
    page = reverse("desk:publishing", args=[issue.pk])
    assert desk.post(page, {"do": "publish", "version": issue.version}).status_code == 302
    client.logout()

    assert "Warm up" in client.get("/").content.decode()
    assert "<em>gently</em>" in client.get("/issues/12/").content.decode()
    assert "<em>gently</em>" in client.get("/issues/12/warm-up/").content.decode()
    assert "Warm up" in client.get("/tags/optimisers/").content.decode()
    assert "Warm up" in client.get("/types/ml-tip/").content.decode()
    [hit] = client.get("/search/?q=gently raised").context["answer"].hits
    assert hit.section == section
    assert hit.section.type.slug == "ml-tip"
