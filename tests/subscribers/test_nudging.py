"""Reminders: who gets one, when, and that none is lost or sent twice."""

import datetime
import threading

import pytest
from django.contrib.auth.models import Permission
from django.db import connections
from django.urls import reverse

from bitsletter.site import absolute_url
from issues.models import Issue, SectionType
from issues.moments import in_words
from subscribers.connection import Interrupted
from subscribers.delivery import nudging, weeks
from subscribers.delivery.nudging import nudge_due
from subscribers.models import Mailing, Nudge, Slot, Subscriber
from tests.builders import (
    install_rows,
    make_colleague,
    make_issue,
    make_mailing,
    make_ready_issue,
    make_subscriber,
    make_unready_issue,
)
from tests.mail_server import links_in

pytestmark = pytest.mark.django_db

HOUR = datetime.timedelta(hours=1)
WEDNESDAY = datetime.datetime(2026, 12, 2, 9, tzinfo=datetime.UTC)
A_DAY_BEFORE, THREE_HOURS_BEFORE = WEDNESDAY - 24 * HOUR, WEDNESDAY - 3 * HOUR
SECOND = datetime.timedelta(seconds=1)


@pytest.fixture(autouse=True)
def readers():
    """Begin the rhythm: somebody reads, and mail went out the week before."""
    if not SectionType.objects.exists():
        install_rows()  # a test that empties the database has taken them away
    make_subscriber()
    make_mailing(
        make_issue(1, title="Last week"),
        state="sent",
        approved_at=WEDNESDAY - 8 * 24 * HOUR,
        scheduled_for=WEDNESDAY - 7 * 24 * HOUR,
    )


@pytest.fixture
def paula():
    return make_colleague("Publisher", email="paula@example.org")


def approve_for(moment) -> Mailing:
    return make_mailing(make_ready_issue(9), scheduled_for=moment)


class TestWhen:
    @pytest.fixture(autouse=True)
    def somebody(self, paula):
        pass

    @pytest.mark.parametrize(
        ("at", "kind"),
        [
            (A_DAY_BEFORE - SECOND, None),
            (A_DAY_BEFORE, "day"),
            (WEDNESDAY - 10 * HOUR, "day"),  # late, after an outage
            (THREE_HOURS_BEFORE - SECOND, "day"),
            (THREE_HOURS_BEFORE, "hours"),
            (WEDNESDAY - SECOND, "hours"),  # late
            (WEDNESDAY, None),
            (WEDNESDAY + HOUR, None),
        ],
    )
    def test_each_has_its_hours_and_the_later_one_stands_for_both(self, mail_server, at, kind):
        nudge_due(at)

        assert list(Nudge.objects.values_list("kind", flat=True)) == ([kind] if kind else [])
        assert len(mail_server.messages) == bool(kind)

    def test_each_is_sent_once_and_noted(self, mail_server):
        minutes = [A_DAY_BEFORE + number * HOUR / 60 for number in range(0, 24 * 60, 20)]
        sent = [nudge_due(at) for at in minutes]

        assert (sum(sent), len(mail_server.messages)) == (2, 2)
        noted = Slot.objects.get(at=WEDNESDAY)
        assert noted.nudged_day_at == A_DAY_BEFORE
        assert noted.nudged_hours_at == THREE_HOURS_BEFORE

    def test_the_next_week_has_its_own(self, mail_server):
        for week in range(3):
            nudge_due(A_DAY_BEFORE + week * 7 * 24 * HOUR)

        assert len(mail_server.messages) == 3

    @pytest.mark.parametrize("zone", ["Europe/Madrid", "America/New_York", "Pacific/Apia"])
    def test_the_hours_are_real_ones_over_a_change_of_the_clocks(self, settings, mail_server, zone):
        settings.TIME_ZONE, settings.SEND_DAY = zone, 6
        march = datetime.datetime(2027, 3, 1, tzinfo=datetime.UTC)
        slots = weeks.next_slots(march, 5)

        for slot in slots:
            assert nudge_due(slot - 24 * HOUR - SECOND) == 0
            assert nudge_due(slot - 24 * HOUR) == 1


