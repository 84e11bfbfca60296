"""Sections that wait for an issue: how they get into the inbox and how they leave it."""

import datetime

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone
from reversion.signals import pre_revision_commit

from issues import history, inbox, search
from issues.models import FormerAddress, Issue, SearchEntry, Section, SectionType, StaleVersion
from tests.builders import TOMORROW, found, make_issue, make_section

pytestmark = pytest.mark.django_db

PAGE = "/admin/desk/inbox/"


@pytest.fixture
def tip():
    return SectionType.objects.get(slug="ml-tip")


@pytest.fixture
def author(django_user_model):
    """Somebody who writes, and works on nothing of others."""
    user = django_user_model.objects.create_user("author", password="x", is_staff=True)
    names = ["view_issue", "change_issue", "view_section", "add_section", "change_section"]
    names += ["delete_section"]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    return user


@pytest.fixture
def authors_desk(client, author):
    client.force_login(author)
    return client


def change_form(section, **changes) -> dict:
    """Give what the form of a section posts."""
    section = Section.objects.get(pk=section.pk)
    names = ("title", "slug", "body", "position", "version")
    values = {name: getattr(section, name) for name in names}
    values |= {"type": section.type_id, "issue": section.issue_id or "", "tags": ""}
    return values | changes


def change_address(section) -> str:
    return reverse("admin:issues_section_change", args=[section.pk])


class TestAdding:
    def test_a_title_is_a_title(self, tip, editor):
        section = inbox.add(" Warm  up\x07 slowly ", tip, editor)

        assert (section.title, section.link, section.issue) == ("Warm up slowly", "", None)
        assert section.author == editor
        assert len(found("slowly", SearchEntry.objects.filter(issue=None))) == 1

    def test_its_history_begins_with_who_added_it(self, tip, editor):
        version = history.versions(inbox.add("Warm up", tip, editor)).get()

        assert (version.user, version.comment) == (editor, "Added to the inbox")

    def test_an_address_is_the_link_and_takes_the_title_of_its_page(self, tip, editor):
        section = inbox.add("https://example.org/a", tip, editor, "Warm up\nslowly")

        assert (section.title, section.link) == ("Warm up slowly", "https://example.org/a")

    @pytest.mark.parametrize(
        ("address", "title"),
        [
            ("https://www.example.org/2026/warm-up_slowly.html", "Warm up slowly (example.org)"),
            ("www.example.org/caf%C3%A9/", "Café (example.org)"),
            ("https://arxiv.org/abs/2401.00001", "2401.00001 (arxiv.org)"),
            ("https://example.org:8000/?q=a", "example.org"),
        ],
    )
    def test_an_address_without_a_title_gets_a_readable_one(self, tip, editor, address, title):
        assert inbox.add(address, tip, editor).title == title

    def test_the_long_title_of_a_page_is_cut(self, tip, editor):
        section = inbox.add("https://example.org/", tip, editor, "a" * 400)

        assert section.title == "a" * 300

    def test_the_longest_title_is_kept(self, tip, editor):
        assert inbox.add("a" * 300, tip, editor).title == "a" * 300

    @pytest.mark.parametrize(
        "text",
        ["https://", "https://a b", "ftp://example.org/", "file:///etc/passwd", "\x07 "]
        + ["https://example.org/" + "a" * 500, "a" * 301],
    )
    def test_nonsense_is_refused(self, tip, editor, text):
        with pytest.raises(ValidationError):
            inbox.add(text, tip, editor)

        assert not Section.objects.exists()

    @pytest.mark.parametrize(
        "again",
        [
            "https://example.org/a",
            "https://example.org/a/",
            "HTTP://WWW.Example.org/a",
            "www.example.org/a?utm_source=letter&fbclid=1",
            "https://example.org/a#part",
        ],
    )
    def test_what_waits_already_is_not_added_twice(self, tip, editor, again):
        section = inbox.add("https://example.org/a", tip, editor)

        with pytest.raises(inbox.AlreadyWaiting) as refusal:
            inbox.add(again, tip, editor)

        assert refusal.value.section == section

    def test_a_page_that_a_text_mentions_is_not_waiting(self, tip, editor):
        make_section(body="[here](https://example.org/a)", link="https://example.org/b")

        assert inbox.add("https://example.org/a", tip, editor).link == "https://example.org/a"

    def test_looking_for_it_is_one_question(self, django_assert_num_queries):
        for number in range(3):
            make_section(title=f"Tip {number}", link="https://example.org/a")

        with django_assert_num_queries(1):
            assert inbox.about("https://www.example.org/a").title == "Tip 0"

    def test_a_link_that_an_issue_has_may_wait_again(self, tip, editor):
        make_section(make_issue(1), link="https://example.org/a")

        assert inbox.add("https://example.org/a", tip, editor).issue is None

    def test_it_takes_the_right_to_add(self, tip, author):
        author.user_permissions.clear()

        with pytest.raises(PermissionDenied):
            inbox.add("A title", tip, author)


