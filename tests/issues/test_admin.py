"""The screens of the writing desk."""

import pytest
from django.contrib import admin
from django.urls import reverse

from issues import search
from issues.models import Asset, Issue, Section, SectionType, Tag
from tests.builders import (
    YESTERDAY,
    found,
    issue_form,
    make_issue,
    make_ready_issue,
    make_section,
    make_unready_issue,
    picture,
    row,
)

pytestmark = pytest.mark.django_db

ADD_ISSUE = reverse("admin:issues_issue_add")


def save(desk, data, issue=None):
    url = reverse("admin:issues_issue_change", args=[issue.pk]) if issue else ADD_ISSUE
    response = desk.post(url, data)
    assert response.status_code == 302, response.context["errors"]
    return Issue.objects.get(number=data["number"])


class TestWriting:
    def test_a_whole_issue_with_sections_and_tags_in_one_form(self, desk):
        issue = save(
            desk,
            issue_form(
                {"title": "Warm up", "body": "Slowly", "tags": "C++, machine learning"},
                {"title": "Cool down", "body": "Later"},
            ),
        )

        one, two = issue.sections.all()
        assert (one.title, one.slug, one.position) == ("Warm up", "warm-up", 1)
        assert (two.title, two.slug, two.position) == ("Cool down", "cool-down", 2)
        assert {tag.name for tag in one.tags.all()} == {"C++", "machine learning"}
        assert issue.state == "draft"

    def test_saving_indexes_text_and_tags_at_once(self, desk):
        save(desk, issue_form({"title": "Warm up", "body": "Slowly", "tags": "optimiser"}))

        assert len(found("optimiser slowly")) == 1

    def test_two_sections_of_the_same_title_get_different_slugs(self, desk):
        issue = save(desk, issue_form({"title": "Same"}, {"title": "Same"}))

        assert [section.slug for section in issue.sections.all()] == ["same", "same-2"]

    def test_positions_decide_and_an_empty_one_is_the_end(self, desk):
        issue = save(
            desk,
            issue_form(
                {"title": "Last"},
                {"title": "Second", "position": 7},
                {"title": "First", "position": 2},
            ),
        )

        found = [(section.position, section.title) for section in issue.sections.all()]
        assert found == [(1, "First"), (2, "Second"), (3, "Last")]

    def test_moving_one_section_renumbers_the_untouched_ones(self, desk):
        issue = make_issue(1, None, ["One", "Two", "Three"])
        one, two, three = issue.sections.all()

        save(desk, issue_form(row(one), row(two), row(three, position=0), issue=issue), issue)

        assert [section.title for section in issue.sections.all()] == ["Three", "One", "Two"]

    def test_a_draft_needs_no_section(self, desk):
        page = desk.get(ADD_ISSUE)
        formset = page.context["inline_admin_formsets"][0].formset
        data = {f"{formset.prefix}-{n}": v for n, v in formset.management_form.initial.items()}

        issue = save(desk, {"number": 1, "title": "Only a title", **data})

        assert issue.sections.count() == 0

    def test_a_saved_issue_has_room_for_one_more_section_without_scripts(self, desk):
        issue = make_issue(1, None, ["One"])

        page = desk.get(reverse("admin:issues_issue_change", args=[issue.pk]))

        assert 'name="sections-1-title"' in page.content.decode()

    @pytest.mark.parametrize(
        ("positions", "order"),
        [
            ([1, 2, 3, 1], ["New", "One", "Two", "Three"]),
            ([1, 2, 3, 2], ["One", "New", "Two", "Three"]),
            ([2, 2, 3, ""], ["Two", "One", "Three", "New"]),
            ([1, 2, 1, ""], ["Three", "One", "Two", "New"]),
            ([3, 2, 3, 9], ["Two", "Three", "One", "New"]),
            (["9" * 5000, 2, 3, 4], None),
        ],
    )
    def test_a_section_takes_the_place_that_it_is_given(self, desk, positions, order):
        issue = make_issue(1, None, ["One", "Two", "Three"])
        rows = [
            row(section, position=position)
            for section, position in zip(issue.sections.all(), positions, strict=False)
        ]
        form = issue_form(*rows, {"title": "New", "position": positions[3]}, issue=issue)

        response = desk.post(reverse("admin:issues_issue_change", args=[issue.pk]), form)

        if order is None:
            assert response.status_code == 200
            assert issue.sections.count() == 3
        else:
            assert [section.title for section in issue.sections.all()] == order

    @pytest.mark.parametrize("title", ["\x07", " ", "", "\x01\x02"])
    def test_a_title_without_words_is_said_to_be_missing(self, desk, title):
        response = desk.post(ADD_ISSUE, issue_form(title=title))

        assert response.context["adminform"].form.errors == {"title": ["This field is required."]}

    def test_two_sections_may_swap_their_slugs(self, desk):
        issue = make_issue(1, None, ["One", "Two"])
        one, two = issue.sections.all()

        rows = row(one, slug="two"), row(two, slug="one")
        save(desk, issue_form(*rows, issue=issue), issue)

        assert [section.slug for section in issue.sections.all()] == ["two", "one"]

    def test_a_single_section_without_a_position_goes_to_the_end(self, desk):
        issue = make_issue(1, None, ["One", "Two"])
        data = {"title": "New", "type": 1, "issue": issue.pk, "position": ""}
        data["type"] = SectionType.objects.get(slug="news").pk

        desk.post(reverse("admin:issues_section_add"), data)

        assert [section.title for section in issue.sections.all()] == ["One", "Two", "New"]

    def test_a_deleted_section_is_found_no_more(self, desk):
        issue = make_issue(1, None, ["Stays", "Goes"])
        one, two = issue.sections.all()

        save(desk, issue_form(row(one), row(two, DELETE="on"), issue=issue), issue)

        assert [section.title for section in issue.sections.all()] == ["Stays"]
        assert search.check() == (set(), set(), set())

    def test_an_unreadable_text_is_said_at_its_field(self, desk):
        response = desk.post(ADD_ISSUE, issue_form({"title": "A", "body": "[" * 60_000}))

        assert response.status_code == 200
        assert "square brackets are open" in response.content.decode()
        assert not Issue.objects.exists()

    def test_a_taken_slug_is_said_in_the_form(self, desk):
        response = desk.post(
            ADD_ISSUE, issue_form({"title": "A", "slug": "x"}, {"title": "B", "slug": "x"})
        )

        assert response.status_code == 200
        formset = response.context["inline_admin_formsets"][0].formset
        assert [form.errors for form in formset.forms] == [
            *({}, {"slug": ["Another section of this issue has this slug."]})
        ]

    def test_the_next_number_is_proposed(self, desk):
        make_issue(41)

        assert 'value="42"' in desk.get(ADD_ISSUE).content.decode()

    def test_a_link_without_a_scheme_gets_https(self, desk):
        issue = save(desk, issue_form({"title": "A", "link": "example.org/paper"}))

        assert issue.sections.get().link == "https://example.org/paper"