class TestIfSomethingIsApproved:
    @pytest.fixture(autouse=True)
    def somebody(self, paula):
        pass

    @pytest.mark.parametrize("hours", [-33, -9, -1, 0, 8, 14])
    def test_for_that_day_or_the_one_before_nobody_is_reminded(self, mail_server, hours):
        approve_for(WEDNESDAY + hours * HOUR)

        assert nudge_due(A_DAY_BEFORE) == 0

    @pytest.mark.parametrize("days", [-7, -2, 1, 7])
    def test_for_another_day_somebody_is(self, mail_server, days):
        approve_for(WEDNESDAY + days * 24 * HOUR)

        assert nudge_due(A_DAY_BEFORE) == 1

    @pytest.mark.parametrize(
        ("state", "started", "count"),
        [("paused", None, 0), ("cancelled", None, 1), ("cancelled", WEDNESDAY, 0)],
    )
    def test_what_never_began_and_was_given_up_does_not_count(
        self, mail_server, state, started, count
    ):
        mailing = approve_for(WEDNESDAY)
        Mailing.objects.filter(pk=mailing.pk).update(state=state, started_at=started)

        assert nudge_due(A_DAY_BEFORE) == count

    def test_between_two_reminders_no_second_one_comes(self, mail_server):
        nudge_due(A_DAY_BEFORE)
        approve_for(WEDNESDAY)

        assert nudge_due(THREE_HOURS_BEFORE) == 0

    def test_and_taken_back_they_are_reminded_again(self, mail_server):
        nudge_due(A_DAY_BEFORE)
        approve_for(WEDNESDAY).delete()

        assert nudge_due(THREE_HOURS_BEFORE) == 1

    def test_a_week_that_is_skipped_stays_quiet_until_it_is_not(self, mail_server, paula):
        weeks.skip(WEDNESDAY, paula)
        assert nudge_due(A_DAY_BEFORE) == 0

        weeks.unskip(WEDNESDAY, paula)
        assert nudge_due(A_DAY_BEFORE) == 1


class TestNewcomers:
    def test_who_tries_the_site_out_is_not_nagged(self, mail_server, paula):
        Mailing.objects.all().delete()

        assert nudge_due(A_DAY_BEFORE) == 0

    def test_nor_is_who_has_no_readers(self, mail_server, paula):
        Subscriber.objects.update(state="pending")

        assert nudge_due(A_DAY_BEFORE) == 0


class TestWho:
    def to_whom(self) -> set[str]:
        nudge_due(A_DAY_BEFORE)
        return set(
            Nudge.objects.filter(sent_at__isnull=False).values_list("user__email", flat=True)
        )

    def test_all_who_may_approve_and_have_an_address(self, mail_server, django_user_model):
        make_colleague("Publisher", "by-role", email="role@example.org")
        django_user_model.objects.create_superuser("root", "root@example.org")
        single = make_colleague(name="single", email="single@example.org")
        single.user_permissions.add(Permission.objects.get(codename="approve_mailing"))

        assert self.to_whom() == {"role@example.org", "root@example.org", "single@example.org"}
        assert sorted(mail_server.recipients) == [
            *("role@example.org", "root@example.org", "single@example.org")
        ]

    def test_nobody_else(self, mail_server):
        make_colleague("Publisher", "no-address")
        make_colleague("Publisher", "gone", email="gone@example.org", is_active=False)
        make_colleague("Publisher", "outside", email="outside@example.org", is_staff=False)
        make_colleague("Editor", email="editor@example.org")
        make_colleague("Author", email="author@example.org")

        assert self.to_whom() == set()

    def test_an_address_of_two_accounts_gets_one(self, mail_server):
        make_colleague("Publisher", "one", email="Same@example.org")
        make_colleague("Publisher", "two", email="same@example.org")

        assert self.to_whom() == {"Same@example.org"}

    def test_who_becomes_a_publisher_meanwhile_is_reminded_too(self, mail_server, paula):
        nudge_due(A_DAY_BEFORE)
        make_colleague("Publisher", "late", email="late@example.org")

        nudge_due(A_DAY_BEFORE + HOUR)

        assert mail_server.recipients == ["paula@example.org", "late@example.org"]

    def test_who_is_no_publisher_any_more_is_not(self, mail_server, paula):
        mail_server.answers["paula@example.org"] = "451 4.7.1 Greylisted"
        nudge_due(THREE_HOURS_BEFORE)
        mail_server.answers.clear()
        paula.groups.clear()

        assert nudge_due(THREE_HOURS_BEFORE + HOUR) == 0

    def test_their_number_changes_no_number_of_questions(
        self, mail_server, django_assert_max_num_queries
    ):
        make_colleague("Publisher", "p0", email="p0@example.org")
        with django_assert_max_num_queries(12) as queries:
            nudging.rows_for(WEDNESDAY, Nudge.Kind.DAY, A_DAY_BEFORE)
        for number in range(1, 20):
            make_colleague("Publisher", f"p{number}", email=f"p{number}@example.org")

        with django_assert_max_num_queries(len(queries)):
            rows = nudging.rows_for(WEDNESDAY, Nudge.Kind.DAY, A_DAY_BEFORE)

        assert len(rows) == 20


