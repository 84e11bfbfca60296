"""The restore drill: a site is backed up, lost, and put back; it is the same site again."""

import io
import re
import shutil

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.urls import reverse

from bitsletter import secret_key
from bitsletter.backup import schema, tables
from bitsletter.backup.making import back_up
from issues import search
from issues.models import Asset, AuditEntry, Issue, Section
from subscribers import letters, limits
from subscribers.addresses import read_address
from subscribers.delivery import restored, starting
from subscribers.models import Hold, Mailing, Subscriber, Suppression, Worker
from tests.backup.sites import CHANGED, empty_site, make_site, restore, rows
from tests.builders import found, install_rows, make_ready_issue, make_section

pytestmark = pytest.mark.django_db(transaction=True)


class TestDrill:
    def test_every_row_and_file_is_there_again(self, file, media_folder):
        before = rows(CHANGED)
        files = {path.name: path.read_bytes() for path in (media_folder / "a").iterdir()}
        empty_site()
        shutil.rmtree(media_folder)

        told = restore(file)

        after = rows(CHANGED)
        mailings = {"subscribers.mailing", "issues.issue"}  # which wait, and were touched
        for label in before.keys() - mailings:
            assert after[label] == before[label], label
        assert {one.name: one.read_bytes() for one in (media_folder / "a").iterdir()} == files
        assert re.search(r"^subscribers.delivery +2 +2$", told, re.MULTILINE)

    def test_it_is_the_site_that_it_was(self, file, site, client):
        empty_site()

        restore(file)

        for path in ("/", "/issues/1/zebra-crossing/", "/tags/cpp/", site.shared):
            assert client.get(path).status_code == 200, path
        assert client.get("/issues/2/").status_code == 404
        picture = client.get(site.picture)
        assert b"".join(picture.streaming_content) == site.data
        assert found("zebra") == ["Zebra crossing"]
        assert not any(search.check())
        assert Issue.objects.get(number=1).sections.get(slug="zebra-crossing").tags.count() == 2

    def test_links_in_letters_that_were_sent_work(self, file, site, client):
        empty_site()
        restore(file)

        client.post(site.leave, {"List-Unsubscribe": "One-Click"})
        client.post(site.confirm)

        states = dict(Subscriber.objects.values_list("key", "state"))
        assert states["ada@example.org"] == "left"
        assert states["pending@example.org"] == "active"

    def test_colleagues_sign_in_and_may_do_what_they_might(self, file, client):
        empty_site()
        restore(file)

        who = {"username": "publisher", "password": "pencil"}
        assert client.post(reverse("admin:login"), who).status_code == 302
        assert client.get(reverse("subscribers_desk:hold")).status_code == 200
        issue = Issue.objects.get(number=2)
        history = client.get(reverse("admin:issues_issue_history", args=[issue.pk]), follow=True)
        assert "First words" in history.content.decode()

    def test_who_is_not_to_be_written_to_is_known(self, file):
        empty_site()
        restore(file)

        assert Suppression.objects.blocks(read_address("angry@example.org"))

    def test_what_is_new_gets_no_key_that_was_given_before(self, site, tmp_path):
        """The history of a deleted issue would become that of another one."""
        gone = make_ready_issue(50)
        key = gone.pk
        gone.delete()
        back_up(tmp_path / "site.tar")
        empty_site()

        restore(tmp_path / "site.tar")

        assert make_ready_issue(51).pk > key
        assert make_section(None, "New").pk > Section.objects.order_by("-pk")[1].pk

    def test_what_says_nothing_of_another_day_is_not_brought_along(self, site, tmp_path, desk):
        Worker.objects.create(name="one")
        limits.take("test", limits.Rule(1, restored.A_MOMENT))
        back_up(tmp_path / "site.tar")

        restore(tmp_path / "site.tar", "--replace", "--force")

        assert not Worker.objects.exists()
        assert desk.get("/admin/").status_code == 302  # they sign in anew
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM subscribers_limit")
            assert cursor.fetchone() == (0,)


class TestNoMail:
    def test_goes_out_until_a_person_says_so(self, file, mailoutbox):
        restore(file, "--replace")

        assert letters.send_due() == 0
        starting.begin_due()
        assert set(Mailing.objects.values_list("state", flat=True)) == {"paused"}
        assert mailoutbox == []
        call_command("resume_sending", stdout=io.StringIO())
        assert letters.send_due() == 2

    def test_it_is_said_why_and_noted(self, file, client):
        restore(file, "--replace")

        reason = Hold.objects.get().reason
        assert reason.startswith("The site was restored from a backup of ")
        assert set(Mailing.objects.values_list("reason", flat=True)) == {reason}
        assert AuditEntry.objects.latest("pk").act == "restored"
        assert "mail_held_back" in client.get("/readyz").json()["troubles"]

    def test_the_worker_does_not_take_it_for_a_second_restore(self, file):
        restored.note()
        restored.note()

        restore(file, "--replace")

        assert not restored.is_restored()


