"""The page that says what is kept of readers."""

import hashlib

import pytest
from django.conf import settings

from bitsletter.release import release
from subscribers import consent


def test_whoever_changes_the_page_gives_it_another_version():
    """People have agreed to the version that they could read."""
    page = settings.BASE_DIR / "templates" / "subscribers" / "privacy.html"
    digest = hashlib.sha256(page.read_bytes()).hexdigest()[:16]

    assert digest == consent.POLICY_DIGESTS[consent.POLICY_VERSION], (
        "Give consent.POLICY_VERSION today's date, and add the digest of the new text."
    )


def test_the_newest_version_is_the_one_in_force():
    assert max(consent.POLICY_DIGESTS) == consent.POLICY_VERSION


class TestPage:
    @pytest.fixture(autouse=True)
    def known_release(self):
        release.cache_clear()
        yield
        release.cache_clear()

    def text(self, client) -> str:
        response = client.get("/privacy/")
        assert response.status_code == 200
        return response.content.decode()

    def test_it_says_which_version_it_is(self, client, db):
        assert f"Version of {consent.POLICY_VERSION}" in self.text(client)

    def test_a_network_is_mentioned_only_where_it_is_kept(self, client, db, settings):
        assert "address of your network" not in self.text(client)
        settings.CONSENT_KEEPS_NETWORK = True
        release.cache_clear()  # a setting changes when the site starts anew

        assert "address of your network" in self.text(client)

    def test_it_says_whom_to_write_to(self, client, db, settings):
        settings.REPLY_TO = "The editors <hello@example.org>"

        assert '<a href="mailto:hello@example.org">hello@example.org</a>' in self.text(client)
