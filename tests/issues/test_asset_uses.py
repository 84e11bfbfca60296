"""Which texts show which pictures: stored with every text, whichever way it comes."""

import random
from importlib import import_module
from operator import attrgetter

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.urls import reverse

from issues import history, images, inbox, uses
from issues.models import Asset, AssetUse, Issue, Section
from issues.models.illustrated import noted, shown
from issues.preflight.reading import file_sizes, is_own_picture
from issues.uses import Kind
from tests.builders import (
    TOMORROW,
    YESTERDAY,
    issue_form,
    make_asset,
    make_issue,
    make_section,
    newest_revision,
    picture,
    row,
)

pytestmark = pytest.mark.django_db

migration = import_module("issues.migrations.0009_asset_uses")


def showing(*assets: Asset) -> str:
    return "\n\n".join(f"![Seen]({asset.path})" for asset in assets)


def used() -> set[tuple]:
    """Give what is stored, by what the things are called."""
    found = AssetUse.objects.values_list("asset__alt", "issue__number", "section__title")
    return {tuple(filter(None, one)) for one in found}


@pytest.fixture
def cat() -> Asset:
    return make_asset("cat")


@pytest.fixture
def dog() -> Asset:
    return make_asset("dog")


class TestTexts:
    @pytest.mark.parametrize(
        "source",
        [
            "![Seen]({url})",
            "Words and ![Seen]({url} 'A caption') words",
            "| a |\n|---|\n| ![]({url}) |",
            "[In full]({url})",
            "![Seen](http://127.0.0.1:8000{url})",
            "![Seen]({url}?size=1#part)",
            "![Seen][1]\n\n[1]: {url}",
            "![Seen]({url})\n\n![Again]({url})",
        ],
    )
    def test_a_picture_is_found_however_it_is_written(self, cat, source):
        make_section(title="Tip", body=source.format(url=cat.file.url))

        assert used() == {("cat", "Tip")}

    @pytest.mark.parametrize(
        "source",
        [
            "`![Seen]({url})`",
            "    ![Seen]({url})",
            "{url}",
            r"\![Seen] ({url})",
            "![Seen](https://example.org{url})",
            "![Seen](/media/a/none.png)",
            "![Seen](/media/%00.png) ![Seen](/media/a/%ff%00) ![Seen](/media/)",
        ],
    )
    def test_what_is_not_shown_is_no_use(self, cat, source):
        make_section(body=source.format(url=cat.file.url))

        assert used() == set()

    def test_it_costs_nothing_where_a_new_text_shows_nothing(
        self, cat, django_assert_num_queries, django_assert_max_num_queries
    ):
        section = make_section()

        def add(title, body=""):
            Section.objects.create(title=title, type=section.type, body=body)

        with django_assert_max_num_queries(9) as plain:
            add("Plain")
        assert not [query for query in plain if "asset" in query["sql"]]
        # The sizes of its pictures, which are these, and one statement that stores them.
        with django_assert_num_queries(len(plain) + 3):
            add("With a picture", showing(cat))

    def test_a_saved_text_asks_once_what_is_stored_of_it(self, cat, django_assert_num_queries):
        section = make_section(body="Words")

        section.body = "Others"
        # A savepoint, the claim, the text, the question, and the end of the savepoint.
        with django_assert_num_queries(5) as queries:
            section.save()

        assert len([query for query in queries if "assetuse" in query["sql"]]) == 1

    def test_a_save_that_leaves_the_text_alone_asks_nothing(self, cat, django_assert_num_queries):
        section = make_section(body=showing(cat))

        with django_assert_num_queries(4):
            section.save(update_fields=["position"])

        assert used() == {("cat", "A tip")}


