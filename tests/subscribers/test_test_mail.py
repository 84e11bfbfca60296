"""Test mail: the real thing, marked, with links that lead nowhere, to colleagues alone."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from subscribers.addresses import read_address
from subscribers.delivery import approving
from subscribers.delivery.testing import MOST, PER_PERSON, Outcome, TooMany, send_test
from subscribers.models import Delivery, Letter, Mailing, Subscriber, Suppression
from tests.builders import (
    TOMORROW,
    YESTERDAY,
    change,
    make_colleague,
    make_ready_issue,
    make_subscriber,
)

pytestmark = pytest.mark.django_db

ADA, BOB, EVE = "ada@example.org", "bob@example.org", "eve@example.org"


def parts(message) -> list[str]:
    return [message.get_body([kind]).get_content() for kind in ("plain", "html")]


def let_see_people(user) -> None:
    user.groups.add(Group.objects.get(name="Subscriber manager"))


class TestSending:
    @pytest.mark.parametrize("published", [None, TOMORROW, YESTERDAY])
    def test_an_issue_is_tried_long_before_it_is_public(self, publisher, mail_server, published):
        issue = make_ready_issue(7, published)

        outcomes = send_test(issue, [ADA, BOB], publisher)

        assert outcomes == [Outcome(ADA), Outcome(BOB)]
        assert mail_server.recipients == [ADA, BOB]
        assert mail_server.connections == 1

    def test_it_is_marked_and_its_personal_links_lead_nowhere(self, publisher, mail_server):
        send_test(make_ready_issue(7), [ADA], publisher)

        (message,) = mail_server.messages
        assert message["Subject"].startswith("[TEST] ")
        assert "List-Unsubscribe" not in message
        for content in parts(message):
            assert "a test: the links to choose and to leave lead nowhere" in content
            assert "#test" in content
            assert not re.search("/(preferences|unsubscribe)/", content)

    def test_two_messages_are_two(self, publisher, mail_server):
        issue = make_ready_issue(7)

        send_test(issue, [ADA], publisher)
        send_test(issue, [ADA], publisher)

        one, two = mail_server.messages
        assert one["Message-ID"] != two["Message-ID"]

    def test_of_a_draft_the_current_words_go(self, publisher, mail_server):
        issue = make_ready_issue(7)
        change(issue.sections.get(), body="Quite other words.")

        send_test(issue, [ADA], publisher)

        assert "Quite other words." in parts(mail_server.messages[0])[0]

    def test_of_what_is_approved_the_approved_words_go(self, publisher, mail_server):
        make_subscriber()
        issue = make_ready_issue(7, YESTERDAY)
        approving.approve(issue, publisher, timezone.now() + TOMORROW, "As approved")
        change(issue.sections.get(), body="Quite other words.")

        send_test(issue, [ADA], publisher)

        assert mail_server.messages[0]["Subject"] == "[TEST] As approved"
        assert "Quite other words." not in parts(mail_server.messages[0])[0]

    def test_nothing_is_kept_but_a_line_in_the_log_without_addresses(self, publisher, mail_server):
        send_test(make_ready_issue(7), [ADA, BOB], publisher)

        assert LogEntry.objects.get().change_message == "Test mails went to 2 addresses."
        for model in (Mailing, Delivery, Letter, Subscriber):
            assert not model.objects.exists()


class TestTrouble:
    def test_it_is_said_for_each_address(self, publisher, mail_server):
        mail_server.answers[BOB] = "550 5.1.1 Nobody here"
        let_see_people(publisher)

        outcomes = send_test(make_ready_issue(7), [ADA, BOB, EVE], publisher)

        refused = "The mail server refused it: 550 5.1.1 Nobody here"
        assert outcomes == [Outcome(ADA), Outcome(BOB, refused, True), Outcome(EVE)]
        assert LogEntry.objects.get().change_message == "Test mails went to 2 addresses."

    def test_a_server_that_is_away_is_asked_once(self, publisher, mail_server):
        mail_server.stop()

        outcomes = send_test(make_ready_issue(7), [ADA, BOB], publisher)

        assert [one.email for one in outcomes] == [ADA, BOB]
        for one in outcomes:
            assert one.trouble.startswith("The connection to the mail server broke: ")

    def test_one_that_hangs_up_on_an_address_takes_the_next(self, publisher, mail_server):
        mail_server.answers[ADA] = "421 4.7.0 Not for her"

        outcomes = send_test(make_ready_issue(7), [ADA, BOB], publisher)

        assert "421 4.7.0 Not for her" in outcomes[0].trouble
        assert outcomes[1] == Outcome(BOB)

    def test_a_blocked_address_gets_no_test_either(self, publisher, mail_server):
        Suppression.objects.add(read_address(ADA), Suppression.Reason.BLOCKED)
        let_see_people(publisher)

        outcomes = send_test(make_ready_issue(7), [ADA], publisher)

        assert outcomes == [Outcome(ADA, "No mail goes to this address.", True)]
        assert mail_server.messages == []

    def test_who_sees_no_people_learns_nothing_of_an_address(self, publisher, mail_server):
        Suppression.objects.add(read_address(ADA), Suppression.Reason.BLOCKED)
        mail_server.answers[BOB] = "550 5.1.1 Nobody here"

        outcomes = send_test(make_ready_issue(7), [ADA, BOB, EVE], publisher)

        words = "No mail went to this address."
        assert outcomes == [Outcome(ADA, words, True), Outcome(BOB, words, True), Outcome(EVE)]


class TestLimits:
    def test_ten_addresses_are_enough(self, publisher, mail_server):
        with pytest.raises(TooMany):
            send_test(make_ready_issue(7), [f"a{n}@b.org" for n in range(MOST + 1)], publisher)

        assert mail_server.messages == []

    def test_nobody_tests_all_day(self, publisher, mail_server):
        issue = make_ready_issue(7)
        for _ in range(PER_PERSON.most):
            send_test(issue, [ADA], publisher)

        with pytest.raises(TooMany) as refusal:
            send_test(issue, [ADA], publisher)

        assert "Wait an hour" in str(refusal.value)
        assert len(mail_server.messages) == PER_PERSON.most
        assert send_test(issue, [ADA], make_colleague("Publisher", "grace")) == [Outcome(ADA)]


class TestRights:
    def test_who_only_looks_gets_it_at_their_own_address(self, mail_server):
        editor, issue = make_colleague("Editor", email="Ada@example.org"), make_ready_issue(7)

        assert send_test(issue, [ADA], editor) == [Outcome(ADA)]
        for addresses in ([BOB], [ADA, BOB]):
            with pytest.raises(PermissionDenied):
                send_test(issue, addresses, editor)

        assert mail_server.recipients == [ADA]

    @pytest.mark.parametrize("role", ["Author", "Subscriber manager", None])
    def test_others_get_none(self, mail_server, role):
        user = make_colleague(role, email=ADA)

        with pytest.raises(PermissionDenied):
            send_test(make_ready_issue(7), [ADA], user)

        assert mail_server.messages == []