class TestTrouble:
    def test_a_mail_server_that_is_down_loses_none(self, mail_server, paula):
        mail_server.stop()
        for minutes in range(3):
            with pytest.raises(Interrupted):
                nudge_due(A_DAY_BEFORE + minutes * HOUR / 60)
        assert Slot.objects.get(at=WEDNESDAY).nudged_day_at is None

        mail_server.start()
        assert nudge_due(A_DAY_BEFORE + HOUR) == 1

        assert mail_server.recipients == ["paula@example.org"]

    def test_a_connection_that_is_cut_sends_the_same_message_again(self, mail_server, paula):
        mail_server.cuts = 1
        with pytest.raises(Interrupted):
            nudge_due(A_DAY_BEFORE)

        nudge_due(A_DAY_BEFORE + HOUR)

        first, second = mail_server.messages
        assert first["Message-ID"] == second["Message-ID"]

    def test_who_is_refused_for_now_holds_up_nobody_and_is_tried_again(self, mail_server, paula):
        make_colleague("Publisher", "quick", email="quick@example.org")
        mail_server.answers["paula@example.org"] = "451 4.7.1 Greylisted"
        assert nudge_due(A_DAY_BEFORE) == 1
        assert nudge_due(A_DAY_BEFORE + HOUR / 60) == 0

        mail_server.answers.clear()
        assert nudge_due(A_DAY_BEFORE + HOUR / 12) == 1

        assert mail_server.recipients == ["quick@example.org", "paula@example.org"]

    def test_who_is_refused_for_good_is_left_alone(self, mail_server, paula):
        mail_server.answers["paula@example.org"] = "550 5.1.1 Nobody here"
        nudge_due(A_DAY_BEFORE)
        mail_server.answers.clear()

        assert nudge_due(A_DAY_BEFORE + HOUR) == 0
        assert Nudge.objects.get().reply == "550 5.1.1 Nobody here"
        assert Slot.objects.get(at=WEDNESDAY).nudged_day_at is None

    def test_whoever_dies_with_one_in_hand_leaves_it_to_the_next(self, mail_server, paula):
        [row] = nudging.rows_for(WEDNESDAY, Nudge.Kind.DAY, A_DAY_BEFORE)
        Nudge.objects.claim(row, A_DAY_BEFORE)

        assert nudge_due(A_DAY_BEFORE + HOUR / 60) == 0
        assert nudge_due(A_DAY_BEFORE + HOUR / 12) == 1

    def test_an_approval_while_they_go_out_stops_the_rest(self, mail_server, paula):
        make_colleague("Publisher", "second", email="second@example.org")
        rows = nudging.rows_for(WEDNESDAY, Nudge.Kind.DAY, A_DAY_BEFORE)
        approve_for(WEDNESDAY)

        with nudging.Connection() as connection:
            sent = [nudging.send(pk, connection, A_DAY_BEFORE) for pk in rows]

        assert sent == [False, False]


