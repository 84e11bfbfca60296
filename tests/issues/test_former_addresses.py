"""Addresses that were once shared lead somewhere for ever."""

import pytest
from django.urls import reverse

from issues import inbox, publishing
from issues.models import FormerAddress, Issue, Section, SectionType, Tag
from tests.builders import forget_pages, issue_form, make_issue, make_section

pytestmark = pytest.mark.django_db


def rename_section(desk, section, **changes):
    values = {"title": section.title, "slug": section.slug, "type": section.type_id}
    values |= {"issue": section.issue_id, "position": section.position, "tags": ""} | changes
    values["version"] = Section.objects.get(pk=section.pk).version
    response = desk.post(reverse("admin:issues_section_change", args=[section.pk]), values)
    assert response.status_code == 302


def save_issue(desk, issue, **changes):
    values = issue_form(issue=Issue.objects.get(pk=issue.pk)) | changes
    response = desk.post(reverse("admin:issues_issue_change", args=[issue.pk]), values)
    assert response.status_code == 302


def rename_tag(desk, tag, slug):
    values = {"name": tag.name, "slug": slug, "description": ""}
    desk.post(reverse("admin:issues_tag_change", args=[tag.pk]), values)


def moved_to(client, path):
    response = client.get(path)
    return response.url if response.status_code == 301 else response.status_code


class TestSections:
    def test_a_renamed_section_is_found_at_all_its_former_addresses(self, desk, client):
        section = make_issue(1, sections=["Old"]).sections.get()

        rename_section(desk, section, slug="new")
        rename_section(desk, section, slug="newest")

        for slug in ("old", "new"):
            assert moved_to(client, f"/issues/1/{slug}/") == "/issues/1/newest/"
        assert client.get("/issues/1/newest/").status_code == 200

    def test_a_section_that_gets_its_name_back_is_no_former_one(self, desk, client):
        section = make_issue(1, sections=["Old"]).sections.get()

        rename_section(desk, section, slug="new")
        rename_section(desk, section, slug="old")

        assert client.get("/issues/1/old/").status_code == 200
        assert moved_to(client, "/issues/1/new/") == "/issues/1/old/"
        assert FormerAddress.objects.count() == 1

    def test_a_section_in_another_issue_is_found_at_its_former_address(self, desk, client):
        section = make_issue(1, sections=["Tip"]).sections.get()

        rename_section(desk, section, issue=make_issue(2).pk)

        assert moved_to(client, "/issues/1/tip/") == "/issues/2/tip/"

    def test_the_issue_form_keeps_addresses_too(self, desk, client):
        issue = make_issue(1, sections=["Old"])
        section = issue.sections.get()
        row = {"id": section.pk, "issue": issue.pk, "type": section.type_id, "slug": "new"}
        row |= {"title": "Old", "position": 1}
        rows = {f"sections-0-{name}": value for name, value in row.items()}

        save_issue(desk, issue, **rows, **{"sections-TOTAL_FORMS": 1, "sections-INITIAL_FORMS": 1})

        assert moved_to(client, "/issues/1/old/") == "/issues/1/new/"

    def test_a_new_section_may_take_a_former_address(self, desk, client):
        issue = make_issue(1, sections=["Old"])
        rename_section(desk, issue.sections.get(), slug="new")

        make_section(issue, "Another", slug="old")

        assert "Another" in client.get("/issues/1/old/").content.decode()

    def test_a_former_address_gives_no_draft_away(self, desk, client):
        section = make_issue(1, sections=["Old"]).sections.get()
        rename_section(desk, section, slug="secret")
        Issue.objects.get().unpublish()

        assert moved_to(client, "/issues/1/old/") == 404

    def test_into_the_inbox_and_out_again(self, desk, client):
        section = make_issue(1, sections=["Tip"]).sections.get()

        rename_section(desk, section, issue="")

        assert moved_to(client, "/issues/1/tip/") == 404

        rename_section(desk, section, issue=make_issue(2).pk)

        assert moved_to(client, "/issues/1/tip/") == "/issues/2/tip/"

    def test_an_address_that_no_reader_has_seen_is_not_kept(self, desk):
        section = make_issue(1, None, sections=["Tip"]).sections.get()

        rename_section(desk, section, issue="")

        assert not FormerAddress.objects.exists()


