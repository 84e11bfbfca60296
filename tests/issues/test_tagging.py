"""Tags at the desk: suggestions, the guard against misspelt ones, merging, many at once."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from issues import history, search, tagging
from issues.models import FormerAddress, Issue, Section, SectionTag, StaleVersion, Tag
from tests.builders import found, make_issue, make_section, newest_revision

pytestmark = pytest.mark.django_db

MANY = tagging.MAX_RECORDED + 1
SUGGEST, CHECK = "/admin/desk/tags/", "/admin/desk/tags/check/"
TAGS = reverse("admin:issues_tag_changelist")
SECTIONS = reverse("admin:issues_section_changelist")


def tags_of(section) -> list[str]:
    return [tag.name for tag in Section.objects.get(pk=section.pk).tags.all()]


def run(desk, address, action, rows, **data):
    chosen = {"action": action, "_selected_action": [row.pk for row in rows]}
    return desk.post(address, chosen | data, follow=True)


class TestSuggestions:
    def test_one_letter_is_enough_and_the_most_used_come_first(self):
        make_section(tags=["pandas", "PyTorch"])
        make_section(tags=["PyTorch", "css"])

        assert tagging.suggest("p") == [
            {"name": "PyTorch", "count": 2},
            {"name": "pandas", "count": 1},
        ]

    def test_later_words_come_after_first_ones(self):
        make_section(tags=["machine learning", "scikit-learn", "learnability", "clearness"])
        make_section(tags=["machine learning"])

        names = [tag["name"] for tag in tagging.suggest("Learn")]

        assert names == ["learnability", "machine learning", "scikit-learn"]

    @pytest.mark.parametrize("start", ["ÜB", "u\u0308b", "  üb "])
    def test_case_and_ways_of_writing_do_not_matter(self, start):
        Tag.objects.create(name="Übung")

        assert tagging.suggest(start) == [{"name": "Übung", "count": 0}]

    def test_there_are_at_most_twelve(self):
        Tag.objects.named([f"tag {number}" for number in range(20)])

        assert len(tagging.suggest("t")) == 12

    def test_they_ask_once(self, django_assert_num_queries):
        make_section(tags=["a", "b", "c"])

        with django_assert_num_queries(1):
            tagging.suggest("a")


class TestSimilarNames:
    @pytest.mark.parametrize(
        ("name", "known"),
        [
            *[("Pytorch", "PyTorch"), ("py torch", "PyTorch"), ("Py-Torch", "PyTorch")],
            *[("pytorhc", "PyTorch"), ("pytoch", "PyTorch"), ("nodejs", "Node.js")],
            *[("net", ".NET"), ("resumé", "résume"), ("transformer", "transformers")],
            *[("losses", "loss"), ("APIs", "API"), ("optimizer", "optimiser")],
            *[("machine-lerning", "machine learning"), ("c sharp", "C-sharp"), ("GPT4", "GPT-4")],
        ],
    )
    def test_a_slip_is_seen(self, name, known):
        assert tagging.similar(name, ["zebra", known]) == known

    @pytest.mark.parametrize(
        ("name", "known"),
        [
            *[("C", "C++"), ("C#", "C++"), ("C++", "C"), ("F#", "C#"), ("C", "CSS")],
            *[("go", "git"), ("css", "cs"), ("AI", "API"), ("SQL", "SQLs"), ("rust", "ruby")],
            *[("Python 3", "Python 2"), ("GPT-3", "GPT-4"), ("Python 3.11", "Python 3.1.1")],
            *[("Pytorch2", "PyTorch"), ("unsupervised", "supervised"), ("preact", "react")],
            *[("training", "testing"), ("...", "-"), ("data", "date")],
        ],
    )
    def test_two_names_are_two(self, name, known):
        assert tagging.similar(name, [known]) is None

    def test_the_nearest_name_is_meant(self):
        assert tagging.similar("tokeniser", ["tokenizers", "tokenizer"]) == "tokenizer"

    def test_nothing_is_similar_where_there_is_nothing(self):
        assert tagging.similar("pytorch", []) is None


class TestCheck:
    def test_known_new_and_misspelt_names_are_told_apart(self, desk):
        make_section(tags=["PyTorch"])

        answer = desk.get(CHECK, {"names": "Pytorch, quantum ,pytorhc,"}).json()

        pytorch = {"name": "PyTorch", "count": 1}
        assert answer == {
            "tags": [
                {"name": "Pytorch", "known": pytorch, "similar": None},
                {"name": "quantum", "known": None, "similar": None},
                {"name": "pytorhc", "known": None, "similar": pytorch},
            ]
        }

    def test_nothing_is_fine(self, desk):
        assert desk.get(CHECK).json() == {"tags": []}
        assert desk.get(CHECK, {"names": "\x00, ,"}).json() == {"tags": []}

    def test_too_many_are_refused_with_a_reason(self, desk):
        response = desk.get(CHECK, {"names": ",".join(map(str, range(101)))})

        assert response.status_code == 400
        assert response.content.decode() == "Ask for at most 100 tags at once."

    def test_it_asks_as_often_for_1_as_for_30_names(self, django_assert_num_queries):
        Tag.objects.named([f"subject {letter * 5}" for letter in "abcdefghijklmnopqrstuvwxyz"])

        for count in (1, 26):
            names = [f"subjects {letter * 5}" for letter in "abcdefghijklmnopqrstuvwxyz"[:count]]
            with django_assert_num_queries(3):
                assert all(found["similar"] for found in tagging.check(names))

    def test_strangers_and_staff_without_the_right_get_403(self, client, django_user_model):
        assert client.get(CHECK).status_code == 403

        client.force_login(django_user_model.objects.create_user("c", is_staff=True))
        assert client.get(CHECK).status_code == 403


class TestField:
    def test_without_scripts_too_another_case_is_the_tag_there_is(self, desk):
        make_section(tags=["PyTorch"])
        section = make_section(title="New")
        form = {"title": "New", "type": section.type_id, "tags": "Pytorch, pytorch", "version": 1}

        desk.post(reverse("admin:issues_section_change", args=[section.pk]), form)

        assert tags_of(section) == ["PyTorch"]
        assert Tag.objects.count() == 1

    def test_it_knows_where_to_ask(self, desk):
        page = desk.get(reverse("admin:issues_section_add")).content.decode()

        assert f'data-tags="{SUGGEST}"' in page
        assert f'data-tags-check="{CHECK}"' in page


class TestMerging:
    def merge(self, *names, into):
        return tagging.merge(Tag.objects.filter(name__in=names), Tag.objects.get(name=into))

    def test_sections_have_the_one_that_stays_once(self):
        one = make_section(tags=["Pytorch2", "py torch", "css"])
        two = make_section(title="Two", tags=["PyTorch", "py torch"])
        other = make_section(title="Three", tags=["PyTorch"])

        count = self.merge("Pytorch2", "py torch", "PyTorch", into="PyTorch")

        assert count == 2
        assert tags_of(one) == ["css", "PyTorch"]
        assert tags_of(two) == tags_of(other) == ["PyTorch"]
        assert set(Tag.objects.values_list("name", flat=True)) == {"css", "PyTorch"}
        assert SectionTag.objects.count() == 4

    def test_search_finds_them_by_the_new_name_alone(self):
        make_section(make_issue(1), "A tip", tags=["films"])
        make_section(make_issue(2), "B", tags=["movies"])

        self.merge("films", into="movies")

        assert "A tip" in found("movies")
        assert found("films") == []
        assert search.check() == (set(), set(), set())

    def test_all_addresses_of_the_others_lead_to_it(self, client):
        make_section(make_issue(1), tags=["films", "movies", "cinema"])
        FormerAddress.objects.create(path="/tags/pictures/", tag=Tag.objects.get(name="films"))

        self.merge("films", "cinema", into="movies")

        for name in ("films", "cinema", "pictures"):
            response = client.get(f"/tags/{name}/")
            assert (response.status_code, response.url) == (301, "/tags/movies/")

    def test_open_forms_of_sections_and_issues_notice(self):
        make_section(make_issue(1), tags=["films"])
        make_section(make_issue(2), "Other", tags=["movies"])
        changed = [Section.objects.get(title="A tip"), Issue.objects.get(number=1)]
        unchanged = [Section.objects.get(title="Other"), Issue.objects.get(number=2)]

        self.merge("films", into="movies")

        for row in changed:
            with pytest.raises(StaleVersion):
                row.save()
        for row in unchanged:
            row.save()

    def test_a_description_is_not_lost(self):
        Tag.objects.create(name="films", description="Moving pictures.")
        Tag.objects.create(name="movies")

        self.merge("films", into="movies")

        assert Tag.objects.get().description == "Moving pictures."

    def test_it_asks_as_often_for_many_sections_as_for_more(
        self, django_assert_max_num_queries, django_assert_num_queries
    ):
        make_section(tags=["z"])
        for number in range(3 * MANY):
            make_section(title=f"Tip {number}", tags=["a" if number < MANY else "b"])

        with django_assert_max_num_queries(39) as queries:
            self.merge("a", into="z")
        with django_assert_num_queries(len(queries)):
            self.merge("b", into="z")


class TestMergeAction:
    def test_it_asks_which_one_stays_and_proposes_the_most_used(self, desk):
        make_section(tags=["films", "movies"])
        make_section(title="Two", tags=["movies"])

        page = run(desk, TAGS, "merge", Tag.objects.all())

        [field] = page.context["form"]
        assert [str(choice.data["label"]) for choice in field] == ["movies (2)", "films (1)"]
        assert field.value() == Tag.objects.get(name="movies").pk
        assert Tag.objects.count() == 2

    def test_naming_it_merges_and_says_so(self, desk):
        section = make_section(tags=["films", "movies"])
        into = Tag.objects.get(name="movies")

        page = run(desk, TAGS, "merge", Tag.objects.all(), stays="yes", into=into.pk)

        assert "“movies” has taken the place of films in 1 section." in page.content.decode()
        assert tags_of(section) == ["movies"]

    def test_one_that_was_not_chosen_cannot_stay(self, desk):
        chosen = Tag.objects.named(["films", "movies"])
        [other] = Tag.objects.named(["css"])

        page = run(desk, TAGS, "merge", chosen, stays="yes", into=other.pk)

        assert page.context["form"].errors
        assert Tag.objects.count() == 3

    def test_one_alone_cannot_be_merged(self, desk):
        page = run(desk, TAGS, "merge", Tag.objects.named(["films"]))

        assert "Choose at least two tags" in page.content.decode()

    @pytest.mark.parametrize("lacking", ["change_tag", "delete_tag"])
    def test_it_takes_the_rights_to_change_and_to_delete(self, client, django_user_model, lacking):
        user = django_user_model.objects.create_user("user", is_staff=True)
        names = {"view_tag", "change_tag", "delete_tag"} - {lacking}
        user.user_permissions.set(Permission.objects.filter(codename__in=names))
        client.force_login(user)
        films, movies = Tag.objects.named(["films", "movies"])

        page = run(client, TAGS, "merge", [films, movies], stays="yes", into=movies.pk)

        assert page.status_code == 200
        assert Tag.objects.count() == 2


class TestScreenOfTags:
    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ("", [("css", 1), ("films", 0), ("movies", 2)]),
            ("?use=unused", [("films", 0)]),
            ("?use=used", [("css", 1), ("movies", 2)]),
            ("?q=moving", [("movies", 2)]),
        ],
    )
    def test_the_list_counts_filters_and_searches(self, desk, query, names):
        make_section(tags=["movies", "css"])
        make_section(title="Two", tags=["movies"])
        Tag.objects.create(name="films")
        Tag.objects.filter(name="movies").update(description="Moving pictures.")

        rows = desk.get(TAGS + query).context["cl"].result_list

        assert [(tag.name, tag.section_total) for tag in rows] == names

    @pytest.mark.parametrize("act", ["change", "delete"])
    def test_an_open_form_does_not_bring_an_old_name_back(self, desk, act):
        section = make_section(make_issue(1), tags=["films"])
        tag = Tag.objects.get()
        rows = [Section.objects.get(pk=section.pk), Issue.objects.get()]
        data = {"name": "movies", "slug": "films", "description": "", "post": "yes"}

        desk.post(reverse(f"admin:issues_tag_{act}", args=[tag.pk]), data)

        for row in rows:
            with pytest.raises(StaleVersion):
                row.save()

    @pytest.mark.parametrize("at_once", [False, True])
    def test_deleting_one_indexes_its_sections_once(self, desk, at_once):
        make_section(make_issue(1), tags=["films"])
        [tag] = Tag.objects.all()
        address, data = reverse("admin:issues_tag_delete", args=[tag.pk]), {"post": "yes"}
        if at_once:
            address = TAGS
            data |= {"action": "delete_selected", "_selected_action": tag.pk}

        with CaptureQueriesContext(connection) as queries:
            desk.post(address, data)

        assert not Tag.objects.exists()
        read = [one["sql"] for one in queries if '"body_text"' in one["sql"]]
        assert sum('"issues_section"."body",' not in sql for sql in read) == 1
        assert search.check() == (set(), set(), set())


class TestManyAtOnce:
    def test_adding_asks_for_the_tags_first(self, desk):
        sections = [make_section(title=title) for title in ("One", "Two")]

        page = run(desk, SECTIONS, "add_tags", sections)

        assert page.context["titles"] == {section.pk: section.title for section in sections}
        assert 'data-tags="/admin/desk/tags/"' in page.content.decode()
        assert not SectionTag.objects.exists()

    def test_of_two_menus_the_one_beside_the_button_counts(self, desk):
        section = make_section()
        data = {"action": ["add_tags", "nonsense"], "index": "0", "_selected_action": section.pk}

        page = desk.post(SECTIONS, data)

        assert page.context["title"] == "Add tags"
        assert page.context["action"] == "add_tags"

    def test_named_tags_are_added_to_those_that_lack_them(self, desk):
        one, two = make_section(tags=["css", "html"]), make_section(title="Two", tags=["a11y"])
        data = {"tags": "CSS, html", "tags_are_named": "yes"}

        page = run(desk, SECTIONS, "add_tags", [one, two], **data)

        assert "1 section has other tags now." in page.content.decode()
        assert tags_of(one) == ["css", "html"]
        assert tags_of(two) == ["a11y", "css", "html"]

    def test_removing_offers_the_tags_that_they_have(self, desk):
        one, two = make_section(tags=["css", "html"]), make_section(title="Two", tags=["css"])
        make_section(title="Not chosen", tags=["css", "a11y"])

        page = run(desk, SECTIONS, "remove_tags", [one, two])

        [field] = page.context["form"]
        assert [str(choice.data["label"]) for choice in field] == ["css (2)", "html (1)"]

    def test_chosen_tags_are_removed_from_the_chosen_sections(self, desk):
        one, two = make_section(tags=["css", "html"]), make_section(title="Two", tags=["css"])
        other = make_section(title="Not chosen", tags=["css"])
        data = {"tags": [Tag.objects.get(name="css").pk], "tags_are_named": "yes"}

        page = run(desk, SECTIONS, "remove_tags", [one, two], **data)

        assert "2 sections have other tags now." in page.content.decode()
        assert (tags_of(one), tags_of(two), tags_of(other)) == (["html"], [], ["css"])

    @pytest.mark.parametrize(
        ("action", "tags", "reason"),
        [
            ("add_tags", "", "This field is required"),
            ("add_tags", "a" * 101, "at most 100 characters"),
            ("remove_tags", "999", "not one of the available choices"),
            ("remove_tags", "x", "not a valid value"),
        ],
    )
    def test_nonsense_is_said_in_the_form(self, desk, action, tags, reason):
        section = make_section(tags=["css"])

        page = run(desk, SECTIONS, action, [section], tags=tags, tags_are_named="yes")

        assert reason in str(page.context["form"].errors)
        assert tags_of(section) == ["css"]

    def test_the_index_and_open_forms_notice(self):
        section = make_section(make_issue(1), tags=["css"])
        [css] = Tag.objects.all()
        for change in (
            lambda: tagging.add([section.pk], ["html"]),
            lambda: tagging.remove([section.pk], [css]),
        ):
            rows = [Section.objects.get(), Issue.objects.get()]

            change()

            assert search.check() == (set(), set(), set())
            for row in rows:
                with pytest.raises(StaleVersion):
                    row.save()

    def test_what_has_not_changed_is_left_alone(self):
        section = make_section(tags=["css"])

        assert tagging.add([section.pk], ["CSS"]) == 0
        assert Section.objects.get().version == section.version

    def test_authors_change_what_is_theirs(self, client, django_user_model):
        author = django_user_model.objects.create_user("author", is_staff=True)
        names = ["view_section", "change_section", "view_issue", "change_issue"]
        author.user_permissions.set(Permission.objects.filter(codename__in=names))
        client.force_login(author)
        mine = make_section(title="Mine", author=author)
        public = make_section(make_issue(1), "Public")

        page = run(client, SECTIONS, "add_tags", [mine, public])
        run(client, SECTIONS, "add_tags", [mine, public], tags="css", tags_are_named="yes")

        assert "1 that you chose is left out" in page.content.decode()
        assert (tags_of(mine), tags_of(public)) == (["css"], [])

    def test_they_ask_as_often_for_many_sections_as_for_more(
        self, django_assert_max_num_queries, django_assert_num_queries
    ):
        tags = Tag.objects.named(["css", "html"])
        pks = [make_section(title=f"Tip {number}").pk for number in range(3 * MANY)]

        for change, given in ((tagging.add, ["css", "html"]), (tagging.remove, tags)):
            with django_assert_max_num_queries(23) as queries:
                change(pks[:MANY], given)
            with django_assert_num_queries(len(queries)):
                change(pks[MANY:], given)


class TestHistory:
    @pytest.fixture
    def issue(self):
        return make_issue(1, None, [{"title": "One", "tags": ["films"]}, "Two"])

    def told(self, row) -> list[tuple[str, list[str]]]:
        """Give the comments on the versions of an issue, and the tags in them, newest first."""
        return [
            (version.comment, [section.tags for section in history.snapshot(version).sections])
            for version in history.versions(row)
        ]

    def test_knows_what_the_issues_were_and_who_changed_them(self, issue, editor):
        one, two = issue.sections.all()

        tagging.add([one.pk, two.pk], ["css"], editor)
        tagging.remove([one.pk], Tag.objects.filter(name="films"), editor)

        assert self.told(issue) == [
            ("Removed tags: films", [["css"], ["css"]]),
            ("Added tags: css", [["css", "films"], ["css"]]),
            ("As it was before the next change", [["films"], []]),
        ]
        assert newest_revision(issue).user == editor

    def test_knows_of_a_section_in_the_inbox(self):
        section = make_section(tags=["films"])

        tagging.add([section.pk], ["css"])

        assert [one.comment for one in history.versions(section)] == [
            "Added tags: css",
            "As it was before the next change",
        ]

    def test_knows_which_tag_took_the_place_of_which(self, desk, issue):
        movies = Tag.objects.create(name="movies")

        run(desk, TAGS, "merge", Tag.objects.all(), stays="yes", into=movies.pk)

        assert self.told(issue) == [
            ("“movies” has taken the place of films", [["movies"], []]),
            ("As it was before the next change", [["films"], []]),
        ]

    @pytest.mark.parametrize("is_alone", [True, False])
    def test_knows_of_a_tag_that_is_deleted(self, desk, issue, is_alone):
        tag = Tag.objects.get()

        if is_alone:
            desk.post(reverse("admin:issues_tag_delete", args=[tag.pk]), {"post": "yes"})
        else:
            run(desk, TAGS, "delete_selected", [tag], post="yes")

        assert self.told(issue) == [
            ("Deleted tags: films", [[], []]),
            ("As it was before the next change", [["films"], []]),
        ]

    def test_finds_a_change_of_very_many_sections_later(self, issue):
        history.record(issue)
        others = [make_section(title=f"Tip {number}") for number in range(MANY)]

        tagging.add([section.pk for section in [*issue.sections.all(), *others]], ["css"])
        history.catch_up(issue)

        assert self.told(issue) == [
            ("As it was before the next change", [["css", "films"], ["css"]]),
            ("", [["films"], []]),
        ]