class TestPulling:
    def test_the_section_stays_the_same_row(self, editor, author):
        section = make_section(tags=["css"], author=author, body="![](/media/a/1.png)")
        issue = make_issue(13, None)

        inbox.pull(section, issue, editor)

        found = issue.sections.get()
        assert (found.pk, found.author, found.body) == (section.pk, author, section.body)
        assert found.created_at == section.created_at
        assert [tag.name for tag in found.tags.all()] == ["css"]

    def test_it_comes_behind_the_last_of_its_type(self, editor):
        rows = ["One", {"title": "Two", "type": "news"}, {"title": "Three", "type": "tool"}]
        issue = make_issue(13, None, rows)

        inbox.pull(make_section(title="New", type="news"), issue, editor)

        found = [(section.position, section.title) for section in issue.sections.all()]
        assert found == [(1, "One"), (2, "Two"), (3, "New"), (4, "Three")]

    def test_it_comes_to_the_end_where_there_is_none_of_its_type(self, editor):
        issue = make_issue(13, None, ["One", "Two"])

        inbox.pull(make_section(title="New", type="news"), issue, editor)

        assert [section.title for section in issue.sections.all()] == ["One", "Two", "New"]

    def test_it_takes_a_free_slug_and_keeps_its_own_where_that_is_free(self, editor):
        issue = make_issue(13, None, ["Same"])
        same, other = make_section(title="Same"), make_section(title="Long title", slug="brief")

        inbox.pull(same, issue, editor)
        inbox.pull(other, issue, editor)

        assert {section.slug for section in issue.sections.all()} == {"same", "same-2", "brief"}

    def test_an_open_form_of_the_issue_notices(self, editor):
        issue = make_issue(13, None)
        opened = Issue.objects.get()

        inbox.pull(make_section(), issue, editor)

        with pytest.raises(StaleVersion):
            opened.save()

    def test_what_is_in_hand_can_be_saved_on(self, editor):
        issue = make_issue(13, None)

        inbox.pull(make_section(), issue, editor)
        issue.save()

        assert Issue.objects.get().version == issue.version

    def test_only_one_of_two_editors_gets_it(self, editor):
        section = make_section()
        mine, theirs = Section.objects.get(), Section.objects.get()
        inbox.pull(mine, make_issue(13, None), editor)

        with pytest.raises(StaleVersion):
            inbox.pull(theirs, make_issue(14, None), editor)

        assert Section.objects.get(pk=section.pk).issue.number == 13

    def test_a_section_of_an_issue_stays_there(self, editor):
        section = make_issue(1, None, ["Tip"]).sections.get()

        with pytest.raises(inbox.NotInInbox):
            inbox.pull(section, make_issue(2, None), editor)

    def test_authors_pull_what_is_theirs_into_what_is_theirs(self, author):
        theirs, mine = make_section(), make_section(author=author)
        their_draft, my_draft = make_issue(1, None), make_issue(2, None, author=author)

        for section, issue in ((theirs, my_draft), (mine, their_draft)):
            with pytest.raises(PermissionDenied):
                inbox.pull(section, issue, author)
        inbox.pull(mine, my_draft, author)

        assert my_draft.sections.get() == mine

    @pytest.mark.parametrize("published", [TOMORROW, -TOMORROW])
    def test_authors_pull_nothing_into_what_is_no_draft(self, author, published):
        issue = make_issue(1, published, author=author)

        with pytest.raises(PermissionDenied):
            inbox.pull(make_section(author=author), issue, author)


