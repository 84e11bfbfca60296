"""Two people at one row: the second notices the first."""

import threading

import pytest
from django.db import connections

from issues.models import Issue, Section, StaleVersion
from tests.builders import make_issue, make_section


@pytest.mark.django_db
class TestOneAfterTheOther:
    def test_every_save_counts_the_version_on(self):
        issue = make_issue(1)

        issue.save()
        issue.save(update_fields=["title"])

        assert issue.version == 3
        assert Issue.objects.get().version == 3

    def test_the_second_of_two_saves_is_refused_and_changes_nothing(self):
        make_issue(1, title="Before")
        first, second = Issue.objects.get(), Issue.objects.get()
        first.title, second.title = "First", "Second"
        first.save()

        with pytest.raises(StaleVersion):
            second.save()

        assert Issue.objects.get().title == "First"
        assert second.version == 1  # it may be shown, and compared, as it was read

    def test_a_section_is_guarded_too(self):
        make_section()
        first, second = Section.objects.get(), Section.objects.get()
        first.save()

        with pytest.raises(StaleVersion):
            second.save(update_fields=["title"])

    def test_what_was_deleted_meanwhile_is_not_made_again(self):
        issue = make_issue(1)
        Issue.objects.all().delete()

        with pytest.raises(StaleVersion):
            issue.save()

        assert not Issue.objects.exists()

    def test_a_touched_issue_is_another_version(self):
        issue = make_issue(1)

        Issue.objects.filter(pk=issue.pk).touch()

        with pytest.raises(StaleVersion):
            issue.save()


@pytest.mark.django_db(transaction=True)
def test_of_a_hundred_parallel_saves_of_one_version_one_succeeds():
    make_issue(1)
    copies = [Issue.objects.get() for _ in range(100)]
    start, outcomes = threading.Barrier(100), []

    def save(issue, name):
        issue.title = name
        start.wait()
        try:
            issue.save()
            outcomes.append(name)
        except StaleVersion:
            outcomes.append(None)
        finally:
            connections["default"].close()

    threads = [
        threading.Thread(target=save, args=(issue, f"Title {number}"))
        for number, issue in enumerate(copies)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(outcomes) == 100
    [winner] = [name for name in outcomes if name]
    assert (Issue.objects.get().title, Issue.objects.get().version) == (winner, 2)
