"""The commands that rebuild, fill and keep the site going."""

import io
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings
from django.urls import reverse

from issues import search
from issues.models import Asset, Issue, Section, Tag
from tests.builders import found, make_issue, make_section

pytestmark = pytest.mark.django_db


def run(*arguments) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


class TestReindex:
    def test_check_fails_where_the_index_differs_and_reindex_mends_it(self):
        section = make_section(make_issue(1), "Tip")
        search.remove([section.pk])

        with pytest.raises(CommandError, match="1 missing, 0 stale, 0 orphaned"):
            run("reindex", "--check")
        assert run("reindex") == "1 sections indexed.\n"
        assert "agrees" in run("reindex", "--check")


class TestRerender:
    def test_renders_what_an_older_renderer_made_and_moves_no_date(self):
        section = make_section(make_issue(1, intro="*Hi*"), "Tip", body="*new*")
        Section.objects.update(body_html="old", body_text="old", render_version=0)

        assert run("rerender") == "0 issues and 1 sections rendered.\n"

        again = Section.objects.get()
        assert again.body_html == "<p><em>new</em></p>\n"
        assert (again.updated_at, again.version) == (section.updated_at, section.version)
        assert len(found("new")) == 1

    def test_all_renders_what_is_up_to_date_too(self):
        make_issue(1, sections=["One", "Two"])

        assert run("rerender") == "0 issues and 0 sections rendered.\n"
        assert run("rerender", "--all") == "1 issues and 2 sections rendered.\n"


class TestDemo:
    @pytest.fixture(scope="class")
    def loaded(self, django_db_setup, django_db_blocker, tmp_path_factory) -> tuple[Path, str]:
        """Load it once for all these tests; give where its pictures lie, and what it said."""
        folder = tmp_path_factory.mktemp("demo")
        with (
            django_db_blocker.unblock(),
            transaction.atomic(),
            override_settings(MEDIA_ROOT=folder),
        ):
            yield folder, run("load_demo")
            transaction.set_rollback(True)

    @pytest.fixture(autouse=True)
    def said(self, loaded, media_folder, settings) -> str:
        settings.MEDIA_ROOT, said = loaded
        return said

    def test_the_demo_archive_is_worth_looking_at(self, said):
        assert said == "The demo archive: 10 issues with 64 sections.\n"
        assert Issue.objects.published().count() == 10
        assert len(Tag.objects.with_public_counts()) >= 25
        assert Asset.objects.exclude(alt="").exclude(caption="").count() == 9
        assert search.check() == (set(), set(), set())
        assert set(Issue.objects.values_list("notes", flat=True)) == {""}

    def test_a_second_run_changes_nothing(self):
        before = list(Section.objects.values_list("pk", "version", "updated_at"))

        run("load_demo")

        assert list(Section.objects.values_list("pk", "version", "updated_at")) == before

    def test_pictures_know_their_size(self):
        with_pictures = Section.objects.filter(body_html__contains="<img")
        assert with_pictures.count() >= 8
        for section in with_pictures:
            assert 'width="1200" height="675"' in section.body_html


def test_the_demo_leaves_an_archive_alone_if_it_is_told_to():
    make_issue(1)

    assert run("load_demo", "--if-empty") == ""
    assert Issue.objects.count() == 1


class TestDemoEditor:
    def test_makes_one_editor_and_says_the_password_once(self, settings, tmp_path, client):
        settings.DATA_DIR = tmp_path

        said = run("demo_editor")

        file = tmp_path / "demo_editor.txt"
        password = file.read_text().partition("password: ")[2].strip()
        assert f"password: {password}" in said
        client.post(reverse("admin:login"), {"username": "editor", "password": password})
        assert client.get(reverse("admin:index")).status_code == 200
        assert file.stat().st_mode & 0o777 == 0o600
        assert password not in run("demo_editor")
        assert get_user_model().objects.count() == 1

    def test_two_machines_get_different_passwords(self, settings, tmp_path):
        settings.DATA_DIR = tmp_path
        first = run("demo_editor")
        get_user_model().objects.all().delete()

        assert run("demo_editor") != first

    def test_leaves_a_site_with_users_alone(self, settings, tmp_path, editor):
        settings.DATA_DIR = tmp_path

        assert "password" not in run("demo_editor")
        assert not (tmp_path / "demo_editor.txt").exists()


class TestMakeArchive:
    def test_the_same_seed_makes_the_same_archive(self):
        def titles():
            return list(Section.objects.order_by("pk").values_list("title", "body_text"))

        run("make_archive", "--issues", "3", "--sections", "2", "--seed", "5")
        first = titles()
        Issue.objects.all().delete()
        run("make_archive", "--issues", "3", "--sections", "2", "--seed", "5")

        assert len(first) == 6
        assert titles() == first
        assert search.check() == (set(), set(), set())

    def test_continues_behind_what_is_there(self):
        make_issue(41)

        run("make_archive", "--issues", "2")

        assert set(Issue.objects.values_list("number", flat=True)) == {41, 42, 43}


def test_sizes_are_asked_in_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert Asset.objects.sizes({"/media/a/x.png", "https://example.org/y.png"}) == {}