@pytest.mark.django_db(transaction=True)
class TestSeveralWorkers:
    def test_they_send_one_message_to_each(self, mail_server):
        for number in range(5):
            make_colleague("Publisher", f"p{number}", email=f"p{number}@example.org")
        start = threading.Barrier(3)

        def work():
            start.wait()
            try:
                nudge_due(A_DAY_BEFORE)
            finally:
                connections.close_all()

        workers = [threading.Thread(target=work) for _ in range(3)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

        assert sorted(mail_server.recipients) == [f"p{number}@example.org" for number in range(5)]


class TestWords:
    @pytest.fixture
    def message(self, mail_server, paula):
        def send(at=A_DAY_BEFORE):
            nudge_due(at)
            return mail_server.messages[-1]

        return send

    def text(self, message) -> str:
        return message.get_body(["plain"]).get_content()

    def test_they_name_the_moment_the_issue_and_the_ways(self, message):
        issue = make_ready_issue(2, planned_at=WEDNESDAY)

        sent = message()

        assert sent["Subject"] == "Nothing is approved yet for Wed 2 December 2026, 09:00"
        assert sent["Auto-Submitted"] == "auto-generated"
        assert "List-Unsubscribe" not in sent
        text = self.text(sent)
        assert in_words(WEDNESDAY) in text.replace("\n", " ")
        assert "The issue that may be meant for it: #2 Warm up" in text
        assert "- It is a draft: publish it, or schedule it." in text
        assert "- Its mail is not approved." in text
        mail = absolute_url(reverse("subscribers_desk:mail", args=[issue.pk]))
        assert links_in(sent, "/admin/") == [mail, absolute_url(reverse("subscribers_desk:slot"))]

    def test_some_hours_before_they_are_more_urgent(self, message):
        sent = message(THREE_HOURS_BEFORE)

        assert sent["Subject"].startswith("Soon: nothing is approved for ")
        assert "nobody would get anything" in self.text(sent)

    def test_what_preflight_holds_back_is_counted(self, message):
        make_unready_issue(2)

        assert "to mend" in self.text(message())

    def test_an_issue_that_goes_public_too_late_is_named_so(self, message):
        make_ready_issue(2, published_at=WEDNESDAY + HOUR)

        assert "It goes public later than that: on Wed 2 December 2026, 10:00" in self.text(
            message()
        )

    def test_without_any_issue_they_lead_to_a_new_one(self, message):
        sent = message()

        assert "No issue is being written." in self.text(sent)
        assert absolute_url(reverse("admin:issues_issue_add")) in links_in(sent, "/admin/")

    def test_a_title_is_no_html(self, message):
        make_ready_issue(2, title="<b>&amp; more")

        sent = message()

        assert "#2 <b>&amp; more" in self.text(sent)
        assert "&lt;b&gt;&amp;amp; more" in sent.get_body(["html"]).get_content()


class TestCandidate:
    def number(self) -> int | None:
        issue = nudging.candidate(WEDNESDAY)
        return issue and issue.number

    def test_it_is_the_one_with_the_earliest_date_that_was_not_mailed(self):
        make_ready_issue(2, planned_at=WEDNESDAY + 7 * 24 * HOUR)
        make_ready_issue(3, planned_at=WEDNESDAY)
        make_ready_issue(4)

        assert self.number() == 3

    def test_one_that_is_public_already_may_still_be_mailed(self):
        make_ready_issue(2, published_at=WEDNESDAY - HOUR)
        make_ready_issue(3, planned_at=WEDNESDAY)

        assert self.number() == 2

    def test_the_archive_is_not_meant(self):
        Issue.objects.update(published_at=WEDNESDAY - 30 * 24 * HOUR)
        make_ready_issue(2, published_at=WEDNESDAY - 30 * 24 * HOUR)

        assert self.number() is None

    def test_without_dates_it_is_the_newest_draft(self):
        make_ready_issue(2)
        make_ready_issue(3)

        assert self.number() == 3

    def test_one_that_was_mailed_is_done(self):
        make_mailing(make_ready_issue(2, published_at=WEDNESDAY - HOUR))

        assert self.number() is None