class TestOtherCode:
    def test_an_old_backup_goes_into_newer_code(self, site, tmp_path):
        """As it was made before an upgrade."""
        older = {("issues", "0009_asset_uses"), ("subscribers", "0004_delivery")}
        now = tables.applied_migrations()
        schema_of_then = {
            one for one in now if not any(one[0] == app and one[1] > name for app, name in older)
        }
        with schema.all_or_nothing():
            schema.prepare(schema_of_then)
            models = tables.kept_models(schema_of_then)
            issue = models["issues.issue"].objects.create(
                number=9, title="Of then", published_at="2026-01-07T09:00:00Z"
            )
            kind = models["issues.sectiontype"].objects.create(name="Tip", slug="tip", position=1)
            models["issues.section"].objects.create(
                issue=issue, type=kind, title="Old tip", slug="old-tip", body_text="Walrus"
            )
            models["subscribers.subscriber"].objects.create(email="a@b.org", key="a@b.org")
        file = tmp_path / "old.tar"
        back_up(file)

        restore(file, "--replace")

        assert tables.applied_migrations() == now
        assert Issue.objects.get().title == "Of then"
        assert found("walrus") == ["Old tip"]
        assert not any(search.check())
        assert Hold.objects.exists()

    def test_it_takes_the_place_of_what_newer_code_has_left(self, file):
        """An upgrade that failed is taken back: old code, and the backup from before."""
        before = rows(CHANGED | {"subscribers.mailing", "issues.issue"})
        recorder = MigrationRecorder(connection)
        recorder.record_applied("subscribers", "9999_later")
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE subscribers_later (id integer)")

        restore(file, "--replace")

        assert rows(CHANGED | {"subscribers.mailing", "issues.issue"}) == before
        assert "subscribers_later" not in connection.introspection.table_names()
        assert ("subscribers", "9999_later") not in tables.applied_migrations()
        assert found("zebra") == ["Zebra crossing"]

    def test_tables_of_others_stay(self, file):
        recorder = MigrationRecorder(connection)
        recorder.record_applied("subscribers", "9999_later")
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE shop_orders (id integer)")
        try:
            restore(file, "--replace")

            assert "shop_orders" in connection.introspection.table_names()
        finally:
            with connection.cursor() as cursor:
                cursor.execute("DROP TABLE shop_orders")


class TestSecretKey:
    @pytest.fixture
    def kept(self, settings, data_folder):
        """Keep the key in the folder of data, as a site without the setting does."""
        path = data_folder / secret_key.NAME
        path.write_text(settings.SECRET_KEY)
        return path

    def test_another_site_takes_the_one_of_the_backup(self, site, tmp_path, kept, settings):
        file, former = tmp_path / "site.tar", settings.SECRET_KEY
        back_up(file)
        settings.SECRET_KEY = "another-key-of-a-new-machine" * 2
        kept.write_text(settings.SECRET_KEY)

        told = restore(file, "--replace")

        assert "another SECRET_KEY" not in told
        assert secret_key.read("", tmp_path, may_make=False) == [former]
        assert kept.stat().st_mode & 0o777 == 0o600

    def test_between_the_two_both_are_known(self, site, tmp_path, kept, settings, monkeypatch):
        """Whoever is killed there leaves the new site, whose links work."""
        file, former = tmp_path / "site.tar", settings.SECRET_KEY
        back_up(file)
        settings.SECRET_KEY = new = "another-key-of-a-new-machine" * 2
        kept.write_text(new)

        def die(*_what):
            raise KeyboardInterrupt

        monkeypatch.setattr("bitsletter.backup.restoring.finish", die)
        with pytest.raises(KeyboardInterrupt):
            restore(file, "--replace")

        assert secret_key.read("", tmp_path, may_make=False) == [new, former]

    def test_one_that_is_a_setting_is_not_inside_and_its_lack_is_said(
        self, site, tmp_path, settings, capsys
    ):
        file = tmp_path / "site.tar"
        call_command("backup", str(file))
        assert "SECRET_KEY is not inside" in capsys.readouterr().out
        assert settings.SECRET_KEY.encode() not in file.read_bytes()
        settings.SECRET_KEY = former = "another-key-of-a-new-machine" * 2

        assert "This site has another SECRET_KEY." in restore(file, "--replace")
        settings.SECRET_KEY_FALLBACKS = ["x" * 50]
        assert former == settings.SECRET_KEY

    def test_a_site_that_knows_it_as_a_former_one_says_nothing(self, file, settings):
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "a-new-key-since-then" * 3

        assert "another SECRET_KEY" not in restore(file, "--replace")


class TestFiles:
    def test_what_is_there_is_left_alone_and_half_a_file_is_mended(self, file, media_folder):
        whole, half = sorted((media_folder / "a").iterdir())[:2]
        data, moment = half.read_bytes(), whole.stat().st_mtime_ns
        half.write_bytes(data[:10])

        told = restore(file, "--replace")

        assert "1 files of pictures written, 2 were there." in told
        assert half.read_bytes() == data
        assert whole.stat().st_mtime_ns == moment

    def test_they_may_lie_on_another_host(self, transactional_db, tmp_path, settings):
        where = {"default": {"BACKEND": "tests.object_storage.ObjectStorage"}}
        settings.STORAGES = settings.STORAGES | where
        site = make_site()
        back_up(tmp_path / "site.tar")
        names = Asset.objects.get().file_names()
        empty_site()

        told = restore(tmp_path / "site.tar")

        assert f"{len(names)} files of pictures written, 0 were there." in told
        assert Asset.objects.get().file.read() == site.data
        assert names == Asset.objects.get().file_names()

    def test_a_disk_that_is_full_leaves_the_site_as_it_was(
        self, file, media_folder, settings, tmp_path
    ):
        empty_site()
        install_rows()
        make_ready_issue(77, title="Still here")
        settings.STORAGES = settings.STORAGES | {
            "default": {
                "BACKEND": "tests.full_disk.FullDisk",
                "OPTIONS": {"room": 1, "location": str(media_folder)},
            }
        }

        with pytest.raises(CommandError, match="No space left on device"):
            restore(file, "--replace")

        assert Issue.objects.get().title == "Still here"
        assert not Asset.objects.exists()
        assert not Hold.objects.exists()


def test_a_cache_that_is_gone_holds_up_no_restore(file, settings, caplog):
    settings.CACHES = settings.CACHES | {
        "pages": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }

    assert "All mail is held back." in restore(file, "--replace")
    assert "The cache “pages” could not be emptied" in caplog.text
