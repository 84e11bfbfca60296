"""Approving, approving again and discarding the mail of an issue."""

import datetime

import pytest
from django.contrib.admin.models import LogEntry
from django.core.exceptions import PermissionDenied
from django.db.models import ProtectedError
from django.utils import timezone

from issues.models import Issue
from subscribers.delivery import approving, differing, refusals
from subscribers.issue_mail import building, size
from subscribers.issue_mail.messages import IssueMail
from subscribers.models import Mailing
from tests.builders import (
    TOMORROW,
    YESTERDAY,
    change,
    make_asset,
    make_colleague,
    make_contents,
    make_mailing,
    make_ready_issue,
    make_section,
    make_subscriber,
    make_unready_issue,
)

pytestmark = pytest.mark.django_db

HOUR = datetime.timedelta(hours=1)


def soon() -> datetime.datetime:
    return timezone.now() + HOUR


@pytest.fixture
def ada():
    return make_subscriber()


@pytest.fixture
def issue(ada) -> Issue:
    """Have a public issue that nothing holds back, and somebody to write to."""
    return make_ready_issue(7, YESTERDAY)


def reload(mailing: Mailing) -> Mailing:
    return Mailing.objects.get(pk=mailing.pk)


class TestApproving:
    def test_all_that_people_get_is_frozen_with_a_name(self, issue, publisher):
        at = soon()

        mailing = reload(approving.approve(issue, publisher, at, "A subject", "Us <us@a.org>"))

        contents = building.build(issue, "A subject", "Us <us@a.org>")
        assert mailing.state == "approved"
        assert (mailing.subject, mailing.sender) == ("A subject", "Us <us@a.org>")
        assert IssueMail.of(mailing).contents == contents
        assert mailing.digest == contents.digest
        assert mailing.size == size.message_size(IssueMail(contents))
        assert mailing.audience == 1
        assert mailing.scheduled_for == at
        assert (mailing.approved_by, mailing.approver) == (publisher, "publisher")

    def test_the_issue_and_the_site_give_subject_and_sender(self, issue, publisher, settings):
        settings.DEFAULT_FROM_EMAIL = "News <news@a.org>"

        mailing = approving.approve(issue, publisher, soon())

        assert mailing.subject == building.build(issue).subject
        assert mailing.sender == "News <news@a.org>"

    def test_the_name_stays_when_the_account_goes(self, issue):
        grace = make_colleague("Publisher", "grace", first_name="Grace", last_name="Hopper")
        mailing = approving.approve(issue, grace, soon())

        grace.delete()

        mailing.refresh_from_db()
        assert (mailing.approved_by, mailing.approver) == (None, "Grace Hopper")

    def test_without_a_moment_it_is_due_at_once(self, issue, publisher):
        mailing = approving.approve(issue, publisher)

        assert Mailing.objects.due().get() == mailing

    def test_the_command_line_may_do_it_too(self, issue):
        assert approving.approve(issue, None, soon()).approver == "the command line"
        assert not LogEntry.objects.exists()

    def test_it_stands_in_the_log(self, issue, publisher):
        approving.approve(issue, publisher, soon())

        entry = LogEntry.objects.get()
        assert entry.user == publisher
        assert entry.change_message.startswith("Its mail was approved for 1 person, to go out on ")

    def test_the_pictures_it_shows_cannot_be_deleted(self, issue, publisher):
        asset = make_asset()
        change(issue.sections.get(), body=f"Many words. ![What it shows]({asset.file.url})")
        assert building.pictures_of(issue) == [asset]

        mailing = approving.approve(issue, publisher, soon())
        change(issue.sections.get(), body="Many words.")

        assert list(mailing.pictures.all()) == [asset]
        with pytest.raises(ProtectedError):
            asset.delete()

    def test_a_scheduled_issue_may_go_out_once_it_is_public(self, ada, publisher):
        issue = make_ready_issue(7, TOMORROW)

        mailing = approving.approve(issue, publisher, issue.published_at)

        assert mailing.scheduled_for == issue.published_at


