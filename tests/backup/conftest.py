"""Fixtures of the tests of backups."""

import pytest

from bitsletter.backup.making import back_up
from tests.backup.sites import Site, make_site


@pytest.fixture
def site(transactional_db) -> Site:
    return make_site()


@pytest.fixture
def file(site, tmp_path):
    path = tmp_path / "site.tar"
    back_up(path)
    return path