class TestPublishing:
    def run(self, desk, action, issue):
        data = {"action": action, "_selected_action": [issue.pk]}
        return desk.post(reverse("admin:issues_issue_changelist"), data, follow=True)

    def test_publish_now_makes_public_and_says_so(self, desk):
        issue = make_ready_issue()

        response = self.run(desk, "publish_now", issue)

        assert Issue.objects.published().get() == issue
        assert "1 issue is public now." in response.content.decode()

    def test_publish_now_says_of_each_issue_what_holds_it_back(self, desk):
        ready, unready = make_ready_issue(1), make_unready_issue(2)

        data = {"action": "publish_now", "_selected_action": [ready.pk, unready.pk]}
        page = desk.post(reverse("admin:issues_issue_changelist"), data, follow=True)

        html = page.content.decode()
        assert list(Issue.objects.published()) == [ready]
        assert "1 issue is public now." in html
        assert "#2 Issue number 2: " in html
        assert reverse("desk:publishing", args=[unready.pk]) in html

    def test_publish_now_leaves_the_date_of_what_is_public(self, desk):
        issue = make_issue(1, YESTERDAY)

        self.run(desk, "publish_now", issue)

        assert Issue.objects.get().published_at == issue.published_at

    @pytest.mark.parametrize("key", ["x", "\0", "9" * 30, "-1", ""])
    def test_a_row_that_cannot_be_is_answered_with_the_list(self, desk, key):
        data = {"action": "publish_now", "_selected_action": [key]}

        page = desk.post(reverse("admin:issues_issue_changelist"), data, follow=True)

        assert "Choose rows of this list." in page.content.decode()

    def test_unpublish_makes_a_draft(self, desk):
        issue = make_issue(1)

        self.run(desk, "unpublish", issue)

        assert list(Issue.objects.drafts()) == [issue]

    def test_deleting_an_issue_leaves_nothing_in_the_index(self, desk):
        issue = make_issue(1, sections=["One", "Two"])

        desk.post(reverse("admin:issues_issue_delete", args=[issue.pk]), {"post": "yes"})

        assert not Section.objects.exists()
        assert search.check() == (set(), set(), set())