class TestRefusals:
    def refused(self, kind, issue, at=None, *args, **more) -> str:
        with pytest.raises(kind) as refusal:
            approving.approve(issue, None, at, *args, **more)
        assert not Mailing.objects.filter(state="approved").exists()
        return str(refusal.value)

    def test_a_draft_has_no_page_to_lead_to(self, ada):
        words = self.refused(refusals.NotPublic, make_ready_issue(7), soon())

        assert words == "It is a draft. Publish or schedule it first: mail leads there."

    @pytest.mark.parametrize("at", [None, HOUR])
    def test_mail_never_comes_before_the_page(self, ada, at):
        issue = make_ready_issue(7, TOMORROW)

        words = self.refused(refusals.NotPublic, issue, at and timezone.now() + at)

        assert "after the mail" in words

    def test_a_moment_of_the_past_is_not_read_as_now(self, issue):
        words = self.refused(refusals.MomentPassed, issue, timezone.now() - HOUR)

        assert words.startswith("That moment has passed: ")

    def test_a_year_is_the_furthest(self, issue):
        self.refused(refusals.TooFarAway, issue, timezone.now() + datetime.timedelta(days=367))
        self.refused(refusals.TooFarAway, issue, datetime.datetime.max.replace(tzinfo=datetime.UTC))

    @pytest.mark.parametrize(
        "text", ["a\nBcc: b@c.org", "a\rb", "a\x00b", "a\tb", "\ud800", "\x85"]
    )
    def test_no_header_is_injected(self, issue, text):
        self.refused(refusals.Unsendable, issue, soon(), text)
        self.refused(refusals.Unsendable, issue, soon(), "", f"{text} <a@b.org>")

    def test_a_subject_has_an_end_and_a_sender_an_address(self, issue):
        self.refused(refusals.Unsendable, issue, soon(), "a" * 301)
        self.refused(refusals.Unsendable, issue, soon(), "", "nobody")

    def test_what_preflight_holds_back_is_not_sent(self, ada):
        issue = make_unready_issue(7)
        issue.publish()

        words = self.refused(refusals.NotReady, issue, soon())

        assert words.startswith("Something in the issue has to be mended first: ")

    def test_what_mail_programs_would_cut_off_names_its_largest_sections(self, issue):
        body = "Many words, and then some more of them. " * 2450  # 98,000 bytes
        make_section(issue, "The long one", body=body, position=2, tags=["training"])

        words = self.refused(refusals.TooLarge, issue, soon())

        assert "bytes, and mail programs cut it off near 95,000." in words
        assert "The largest sections: “The long one” (" in words

    def test_somebody_must_get_it(self, issue, ada):
        ada.paused_until = timezone.now() + 2 * HOUR
        ada.save()

        words = self.refused(refusals.NobodyToWriteTo, issue, soon())

        assert words == "There is nobody who would get it."

    def test_the_issue_must_be_what_the_approver_has_seen(self, issue):
        seen = building.build(issue).digest
        change(issue.sections.get(), body="Other words, of some length.")

        self.refused(refusals.Changed, issue, soon(), seen=seen)

    def test_an_issue_is_approved_once(self, issue, publisher):
        approving.approve(issue, publisher, soon())

        with pytest.raises(refusals.AlreadyApproved) as refusal:
            approving.approve(issue, publisher, soon())

        assert str(refusal.value).startswith("publisher has approved it already.")
        assert Mailing.objects.count() == 1

    @pytest.mark.parametrize("state", ["starting", "sending", "paused", "sent", "cancelled"])
    def test_what_has_begun_is_never_begun_again(self, issue, state):
        make_mailing(issue, state=state, started_at=timezone.now())

        self.refused(refusals.AlreadyBegun, issue, soon())

    @pytest.mark.parametrize("role", ["Author", "Editor", "Subscriber manager", None])
    def test_only_publishers_may(self, issue, role):
        with pytest.raises(PermissionDenied):
            approving.approve(issue, make_colleague(role), soon())

    def test_the_right_alone_does_not_show_an_issue(self, ada):
        user = make_colleague("Subscriber manager")
        user.user_permissions.add(
            *make_colleague("Publisher").groups.get().permissions.filter(codename="approve_mailing")
        )
        issue = make_ready_issue(7, YESTERDAY)

        with pytest.raises(PermissionDenied):
            approving.approve(issue, user, soon())