class TestPushingBack:
    def test_the_section_stays_the_same_row_and_the_rest_is_numbered(self, editor, author):
        issue = make_issue(1, None, ["One", {"title": "Two", "tags": ["css"]}, "Three"])
        section = issue.sections.get(title="Two")
        Section.objects.filter(pk=section.pk).update(author=author)
        section.refresh_from_db()

        inbox.push_back(section, editor)

        found = Section.objects.in_inbox().get()
        assert (found.pk, found.author, found.title) == (section.pk, author, "Two")
        assert found.created_at == section.created_at
        assert [tag.name for tag in found.tags.all()] == ["css"]
        left = [(section.position, section.title) for section in issue.sections.all()]
        assert left == [(1, "One"), (2, "Three")]

    def test_an_open_form_of_the_issue_notices(self, editor):
        section = make_issue(1, None, ["Tip"]).sections.get()
        opened = Issue.objects.get()

        inbox.push_back(section, editor)

        with pytest.raises(StaleVersion):
            opened.save()

    def test_the_address_that_readers_know_leads_to_it_once_it_is_public_again(
        self, client, editor
    ):
        section = make_issue(1, sections=["Tip"]).sections.get()
        inbox.push_back(section, editor)
        assert client.get("/issues/1/tip/").status_code == 404

        inbox.pull(section, make_issue(2), editor)

        assert client.get("/issues/1/tip/").url == "/issues/2/tip/"

    def test_back_at_its_place_it_has_no_former_address(self, client, editor):
        issue = make_issue(1, sections=["Tip"])
        section = issue.sections.get()

        inbox.push_back(section, editor)
        inbox.pull(section, issue, editor)

        assert client.get("/issues/1/tip/").status_code == 200
        assert not FormerAddress.objects.exists()

    def test_it_is_found_no_more_by_readers(self, client, editor):
        inbox.push_back(make_issue(1, sections=["Tip"]).sections.get(), editor)

        assert search.answer(search.Question("tip")).total == 0
        assert search.check() == (set(), set(), set())

    def test_authors_push_nothing_back_from_what_is_not_theirs(self, author):
        section = make_issue(1, None, [{"title": "Mine", "author": author}]).sections.get()

        with pytest.raises(PermissionDenied):
            inbox.push_back(section, author)

    def test_what_is_in_the_inbox_stays_there(self, editor):
        section = make_section()

        inbox.push_back(section, editor)

        assert Section.objects.get().version == section.version