class TestWaysIn:
    """Whatever stores a text stores its pictures, too."""

    @pytest.fixture(autouse=True)
    def nothing_differs(self):
        yield
        assert uses.mend() == 0

    def test_the_form_of_an_issue(self, desk, cat, dog):
        issue = make_issue(1, None, [{"title": "Tip", "body": showing(cat)}])
        section = issue.sections.get()

        changed = row(section, body=showing(dog))
        desk.post(
            reverse("admin:issues_issue_change", args=[issue.pk]),
            issue_form(changed, issue=issue, intro=showing(cat, dog)),
        )

        assert used() == {("cat", 1), ("dog", 1), ("dog", "Tip")}

    def test_a_section_that_leaves_its_issue_and_comes_into_another(self, editor, cat):
        first, second = make_issue(1, None, [{"title": "Tip", "body": showing(cat)}]), make_issue(2)
        section = first.sections.get()

        inbox.push_back(section, editor)
        assert used() == {("cat", "Tip")}
        inbox.pull(Section.objects.get(), Issue.objects.get(pk=second.pk), editor)

        assert used() == {("cat", "Tip")}

    def test_a_file_with_pictures_beside_it(self, tmp_path):
        (tmp_path / "cat.png").write_bytes(picture().getvalue())
        text = "# Issue 7: Cats\n\n![Opening](cat.png)\n\n## Tip\n\n![A cat](cat.png)\n"
        (tmp_path / "7.md").write_text(text)

        call_command("import_issues", str(tmp_path / "7.md"), verbosity=0)

        assert {place[1] for place in used()} >= {"Tip"}

    def test_a_former_version(self, editor, cat, dog):
        issue = make_issue(1, None, [{"title": "Tip", "body": showing(cat)}], intro=showing(cat))
        history.record(issue)
        former = newest_revision(issue)
        issue.intro = showing(dog)
        issue.save()
        Section.objects.all().delete()
        assert used() == {("dog", 1)}

        history.restore(issue, former, editor)

        assert used() == {("cat", 1), ("cat", "Tip")}

    def test_a_deleted_issue_that_comes_back(self, editor, cat):
        issue = make_issue(1, None, [{"title": "Tip", "body": showing(cat)}], intro=showing(cat))
        history.record(issue)
        former = newest_revision(issue)
        issue.delete()
        assert used() == set()

        history.recover(former, editor)

        assert used() == {("cat", 1), ("cat", "Tip")}

    def test_a_new_renderer(self, cat):
        make_issue(1, None, [{"title": "Tip", "body": showing(cat)}], intro=showing(cat))
        AssetUse.objects.all().delete()

        call_command("rerender", "--all", verbosity=0)

        assert used() == {("cat", 1), ("cat", "Tip")}

    def test_what_is_rolled_back_is_not_used(self, cat):
        issue = make_issue(1, sections=[{"title": "Tip", "slug": "tip"}])

        with pytest.raises(IntegrityError), transaction.atomic():
            make_section(issue, slug="tip", body=showing(cat))

        assert used() == set()


class TestObjectStorage:
    """Where pictures lie on another host, all is as it is here, whichever address a text has."""

    @pytest.fixture(autouse=True)
    def elsewhere(self, settings):
        storage = {"BACKEND": "tests.object_storage.ObjectStorage"}
        settings.STORAGES = {**settings.STORAGES, "default": storage}

    @pytest.mark.parametrize("address", ["path", "file.url"])
    def test_uses_are_noted_and_mended(self, cat, address):
        make_section(title="Tip", body=f"![Seen]({attrgetter(address)(cat)})")
        assert used() == {("cat", "Tip")}
        AssetUse.objects.all().delete()

        assert uses.mend() == 1
        assert used() == {("cat", "Tip")}

    def test_the_migration_notes_them(self, cat):
        make_section(title="Tip", body=showing(cat))
        AssetUse.objects.all().delete()

        migration.note_uses(apps, connection.schema_editor())

        assert used() == {("cat", "Tip")}

    @pytest.mark.parametrize("address", ["path", "file.url"])
    def test_pages_show_all_files_of_a_picture(self, client, address):
        asset = images.store(picture())
        body = f"![Seen]({attrgetter(address)(asset)})"
        issue = make_issue(1, sections=[{"title": "Tip", "body": body}])

        page = client.get(issue.sections.get().get_absolute_url()).content.decode()

        for name in asset.file_names() - {asset.variants_of("jpeg")[0].name}:
            assert f"https://pictures.example.org/site/{name}" in page

    def test_preflight_knows_what_is_there(self, cat):
        gone = "https://pictures.example.org/site/a/gone.png"

        assert is_own_picture(gone)
        assert file_sizes([cat.file.url, cat.path, gone]).keys() == {cat.file.url, cat.path}


