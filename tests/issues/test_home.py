"""The editor's home: what the first page of the desk says, and to whom."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from issues import history, images, recipe
from issues.desk import home
from issues.models import Issue, Section, SectionType
from issues.moments import in_words
from tests.builders import (
    TOMORROW,
    YESTERDAY,
    make_colleague,
    make_issue,
    make_ready_issue,
    make_section,
    make_unready_issue,
    picture,
    recorded_issue,
)

pytestmark = pytest.mark.django_db

HOME = reverse("admin:index")
WEEK = datetime.timedelta(days=7)


def days(count):
    return datetime.timedelta(days=count)


def form_of(issue) -> str:
    return reverse("admin:issues_issue_change", args=[issue.pk])


def next_number(user) -> int:
    return home.context_of(user)["next"]["issue"].number


def planned(number, after, **fields) -> Issue:
    return make_issue(number, None, planned_at=timezone.now() + after, **fields)


def aged(row, count):
    """Let a row be some days old."""
    type(row).objects.filter(pk=row.pk).update(created_at=timezone.now() - days(count))
    return row


class TestNextIssue:
    def test_it_is_the_one_with_the_earliest_moment_to_come(self, editor):
        make_issue(1)
        planned(2, 2 * WEEK)
        make_issue(3, WEEK)
        planned(4, 3 * WEEK)
        make_issue(5, None)

        assert next_number(editor) == 3

    def test_what_is_planned_for_sooner_comes_before_what_is_scheduled_for_later(self, editor):
        make_issue(1, 4 * WEEK)
        planned(2, WEEK)

        assert next_number(editor) == 2

    def test_one_that_has_just_missed_its_day_is_still_next(self, editor):
        planned(1, YESTERDAY)
        planned(2, WEEK)

        assert next_number(editor) == 1

    def test_one_that_missed_its_day_long_ago_is_not(self, editor):
        planned(9, -2 * WEEK)
        planned(2, WEEK)

        assert next_number(editor) == 2

    def test_where_nothing_is_planned_it_is_the_newest_draft(self, editor):
        make_issue(1, None)
        make_issue(2, None)

        assert next_number(editor) == 2

    def test_its_title_state_moment_and_board_are_shown(self, desk):
        section = {"title": "Warm up", "type": "ml-tip"}
        moment = timezone.now() + WEEK
        issue = make_issue(
            7, None, [section], title="Warm", planned_at=moment, recipe=recipe.current()
        )

        response = desk.get(HOME)

        page, shown = response.content.decode(), response.context["home"]["next"]
        states = {place.type.slug: place.state for place in shown["board"]}
        assert f'<a href="{form_of(issue)}">#7 Warm</a>' in page
        assert f"Planned for {in_words(moment)}." in page
        assert (shown["state"], states["ml-tip"]) == ("draft", "filled")
        assert states["news"] == "missing"
        assert f'{form_of(issue)}#sections-group"' in page

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"published": TOMORROW}, "Goes public on "),
            ({"published": None, "planned": TOMORROW}, "Planned for "),
            ({"published": None, "planned": YESTERDAY}, "Was planned for "),
            ({"published": None}, "Not planned for any day yet."),
        ],
    )
    def test_its_moment_is_said_in_words(self, editor, fields, words):
        moment = timezone.now() + fields["planned"] if "planned" in fields else None
        make_issue(1, fields["published"], planned_at=moment)

        assert home.context_of(editor)["next"]["moment"].startswith(words)

    def test_three_findings_lead_to_where_they_are_mended(self, desk):
        issue = make_issue(1, None, ["One", "Two"])

        page = desk.get(HOME).content.decode()

        assert "4 to mend" in page
        assert f'<a href="{form_of(issue)}#id_sections-0-body">“One” has no text.</a>' in page
        assert page.count("#id_sections-") == 3
        assert f'<a href="{form_of(issue)}#preflight">and 1 more</a>' in page

    def test_a_section_that_is_missing_leads_to_the_sections(self, desk):
        web_tip = SectionType.objects.filter(slug="web-tip")
        issue = make_ready_issue(1, recipe=recipe.current(web_tip))

        page = desk.get(HOME).content.decode()

        link = f'<a href="{form_of(issue)}#sections-group">Web tip: one section is missing.</a>'
        assert link in page

    def test_what_blocks_and_what_does_not_are_counted_apart(self, editor):
        link = "[here](https://example.org/)"
        make_issue(1, None, [{"title": "One", "body": f"TODO {link}", "tags": ["css"]}])

        assert home.context_of(editor)["next"]["verdict"] == "1 to mend, 1 to look at"

    def test_one_that_is_ready_is_said_to_be(self, desk):
        make_ready_issue(1)

        page = desk.get(HOME).content.decode()

        assert "Ready to publish." in page
        assert "to mend" not in page

    def test_a_publisher_is_led_to_writing_publishing_and_preview(self, client, publisher):
        issue = make_issue(1, None)
        client.force_login(publisher)

        page = client.get(HOME).content.decode()

        assert "Write on" in page
        assert reverse("desk:publishing", args=[issue.pk]) in page
        assert reverse("admin:issues_issue_preview", args=[issue.pk]) in page

    def test_an_author_is_not_led_to_publishing(self, client, author):
        issue = make_issue(1, None, author=author)
        client.force_login(author)

        page = client.get(HOME).content.decode()

        assert "Write on" in page
        assert reverse("desk:publishing", args=[issue.pk]) not in page

    def test_who_may_not_change_it_may_open_it(self, client):
        make_issue(1, TOMORROW)
        client.force_login(make_colleague("Editor"))

        page = client.get(HOME).content.decode()

        assert "Write on" not in page
        assert ">Open</a>" in page


class TestNoNextIssue:
    def test_the_next_number_is_begun_for_the_next_free_day(self, desk):
        make_issue(11)

        response = desk.get(HOME)
        form = desk.get(reverse("admin:issues_issue_add")).context["adminform"].form

        page, begin = response.content.decode(), response.context["home"]["begin"]
        assert f'href="{reverse("admin:issues_issue_add")}">Begin #12</a>' in page
        assert begin["number"] == form.initial["number"]
        assert begin["moment"] == in_words(form.initial["planned_at"])

    def test_what_an_author_does_not_see_is_not_theirs_to_go_on_with(self, author):
        make_issue(1, None, title="Of somebody else")

        found = home.context_of(author)

        assert (found["next"], found["begin"]["number"]) == (None, 2)

    @pytest.mark.parametrize(
        ("role", "said", "unsaid"),
        [
            ("Author", "You have no draft in work.", "Nobody has begun it yet."),
            ("Editor", "Nobody has begun it yet.", "You have no draft in work."),
        ],
    )
    def test_who_sees_only_their_own_drafts_is_told_of_those(self, client, role, said, unsaid):
        client.force_login(make_colleague(role))

        page = client.get(HOME).content.decode()

        assert said in page
        assert unsaid not in page
        assert "The next free day is " in page

    def test_who_begins_no_issue_is_not_asked_to(self, client):
        client.force_login(make_colleague())

        assert "Begin" not in client.get(HOME).content.decode()


class TestInbox:
    def test_the_five_oldest_are_shown_and_all_are_counted(self, editor):
        for number in range(7):
            aged(make_section(title=f"Tip {number}"), number)
        make_issue(1, None, ["In an issue"])

        inbox = home.context_of(editor)["inbox"]

        assert [section.title for section in inbox["sections"]] == [
            f"Tip {number}" for number in (6, 5, 4, 3, 2)
        ]
        assert inbox["total"] == 7

    def test_ages_and_links_are_shown(self, desk):
        section = aged(make_section(title="Waits"), 21)

        page = desk.get(HOME).content.decode()

        assert reverse("admin:issues_section_change", args=[section.pk]) in page
        assert "3 weeks old" in page.replace("\xa0", " ")
        assert f'href="{reverse("desk:inbox")}#id_text"' in page

    def test_the_quick_link_leads_to_a_field(self, desk):
        assert 'id="id_text"' in desk.get(reverse("desk:inbox")).content.decode()

    def test_an_author_sees_their_own(self, author):
        make_section(title="Of somebody else")
        make_section(title="Mine", author=author)

        inbox = home.context_of(author)["inbox"]

        assert ([one.title for one in inbox["sections"]], inbox["total"]) == (["Mine"], 1)

    def test_who_may_not_open_it_sees_none(self, client):
        make_section(title="Waits")
        client.force_login(make_colleague())

        assert "Waits" not in client.get(HOME).content.decode()


class TestRecentEdits:
    def test_who_changed_what_and_when_the_latest_first(self, desk, author):
        issue = make_issue(1, title="Warm up")
        section = make_section(title="Waits")
        history.record(issue, user=author, comment='[{"changed": {"fields": ["Title"]}}]')
        history.record(section, user=author, comment="Tagged")

        response = desk.get(HOME)

        edits = response.context["home"]["edits"]
        assert [(edit["who"], edit["name"], edit["comment"]) for edit in edits] == [
            ("author", "Waits", "Tagged"),
            ("author", "#1 Warm up", "Changed Title."),
        ]
        assert edits[1]["url"] == form_of(issue)
        assert "Changed Title." in response.content.decode()

    def test_what_the_desk_itself_records_is_no_edit(self, editor):
        recorded_issue(1)

        assert home.context_of(editor)["edits"] == []

    def test_saving_one_issue_often_is_one_edit(self, editor, author):
        often, once = make_issue(1), make_issue(2)
        history.record(once, user=author)
        for _ in range(10):
            history.record(often, user=author)
        history.record(often, user=editor)

        found = [(edit["who"], edit["name"][:2]) for edit in home.context_of(editor)["edits"]]

        assert found == [("editor", "#1"), ("author", "#1"), ("author", "#2")]

    def test_eight_are_shown(self, editor):
        for number in range(1, 11):
            history.record(make_issue(number), user=editor)

        edits = home.context_of(editor)["edits"]

        assert [edit["name"][:3] for edit in edits][-1] == "#3 "
        assert len(edits) == 8

    def test_an_author_sees_what_was_done_to_what_they_may_see(self, editor, author):
        shown = [make_issue(1), make_issue(2, None, author=author), make_section(author=author)]
        hidden = [make_issue(3, None), make_issue(4, TOMORROW), make_section(title="Hidden")]
        history.record(*shown, *hidden, user=editor)

        edits = home.context_of(author)["edits"]

        assert {edit["name"][:2] for edit in edits} == {"#1", "#2", "A "}

    def test_a_section_that_was_hidden_in_an_issue_shows_it_to_nobody_else(self, editor, author):
        issue = make_issue(1, None, [{"title": "Mine", "author": author}])
        history.record(issue, user=editor)
        Section.objects.update(issue=None)

        assert home.context_of(author)["edits"] == []

    def test_what_is_gone_is_not_shown(self, editor):
        issue = make_issue(1)
        history.record(issue, user=editor)
        issue.delete()

        assert home.context_of(editor)["edits"] == []


class TestDrafts:
    def test_they_are_shown_with_the_oldest_first(self, desk):
        make_issue(1)
        aged(make_issue(2, None), 3)
        aged(make_issue(3, TOMORROW, ["One", "Two"]), 21)

        response = desk.get(HOME)

        page = response.content.decode().replace("\xa0", " ")
        drafts = response.context["home"]["drafts"]
        assert [one["issue"].number for one in drafts] == [3, 2]
        assert [one["issue"].section_total for one in drafts] == [2, 0]
        assert "3 weeks old" in page
        assert "goes public " in page
        assert f"{reverse('admin:issues_issue_changelist')}?state=draft" in page

    def test_ten_are_shown_and_all_are_counted(self, editor):
        for number in range(1, 13):
            make_issue(number, None)

        found = home.context_of(editor)

        assert [one["issue"].number for one in found["drafts"]] == list(range(1, 11))
        assert (found["draft_total"], found["next"]["issue"].number) == (12, 12)

    def test_an_author_sees_their_own(self, author):
        make_issue(1, None)
        make_issue(2, TOMORROW)
        make_issue(3, None, author=author)

        found = home.context_of(author)

        assert [one["issue"].number for one in found["drafts"]] == [3]
        assert found["draft_total"] == 1


class TestPage:
    def test_strangers_are_sent_to_the_sign_in(self, client):
        assert client.get(HOME).url.startswith("/admin/login/")

    def test_a_colleague_without_rights_sees_nothing_of_issues(self, client):
        issue = make_unready_issue(1, title="A secret")
        make_issue(2, title="Public")
        history.record(issue, user=make_colleague("Editor"))
        client.force_login(make_colleague())

        page = client.get(HOME).content.decode()

        assert "A secret" not in page
        assert "home-part" not in page

    def test_the_other_screens_are_one_click_away(self, desk):
        page = desk.get(HOME).content.decode()

        for name in ("issue", "section", "tag", "asset"):
            assert f'href="{reverse(f"admin:issues_{name}_changelist")}"' in page
        assert f'href="{reverse("desk:deleted")}"' in page
        assert "Recent actions" not in page

    def test_the_index_of_an_app_lists_its_screens(self, desk):
        make_issue(1, None)

        page = desk.get(reverse("admin:app_list", args=["issues"])).content.decode()

        assert reverse("admin:issues_tag_changelist") in page
        assert "home-part" not in page

    @pytest.mark.parametrize(("role", "is_shown"), [("Author", False), ("Editor", True)])
    def test_deleted_issues_are_linked_for_those_who_may_bring_them_back(
        self, client, role, is_shown
    ):
        client.force_login(make_colleague(role))
        pages = [HOME, reverse("admin:issues_issue_changelist")]

        linked = [reverse("desk:deleted") in client.get(url).content.decode() for url in pages]

        assert linked == [is_shown, is_shown]


class TestQueries:
    def fill(self, user, count):
        """Let all that the page asks about be there `count` times; the next issue is the last."""
        url = images.store(picture()).file.url
        body = f"![A plot]({url}) [The plot](https://example.org/plot)"
        sections = [{"title": str(n), "body": body, "tags": ["css", "html"]} for n in range(count)]
        first = Issue.objects.next_number()
        for number in range(first, first + count):
            issue = planned(number, days(100 - number), sections=sections[:1])
            history.record(issue, make_section(title=f"Waits {number}"), user=user)
        for section in sections[1:]:
            make_section(issue, **section)

    def test_a_publisher_asks_eighteen_times_at_most_however_much_there_is(
        self, client, publisher, django_assert_max_num_queries, django_assert_num_queries
    ):
        client.force_login(publisher)
        self.fill(publisher, 1)
        with django_assert_max_num_queries(18) as queries:
            client.get(HOME)
        self.fill(publisher, 30)

        with django_assert_num_queries(len(queries)):
            page = client.get(HOME)

        found = page.context["home"]
        assert found["next"]["issue"].sections.count() == 30
        assert (found["draft_total"], found["inbox"]["total"], len(found["edits"])) == (31, 31, 8)

    def test_beginning_the_first_issue_stays_within_them(
        self, client, publisher, django_assert_max_num_queries
    ):
        client.force_login(publisher)

        with django_assert_max_num_queries(17):
            assert client.get(HOME).context["home"]["begin"]["number"] == 1