class TestPage:
    def test_strangers_are_sent_to_the_sign_in_and_come_back_with_what_they_brought(self, client):
        response = client.get(PAGE, {"text": "https://example.org/"})

        assert response.url.startswith("/admin/login/?next=/admin/desk/inbox/%3Ftext")

    def test_staff_without_the_right_are_refused(self, authors_desk, author):
        author.user_permissions.clear()

        assert authors_desk.get(PAGE).status_code == 403
        assert authors_desk.post(PAGE).status_code == 403

    def test_one_line_and_a_type_are_enough(self, desk, tip):
        response = desk.post(PAGE, {"text": "https://example.org/a", "type": tip.pk}, follow=True)

        section = Section.objects.in_inbox().get()
        assert section.link == "https://example.org/a"
        assert (
            f'“<a href="{change_address(section)}">A (example.org)</a>” is in the inbox now.'
            in (response.content.decode())
        )

    def test_a_bookmark_only_fills_the_form_in(self, desk):
        brought = {"text": "https://example.org/a", "title": "<b>Bold\x00</b>"}

        response = desk.get(PAGE, brought)

        assert response.context["form"]["text"].value() == "https://example.org/a"
        assert 'value="&lt;b&gt;Bold&lt;/b&gt;"' in response.content.decode()
        assert not Section.objects.exists()

    def test_the_bookmark_leads_here(self, desk, settings):
        settings.SITE_URL = "https://news.example.org"

        page = desk.get(PAGE).content.decode()

        address = "javascript:void(open(&#x27;https://news.example.org/admin/desk/inbox/?text="
        assert f'href="{address}' in page

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("https://a b", "Enter a valid URL"),
            ("", "This field is required"),
            ("\x01", "Write an address or a title"),
            ("a" * 301, "A title has at most 300 characters; this one has 301."),
        ],
    )
    def test_nonsense_is_said_in_the_form(self, desk, tip, text, reason):
        response = desk.post(PAGE, {"text": text, "type": tip.pk})

        assert response.status_code == 200
        assert reason in str(response.context["form"].errors["text"])

    def test_what_waits_already_is_said_in_the_form(self, desk, tip):
        make_section(title="Waiting", link="https://example.org/a")

        response = desk.post(PAGE, {"text": "https://example.org/a", "type": tip.pk})

        [error] = response.context["form"].errors["text"]
        assert "is in the inbox already, since" in error
        assert "“Waiting”" in error
        assert Section.objects.count() == 1

    def test_the_title_of_what_a_colleague_keeps_is_not_told(self, authors_desk, tip, editor):
        make_section(title="Secret", link="https://example.org/a", author=editor)

        response = authors_desk.post(PAGE, {"text": "https://example.org/a", "type": tip.pk})

        [error] = response.context["form"].errors["text"]
        assert "is in the inbox already, since" in error
        assert "Secret" not in response.content.decode()

    def test_each_section_shows_its_age_its_host_and_its_tags(self, desk):
        make_section(title="Old", tags=["css"], link="https://www.example.org/a")
        three_days_ago = timezone.now() - datetime.timedelta(days=3, hours=1)
        Section.objects.update(created_at=three_days_ago)

        page = desk.get(PAGE).content.decode()

        assert "3\xa0days</time>" in page
        assert ">example.org</a>" in page
        assert '<td class="tags">css</td>' in page

    def test_authors_see_what_is_theirs(self, authors_desk, author):
        make_section(title="Mine", author=author)
        make_section(title="Not mine")
        make_issue(1, sections=["In an issue"])

        found = authors_desk.get(PAGE).context["page"]

        assert [section.title for section in found] == ["Mine"]

    @pytest.mark.parametrize(
        ("query", "titles"),
        [
            ("", ["News", "Warm up"]),
            ("?type=news", ["News"]),
            ("?q=WARM", ["Warm up"]),
            ("?q=learning+warm", ["Warm up"]),
            ("?q=warm+news", []),
            ("?q=%25", []),
            ("?q=%00", ["News", "Warm up"]),
            ("?type=nonsense", ["News", "Warm up"]),
            ("?page=nonsense", ["News", "Warm up"]),
        ],
    )
    def test_it_is_searched_and_filtered(self, desk, query, titles):
        make_section(title="Warm up", tags=["machine learning"])
        make_section(title="News", type="news")

        found = desk.get(PAGE + query).context["page"]

        assert [section.title for section in found] == titles

    def test_fifty_are_on_a_page(self, desk):
        for number in range(51):
            make_section(title=f"Tip {number}")

        page = desk.get(PAGE, {"page": 2})

        assert [section.title for section in page.context["page"]] == ["Tip 0"]
        assert 'href="?page=1"' in page.content.decode()

    def test_it_asks_as_often_with_1_as_with_30_sections(
        self, desk, editor, django_assert_max_num_queries, django_assert_num_queries
    ):
        make_issue(1, None)
        make_section(title="Tip", tags=["a"], author=editor)
        desk.get(PAGE)
        with django_assert_max_num_queries(9) as queries:
            desk.get(PAGE)
        for number in range(29):
            make_section(title=f"Tip {number}", tags=["a", f"tag {number}"], author=editor)
            make_issue(number + 2, None)

        with django_assert_num_queries(len(queries)):
            assert desk.get(PAGE).status_code == 200


class TestPullButton:
    def pull(self, desk, section, issue):
        address = f"{PAGE}{section.pk}/pull/?q=tip"
        return desk.post(address, {"issue": getattr(issue, "pk", issue)}, follow=True)

    def test_one_draft_is_named_on_the_button(self, desk):
        make_section()
        make_issue(12)
        draft = make_issue(13, None)

        page = desk.get(PAGE).content.decode()

        assert f'name="issue" value="{draft.pk}">Pull into #13</button>' in page

    def test_of_several_drafts_the_next_one_is_proposed(self, desk):
        make_section()
        make_issue(13, None)
        make_issue(14, None, planned_at=timezone.now())

        drafts = desk.get(PAGE).context["drafts"]

        assert [draft.number for draft in drafts] == [14, 13]

    def test_pulling_says_where_it_is_now_and_stays_on_the_page(self, desk):
        section, issue = make_section(title="<Tip>"), make_issue(13, None)

        response = self.pull(desk, section, issue)

        form = reverse("admin:issues_issue_change", args=[issue.pk])
        said = f'“&lt;Tip&gt;” is in <a href="{form}">#13</a> now.'
        assert said in response.content.decode()
        assert response.redirect_chain == [(f"{PAGE}?q=tip", 302)]
        assert issue.sections.get() == section

    def test_what_is_in_an_issue_already_is_said(self, desk):
        section = make_issue(12, None, ["Tip"]).sections.get()

        response = self.pull(desk, section, make_issue(13, None))

        assert "“Tip” is in " in response.content.decode()
        assert "already." in response.content.decode()
        assert Section.objects.get().issue.number == 12

    @pytest.mark.parametrize("issue", ["", "x", "²", "9" * 30])
    def test_nonsense_is_said(self, desk, issue):
        response = self.pull(desk, make_section(), issue)

        assert "Choose an issue" in response.content.decode()

    def test_what_one_may_not_change_does_not_exist(self, authors_desk, author):
        theirs, mine = make_section(), make_section(author=author)
        their_draft, my_draft = make_issue(1, None), make_issue(2, None, author=author)

        assert self.pull(authors_desk, theirs, my_draft).status_code == 404
        assert self.pull(authors_desk, mine, their_draft).status_code == 404
        assert self.pull(authors_desk, mine, my_draft).status_code == 200
        assert my_draft.sections.get() == mine

    def test_looking_changes_nothing(self, desk):
        assert desk.get(f"{PAGE}{make_section().pk}/pull/").status_code == 405


