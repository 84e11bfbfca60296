"""Who changes sections waits for their issue first, so that nobody waits in a circle."""

import threading
import time

import pytest
from django.db import connections, transaction
from django.test import Client
from django.urls import reverse

from issues import history, tagging
from issues.models import Issue, Section, StaleVersion, Tag
from tests.builders import install_rows, make_issue, make_section, newest_revision

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def installed(transactional_db):
    """Install section types again: a test with transactions of its own leaves none behind."""
    install_rows()


@pytest.fixture
def section():
    return make_section(make_issue(1, None), "Tip", tags=["films"], position=1)


def meanwhile(section, act) -> list:
    """Save an issue and then a section of it, as its form does; `act` begins between the two.

    Gives what it has brought, or the error that it met.
    """
    outcome = []

    def run():
        try:
            outcome.append(act())
        except Exception as error:
            outcome.append(error)
        finally:
            connections.close_all()

    other = threading.Thread(target=run)
    with transaction.atomic():
        Issue.objects.filter(pk=section.issue_id).touch()
        other.start()
        time.sleep(0.5)
        Section.objects.filter(pk=section.pk).touch()
    other.join()
    return outcome


def poster(editor, address, data):
    client = Client()
    client.force_login(editor)
    return lambda: client.post(address, data).status_code


class TestWhileAnIssueIsSaved:
    def test_the_screen_of_a_section_waits_and_sees_both_texts(self, editor, section):
        form = {"title": "Mine", "type": section.type_id, "issue": section.issue_id}
        form |= {"position": 1, "tags": "films", "version": section.version}
        address = reverse("admin:issues_section_change", args=[section.pk])

        assert meanwhile(section, poster(editor, address, form)) == [200]

        assert Section.objects.get().title == "Tip"

    def test_the_deletion_of_a_section_waits(self, editor, section):
        address = reverse("admin:issues_section_delete", args=[section.pk])

        assert meanwhile(section, poster(editor, address, {"post": "yes"})) == [302]

        assert not Section.objects.exists()

    def test_tags_for_many_sections_wait(self, section):
        assert meanwhile(section, lambda: tagging.add([section.pk], ["css"])) == [1]

    def test_a_tag_that_goes_waits(self, section):
        films, css = Tag.objects.get(), Tag.objects.create(name="css")

        assert meanwhile(section, lambda: tagging.merge([films], css)) == [1]

    def test_a_tag_with_another_name_waits(self, editor, section):
        tag = Tag.objects.get()
        form = {"name": "movies", "slug": "films", "description": ""}
        address = reverse("admin:issues_tag_change", args=[tag.pk])

        assert meanwhile(section, poster(editor, address, form)) == [302]

    def test_restoring_a_section_waits_and_finds_it_changed(self, editor, section):
        history.record(section)
        revision = newest_revision(section)

        [error] = meanwhile(section, lambda: history.restore_section(section, revision, editor))

        assert isinstance(error, StaleVersion)
