"""Fixtures of the tests about subscribers."""

import threading

import pytest


@pytest.fixture
def stop():
    """What tells a worker's rounds to end."""
    return threading.Event()
