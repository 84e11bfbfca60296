"""Sections that are superseded by others: what both pages say, and how an editor tells it."""

import pytest
from django.core.management import call_command
from django.urls import reverse

from issues import search
from issues.models import Issue, SearchEntry, Section
from tests.builders import TOMORROW, YESTERDAY, issue_form, make_issue, make_section, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def old():
    return make_issue(1, YESTERDAY * 9, ["Old advice"]).sections.get()


@pytest.fixture
def new(old):
    section = make_issue(2, YESTERDAY, ["New advice"]).sections.get()
    supersede(old, section)
    return section


def supersede(old: Section, new: Section) -> None:
    Section.objects.filter(pk=old.pk).update(superseded_by=new)


def page(client, section: Section) -> str:
    return client.get(section.get_absolute_url()).content.decode()


def screen(section: Section) -> str:
    return reverse("admin:issues_section_change", args=[section.pk])


def save(desk, section: Section, **changes):
    names = ("title", "slug", "issue_id", "type_id", "position", "version")
    values = {name.removesuffix("_id"): getattr(section, name) for name in names}
    return desk.post(screen(section), values | changes)


class TestPages:
    def test_the_old_one_leads_to_the_new_one_and_back(self, client, old, new):
        assert '<a href="/issues/2/new-advice/">New advice</a>' in page(client, old)
        html = page(client, new)
        assert 'Replaces: <a href="/issues/1/old-advice/">Old advice</a>' in html

    @pytest.mark.parametrize("published", [None, TOMORROW])
    def test_a_hidden_old_one_is_not_named(self, client, new, published):
        hidden = {"title": "Hidden advice", "superseded_by": new}
        make_issue(3, published, [hidden])
        make_section(**hidden)

        assert "Hidden advice" not in page(client, new)

    def test_a_new_one_that_left_for_the_inbox_is_not_named(self, client, old, new):
        Section.objects.filter(pk=new.pk).update(issue=None)

        assert "New advice" not in page(client, old)

    def test_a_circle_that_somehow_came_about_is_shown_all_the_same(self, client, old, new):
        supersede(new, old)

        assert "Replaces" in page(client, old)
        assert "Replaces" in page(client, new)


class TestScreen:
    def test_takes_a_section_that_is_chosen_by_its_title(self, desk, old):
        new = make_issue(2, YESTERDAY, ["New advice"]).sections.get()

        url = reverse("admin:autocomplete")
        field = {"app_label": "issues", "model_name": "section", "field_name": "superseded_by"}
        found = desk.get(url, {**field, "term": "new adv"}).json()["results"]
        response = save(desk, old, superseded_by=found[0]["id"])

        assert response.status_code == 302
        assert Section.objects.get(pk=old.pk).superseded_by == new

    def test_offers_sections_with_the_numbers_of_their_issues(self, desk, old, new):
        make_section(title="Advice to come")

        url = reverse("admin:autocomplete")
        field = {"app_label": "issues", "model_name": "section", "field_name": "superseded_by"}
        found = desk.get(url, {**field, "term": "advice"}).json()["results"]

        assert [one["text"] for one in found] == [
            "Advice to come",
            "#2 New advice",
            "#1 Old advice",
        ]
        assert " selected>#2 New advice</option>" in desk.get(screen(old)).content.decode()

    def test_refuses_a_circle(self, desk, old, new):
        newest = make_issue(3, YESTERDAY, ["Newest advice"]).sections.get()
        supersede(new, newest)

        response = save(desk, newest, superseded_by=old.pk)

        [error] = response.context["adminform"].form.errors["superseded_by"]
        assert error == "“Old advice” is superseded by this section itself, maybe over others."
        assert Section.objects.get(pk=newest.pk).superseded_by is None

    def test_refuses_a_section_itself_with_one_reason(self, desk, old):
        response = save(desk, old, superseded_by=old.pk)

        errors = response.context["adminform"].form.errors
        assert errors == {"superseded_by": ["A section cannot supersede itself."]}

    def test_lets_a_circle_that_is_there_be_edited_and_broken(self, desk, old, new):
        supersede(new, old)

        assert save(desk, new, superseded_by=old.pk, title="Renamed").status_code == 302
        new.refresh_from_db()
        assert save(desk, new, superseded_by="").status_code == 302


class TestReference:
    def test_stands_on_the_screen_of_a_section_and_on_its_card(self, desk, old):
        card = desk.get(reverse("admin:issues_issue_change", args=[old.issue_id]))

        for response in (card, desk.get(screen(old))):
            assert "[[1/old-advice]]" in response.content.decode()

    def test_is_none_in_the_inbox_and_on_a_new_screen(self, desk):
        waiting = make_section(title="Waiting")

        for url in (screen(waiting), reverse("admin:issues_section_add")):
            html = desk.get(url).content.decode()
            assert '<div class="readonly">–</div>' in html

    def test_is_explained_beside_the_text(self, desk, old):
        for url in (screen(old), reverse("admin:issues_issue_change", args=[old.issue_id])):
            assert "[[2/lazy-loading]] becomes a link" in desk.get(url).content.decode()


class TestDeleting:
    """Who was superseded by what is gone is superseded no longer; the index knows it at once."""

    @pytest.fixture(autouse=True)
    def indexed(self, old, new):
        search.index([old])

    def is_known(self, old) -> bool:
        entry = SearchEntry.objects.get(pk=old.pk)
        return entry.superseded_by_id is None and not any(search.check())

    def test_its_screen(self, desk, old, new):
        assert not self.is_known(old)

        desk.post(reverse("admin:issues_section_delete", args=[new.pk]), {"post": "yes"})

        assert self.is_known(old)

    @pytest.mark.parametrize("model", ["section", "issue"])
    def test_the_list(self, desk, old, new, model):
        pk = new.pk if model == "section" else new.issue_id
        form = {"action": "delete_selected", "_selected_action": [pk], "post": "yes"}
        desk.post(reverse(f"admin:issues_{model}_changelist"), form)

        assert self.is_known(old)

    def test_the_form_of_its_issue(self, desk, old, new):
        issue = Issue.objects.get(pk=new.issue_id)

        address = reverse("admin:issues_issue_change", args=[issue.pk])
        desk.post(address, issue_form(row(new, DELETE="on"), issue=issue, number=issue.number))

        assert self.is_known(old)

    def test_deleting_its_issue(self, desk, old, new):
        address = reverse("admin:issues_issue_delete", args=[new.issue_id])
        desk.post(address, {"post": "yes"})

        assert self.is_known(old)

    def test_an_import_without_it(self, tmp_path, old, new):
        path = tmp_path / "letter.md"
        path.write_text("---\ntitle: Mine\nnumber: 2\n---\n\n## Tool\n\nQuite another.\n")

        call_command("import_issues", str(path), update=True, verbosity=0)

        assert not Section.objects.filter(pk=new.pk).exists()
        assert self.is_known(old)
