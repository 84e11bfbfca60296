"""What the form of an issue is told while somebody writes in it."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisTestCase

from issues import recipe
from issues.models import Issue, SectionType
from tests.builders import make_issue

pytestmark = pytest.mark.django_db

URL = "/admin/desk/preflight/"


def form(*sections: dict, **fields) -> dict:
    """Give what the form of an issue would post."""
    data = {"title": "My issue", "number": "20", "sections-TOTAL_FORMS": len(sections), **fields}
    for index, section in enumerate(sections):
        values = {"title": f"Tip {index}", "body": "Words.", "tags": "tips", **section}
        values["type"] = SectionType.objects.get(slug=values.get("type", "ml-tip")).pk
        data |= {f"sections-{index}-{name}": value for name, value in values.items()}
    return data


def sign_in(client, django_user_model, *permissions: str):
    user = django_user_model.objects.create_user("writer", password="x", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(user)
    return user


def checks(response) -> list[tuple[str, str]]:
    return [(one["check"], one["field"]) for one in response.json()["findings"]]


class TestAnswer:
    def test_findings_say_what_blocks_and_lead_to_their_fields(self, desk):
        issue = make_issue(3, published=None)

        response = desk.post(URL, form({"tags": ""}, title="a" * 79, issue=issue.pk))

        assert response.json()["findings"] == [
            {
                "check": "missing_tags",
                "blocking": True,
                "message": "“Tip 0” has no tags.",
                "field": "sections-0-tags",
                "type": None,
            },
            {
                "check": "long_title",
                "blocking": False,
                "message": "The title has 79 characters; mail programs show about 78 of a subject.",
                "field": "title",
                "type": None,
            },
        ]

    def test_the_board_of_a_new_issue_is_todays_recipe(self, desk):
        board = desk.post(URL, form({}, {}, {"type": "other"})).json()["board_html"]

        assert re.findall(r"is-(\w+)", board) == [
            *("excess", "missing", "missing", "optional", "missing", "filled")
        ]
        assert re.findall(r'name">(.+?)<', board)[-1] == "Other"

    def test_an_empty_slot_tells_its_type(self, desk):
        findings = desk.post(URL, form()).json()["findings"]

        slots = [("empty_slot", "", one["type"]) for one in recipe.current() if one["least"]]
        assert [(one["check"], one["field"], one["type"]) for one in findings] == [
            ("missing_sections", "", None),
            *slots,
        ]

    def test_the_board_of_an_issue_is_the_recipe_that_it_keeps(self, desk):
        tip = SectionType.objects.get(slug="ml-tip")
        kept = [{"type": tip.pk, "least": 2, "most": 3}]
        issue = make_issue(3, published=None, recipe=kept)

        response = desk.post(URL, form({}, issue=issue.pk))

        board = response.json()["board_html"]
        assert board.count("<li") == 1
        assert "1 / 2–3" in board
        assert "is-missing" in board
        assert checks(response) == [("empty_slot", "")]

    def test_a_title_is_suggested_from_the_sections_in_their_order(self, desk):
        sections = [
            {"position": "2", "title": "Long", "short_title": "Short"},
            {"position": "1", "title": "First"},
            {"title": "Going", "DELETE": "on"},
        ]

        assert desk.post(URL, form(*sections)).json()["suggested_title"] == "First, Short"

    def test_its_own_links_are_no_repeats(self, desk):
        link = "https://example.org/a"
        issue = make_issue(3, published=None, sections=[{"title": "A", "link": link}])
        make_issue(2, sections=[{"title": "B", "link": "https://example.org/b"}])

        response = desk.post(URL, form({"link": link}, issue=issue.pk, number=""))
        assert checks(response) == []

        response = desk.post(URL, form({"link": "example.org/b"}, issue=issue.pk, number=""))
        assert checks(response) == [("repeated_link", "sections-0-link")]

    def test_nothing_is_saved_and_no_browser_keeps_it(self, desk):
        issue = make_issue(3, published=None)

        response = desk.post(URL, form({}, issue=issue.pk, title="Other"))

        assert "no-store" in response["Cache-Control"]
        again = Issue.objects.get()
        assert (again.title, again.version, again.sections.count()) == (issue.title, 1, 0)

    @pytest.mark.parametrize("count", [3, 30])
    def test_asks_as_often_for_many_sections_as_for_few(
        self, desk, count, django_assert_num_queries
    ):
        issue = make_issue(3, published=None)
        rows = [{"link": f"example.org/{n}", "body": "![A](/media/a/b.png)"} for n in range(count)]
        data = form(*rows, issue=issue.pk)

        # session, user; issue, types; in the checks: types, pictures, earlier uses
        with django_assert_num_queries(6):
            desk.post(URL, data)


class TestPermission:
    def test_is_where_the_scripts_look_for_it(self):
        assert reverse("desk:preflight") == URL

    def test_strangers_and_staff_without_the_right_get_403(self, client, django_user_model):
        assert client.post(URL, form()).status_code == 403

        sign_in(client, django_user_model, "add_section", "view_issue")
        assert client.post(URL, form()).status_code == 403

    def test_who_may_begin_issues_may_ask_for_a_new_one_only(self, client, django_user_model):
        sign_in(client, django_user_model, "add_issue")

        assert client.post(URL, form()).status_code == 200
        issue = make_issue(3, published=None)
        assert client.post(URL, form(issue=issue.pk)).status_code == 403

    def test_who_may_change_issues_may_ask_for_those_they_may_edit(self, client, django_user_model):
        user = sign_in(client, django_user_model, "change_issue")
        theirs = make_issue(3, published=None, author=user)
        others, public = make_issue(4, published=None), make_issue(5, author=user)

        assert client.post(URL, form(issue=theirs.pk)).status_code == 200
        assert client.post(URL, form(issue=others.pk)).status_code == 403
        assert client.post(URL, form(issue=public.pk)).status_code == 403
        assert client.post(URL, form()).status_code == 403

    def test_reading_is_refused_and_so_is_another_site(self, desk):
        assert desk.get(URL).status_code == 405

        desk.handler.enforce_csrf_checks = True
        assert desk.post(URL, form()).status_code == 403


class TestNonsense:
    @pytest.mark.parametrize("key", ["0", "99", "abc", "-1", "9" * 30, "\x00", "١"])
    def test_an_issue_that_is_none_is_not_found(self, desk, key):
        assert desk.post(URL, form(issue=key)).status_code == 403

    @pytest.mark.parametrize(
        "data",
        [
            {},
            {"sections-TOTAL_FORMS": "-1"},
            {"sections-TOTAL_FORMS": "999999999"},
            {"sections-TOTAL_FORMS": "1", "sections-0-type": "x", "sections-0-title": "\x00"},
            {"sections-TOTAL_FORMS": "1", "sections-0-body": "[" * 5000},
            {"sections-TOTAL_FORMS": "1", "sections-0-body": "[a](http://[::1)" * 2000},
            {"number": "minus one", "intro": "![x](/media/a/\x00)"},
        ],
    )
    def test_an_odd_form_is_judged(self, desk, data):
        response = desk.post(URL, data)

        assert response.status_code == 200
        assert set(response.json()) >= {"findings", "verdict", "suggested_title"}


class TestAnyForm(HypothesisTestCase):
    NAMES = [
        *("title", "number", "intro", "sections-TOTAL_FORMS", "sections-0-id", "sections-0-type"),
        *("sections-0-title", "sections-0-body", "sections-0-link", "sections-0-position"),
        *("sections-0-tags", "sections-0-slug", "sections-0-DELETE", "sections-1-body", "other"),
    ]
    VALUES = st.one_of(
        st.sampled_from(["", "1", "2", "-1", "1e9", "on", "https://a.org", "[a](b)", "\x00", "TK"]),
        st.text(max_size=40),
    )

    @given(st.dictionaries(st.sampled_from(NAMES), VALUES))
    @settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def test_any_form_is_judged(self, data):
        user, _ = get_user_model().objects.get_or_create(
            username="fuzzer", defaults={"is_staff": True, "is_superuser": True}
        )
        self.client.force_login(user)

        assert self.client.post(URL, {"sections-TOTAL_FORMS": "2", **data}).status_code == 200
