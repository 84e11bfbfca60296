"""How PostgreSQL is connected to, as DATABASE_URL says."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from bitsletter import checks, postgres

pytestmark = pytest.mark.once

SERVER = {"ENGINE": "django.db.backends.postgresql", "NAME": "bitsletter"}


def connected(**options) -> dict:
    return postgres.connected({**SERVER, "OPTIONS": options})


class TestConnecting:
    def test_each_thread_keeps_a_connection_for_a_while_and_tries_it_first(self):
        found = connected(sslmode="require")

        assert (found["CONN_MAX_AGE"], found["CONN_HEALTH_CHECKS"]) == (60, True)
        assert found["OPTIONS"] == {"sslmode": "require", **postgres.PATIENCE}

    def test_a_pool_keeps_them_instead(self):
        found = connected(pool=True, max_size="8")

        assert (found["CONN_MAX_AGE"], found["CONN_HEALTH_CHECKS"]) == (0, True)
        assert found["OPTIONS"]["pool"] == {"min_size": 1, "max_size": 8, "timeout": 5}
        assert "max_size" not in found["OPTIONS"]

    def test_who_knows_better_says_how_long_to_wait(self):
        assert connected(connect_timeout=30)["OPTIONS"]["connect_timeout"] == 30

    @pytest.mark.parametrize(
        "options",
        [
            {"pool": "perhaps"},
            {"pool": True, "max_size": "many"},
            {"pool": True, "max_size": 0, "min_size": 0},
            {"pool": True, "min_size": 9, "max_size": 8},
            {"pool": True, "min_size": -1},
            {"pool": True, "timeout": 0},
        ],
    )
    def test_nonsense_is_refused(self, options):
        with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
            connected(**options)


class TestKey:
    @pytest.mark.parametrize(
        ("engine", "is_kept_here", "warnings"),
        [
            ("postgresql", True, ["bitsletter.W002"]),
            ("postgresql", False, []),
            ("sqlite3", True, []),
        ],
    )
    def test_who_may_have_several_machines_is_told_to_share_it(
        self, settings, monkeypatch, engine, is_kept_here, warnings
    ):
        monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", f"django.db.backends.{engine}")
        settings.IS_KEY_KEPT_HERE = is_kept_here

        assert [one.id for one in checks.check_secret_key(None)] == warnings