class TestIssues:
    def test_another_number_moves_the_issue_and_its_sections(self, desk, client):
        issue = make_issue(1, sections=["Tip"])

        save_issue(desk, issue, number=7)

        assert moved_to(client, "/issues/1/") == "/issues/7/"
        assert moved_to(client, "/issues/1/tip/") == "/issues/7/tip/"

    def test_a_draft_takes_no_reader_away(self, desk, client):
        moved = make_issue(5, sections=["Tip"])
        save_issue(desk, moved, number=6)
        draft = make_issue(7, None, ["Tip"])

        save_issue(desk, draft, number=5)

        assert moved_to(client, "/issues/5/") == "/issues/6/"
        assert moved_to(client, "/issues/5/tip/") == "/issues/6/tip/"

        save_issue(desk, draft, number=9)

        assert moved_to(client, "/issues/5/") == "/issues/6/"
        assert moved_to(client, "/issues/5/tip/") == "/issues/6/tip/"

    def test_nor_does_what_is_pulled_into_a_draft(self, desk, client, editor):
        save_issue(desk, make_issue(5, sections=["Tip"]), number=6)

        inbox.pull(make_section(title="Tip"), make_issue(5, None), editor)

        assert moved_to(client, "/issues/5/tip/") == "/issues/6/tip/"

    def test_an_issue_that_is_public_has_its_address_for_itself(self, desk, client):
        save_issue(desk, make_issue(5), number=6)

        save_issue(desk, make_issue(7), number=5)

        assert client.get("/issues/5/").status_code == 200
        assert set(FormerAddress.objects.values_list("path", flat=True)) == {"/issues/7/"}

    def test_what_readers_knew_is_not_lost_while_it_is_a_draft(self, desk, client, editor):
        issue = make_issue(5, sections=["Tip"])
        publishing.unpublish(issue, editor)

        save_issue(desk, issue, number=6)

        assert moved_to(client, "/issues/5/") == 404

        Issue.objects.get().publish()

        assert moved_to(client, "/issues/5/") == "/issues/6/"
        assert moved_to(client, "/issues/5/tip/") == "/issues/6/tip/"

    def test_deleting_an_issue_forgets_its_former_addresses(self, desk, client):
        issue = make_issue(1)
        save_issue(desk, issue, number=7)

        Issue.objects.get().delete()

        assert moved_to(client, "/issues/1/") == 404


class TestTypes:
    def test_a_renamed_type_is_found_at_its_former_address(self, desk, client):
        make_issue(1, sections=[{"title": "Hammer", "type": "tool"}])

        self.rename_tool(desk)

        assert moved_to(client, "/types/tool/") == "/types/gadget/"

    def test_a_type_of_drafts_only_stays_hidden(self, desk, client):
        make_issue(1, None, sections=[{"title": "Hammer", "type": "tool"}])

        self.rename_tool(desk)

        assert moved_to(client, "/types/tool/") == 404
        assert moved_to(client, "/types/gadget/") == 404

    def rename_tool(self, desk):
        tool = SectionType.objects.get(slug="tool")
        values = {"name": "Gadget", "plural": "Gadgets", "slug": "gadget", "color": "orange"}
        values |= {"position": 4, "min_per_issue": 0, "max_per_issue": 1}
        desk.post(reverse("admin:issues_sectiontype_change", args=[tool.pk]), values)


class TestTags:
    @pytest.mark.parametrize("slug", ["oscars", "机器学习"])
    def test_a_renamed_tag_is_found_at_its_former_address(self, desk, client, slug):
        make_section(make_issue(1), tags=["films"])
        tag = Tag.objects.get()

        rename_tag(desk, tag, slug)
        rename_tag(desk, tag, "movies")

        assert moved_to(client, "/tags/films/") == "/tags/movies/"
        assert moved_to(client, f"/tags/{slug}/") == "/tags/movies/"
        assert moved_to(client, f"/tags/{slug}/all/") == "/tags/movies/all/"

    def test_a_misspelt_tag_is_found_at_its_former_address(self, desk, client):
        make_section(make_issue(1), tags=["phyton"])
        tag = Tag.objects.get()
        values = {"name": "python", "slug": "phyton", "description": ""}

        desk.post(reverse("admin:issues_tag_change", args=[tag.pk]), values)

        assert moved_to(client, "/tags/phyton/") == "/tags/python/"

    def test_a_tag_of_drafts_only_stays_hidden(self, desk, client):
        make_section(make_issue(1, None), tags=["films"])

        rename_tag(desk, Tag.objects.get(), "movies")

        assert moved_to(client, "/tags/films/") == 404
        assert moved_to(client, "/tags/films/all/") == 404


def test_nothing_is_asked_of_addresses_that_lead_somewhere(client, django_assert_num_queries):
    make_issue(1, sections=[{"title": "Tip", "type": SectionType.objects.first().slug}])
    client.get("/issues/1/tip/")
    forget_pages()

    # age of the archive (2), section, tags, neighbours (2), what it replaces; its former
    # addresses, what mentions those; what is alike
    with django_assert_num_queries(10):
        assert client.get("/issues/1/tip/").status_code == 200
