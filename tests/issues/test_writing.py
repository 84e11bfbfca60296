"""The form of an issue: slots, rows in any order, conflicts, copies, saving in place."""

import datetime
import threading

import pytest
from django.contrib import admin
from django.db import connections
from django.test import Client
from django.urls import reverse

from issues import conflicts, history, recipe, roles
from issues.desk.working_copy import as_posted
from issues.forms.rows import saved_first
from issues.models import Issue, Section, SectionType, WorkingCopy
from tests.builders import YESTERDAY, issue_form, make_issue, make_section, row

pytestmark = pytest.mark.django_db

ADD = reverse("admin:issues_issue_add")
KEPT = reverse("desk:autosave")


def change(issue):
    return reverse("admin:issues_issue_change", args=[issue.pk])


def types_of(response) -> list[str]:
    """Give the slugs of the types in the form's rows, saved ones and slots."""
    slugs = dict(SectionType.objects.values_list("pk", "slug"))
    formset = response.context["inline_admin_formsets"][0].formset
    return [slugs.get(form["type"].value(), "") for form in formset.forms]


def places(response) -> dict[str, str]:
    return {place.type.slug: str(place.state) for place in response.context["board"]}


class TestSlots:
    def test_a_new_issue_lays_the_recipe_out(self, desk):
        response = desk.get(ADD)

        assert types_of(response) == ["ml-tip", "web-tip", "research-paper", "news"]
        assert places(response) == {
            **dict.fromkeys(["ml-tip", "web-tip", "research-paper", "news"], "missing"),
            "tool": "optional",
        }

    def test_slots_that_nobody_fills_are_no_sections(self, desk):
        web_tip = SectionType.objects.get(slug="web-tip").pk
        rows = [{"title": "Warm up"}, {"type": web_tip, "title": "", "position": 2}]

        desk.post(ADD, issue_form(*rows))

        assert [section.title for section in Section.objects.all()] == ["Warm up"]

    def test_a_draft_offers_what_is_still_missing_in_its_place(self, desk):
        issue = make_issue(1, None, recipe=recipe.current())
        make_section(issue, "Paper", "research-paper", position=1)
        make_section(issue, "Item", "news", position=2)

        formset = desk.get(change(issue)).context["inline_admin_formsets"][0].formset

        slugs = dict(SectionType.objects.values_list("pk", "slug"))
        order = sorted(formset.forms, key=lambda form: form.place)
        assert [slugs[form["type"].value()] for form in order] == [
            *("ml-tip", "web-tip", "research-paper", "news")
        ]

    def test_a_changed_recipe_leaves_older_issues_as_they_are(self, desk):
        desk.post(ADD, issue_form({"title": "Warm up"}))
        SectionType.objects.filter(slug="news").update(min_per_issue=0)
        SectionType.objects.filter(slug="tool").update(min_per_issue=1)

        older, newer = desk.get(change(Issue.objects.get())), desk.get(ADD)

        assert places(older)["news"] == "missing"
        assert places(older)["tool"] == "optional"
        assert places(newer)["tool"] == "missing"

    def test_an_imported_issue_asks_for_nothing(self, desk):
        issue = make_issue(1, sections=["Only this"])

        response = desk.get(change(issue))

        assert places(response) == {"ml-tip": "filled"}
        assert types_of(response) == ["ml-tip", ""]

    def test_too_many_of_a_type_are_said_to_be_too_many(self, desk):
        issue = make_issue(1, None, ["One", "Two"], recipe=recipe.current())

        assert places(desk.get(change(issue)))["ml-tip"] == "excess"

    def test_the_next_wednesday_is_proposed_and_publishes_nothing(self, desk):
        form = desk.get(ADD).context["adminform"].form

        planned = form["planned_at"].value()
        assert (planned.weekday(), planned.hour, planned.minute) == (2, 9, 0)
        desk.post(ADD, issue_form(planned_at_0="2020-01-01", planned_at_1="09:00"))
        assert Issue.objects.get().state == "draft"

    def test_an_empty_title_is_made_of_the_sections_short_titles(self, desk):
        rows = [{"title": "A long one", "short_title": "Short"}, {"title": "Other"}]

        desk.post(ADD, issue_form(*rows, title=""))

        assert Issue.objects.get().title == "Short, Other"


