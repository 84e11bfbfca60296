"""Fixtures of the tests of authoring."""

import pytest
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests.builders import make_device


@pytest.fixture
def device(author) -> TOTPDevice:
    return make_device(author)


@pytest.fixture
def arrived(client, author, device):
    """Give a browser session of which the password is known, and no code."""
    client.force_login(author)
    return client