class TestChangesSince:
    @pytest.fixture
    def mailing(self, issue, publisher) -> Mailing:
        make_section(issue, "Second tip", body="Words, many.", position=2, tags=["training"])
        make_section(issue, "Third tip", body="Words, many.", position=3, tags=["training"])
        return approving.approve(issue, publisher, soon(), "A subject", "Us <us@a.org>")

    def told(self, mailing: Mailing) -> list[str]:
        mailing = reload(mailing)
        assert approving.differs(mailing)
        found = differing.differences(IssueMail.of(mailing).contents, approving.rebuilt(mailing))
        return [one.in_words() for one in found]

    def test_nothing_differs_at_first(self, mailing):
        assert not approving.differs(reload(mailing))

    def test_later_edits_change_nothing_of_what_was_approved(self, mailing, issue):
        before = mailing.contents

        change(issue.sections.first(), body="Other words, of some length.")

        assert reload(mailing).contents == before
        assert approving.differs(reload(mailing))

    def test_it_is_said_which_sections_have_changed(self, mailing, issue):
        change(issue.sections.all()[1], body="Other words.")

        assert "Changed: Second tip" in self.told(mailing)
        assert "Changed: Third tip" not in self.told(mailing)

    @pytest.mark.parametrize(
        ("fields", "name"),
        [
            ({"title": "Another one"}, "the title"),
            ({"summary": "In short."}, "the summary"),
            ({"intro": "At length.\n\nAnd more."}, "the introduction"),
            ({"published_at": timezone.now() + 5 * YESTERDAY}, "the date"),
        ],
    )
    def test_what_stands_before_the_sections_has_names(self, mailing, issue, fields, name):
        change(issue, **fields)

        assert self.told(mailing) == [f"Changed: {name}"]

    def test_a_new_cover_is_one(self, mailing, issue):
        change(issue, cover=make_asset())

        assert self.told(mailing) == ["Changed: the cover"]

    def test_it_is_said_which_have_gone(self, mailing, issue):
        issue.sections.all()[1].delete()

        assert "Gone: Second tip" in self.told(mailing)

    def test_it_is_said_which_are_new(self, mailing, issue):
        make_section(issue, "Fourth tip", body="Words, many.", position=4)

        assert "New: Fourth tip" in self.told(mailing)

    def test_a_section_with_another_title_has_changed(self, mailing, issue):
        change(issue.sections.all()[1], title="Another title")

        assert "Changed: Another title" in self.told(mailing)

    def test_approving_again_takes_the_issue_as_it_is(self, mailing, issue):
        grace, at = make_colleague("Publisher", "grace"), soon()
        change(issue.sections.first(), body="Other words, of some length.")

        again = reload(approving.approve_again(mailing, grace, at, "Another subject"))

        assert again.pk == mailing.pk
        assert not approving.differs(again)
        assert (again.subject, again.sender) == ("Another subject", "Us <us@a.org>")
        assert (again.approver, again.scheduled_for) == ("grace", at)

    def test_approving_again_forgets_pictures_that_are_no_longer_shown(self, issue, publisher):
        asset, section = make_asset(), issue.sections.get()
        change(section, body=f"Many words. ![What it shows]({asset.file.url})")
        mailing = approving.approve(issue, publisher, soon())
        change(section, body="Many words.")

        approving.approve_again(mailing, publisher, soon())

        assert not mailing.pictures.exists()

    @pytest.mark.parametrize("state", ["starting", "sending", "paused", "sent", "cancelled"])
    def test_what_has_begun_is_neither_approved_again_nor_discarded(
        self, mailing, publisher, state
    ):
        Mailing.objects.update(state=state, started_at=timezone.now())

        with pytest.raises(refusals.AlreadyBegun):
            approving.approve_again(mailing, publisher, soon())
        with pytest.raises(refusals.AlreadyBegun):
            approving.discard(mailing, publisher)

        assert reload(mailing).state == state

    def test_what_waits_for_a_person_before_it_begins_is_approved_again(self, mailing, publisher):
        Mailing.objects.update(state="paused", reason="It is too late.")

        approving.approve_again(reload(mailing), publisher, soon())

        assert (reload(mailing).state, reload(mailing).reason) == ("approved", "")

    def test_or_discarded(self, mailing, publisher):
        Mailing.objects.update(state="paused", reason="It is too late.")

        approving.discard(reload(mailing), publisher)

        assert not Mailing.objects.exists()

    def test_what_somebody_has_discarded_is_not_approved_again(self, mailing, publisher):
        approving.discard(reload(mailing), publisher)

        with pytest.raises(refusals.Gone):
            approving.approve_again(mailing, publisher, soon())

    def test_discarding_leaves_nothing_and_the_issue_may_be_approved_anew(
        self, mailing, issue, publisher
    ):
        approving.discard(mailing, publisher)

        assert not Mailing.objects.exists()
        assert LogEntry.objects.first().change_message == "The approval of its mail was taken back."
        assert approving.approve(issue, publisher, soon()).state == "approved"

    @pytest.mark.parametrize("role", ["Author", "Editor", "Subscriber manager"])
    def test_only_publishers_discard(self, mailing, role):
        with pytest.raises(PermissionDenied):
            approving.discard(mailing, make_colleague(role))


