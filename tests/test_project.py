"""The project as a whole: settings, checks, migrations and addresses."""

import datetime
import logging.config
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils.formats import date_format
from django.views.debug import get_exception_reporter_filter

from bitsletter import sqlite
from bitsletter.checks import check_pragmas
from bitsletter.site import absolute_url

ROOT = Path(__file__).parent.parent
INPUTS = ("DATE_INPUT_FORMATS", "TIME_INPUT_FORMATS")


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    """Run manage.py with nothing in its environment but what is given."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=kept | {"ENV_FILE": os.devnull} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


class TestSettings:
    PRODUCTION = {"SITE_URL": "https://news.example.org", "SECRET_KEY": "0123456789" * 6}
    MANY_MACHINES = {
        "DATABASE_URL": "postgres://name:secret@db.example.org/name",
        "CACHE_URL": "redis://cache.example.org:6379/0",
        "EMAIL_URL": "submission://name:secret@relay.example.org",
        "MAIL_FROM": "News <news@example.org>",
        "BOUNCE_ADDRESS": "bounces+{}@example.org",
        "BOUNCE_MAILBOX": "imaps://name:secret@mail.example.org",
        "PROXIES": "1",
        "TIME_ZONE": "Europe/Berlin",
        "SECRET_KEY_FALLBACKS": "9876543210abcdefghij" * 3,
    }

    def test_a_local_site_needs_no_setting_and_keeps_its_key(self, tmp_path):
        assert manage("check", DATA_DIR=str(tmp_path)).returncode == 0

        key = tmp_path / "secret_key"
        assert len(key.read_text()) >= 50
        assert key.stat().st_mode & 0o777 == 0o600

    def test_a_public_site_without_a_key_refuses_to_start(self, tmp_path):
        done = manage("check", DATA_DIR=str(tmp_path), SITE_URL="https://news.example.org")

        assert done.returncode != 0
        assert "SECRET_KEY" in done.stderr
        assert not (tmp_path / "secret_key").exists()

    def test_a_public_site_takes_the_key_that_is_kept(self, tmp_path):
        manage("check", DATA_DIR=str(tmp_path))

        assert manage("check", DATA_DIR=str(tmp_path), DEBUG="off").returncode == 0

    @pytest.mark.parametrize("more", [{}, MANY_MACHINES], ids=["one machine", "many machines"])
    def test_check_deploy_finds_nothing_in_production(self, tmp_path, more):
        done = manage(
            *("check", "--deploy", "--fail-level", "WARNING"),
            DATA_DIR=str(tmp_path),
            **self.PRODUCTION,
            **more,
        )

        assert done.returncode == 0, done.stderr
        assert "no issues (0 silenced)" in done.stdout
        assert done.stderr == ""

    def test_no_check_is_silenced(self):
        assert settings.SILENCED_SYSTEM_CHECKS == []

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("SITE_URL", "news.example.org"),
            ("SITE_URL", "https://example.org/path"),
            ("DEBUG", "perhaps"),
            ("TIME_ZONE", "Mars/Olympus"),
            ("DATABASE_URL", "oracle-ish://x"),
            ("PORT", "eighty"),
            ("SEND_DAY", "someday"),
            ("SEND_TIME", "24:30"),
            ("SEND_TIME", "nine"),
            ("SEND_WITHIN", "0"),
            ("SEND_WITHIN", "144.5"),
            ("SEND_WITHIN", "nan"),
            ("SEND_WITHIN", "soon"),
            ("EMAIL_URL", "smtp+ssl://user:password@mail.example.org:465"),
            ("EMAIL_URL", "smtps://user:password@mail.example.org:465"),
            ("EMAIL_URL", "smtp://mail.example.org:port"),
            ("EMAIL_TIMEOUT", "0"),
            ("PROXIES", "-1"),
            ("SENDERS", "0"),
            ("HSTS_SUBDOMAINS", "perhaps"),
            ("SIGN_IN_FAILURES", "0"),
            ("SIGN_IN_PAUSE", "soon"),
            ("REQUIRE_TOTP", "perhaps"),
            ("MEDIA_STORAGE_URL", "https://KEY:SECRET@s3.example.org/pictures"),
            ("MEDIA_URL", "/pictures/"),
        ],
    )
    def test_nonsense_is_named(self, tmp_path, name, value):
        done = manage("check", DATA_DIR=str(tmp_path), **{name: value})

        assert done.returncode != 0
        last = done.stderr.strip().splitlines()[-1]
        assert name in last

    @pytest.mark.parametrize(
        "setting",
        [
            {"SITE_URL": "https://ada:hush@news.example.org"},
            # A slash in a password is easily forgotten, and what is before it taken for a port.
            {"EMAIL_URL": "submission://ada:hush/x@mail.example.org"},
            {"CACHE_URL": "redis://ada:hush/x@cache.example.org/0"},
            {"DATABASE_URL": "postgres://ada:hush/x@db.example.org/name"},
            {"MEDIA_STORAGE_URL": "s3://KEY:hush/x@s3.example.org/pictures"},
        ],
        ids=lambda setting: next(iter(setting)),
    )
    def test_nonsense_is_named_without_its_password(self, tmp_path, setting):
        done = manage("check", DATA_DIR=str(tmp_path), **setting)

        assert done.returncode != 0
        assert next(iter(setting)) in done.stderr.strip().splitlines()[-1]
        assert "hush" not in done.stdout + done.stderr

    @pytest.mark.parametrize(
        ("found", "setting"),
        [
            ("bitsletter.E001", {"DATABASE_URL": "sqlite:///{}/db?init_command=SELECT 1"}),
            ("subscribers.E001", {"MAIL_FROM": "nobody"}),
        ],
    )
    def test_what_would_go_wrong_later_is_said_at_once(self, tmp_path, found, setting):
        setting = {name: value.format(tmp_path) for name, value in setting.items()}

        done = manage("check", "--database", "default", DATA_DIR=str(tmp_path), **setting)

        assert done.returncode != 0
        assert found in done.stderr

    def test_other_engines_are_a_matter_of_settings(self, tmp_path):
        program = (
            "from django.conf import settings as s; print(s.DATABASES['default']['ENGINE'],"
            " s.DATABASES['default']['OPTIONS']['pool']['max_size'],"
            " s.CACHES['default']['BACKEND'], s.EMAIL_HOST)"
        )
        done = manage(
            *("shell", "--no-imports", "-c", program),
            DATA_DIR=str(tmp_path),
            DATABASE_URL="postgres://u:p@db.example.org/name?pool=true&max_size=8",
            CACHE_URL="redis://cache.example.org:6379/0",
            EMAIL_URL="smtp://u:p@relay.example.org:587/?tls=True",
        )

        assert done.stdout.split() == [
            "django.db.backends.postgresql",
            "8",
            "bitsletter.shared_cache.SharedCache",
            "relay.example.org",
        ]

    @pytest.mark.parametrize(
        ("url", "found"),
        [
            ("smtp://mail.example.org", ["mail.example.org", "25", "False", "False", "30"]),
            (
                "submission://a:b@mail.example.org",
                ["mail.example.org", "587", "True", "False", "30"],
            ),
            (
                "smtp://a:b@mail.example.org:465/?ssl=True&timeout=5",
                ["mail.example.org", "465", "False", "True", "5"],
            ),
        ],
    )
    def test_one_address_says_how_mail_goes_out(self, tmp_path, url, found):
        program = (
            "from django.conf import settings as s; print(s.EMAIL_HOST, s.EMAIL_PORT,"
            " s.EMAIL_USE_TLS, s.EMAIL_USE_SSL, s.EMAIL_TIMEOUT)"
        )
        arguments = ("shell", "--no-imports", "-c", program)
        done = manage(*arguments, DATA_DIR=str(tmp_path), EMAIL_URL=url)

        assert done.stdout.split() == found


@pytest.mark.skipif(connection.vendor != "sqlite", reason="is about SQLite")
class TestSQLite:
    def test_the_version_that_runs_is_safe(self):
        assert sqlite3.sqlite_version_info >= sqlite.SAFE_VERSION

    @pytest.mark.django_db
    def test_every_pragma_reads_back_as_it_was_set(self):
        assert check_pragmas(connection) == []

    @pytest.mark.django_db
    def test_a_pragma_that_did_not_take_is_an_error(self, monkeypatch):
        monkeypatch.setitem(sqlite.PRAGMAS, "busy_timeout", 1)

        [error] = check_pragmas(connection)

        assert error.id == "bitsletter.E001"
        assert "busy_timeout" in error.msg


class TestAddresses:
    def test_paths_become_full_addresses(self, settings):
        settings.SITE_URL = "https://news.example.org"

        assert absolute_url("/issues/1/") == "https://news.example.org/issues/1/"
        assert absolute_url("https://other.example/") == "https://other.example/"

    def test_every_named_address_can_be_written(self):
        names = ("home", "list", "latest", "tags", "search")
        assert [reverse(f"issues:{name}")[-1] for name in names] == ["/"] * len(names)
        assert reverse("issues:detail", args=[7]) == "/issues/7/"
        assert reverse("issues:tag", args=["机器学习"]).startswith("/tags/%E6")


class TestDatesAndTimes:
    MOMENT = datetime.datetime(2026, 12, 2, 17, 22)

    @pytest.mark.parametrize(
        ("style", "words"),
        [
            ("TIME_FORMAT", "17:22"),
            ("DATETIME_FORMAT", "2 December 2026, 17:22"),
            ("SHORT_DATETIME_FORMAT", "02/12/2026 17:22"),
            ("DATE_FORMAT", "2 Dec 2026"),
        ],
    )
    def test_the_clock_has_24_hours_wherever_it_is_shown(self, style, words):
        assert date_format(self.MOMENT, style) == words

    def test_forms_show_what_they_ask_for(self):
        shown = str(forms.SplitDateTimeField().widget.render("at", self.MOMENT))

        assert 'value="2026-12-02"' in shown
        assert 'value="17:22"' in shown

    @pytest.mark.parametrize("day", ["2026-12-02", "02/12/2026", "2/12/26"])
    @pytest.mark.parametrize("clock", ["17:22", "17:22:00"])
    def test_forms_understand_more_than_they_show(self, day, clock):
        assert forms.SplitDateTimeField().clean([day, clock]).replace(tzinfo=None) == self.MOMENT

    @pytest.mark.django_db
    def test_the_calendar_beside_a_field_writes_what_the_field_shows(self, desk):
        catalogue = desk.get(reverse("admin:jsi18n")).content.decode()

        first = {name: re.search(rf'"{name}": \[\s*"([^"]+)"', catalogue)[1] for name in INPUTS}
        assert first == {"DATE_INPUT_FORMATS": "%Y-%m-%d", "TIME_INPUT_FORMATS": "%H:%M"}


class TestReports:
    """Pages for who writes the code show all settings, and a screen may be seen by others."""

    SECRETS = {
        "DATABASE_URL": "postgres://us:hush@db.example.org/name",
        "CACHES": {"default": {"LOCATION": ["redis://:hush@cache.example.org:6379/0"]}},
        "BOUNCE_MAILBOX": "imaps://us%40more:hush@@mail.example.org",
        "MEDIA_STORAGE_URL": "s3://key:hush@storage.example.org/bucket",
        "SENTRY_DSN": "https://hush@sentry.example.org/1",
        **{"METRICS_TOKEN": "hush", "DKIM_KEY": "hush", "SECRET_KEY_FALLBACKS": ["hush"]},
        "DATABASES": {"default": {"PASSWORD": "hush", "HOST": "db.example.org"}},
        "ANYMAIL": {"POSTMARK_SERVER_TOKEN": "hush", "WEBHOOK_SECRET": "us:hush"},
    }

    @pytest.mark.parametrize("name", SECRETS)
    def test_no_secret_is_shown(self, rf, name):
        request = rf.get("/")

        shown = get_exception_reporter_filter(request).cleanse_setting(name, self.SECRETS[name])

        assert "hush" not in str(shown)

    def test_what_helps_is_shown(self, rf):
        report = get_exception_reporter_filter(rf.get("/"))

        assert report.cleanse_setting("SITE_URL", "https://a.org/@b") == "https://a.org/@b"
        hidden = report.cleanse_setting("CACHE_URL", "redis://:hush@cache.example.org/0")
        assert hidden.endswith("@cache.example.org/0")


class TestLogs:
    @pytest.mark.django_db
    def test_a_failure_leaves_its_traceback_on_standard_error(self, client, monkeypatch, capsys):
        def broken(*args):
            raise RuntimeError("for the log")

        monkeypatch.setattr("issues.views.year_counts", broken)
        client.raise_request_exception = False

        logging.config.dictConfig(settings.LOGGING)  # writes to what capsys now is
        assert client.get("/issues/").status_code == 500

        said = capsys.readouterr().err
        assert "Internal Server Error: /issues/" in said
        assert "RuntimeError: for the log" in said


class TestDjango:
    @pytest.mark.django_db
    def test_no_migration_is_missing(self):
        call_command("makemigrations", "--check", "--dry-run", verbosity=0)

    @pytest.mark.django_db
    def test_every_screen_of_the_admin_opens(self, desk):
        for model, screen in admin.site._registry.items():
            place = f"admin:{model._meta.app_label}_{model._meta.model_name}"
            page = desk.get(reverse(f"{place}_changelist"))
            may_add = screen.has_add_permission(page.wsgi_request)
            assert page.status_code == 200
            assert desk.get(reverse(f"{place}_add")).status_code == (200 if may_add else 403)

    def test_issues_know_nothing_of_subscribers(self):
        folder = Path(apps.get_app_config("issues").path)
        naming = [file for file in folder.rglob("*.py") if "subscribers" in file.read_text()]

        assert naming == []