class TestRowsInAnyOrder:
    def test_new_rows_above_saved_ones_are_saved(self, desk):
        issue = make_issue(1, None, ["Old"])
        old = issue.sections.get()

        form = issue_form({"title": "New", "position": 1}, row(old, position=2), issue=issue)
        response = desk.post(change(issue), form)

        assert response.status_code == 302
        assert [section.title for section in issue.sections.all()] == ["New", "Old"]

    def test_a_gap_that_a_removed_row_left_is_no_section(self, desk):
        issue = make_issue(1, None, ["Old"])
        form = issue_form(row(issue.sections.get()), {"title": "New"}, issue=issue)
        form["sections-TOTAL_FORMS"] = 4

        assert desk.post(change(issue), form).status_code == 302

        assert [section.title for section in issue.sections.all()] == ["Old", "New"]

    @pytest.mark.parametrize("total", ["", "x", "-1", "99999999", "1001", None])
    def test_nonsense_in_the_number_of_rows_is_an_error_of_the_form(self, desk, total):
        form = issue_form({"title": "New"})
        form["sections-TOTAL_FORMS"] = total
        if total is None:
            del form["sections-TOTAL_FORMS"]

        assert desk.post(ADD, form).status_code == 200

        assert not Issue.objects.exists()

    def test_the_prefixes_rows_were_posted_with_are_known(self):
        data = as_posted({"sections-TOTAL_FORMS": ["2"], "sections-1-id": ["7"]})

        moved, keys = saved_first(data, "sections")

        assert keys == ["sections-1", "sections-0"]
        assert (moved["sections-0-id"], moved["sections-INITIAL_FORMS"]) == ("7", "1")


class TestSavingInPlace:
    def post(self, desk, url, form):
        return desk.post(url, form, headers={"Accept": "application/json"})

    def test_a_new_issue_tells_its_address_its_version_and_the_keys_of_its_rows(self, desk):
        answer = self.post(desk, ADD, issue_form({"title": ""}, {"title": "Warm up"})).json()

        issue = Issue.objects.get()
        assert answer["url"] == change(issue)
        assert (answer["issue"], answer["version"]) == (issue.pk, issue.version)
        assert answer["sections"] == {
            "sections-1": {"id": Section.objects.get().pk, "slug": "warm-up"}
        }
        assert answer["message"].startswith("saved ")

    def test_saving_again_with_what_was_told_changes_the_same_rows(self, desk):
        first = self.post(desk, ADD, issue_form({"title": "Warm up"})).json()
        again = issue_form({"title": "Warm up slowly", **first["sections"]["sections-0"]})
        again["version"] = first["version"]

        answer = self.post(desk, first["url"], again)

        assert answer.status_code == 200
        assert Section.objects.get().title == "Warm up slowly"

    def test_what_cannot_be_saved_is_refused_and_nothing_changes(self, desk):
        issue = make_issue(1, None, ["Old"])
        rows = [{"body": "No title"}, row(issue.sections.get(), title="New")]

        answer = self.post(desk, change(issue), issue_form(*rows, issue=issue))

        assert answer.status_code == 400
        assert issue.sections.get().title == "Old"

    def test_whoever_writes_a_section_is_its_author_and_sees_it_in_the_inbox(self, client, author):
        client.force_login(author)

        self.post(client, ADD, issue_form({"title": "Tip", "to_inbox": "on"}))

        section = Section.objects.get()
        assert (section.author, section.issue) == (author, None)
        assert list(roles.editable_sections(author)) == [section]