class TestLargest:
    def test_the_sections_of_one_title_count_together_and_three_are_named(self):
        contents = make_contents("ml-tip", "tool", "tool", "web-tip", "news")

        names = differing.largest(contents)

        assert len(names) == 3


class TestProposal:
    NOW = datetime.datetime(2026, 11, 26, 12, tzinfo=datetime.UTC)  # a Thursday
    SLOTS = [datetime.datetime(2026, 12, day, 9, tzinfo=datetime.UTC) for day in (2, 9, 16)]

    @pytest.fixture(autouse=True)
    def in_utc(self, settings):
        settings.TIME_ZONE = "UTC"

    def test_it_is_the_next_slot(self):
        issue = make_ready_issue(7, YESTERDAY)

        assert approving.proposed(issue, self.NOW) == self.SLOTS[0]

    def test_one_week_has_one_mailing(self):
        make_mailing(make_ready_issue(6, YESTERDAY), scheduled_for=self.SLOTS[0])

        issue = make_ready_issue(7, YESTERDAY)

        assert approving.proposed(issue, self.NOW) == self.SLOTS[1]

    def test_it_is_not_before_the_issue_is_public(self):
        issue = make_ready_issue(7)
        issue.publish(self.SLOTS[1] + HOUR)

        assert approving.proposed(issue, self.NOW) == self.SLOTS[2]

    def test_it_is_the_very_moment_at_which_the_issue_goes_public(self):
        issue = make_ready_issue(7)
        issue.publish(self.SLOTS[1])

        assert approving.proposed(issue, self.NOW) == self.SLOTS[1]

    def test_of_an_issue_of_the_far_future_it_is_within_what_can_be_approved(self):
        issue = make_ready_issue(7)
        issue.publish(datetime.datetime(9999, 12, 31, tzinfo=datetime.UTC))

        proposed = approving.proposed(issue, self.NOW)

        assert proposed - self.NOW < approving.FURTHEST + 8 * 24 * HOUR