class TestMending:
    def test_it_finds_every_difference_after_random_edits(self, cat, dog):
        source = random.Random(5)
        pictures = [cat, dog, *(make_asset(f"picture {n}") for n in range(4))]
        for number in range(1, 6):
            make_issue(number, None, ["One", "Two"], intro=showing(*pictures[:number]))
        for _ in range(60):
            text = showing(*source.sample(pictures, source.randint(0, 3)))
            match source.randrange(4):
                case 0:
                    section = source.choice(Section.objects.all())
                    section.body = text
                    section.save()
                case 1:
                    issue = source.choice(Issue.objects.all())
                    issue.intro = text
                    issue.save()
                case 2:
                    make_section(source.choice(Issue.objects.all()), "New", body=text)
                case _:
                    source.choice(Section.objects.all()).delete()
        assert uses.mend() == 0
        right = self.stored()

        differing = self.spoil(source, pictures)

        assert uses.mend() == len(differing)
        assert self.stored() == right
        assert uses.mend() == 0

    def spoil(self, source, pictures) -> set:
        """Change some rows behind the back of whoever keeps them; give the texts of these."""
        differing = set()
        for use in source.sample(list(AssetUse.objects.all()), 5):
            differing.add((use.issue_id, use.section_id))
            use.delete()
        plain = Section.objects.filter(asset_uses=None, body="").first()
        AssetUse.objects.create(asset=pictures[0], section=plain)
        return differing | {(None, plain.pk)}

    def stored(self) -> set:
        return set(AssetUse.objects.values_list("asset", "issue", "section"))

    def test_stored_and_shown_are_given_alike(self, cat):
        rows = [make_section(body=showing(cat)), make_section(body="Words")]

        assert shown(rows) == {rows[0].pk: {cat.pk}, rows[1].pk: set()}
        assert noted(rows) == {rows[0].pk: {cat.pk}}

    def test_a_file_that_came_after_the_text_is_noted(self, cat):
        make_section(title="Tip", body=showing(cat))
        AssetUse.objects.all().delete()
        Asset.objects.all().delete()
        again = make_asset("cat")
        assert used() == set()

        assert uses.mend() == 1
        assert used() == {("cat", "Tip")}
        assert again.file.name == cat.file.name

    @pytest.mark.parametrize("batch", [1, 2, 500])
    def test_batches_are_as_good_as_one(self, monkeypatch, cat, batch):
        monkeypatch.setattr(uses, "BATCH", batch)
        for number in range(1, 4):
            make_issue(number, None, [{"title": f"{number}", "body": showing(cat)}])
        AssetUse.objects.all().delete()

        assert uses.mend() == 3
        assert used() == {("cat", "1"), ("cat", "2"), ("cat", "3")}

    def test_the_command_and_the_worker_mend_them(self, cat, capsys):
        make_section(title="Tip", body=showing(cat))
        AssetUse.objects.all().delete()
        call_command("rerender")
        assert "Uses of pictures mended in 1 of the texts." in capsys.readouterr().out
        AssetUse.objects.all().delete()

        call_command("worker", "--once")

        assert used() == {("cat", "Tip")}