class TestConflict:
    def stale(self, desk, issue, *rows, **fields):
        """Post the form of a version that somebody else has changed meanwhile."""
        form = issue_form(*rows, issue=issue, **fields)
        other = Issue.objects.get(pk=issue.pk)
        other.title = "Theirs"
        other.save()
        return desk.post(change(issue), form)

    def test_the_second_save_shows_both_texts_and_changes_nothing(self, desk):
        issue = make_issue(1, None, title="Before")

        response = self.stale(desk, issue, title="Mine", intro="My words")

        assert response.status_code == 409
        assert Issue.objects.get().title == "Theirs"
        found = {
            one.name: (one.saved, one.yours) for one in response.context["comparison"].differences
        }
        assert found == {"title": ("Theirs", "Mine"), "intro": ("", "My words")}
        page = response.content.decode()
        assert "Theirs" in page
        assert "My words" in page

    def test_what_the_second_typed_is_kept_even_if_they_close_the_page(self, desk, editor):
        issue = make_issue(1, None)

        self.stale(desk, issue, title="Mine")

        assert WorkingCopy.objects.of(editor, issue).data["title"] == ["Mine"]

    def resolve(self, desk, response, **choices):
        """Send the page of a conflict back as a browser would."""
        context = response.context
        data = dict(context["carried"]) | {"version": context["issue"].version}
        data["_copy"] = context["copy"].token
        for one in context["comparison"].differences:
            data |= {one.name: one.yours, f"saved:{one.name}": one.saved}
        if order := context["comparison"].order:
            data["saved:order"] = order.saved_keys
        data |= {f"choice:{name}": choice for name, choice in choices.items()}
        return desk.post(context["form_url"], data | {"_continue": "yes"})

    def test_each_text_is_taken_from_the_side_that_was_chosen(self, desk, editor):
        issue = make_issue(1, None, title="Before")
        response = self.stale(desk, issue, title="Mine", intro="My words")

        done = self.resolve(desk, response, title="saved", intro="yours")

        assert done.status_code == 302
        issue.refresh_from_db()
        assert (issue.title, issue.intro) == ("Theirs", "My words")
        assert WorkingCopy.objects.of(editor, issue) is None

    def test_a_third_save_in_between_is_a_conflict_again(self, desk):
        issue = make_issue(1, None)
        response = self.stale(desk, issue, title="Mine")
        Issue.objects.filter(pk=issue.pk).touch()

        assert self.resolve(desk, response, title="yours").status_code == 409

    def test_a_section_changed_elsewhere_is_a_conflict_of_its_issue(self, desk):
        issue = make_issue(1, None, ["Tip"])
        form = issue_form(row(issue.sections.get(), title="Mine"), issue=issue, title=issue.title)
        section = issue.sections.get()
        section.title = "Theirs"
        section.save()
        Issue.objects.filter(pk=issue.pk).touch()

        response = desk.post(change(issue), form)

        [difference] = response.context["comparison"].differences
        assert (difference.name, difference.section) == ("sections-0-title", "Theirs")

    def test_a_section_that_is_gone_may_come_back_as_a_new_one(self, desk):
        issue = make_issue(1, None, ["Stays", "Goes"])
        stays, goes = issue.sections.all()
        form = issue_form(row(stays), row(goes, body="My words"), issue=issue)
        goes.delete()
        Issue.objects.filter(pk=issue.pk).touch()
        response = desk.post(change(issue), form)
        assert [gone.title for gone in response.context["comparison"].gone] == ["Goes"]

        done = self.resolve(desk, response, **{"gone:sections-1": "yours"})

        assert done.status_code == 302
        assert [s.body for s in issue.sections.all()] == ["", "My words"]

    def test_a_section_that_is_gone_may_stay_gone(self, desk):
        issue = make_issue(1, None, ["Stays", "Goes"])
        stays, goes = issue.sections.all()
        form = issue_form(row(stays), row(goes), issue=issue)
        goes.delete()
        Issue.objects.filter(pk=issue.pk).touch()
        response = desk.post(change(issue), form)

        self.resolve(desk, response, **{"gone:sections-1": "saved"})

        assert [section.title for section in issue.sections.all()] == ["Stays"]

    def test_what_one_has_added_is_shown_and_comes_in(self, desk):
        issue = make_issue(1, None, ["Old"])
        form = issue_form(row(issue.sections.get()), {"title": "New", "body": "Mine"}, issue=issue)
        Issue.objects.filter(pk=issue.pk).touch()

        response = desk.post(change(issue), form)

        assert "New in yours: “New” comes in" in response.content.decode()
        self.resolve(desk, response)
        assert [section.title for section in issue.sections.all()] == ["Old", "New"]

    @pytest.mark.parametrize("choice", ["saved", "yours"])
    def test_a_section_that_one_deletes_and_the_other_changed_is_asked_about(self, desk, choice):
        issue = make_issue(1, None, ["Tip"])
        history.record(issue)
        form = issue_form(row(issue.sections.get(), DELETE="on"), issue=issue)
        section = issue.sections.get()
        section.body = "Theirs"
        section.save()
        Issue.objects.filter(pk=issue.pk).touch()

        response = desk.post(change(issue), form)

        [leaving] = response.context["comparison"].leaving
        assert (leaving.is_deleted, leaving.keeps_saved) == (True, True)
        done = self.resolve(desk, response, **{"leaving:sections-0": choice})
        assert done.status_code == 302
        assert [s.body for s in issue.sections.all()] == (["Theirs"] if choice == "saved" else [])

    @pytest.mark.parametrize(
        ("choice", "order"), [("saved", ["Two", "One", "New"]), ("yours", ["One", "Two", "New"])]
    )
    def test_another_order_is_asked_about(self, desk, choice, order):
        issue = make_issue(1, None, ["One", "Two"])
        history.record(issue)
        one, two = issue.sections.all()
        rows = row(one), row(two), {"title": "New", "position": 3}
        form = issue_form(*rows, issue=issue)
        Section.objects.filter(pk=one.pk).update(position=5)
        Issue.objects.filter(pk=issue.pk).touch()

        response = desk.post(change(issue), form)

        assert response.context["comparison"].order.keeps_saved
        self.resolve(desk, response, order=choice)
        assert [section.title for section in issue.sections.all()] == order

    def test_the_order_of_the_other_stays_where_one_has_not_touched_it(self, desk):
        issue = make_issue(1, None, ["One", "Two"])
        rows = [row(section) for section in issue.sections.all()]
        form = issue_form(*rows, issue=issue, summary="Mine")
        Section.objects.filter(title="Two").update(position=3)
        make_section(issue, "Between", position=2)
        Issue.objects.filter(pk=issue.pk).touch()

        self.resolve(desk, desk.post(change(issue), form))

        assert [section.title for section in issue.sections.all()] == ["One", "Between", "Two"]

    def test_two_new_sections_of_one_title_get_two_slugs(self, desk):
        issue = make_issue(1, None)
        form = issue_form({"title": "Same"}, issue=issue)
        make_section(issue, "Same", position=1)
        Issue.objects.filter(pk=issue.pk).touch()

        done = self.resolve(desk, desk.post(change(issue), form))

        assert done.status_code == 302
        assert sorted(section.slug for section in issue.sections.all()) == ["same", "same-2"]

    def test_a_section_that_went_to_the_inbox_is_not_doubled(self, desk):
        issue = make_issue(1, None, ["Tip"])
        form = issue_form(row(issue.sections.get()), issue=issue)
        Section.objects.update(issue=None)
        Issue.objects.filter(pk=issue.pk).touch()

        response = desk.post(change(issue), form)

        assert "is in the inbox now" in response.content.decode()
        self.resolve(desk, response, **{"gone:sections-0": "saved"})
        assert Section.objects.count() == 1

    def test_a_section_that_somebody_added_stays(self, desk):
        issue = make_issue(1, None, ["Old"])
        form = issue_form(row(issue.sections.get()), issue=issue)
        make_section(issue, "Added", position=2)
        Issue.objects.filter(pk=issue.pk).touch()
        response = desk.post(change(issue), form)
        assert [section.title for section in response.context["comparison"].added] == ["Added"]

        self.resolve(desk, response)

        assert [section.title for section in issue.sections.all()] == ["Old", "Added"]

    def test_a_text_that_only_the_other_has_changed_is_proposed_as_saved(self, desk):
        issue = make_issue(1, None, title="Before", intro="Hello")
        history.record(issue)
        form = issue_form(issue=issue, title="Before", intro="My hello")
        other = Issue.objects.get()
        other.title = "Theirs"
        other.save()

        response = desk.post(change(issue), form)

        proposed = {d.name: d.keeps_saved for d in response.context["comparison"].differences}
        assert proposed == {"title": True, "intro": False}

    @pytest.mark.parametrize("version", ["", "x", "-1", "9" * 40])
    def test_a_version_that_is_none_is_a_conflict_and_no_crash(self, desk, version):
        issue = make_issue(1, None)

        response = desk.post(change(issue), issue_form(issue=issue, version=version))

        assert response.status_code == 409

    def test_a_conflict_asks_as_often_with_3_as_with_30_sections(
        self, desk, django_assert_max_num_queries, django_assert_num_queries
    ):
        def conflict(number, count):
            issue = make_issue(number, None, [f"Tip {n}" for n in range(count)])
            rows = [row(section, title="Mine") for section in issue.sections.all()]
            Issue.objects.filter(pk=issue.pk).touch()
            return change(issue), issue_form(*rows, issue=issue)

        small, large = conflict(1, 3), conflict(2, 30)
        with django_assert_max_num_queries(25) as queries:
            assert desk.post(*small).status_code == 409
        with django_assert_num_queries(len(queries)):
            assert desk.post(*large).status_code == 409

    def test_a_form_that_nobody_changed_is_no_difference(self, desk):
        moment = datetime.datetime(2026, 12, 2, 9, tzinfo=datetime.UTC)
        issue = make_issue(1, None, planned_at=moment, intro="One\nTwo", title="A title")
        form = desk.get(change(issue)).context["adminform"].form
        planned = [part["value"] for part in form["planned_at"].subwidgets[0].data["subwidgets"]]
        form = issue_form(issue=issue, title="A title", intro="One\r\nTwo")
        form |= {"planned_at_0": planned[0], "planned_at_1": planned[1]}
        Issue.objects.filter(pk=issue.pk).touch()

        response = desk.post(change(issue), form)

        assert planned[:2] == ["2026-12-02", "09:00"]
        assert not response.context["comparison"]

    def test_tags_in_another_order_or_case_are_no_difference(self):
        issue = make_issue(1, None, [{"title": "Tip", "tags": ["CSS", "git"]}])
        yours = as_posted(
            {
                name: [str(value)]
                for name, value in issue_form(
                    row(issue.sections.get(), tags="Git , css"), issue=issue, title=issue.title
                ).items()
            }
        )

        assert not conflicts.compare(yours, history.current(issue))