class TestScreenOfASection:
    def test_the_list_shows_what_one_may_see(self, authors_desk, author):
        make_section(title="Mine", author=author)
        make_section(title="Not mine")
        make_issue(1, sections=["Public"])
        make_issue(2, None, ["Their draft"])

        page = authors_desk.get(reverse("admin:issues_section_changelist"))

        assert [section.title for section in page.context["cl"].result_list] == ["Public", "Mine"]

    @pytest.mark.parametrize(
        ("place", "titles"), [("inbox", ["Waits"]), ("issue", ["Tip"]), ("moon", ["Waits", "Tip"])]
    )
    def test_the_list_is_filtered_by_place(self, desk, place, titles):
        make_issue(1, sections=["Tip"])
        make_section(title="Waits")

        page = desk.get(reverse("admin:issues_section_changelist"), {"place": place})

        assert [section.title for section in page.context["cl"].result_list] == titles

    def test_a_new_section_has_its_author(self, authors_desk, author, tip):
        data = {"title": "New", "type": tip.pk, "position": ""}

        authors_desk.post(reverse("admin:issues_section_add"), data)

        assert Section.objects.get().author == author

    def test_what_is_public_is_read_only_for_authors(self, authors_desk, author):
        section = make_issue(1, sections=["Public"]).sections.get()

        page = authors_desk.get(change_address(section))
        saved = authors_desk.post(change_address(section), change_form(section, title="Mine"))
        deleted = authors_desk.post(
            reverse("admin:issues_section_delete", args=[section.pk]), {"post": "yes"}
        )

        assert page.status_code == 200
        assert 'name="title"' not in page.content.decode()
        assert (saved.status_code, deleted.status_code) == (403, 403)
        assert Section.objects.get().title == "Public"

    def test_a_section_goes_into_no_issue_that_one_may_not_change(self, authors_desk, author):
        section, issue = make_section(author=author), make_issue(1)

        response = authors_desk.post(change_address(section), change_form(section, issue=issue.pk))

        assert "issue" in response.context["adminform"].form.errors
        assert not issue.sections.exists()

    def test_an_open_form_of_its_issue_notices(self, desk):
        issue = make_issue(1, None, ["One", "Two"])
        opened, section = Issue.objects.get(), issue.sections.first()

        desk.post(change_address(section), change_form(section, title="Other words"))

        with pytest.raises(StaleVersion):
            opened.save()

    @pytest.mark.parametrize("position", [1, ""])
    def test_moving_it_numbers_both_issues(self, desk, position):
        old = make_issue(1, None, ["One", "Two"])
        new = make_issue(2, None, ["Three"])
        section = old.sections.get(title="One")

        desk.post(change_address(section), change_form(section, issue=new.pk, position=position))

        assert list(old.sections.values_list("position", "title")) == [(1, "Two")]
        assert list(new.sections.values_list("position", "title")) == [(1, "Three"), (2, "One")]

    def test_deleting_it_numbers_its_issue(self, desk):
        issue = make_issue(1, None, ["One", "Two", "Three"])
        one, two, _ = issue.sections.all()
        data = {"action": "delete_selected", "_selected_action": [one.pk], "post": "yes"}

        desk.post(reverse("admin:issues_section_changelist"), data)
        desk.post(reverse("admin:issues_section_delete", args=[two.pk]), {"post": "yes"})

        left = issue.sections.get()
        assert (left.position, left.title) == (1, "Three")
        assert Issue.objects.get().version == issue.version + 2

    def test_several_are_pushed_back_at_once(self, desk):
        issue = make_issue(1, None, ["One", "Two", "Three"])
        one, two, _ = issue.sections.all()
        data = {"action": "push_back", "_selected_action": [one.pk, two.pk]}

        response = desk.post(reverse("admin:issues_section_changelist"), data, follow=True)

        assert "2 sections are in the inbox again." in response.content.decode()
        assert [section.title for section in issue.sections.all()] == ["Three"]
        assert set(Section.objects.in_inbox()) == {one, two}

    def test_one_that_somebody_changes_meanwhile_stays_and_is_named(self, desk):
        one, two = make_issue(1, None, ["One", "Two"]).sections.all()
        data = {"action": "push_back", "_selected_action": [one.pk, two.pk]}

        def change_it(**kwargs):
            Section.objects.filter(pk=two.pk).touch()

        pre_revision_commit.connect(change_it)
        try:
            address = reverse("admin:issues_section_changelist")
            page = desk.post(address, data, follow=True).content.decode()
        finally:
            pre_revision_commit.disconnect(change_it)

        assert "Somebody changed “One” just now" not in page
        assert "Somebody changed “Two” just now. Please try again." in page
        assert list(Section.objects.in_inbox()) == [one]

    def test_authors_push_back_what_is_theirs(self, authors_desk, author):
        mine = make_issue(1, None, ["Mine"], author=author).sections.get()
        public = make_issue(2, sections=["Public"], author=author).sections.get()
        data = {"action": "push_back", "_selected_action": [mine.pk, public.pk]}

        authors_desk.post(reverse("admin:issues_section_changelist"), data)

        assert list(Section.objects.in_inbox()) == [mine]

    def test_an_open_screen_takes_no_section_back_to_its_old_place(self, desk, editor):
        issue = make_issue(1, None, ["One", {"title": "Two", "type": "news"}])
        two = issue.sections.get(title="Two")
        page = desk.get(change_address(two)).content.decode()
        form = change_form(two, title="Second", **{"initial-position": two.position})
        inbox.pull(make_section(title="New"), issue, editor)

        assert desk.post(change_address(two), form).status_code == 302

        assert 'name="initial-position" value="2"' in page
        assert [one.title for one in issue.sections.all()] == ["One", "New", "Second"]
        assert [one.position for one in issue.sections.all()] == [1, 2, 3]

    def test_a_place_that_is_chosen_there_is_taken(self, desk):
        issue = make_issue(1, None, ["One", "Two", "Three"])
        three = issue.sections.get(title="Three")

        desk.post(change_address(three), change_form(three, position=0, **{"initial-position": 3}))

        assert [one.title for one in issue.sections.all()] == ["Three", "One", "Two"]