class TestMigration:
    @pytest.mark.parametrize("batch", [1, 500])
    def test_it_notes_what_saving_notes(self, monkeypatch, cat, dog, batch):
        monkeypatch.setattr(migration, "BATCH", batch)
        link = f"[In full](http://127.0.0.1:8000{dog.file.url}?a&b) ![](/media/a/none.png)"
        make_issue(1, intro=showing(cat, dog), sections=[{"title": "Tip", "body": showing(dog)}])
        make_section(title="Waiting", body=link)
        saved = used()
        AssetUse.objects.all().delete()

        migration.note_uses(apps, connection.schema_editor())

        assert used() == saved
        assert saved == {("cat", 1), ("dog", 1), ("dog", "Tip"), ("dog", "Waiting")}

    def test_a_site_without_pictures_has_nothing_to_note(self):
        make_section(body="![](/media/a/none.png)")

        migration.note_uses(apps, connection.schema_editor())

        assert used() == set()

    def test_groups_of_ours_that_change_pictures_may_delete_them(self):
        right = Permission.objects.get(codename="delete_asset")
        for group in Group.objects.all():
            group.permissions.remove(right)
        own = Group.objects.create(name="Other")
        own.permissions.add(Permission.objects.get(codename="change_asset"))

        migration.let_editors_delete(apps, connection.schema_editor())

        assert set(right.group_set.values_list("name", flat=True)) == {"Editor", "Publisher"}

    def test_a_group_that_was_given_other_rights_keeps_these(self):
        Group.objects.get(name="Editor").permissions.clear()

        migration.let_editors_delete(apps, connection.schema_editor())

        assert not Group.objects.get(name="Editor").permissions.exists()


class TestPlaces:
    @pytest.fixture
    def everywhere(self, cat) -> Asset:
        make_issue(1, YESTERDAY, [{"title": "Public", "body": showing(cat)}], cover=cat)
        make_issue(2, TOMORROW, [{"title": "Scheduled", "body": showing(cat)}])
        make_issue(3, None, [{"title": "Draft", "body": showing(cat)}], intro=showing(cat))
        make_section(title="Waiting", body=showing(cat))
        make_issue(4, sections=["Elsewhere"])
        return cat

    def said(self, places: uses.Places) -> set[tuple]:
        return {(place.kind, str(place.row), place.state) for place in places.shown}

    def test_each_is_named_with_who_sees_it(self, everywhere, editor):
        places = uses.places(everywhere, editor)

        assert self.said(places) == {
            (Kind.COVER, "#1 Issue number 1", "published"),
            (Kind.INTRODUCTION, "#3 Issue number 3", "draft"),
            (Kind.SECTION, "Public", "published"),
            (Kind.SECTION, "Scheduled", "scheduled"),
            (Kind.SECTION, "Draft", "draft"),
            (Kind.SECTION, "Waiting", None),
        }
        assert places.others == 0

    def test_what_somebody_may_not_see_is_only_counted(self, everywhere, author):
        places = uses.places(everywhere, author)

        assert self.said(places) == {
            (Kind.COVER, "#1 Issue number 1", "published"),
            (Kind.SECTION, "Public", "published"),
        }
        assert places.others == 4

    def test_those_that_are_too_many_are_only_counted(self, monkeypatch, cat, editor):
        monkeypatch.setattr(uses, "MOST_SHOWN", 2)
        for number in range(5):
            make_section(title=f"Tip {number}", body=showing(cat))

        places = uses.places(cat, editor)

        assert [str(place.row) for place in places.shown] == ["Tip 4", "Tip 3"]
        assert places.others == 3

    @pytest.mark.parametrize("count", [1, 20])
    def test_asking_costs_the_same_for_many(self, cat, editor, count, django_assert_num_queries):
        for number in range(count):
            make_issue(number + 1, sections=[{"body": showing(cat)}], intro=showing(cat), cover=cat)
        editor.get_all_permissions()

        with django_assert_num_queries(6):
            assert len(self.said(uses.places(cat, editor))) == 2 * count + 1

    def test_the_issues_that_show_it_are_those_of_all_places(self, everywhere):
        numbers = Issue.objects.showing(everywhere).order_by("number")

        assert [issue.number for issue in numbers] == [1, 2, 3]

    def test_the_database_keeps_what_is_used(self, everywhere):
        with pytest.raises(ProtectedError):
            images.discard(everywhere)

        assert Asset.objects.get() == everywhere