@pytest.mark.django_db(transaction=True)
def test_of_ten_forms_posted_at_once_one_is_saved_and_nine_see_both_texts(client, editor):
    issue = make_issue(1, None)
    form, statuses, start = issue_form(issue=issue), [], threading.Barrier(10)
    client.force_login(editor)
    cookies = client.cookies

    def post(number):
        own = Client()
        own.cookies = cookies
        start.wait()
        statuses.append(own.post(change(issue), form | {"title": f"{number}"}).status_code)
        connections.close_all()

    threads = [threading.Thread(target=post, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) == [302, *[409] * 9]


@pytest.mark.django_db(transaction=True)
def test_of_two_new_issues_of_one_number_begun_at_once_one_is_told(client, editor):
    statuses, start = [], threading.Barrier(2)
    client.force_login(editor)
    cookies = client.cookies

    def post():
        own = Client()
        own.cookies = cookies
        start.wait()
        statuses.append(own.post(ADD, issue_form(title="Mine")).status_code)
        connections.close_all()

    threads = [threading.Thread(target=post) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) == [200, 302]
    assert Issue.objects.count() == 1


class TestWorkingCopy:
    def test_what_one_types_is_kept_and_shown_again(self, desk, editor):
        issue = make_issue(1, None, title="Before")
        form = issue_form(issue=issue, title="Typed") | {
            "issue": issue.pk,
            "csrfmiddlewaretoken": "x",
        }

        answer = desk.post(KEPT, form)

        assert answer.json()["message"].startswith("kept ")
        assert Issue.objects.get().title == "Before"
        copy = WorkingCopy.objects.of(editor, issue)
        assert copy.data["title"] == ["Typed"]
        assert "csrfmiddlewaretoken" not in copy.data
        page = desk.get(change(issue))
        assert "did not save it" in page.content.decode()
        shown = desk.get(reverse("desk:kept", args=[issue.pk]))
        assert [one.yours for one in shown.context["comparison"].differences] == ["Typed"]

    def test_a_new_issue_is_offered_again_with_its_sections(self, desk):
        desk.post(KEPT, issue_form({"title": "Tip", "body": "Words", "tags": "a, b"}, title="New"))
        assert "did not save it" in desk.get(ADD).content.decode()

        form = desk.get(f"{ADD}?kept=1").context["adminform"].form
        formset = desk.get(f"{ADD}?kept=1").context["inline_admin_formsets"][0].formset

        assert form["title"].value() == "New"
        [section] = formset.forms
        assert [section[name].value() for name in ("title", "body", "tags")] == [
            *("Tip", "Words", "a, b")
        ]

    def test_there_is_one_copy_of_each_editor_and_issue(self, desk, editor):
        for title in ("One", "Two"):
            desk.post(KEPT, issue_form(title=title))

        assert [copy.data["title"] for copy in WorkingCopy.objects.all()] == [["Two"]]

    def test_saving_lets_go_of_the_copy_that_the_form_has_made(self, desk):
        copy = desk.post(KEPT, issue_form(title="Typed")).json()["copy"]

        desk.post(ADD, issue_form(title="Saved") | {"_copy": copy})

        assert not WorkingCopy.objects.exists()

    def test_a_copy_of_another_tab_or_colleague_outlives_a_save(self, desk, editor, author):
        issue = make_issue(1, None, author=author)
        WorkingCopy.objects.keep(author, issue, 1, {"title": ["A colleague's"]})
        desk.post(KEPT, issue_form(issue=issue, title="Of another tab") | {"issue": issue.pk})

        desk.post(change(issue), issue_form(issue=issue, title="Saved") | {"_copy": "another"})

        assert WorkingCopy.objects.count() == 2

    def test_a_kept_new_issue_is_let_go_of_once_it_is_saved(self, desk):
        desk.post(KEPT, issue_form({"title": "Tip"}, title="Typed"))
        page = desk.get(f"{ADD}?kept=1")

        desk.post(ADD, issue_form({"title": "Tip"}) | {"_copy": page.context["shown_copy"]})

        assert not WorkingCopy.objects.exists()

    def test_characters_that_no_database_holds_are_left_out(self, desk, editor):
        desk.post(KEPT, issue_form(title="A\x00B"))

        assert WorkingCopy.objects.of(editor, None).data["title"] == ["AB"]

    def test_one_may_throw_it_away(self, desk):
        desk.post(KEPT, issue_form(title="Typed"))

        desk.post(reverse("desk:discard"))

        assert not WorkingCopy.objects.exists()

    def test_others_do_not_see_it(self, desk, client, django_user_model):
        issue = make_issue(1, None)
        desk.post(KEPT, issue_form(issue=issue) | {"issue": issue.pk})
        other = django_user_model.objects.create_superuser("other", password="x")
        client.force_login(other)

        assert "did not save it" not in client.get(change(issue)).content.decode()

    @pytest.mark.parametrize(
        ("data", "status"),
        [({}, 400), ({"number": "1", "issue": "9999"}, 403), ({"number": "1", "issue": "x"}, 403)],
    )
    def test_nonsense_is_refused_in_words(self, desk, data, status):
        response = desk.post(KEPT, data)

        assert response.status_code == status
        assert response["Content-Type"].startswith("text/plain")

    def test_a_copy_that_nobody_has_looked_at_outlives_a_save(self, desk, editor):
        issue = make_issue(1, None)
        desk.post(KEPT, issue_form(issue=issue, title="Of yesterday") | {"issue": issue.pk})
        assert 'name="_undecided"' in desk.get(change(issue)).content.decode()

        desk.post(change(issue), issue_form(issue=issue, title="Today") | {"_undecided": "yes"})

        assert WorkingCopy.objects.of(editor, issue).data["title"] == ["Of yesterday"]

    def test_of_an_issue_deleted_meanwhile_the_text_becomes_a_new_one(self, desk):
        issue = make_issue(1, None, ["Tip"])
        form = issue_form(row(issue.sections.get(), body="My words"), issue=issue)
        url = change(issue)
        issue.delete()

        response = desk.post(url, form, follow=True)

        assert "The issue was deleted meanwhile" in response.content.decode()
        formset = response.context["inline_admin_formsets"][0].formset
        assert [form["body"].value() for form in formset.forms] == ["My words"]

    def test_of_a_deleted_issue_no_other_kept_text_is_replaced(self, desk, editor):
        desk.post(KEPT, issue_form(title="Hours of work"))
        issue = make_issue(2, None, ["Tip"])
        form = issue_form(row(issue.sections.get(), body="My words"), issue=issue)
        url = change(issue)
        issue.delete()

        response = desk.post(url, form)

        assert response.status_code == 403
        assert "My words" in response.content.decode()
        assert WorkingCopy.objects.of(editor, None).data["title"] == ["Hours of work"]

    def test_whoever_has_lost_the_right_meanwhile_gets_the_text_to_copy(self, client, author):
        issue = make_issue(1, None, ["Tip"], author=author)
        form = issue_form(row(issue.sections.get(), body="My words"), issue=issue)
        issue.publish()
        client.force_login(author)

        response = client.post(change(issue), form)

        assert response.status_code == 403
        assert "My words" in response.content.decode()
        assert issue.sections.get().body == ""

    def test_strangers_and_readers_of_the_desk_are_refused(self, client, django_user_model):
        assert client.post(KEPT, issue_form()).status_code == 403
        user = django_user_model.objects.create_user("c", password="x", is_staff=True)
        client.force_login(user)

        assert client.post(KEPT, issue_form()).status_code == 403
        assert not WorkingCopy.objects.exists()


class TestLivePreview:
    url = reverse("desk:live")

    def test_shows_the_unsaved_words_as_the_readers_page(self, desk):
        issue = make_issue(1, YESTERDAY, ["Old title"])
        form = issue_form(row(issue.sections.get(), title="New title", body="*Hi*"), issue=issue)

        page = desk.post(self.url, form | {"issue": issue.pk}).content.decode()

        assert "<em>Hi</em>" in page
        assert "New title" in page
        assert "Old title" not in page
        assert "The form as it stands" in page
        assert Section.objects.get().title == "Old title"

    def test_a_text_that_cannot_be_rendered_says_so_in_its_place(self, desk):
        form = issue_form({"title": "Tip", "body": "[" * 60_000})

        response = desk.post(self.url, form)

        assert response.status_code == 200
        assert "square brackets" in response.content.decode()

    @pytest.mark.parametrize("data", [{}, {"number": "x"}, {"sections-TOTAL_FORMS": "9999999"}])
    def test_nonsense_is_an_empty_page(self, desk, data):
        assert desk.post(self.url, data).status_code == 200

    def test_it_asks_as_often_with_3_as_with_30_sections(
        self, desk, django_assert_max_num_queries, django_assert_num_queries
    ):
        def form(count):
            rows = [{"title": f"Tip {n}", "body": "![](/media/a/x.png)"} for n in range(count)]
            return issue_form(*rows)

        small, large = form(3), form(30)
        with django_assert_max_num_queries(10) as queries:
            desk.post(self.url, small)
        with django_assert_num_queries(len(queries)):
            desk.post(self.url, large)

    def test_strangers_are_refused(self, client):
        assert client.post(self.url, issue_form()).status_code == 403


def test_no_list_of_versioned_rows_is_edited_in_place():
    for model in (Issue, Section):
        assert admin.site.get_model_admin(model).list_editable == ()