class TestTwoEditorsOfOneSection:
    def test_the_slower_one_overwrites_nothing_and_loses_nothing(self, desk):
        section = make_section(title="Before", body="Same", tags=["css"])
        mine = change_form(section, title="Mine", tags="css", body="Same")
        desk.post(change_address(section), change_form(section, title="Theirs", tags="html"))

        response = desk.post(change_address(section), mine)

        page, form = response.content.decode(), response.context["adminform"].form
        assert Section.objects.get().title == "Theirs"
        assert "Somebody changed this section at" in str(form.non_field_errors())
        assert 'name="title" value="Mine"' in page
        assert form.saved == [("Title", "Theirs"), ("Tags", "html")]
        assert "<dt>Tags</dt><dd>html</dd>" in page

    def test_saving_again_is_a_choice(self, desk):
        section = make_section(title="Before")
        mine = change_form(section, title="Mine")
        desk.post(change_address(section), change_form(section, title="Theirs"))
        shown = desk.post(change_address(section), mine).context["adminform"].form

        desk.post(change_address(section), mine | {"version": shown["version"].value()})

        assert Section.objects.get().title == "Mine"

    @pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30])
    def test_a_form_that_knows_no_version_saves_nothing(self, desk, version):
        section = make_section(title="Before")

        response = desk.post(change_address(section), change_form(section, version=version))

        assert response.status_code == 200
        assert response.context["adminform"].form.errors