class TestPreview:
    def test_a_section_of_a_draft_leads_to_its_place_in_the_preview(self):
        section = make_issue(1, None, ["Not yet"]).sections.get()

        address = admin.site.get_model_admin(Section).view_on_site(section)

        assert address.endswith("/preview/#not-yet")

    def test_editors_see_a_draft_as_its_readers_will(self, desk):
        issue = make_issue(1, None, ["Not yet public"])

        response = desk.get(reverse("admin:issues_issue_preview", args=[issue.pk]))

        assert "only editors see this page" in response.content.decode()
        assert "Not yet public" in response.content.decode()
        assert "no-store" in response["Cache-Control"]

    def test_strangers_are_sent_to_the_sign_in(self, client):
        issue = make_issue(1, None)

        response = client.get(reverse("admin:issues_issue_preview", args=[issue.pk]))

        assert response.status_code == 302
        assert response.url.startswith("/admin/login/")

    def test_staff_without_the_right_are_refused(self, client, django_user_model):
        issue = make_issue(1, None)
        user = django_user_model.objects.create_user("c", password="x", is_staff=True)
        client.force_login(user)

        url = reverse("admin:issues_issue_preview", args=[issue.pk])

        assert client.get(url).status_code == 403

    def test_view_on_site_leads_to_what_there_is(self):
        screen = admin.site.get_model_admin(Issue)

        assert screen.view_on_site(make_issue(1, None)).startswith("/admin/")
        assert screen.view_on_site(make_issue(2)) == "/issues/2/"


class TestForm:
    def test_the_form_asks_as_often_with_3_as_with_30_sections(
        self, desk, django_assert_max_num_queries, django_assert_num_queries
    ):
        old = make_issue(1, sections=["Newer"]).sections.get()
        small, large = make_issue(2), make_issue(3)
        for issue, count in ((small, 3), (large, 30)):
            for number in range(count):
                make_section(issue, f"Tip {number}", tags=["a", "b"], superseded_by=old)

        def form(issue):
            return reverse("admin:issues_issue_change", args=[issue.pk])

        with django_assert_max_num_queries(20) as queries:
            desk.get(form(small))
        with django_assert_num_queries(len(queries)):
            assert desk.get(form(large)).status_code == 200


class TestLists:
    def fill(self, numbers):
        for number in numbers:
            section = {"title": "Tip", "tags": [f"tag {number}"]}
            make_issue(number, YESTERDAY * number, [section])
            Asset.objects.create(
                file=f"a/{number}.png", sha256=str(number), width=1, height=1, alt=f"{number}"
            )

    @pytest.mark.parametrize("model", [Issue, Section, Tag, Asset, SectionType])
    def test_lists_ask_as_often_with_1_as_with_30_rows(
        self, desk, model, django_assert_max_num_queries, django_assert_num_queries
    ):
        url = reverse(f"admin:issues_{model._meta.model_name}_changelist")
        self.fill([1])
        desk.get(url)
        with django_assert_max_num_queries(15) as queries:
            desk.get(url)
        self.fill(range(2, 31))

        with django_assert_num_queries(len(queries)):
            assert desk.get(url).status_code == 200

    @pytest.mark.parametrize("query", ["?q=tip", "?state=draft", "?state=published", "?q=1"])
    def test_issues_are_searched_and_filtered(self, desk, query):
        self.fill([1, 2])

        response = desk.get(reverse("admin:issues_issue_changelist") + query)

        numbers = [issue.number for issue in response.context["cl"].result_list]
        expected = {"?q=tip": [2, 1], "?state=draft": [], "?state=published": [2, 1], "?q=1": [1]}
        assert numbers == expected[query]

    @pytest.mark.parametrize(
        "query",
        [
            "published_at__year=99999999999999",
            "published_at__year=9999",
            "published_at__year=2026&published_at__month=99999999999999",
            "published_at__year__gte=99999999999999",
            "published_at__gte=99999-01-01",
            "published_at__date=x",
        ],
    )
    def test_a_filter_by_no_date_leads_to_the_whole_list(self, desk, query):
        url = reverse("admin:issues_issue_changelist")
        self.fill([1])

        response = desk.get(f"{url}?{query}")

        assert response.url == f"{url}?e=1"
        assert desk.get(response.url).status_code == 200

    @pytest.mark.parametrize("moment", ["9999-12-31T23:59:59-05:00", "0001-01-01T00:00:00%2B05:00"])
    def test_the_ends_of_the_calendar_are_answered(self, desk, moment):
        url = reverse("admin:issues_issue_changelist")

        response = desk.get(f"{url}?published_at__gte={moment}", follow=True)

        assert response.status_code == 200  # one database knows such moments, the other does not

    @pytest.mark.parametrize("model", [Section, Asset])
    def test_other_lists_know_the_calendar_too(self, desk, model):
        url = reverse(f"admin:issues_{model._meta.model_name}_changelist")

        assert desk.get(f"{url}?created_at__year=99999999999999").url == f"{url}?e=1"


