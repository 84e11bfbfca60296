"""Fixtures of the tests of backups."""

import pytest

from tests.backup.sites import Site, make_site


@pytest.fixture
def site(transactional_db) -> Site:
    return make_site()