class TestTags:
    def test_a_renamed_tag_is_found_by_its_new_name(self, desk):
        section = make_section(make_issue(1), tags=["pytorch"])
        tag = Tag.objects.get()

        url = reverse("admin:issues_tag_change", args=[tag.pk])
        desk.post(url, {"name": "tensors", "slug": tag.slug, "description": ""})

        assert found("tensors") == [section.title]
        assert search.check() == (set(), set(), set())

    def test_a_deleted_tag_is_found_no_more(self, desk):
        make_section(make_issue(1), tags=["pytorch"])

        url = reverse("admin:issues_tag_delete", args=[Tag.objects.get().pk])
        desk.post(url, {"post": "yes"})

        assert search.check() == (set(), set(), set())

    def test_an_empty_slug_is_made_from_the_name(self, desk):
        url = reverse("admin:issues_tag_add")

        desk.post(url, {"name": "F#", "slug": "", "description": ""})

        assert Tag.objects.get().slug == "f-sharp"

    @pytest.mark.parametrize(
        ("before", "posted", "after"),
        [
            (("Phyton", "phyton"), ("Python", "phyton"), "python"),
            (("Phyton", "phyton"), ("Python", ""), "python"),
            (("Phyton", "phyton"), ("Python", "snake"), "snake"),
            (("Phyton", "snake"), ("Python", "snake"), "snake"),
            (("Phyton", "snake"), ("Phyton", ""), "phyton"),
            (("Phyton", "phyton"), ("PHYTON", "phyton"), "phyton"),
            (("Phyton", "phyton"), ("Taken", "phyton"), "taken-1"),
        ],
    )
    def test_a_new_name_makes_a_new_slug_unless_one_is_chosen(self, desk, before, posted, after):
        tag = Tag.objects.create(name=before[0], slug=before[1])
        Tag.objects.create(name="Another", slug="taken")

        url = reverse("admin:issues_tag_change", args=[tag.pk])
        desk.post(url, {"name": posted[0], "slug": posted[1], "description": ""})

        tag.refresh_from_db()
        assert (tag.name, tag.slug) == (posted[0], after)

    def test_a_new_name_that_is_refused_changes_no_slug(self, desk):
        tag = Tag.objects.create(name="Phyton")

        url = reverse("admin:issues_tag_change", args=[tag.pk])
        response = desk.post(url, {"name": "", "slug": "phyton", "description": ""})

        assert list(response.context["adminform"].form.errors) == ["name"]
        assert Tag.objects.get().slug == "phyton"

    def test_another_case_is_the_same_tag(self, desk):
        Tag.objects.create(name="Git")

        url = reverse("admin:issues_tag_add")
        response = desk.post(url, {"name": "git", "slug": "", "description": ""})

        errors = response.context["adminform"].form.errors
        assert errors == {"name": ["There is a tag of this name already."]}


class TestPictures:
    url = reverse("admin:issues_asset_add")

    def test_a_picture_is_added_with_its_words(self, desk):
        desk.post(self.url, {"upload": picture(), "alt": "A teal square"})

        assert Asset.objects.get().alt == "A teal square"

    def test_what_is_no_picture_is_said_in_the_form(self, desk):
        file = picture("BMP")

        response = desk.post(self.url, {"upload": file, "alt": "x"})

        assert "This is no JPEG" in response.content.decode()
        assert not Asset.objects.exists()

    def test_the_form_of_a_stored_picture_opens_without_a_field_for_its_file(self, desk):
        desk.post(self.url, {"upload": picture(), "alt": "Old"})

        page = desk.get(reverse("admin:issues_asset_change", args=[Asset.objects.get().pk]))

        assert page.status_code == 200
        assert list(page.context["adminform"].form.fields) == ["alt", "caption", "credit"]

    def test_a_picture_that_is_there_keeps_its_words(self, desk):
        desk.post(self.url, {"upload": picture(), "alt": "Mine"})

        response = desk.post(self.url, {"upload": picture(), "alt": ""})

        assert "This picture is there already: Mine" in response.content.decode()
        assert Asset.objects.get().alt == "Mine"

    def test_its_words_can_be_changed(self, desk):
        desk.post(self.url, {"upload": picture(), "alt": "Old"})
        asset = Asset.objects.get()

        desk.post(reverse("admin:issues_asset_change", args=[asset.pk]), {"alt": "New"})

        assert Asset.objects.get().alt == "New"
