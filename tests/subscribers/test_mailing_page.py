"""The list of mailings, and the page of one: how far it is, its buttons, and the report."""

import datetime

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from subscribers.models import Delivery, Mailing, Worker
from tests.builders import (
    TOMORROW,
    YESTERDAY,
    make_colleague,
    make_delivery,
    make_mailing,
    make_ready_issue,
    make_subscriber,
)

pytestmark = pytest.mark.django_db

LIST = reverse("admin:subscribers_mailing_changelist")
HOME = reverse("admin:index")
HOSTILE = ["%00", "%ED%A0%80", "9" * 400, "-1", "x" * 60_000, "'", "1e9", "٣"]
NO_WORKER = "No worker runs: nothing is sent until one does."


def page_of(mailing: Mailing) -> str:
    return reverse("admin:subscribers_mailing_change", args=[mailing.pk])


def rows_of(mailing: Mailing, state: str) -> str:
    return reverse("admin:subscribers_mailing_rows", args=[mailing.pk, state])


def act_of(mailing: Mailing, name: str) -> str:
    return reverse("admin:subscribers_mailing_act", args=[mailing.pk, name])


def begun(state="sending", number=1, **fields) -> Mailing:
    now = timezone.now()
    issue = make_ready_issue(number, YESTERDAY)
    return make_mailing(issue, state=state, **{"started_at": now, "listed_at": now, **fields})


def make_rows(mailing: Mailing, *states: str, **fields) -> list[Delivery]:
    return [make_delivery(mailing, state=state, **fields) for state in states]


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


@pytest.fixture
def signed_in(client, publisher):
    client.force_login(publisher)
    return client


@pytest.fixture
def who_sees_people(client):
    """Sign somebody in who approves mailings, and sees subscribers."""
    user = make_colleague("Publisher", name="both", password=None)
    user.user_permissions.add(Permission.objects.get(codename="view_subscriber"))
    client.force_login(user)
    return client


class TestList:
    def test_it_says_how_many_got_each(self, signed_in):
        make_rows(begun(), "sent", "sent", "failed", "queued")
        make_mailing(make_ready_issue(2, YESTERDAY), scheduled_for=timezone.now() + TOMORROW)

        page = text_of(signed_in.get(LIST))

        assert "2 of 4" in page
        assert "not begun" in page
        assert '<span class="state sending">Being sent</span>' in page

    def test_it_asks_the_same_number_of_questions_for_many(self, signed_in):
        make_rows(begun(number=1), "sent")
        signed_in.get(LIST)  # who it is, is known from here on
        with CaptureQueriesContext(
            connection,
        ) as few:
            signed_in.get(LIST)

        for number in range(2, 7):
            make_rows(begun(number=number), "sent", "queued", "failed")
        with CaptureQueriesContext(connection) as many:
            signed_in.get(LIST)

        assert len(many) == len(few)

    def test_it_is_filtered_by_state(self, signed_in):
        begun("sent", 1)
        begun("sending", 2)

        page = signed_in.get(f"{LIST}?state=sent")

        assert [one.issue.number for one in page.context["cl"].result_list] == [1]

    @pytest.mark.parametrize("name", ["state", "o", "p", "q", "all", "e"])
    @pytest.mark.parametrize("value", HOSTILE)
    def test_nonsense_is_answered(self, signed_in, name, value):
        begun()

        assert signed_in.get(f"{LIST}?{name}={value}", follow=True).status_code == 200

    def test_no_other_question_is_answered(self, signed_in):
        assert signed_in.get(f"{LIST}?deliveries__subscriber__email=x").status_code == 400


class TestPage:
    def test_it_counts_each_state_and_leads_to_its_rows(self, signed_in):
        mailing = begun()
        make_rows(mailing, "sent", "sent", "failed", "deferred")

        page = text_of(signed_in.get(page_of(mailing)))

        assert '<strong data-live="share">2</strong>' in page
        for state, count in {"sent": 2, "failed": 1, "deferred": 1, "held": 0}.items():
            assert rows_of(mailing, state) in page
            assert f'<b data-live="{state}">{count}</b>' in page

    @pytest.mark.parametrize(
        ("state", "words"),
        [
            ("approved", "It begins on "),
            ("starting", "Everybody who is to get it is being listed."),
            ("sending", "It is being sent."),
            ("paused", "It is paused. Nothing goes out until somebody resumes it."),
            ("sent", "It ended on "),
            ("cancelled", "It was cancelled on "),
        ],
    )
    def test_it_says_in_words_what_is_done(self, signed_in, state, words):
        mailing = begun(state, ended_at=timezone.now())
        make_rows(mailing, "queued")

        assert words in text_of(signed_in.get(page_of(mailing)))

    def test_it_says_why_it_is_paused_without_an_address(self, signed_in):
        mailing = begun("paused", reason="The server said: 550 <ada@example.org> unknown")

        page = text_of(signed_in.get(page_of(mailing)))

        assert "The server said: 550 … unknown" in page
        assert "ada@" not in page

    def test_the_rate_and_what_is_left_are_said(self, signed_in):
        began = timezone.now() - datetime.timedelta(minutes=10)
        mailing = begun(started_at=began, listed_at=began)
        make_rows(mailing, *["sent"] * 6, *["queued"] * 4)

        page = text_of(signed_in.get(page_of(mailing)))

        assert "2 a minute." in page
        assert "About 2 minutes left." in page

    def test_it_says_when_what_was_put_off_is_tried_again(self, signed_in):
        mailing = begun()
        make_rows(mailing, "deferred", due_at=timezone.now() + TOMORROW)

        assert "What was put off is tried again from " in text_of(signed_in.get(page_of(mailing)))

    def test_what_may_be_tried_again_already_has_no_time(self, signed_in):
        mailing = begun()
        make_rows(mailing, "deferred", due_at=timezone.now() + YESTERDAY)

        page = text_of(signed_in.get(page_of(mailing)))

        assert "What was put off is tried again now." in page

    @pytest.mark.parametrize(
        ("ends", "words"),
        [
            (
                TOMORROW,
                "2 messages are in hand; if whoever has them is gone, others take them from",
            ),
            (
                YESTERDAY,
                "2 messages are in hand; whoever had them may be gone: others take them now",
            ),
        ],
    )
    def test_the_last_ones_in_hand_say_when_others_take_them(self, signed_in, ends, words):
        mailing = begun()
        make_rows(mailing, *["sent"] * 9)
        make_rows(mailing, *["sending"] * 2, due_at=timezone.now() + ends)

        page = text_of(signed_in.get(page_of(mailing)))

        assert words in page
        assert "About " not in page

    def test_it_asks_the_same_number_of_questions_for_many(self, signed_in):
        mailing = begun("sent", ended_at=timezone.now())
        make_rows(mailing, *Delivery.State.values)
        signed_in.get(page_of(mailing))
        with CaptureQueriesContext(connection) as few:
            signed_in.get(page_of(mailing))

        for code in (550, 551, None):
            make_rows(mailing, *Delivery.State.values, code=code)
        with CaptureQueriesContext(connection) as many:
            signed_in.get(page_of(mailing))

        assert len(many) == len(few)

    def test_nothing_on_it_changes_what_was_approved(self, signed_in):
        mailing = begun()

        assert signed_in.post(page_of(mailing), {"subject": "Changed"}).status_code == 403
        assert Mailing.objects.get().subject == mailing.subject

    @pytest.mark.parametrize("key", ["987654", "9" * 30, "x", "_00"])
    def test_what_is_nowhere_leads_home(self, signed_in, key):
        assert signed_in.get(f"{LIST}{key}/change/", follow=True).status_code == 200

    def test_its_script_gets_what_moves_alone(self, signed_in):
        mailing = begun()
        make_rows(mailing, "sent")

        part = signed_in.get(reverse("admin:subscribers_mailing_progress", args=[mailing.pk]))

        assert part.content.startswith(b"<div")
        assert 'data-state="sending"' in text_of(part)
        assert b"csrfmiddlewaretoken" not in part.content

    @pytest.mark.parametrize(
        ("state", "is_live"), [("starting", True), ("sending", True), ("sent", False)]
    )
    def test_it_comes_anew_by_itself_while_something_moves(self, signed_in, state, is_live):
        page = text_of(signed_in.get(page_of(begun(state, ended_at=timezone.now()))))

        assert ('http-equiv="refresh"' in page) == is_live
        assert ("admin/mailing.js" in page) == is_live


class TestWorker:
    def test_none_is_the_first_thing_to_know(self, signed_in):
        page = text_of(signed_in.get(page_of(begun())))

        assert NO_WORKER in page
        assert "None has been seen yet." in page

    def test_one_that_cannot_send_says_why(self, signed_in):
        now = timezone.now()
        Worker.objects.create(name="one", trouble="Nobody answers.", trouble_at=now)

        page = text_of(signed_in.get(page_of(begun())))

        assert "1 worker is at work." in page
        assert "Nothing can be sent since" in page
        assert "Nobody answers." in page

    def test_one_that_is_gone_was_seen_some_time_ago(self, signed_in):
        Worker.objects.create(name="one", seen_at=timezone.now() - datetime.timedelta(minutes=5))

        page = text_of(signed_in.get(page_of(begun())))

        assert NO_WORKER in page
        assert "The last one was seen 5 minutes ago." in page

    def test_those_that_live_are_counted(self, signed_in):
        Worker.objects.create(name="one")
        Worker.objects.create(name="two")

        page = text_of(signed_in.get(page_of(begun())))

        assert "2 workers are at work." in page
        assert NO_WORKER not in page

    @pytest.mark.parametrize("state", ["paused", "sent", "cancelled"])
    def test_where_nothing_waits_for_one_none_is_missed(self, signed_in, state):
        page = text_of(signed_in.get(page_of(begun(state, ended_at=timezone.now()))))

        assert NO_WORKER not in page


class TestButtons:
    ALL = ("pause", "resume", "retry", "release", "joined", "cancel")

    def shown(self, client, mailing: Mailing) -> set[str]:
        page = client.get(page_of(mailing)).content.decode()
        return {name for name in self.ALL if act_of(mailing, name) in page}

    @pytest.mark.parametrize(
        ("state", "rows", "names"),
        [
            ("approved", [], set()),
            ("starting", [], {"pause", "cancel"}),
            ("sending", ["queued"], {"pause", "cancel", "joined"}),
            ("sending", ["failed", "held"], {"pause", "cancel", "joined", "retry", "release"}),
            ("paused", ["queued"], {"resume", "cancel", "joined"}),
            ("sent", ["sent", "failed"], {"joined", "retry"}),
            ("cancelled", ["failed", "held"], set()),
        ],
    )
    def test_those_are_shown_that_do_something(self, signed_in, state, rows, names):
        is_listed = state not in ("approved", "starting")
        moments = {} if is_listed else {"started_at": None, "listed_at": None}
        mailing = begun(state, ended_at=timezone.now(), **moments)
        make_rows(mailing, *rows)

        assert self.shown(signed_in, mailing) == names

    def test_who_only_looks_has_none(self, client):
        client.force_login(make_colleague("Editor", password=None))
        mailing = begun()
        make_rows(mailing, "failed", "held")

        assert self.shown(client, mailing) == set()
        assert client.get(act_of(mailing, "cancel")).status_code == 403
        assert client.post(act_of(mailing, "cancel")).status_code == 403
        assert Mailing.objects.get().state == "sending"

    @pytest.mark.parametrize(
        ("name", "state", "row", "left"),
        [
            ("pause", "sending", "queued", ("paused", "queued")),
            ("resume", "paused", "queued", ("sending", "queued")),
            ("cancel", "sending", "queued", ("cancelled", "skipped")),
            ("release", "sent", "held", ("sending", "queued")),
        ],
    )
    def test_asking_changes_nothing_and_pressing_does(self, signed_in, name, state, row, left):
        mailing = begun(state)
        make_rows(mailing, row)

        asked = signed_in.get(act_of(mailing, name))
        before = (Mailing.objects.get().state, Delivery.objects.get().state)
        done = signed_in.post(act_of(mailing, name))

        assert asked.status_code == 200
        assert before == (state, row)
        assert done.url == page_of(mailing)
        assert (Mailing.objects.get().state, Delivery.objects.get().state) == left

    def test_resuming_what_is_late_says_how_late(self, signed_in):
        late = timezone.now() - datetime.timedelta(days=3)
        mailing = make_mailing(state="paused", scheduled_for=late, reason="It is too late.")

        page = text_of(signed_in.get(act_of(mailing, "resume")))

        assert "It is too late." in page
        assert "That was 3 days ago. Now it begins at once." in page

    def test_how_many_joined_is_said_before(self, signed_in):
        mailing = begun("sent", ended_at=timezone.now())
        make_rows(mailing, "sent")
        for number in range(3):
            make_subscriber(f"{number}@example.org")

        asked = text_of(signed_in.get(act_of(mailing, "joined")))
        done = text_of(signed_in.post(act_of(mailing, "joined"), follow=True))

        assert "to whom this issue was not to go yet: 3." in asked
        assert "3 people who joined since get it." in done

    def test_those_of_one_code_are_tried_again(self, signed_in):
        mailing = begun()
        for code in (550, 421, None):
            make_rows(mailing, "failed", code=code)

        signed_in.post(act_of(mailing, "retry"), {"code": ["421", "none"]})

        failed = Delivery.objects.filter(state="failed")
        assert list(failed.values_list("code", flat=True)) == [550]

    def test_where_nobody_is_left_to_try_again_words_stand_for_the_button(self, signed_in):
        mailing = begun("sent", ended_at=timezone.now())
        make_delivery(mailing, make_subscriber("gone@example.org", "left"), "failed", code=550)
        words = "Nobody with whom it failed is on the list any more"

        page = text_of(signed_in.get(page_of(mailing)))
        asked = text_of(signed_in.get(act_of(mailing, "retry")))

        assert words in page
        assert act_of(mailing, "retry") not in page
        assert words in asked
        assert '<button class="button">Try the failed again' not in asked

    @pytest.mark.parametrize("code", ["", "x", "\0", "9" * 30, "404", "-1"])
    def test_a_code_that_nothing_has_tries_nobody(self, signed_in, code):
        mailing = begun()
        make_rows(mailing, "failed", code=550)

        response = signed_in.post(act_of(mailing, "retry"), {"code": code})

        assert response.status_code == 200
        assert Delivery.objects.get().state == "failed"

    def test_what_is_not_possible_any_more_says_so(self, signed_in):
        mailing = begun("sent", ended_at=timezone.now())

        asked = text_of(signed_in.get(act_of(mailing, "cancel")))
        pressed = text_of(signed_in.post(act_of(mailing, "cancel")))

        assert "That cannot be done now." in asked
        assert "That cannot be done now." in pressed

    @pytest.mark.parametrize("name", ["pause", "resume", "cancel", "joined", "retry", "release"])
    def test_what_has_no_button_is_not_done(self, signed_in, name):
        mailing = make_mailing(scheduled_for=timezone.now() + TOMORROW)

        response = signed_in.post(act_of(mailing, name))

        assert "That cannot be done now." in text_of(response)
        assert Mailing.objects.get().state == "approved"

    @pytest.mark.parametrize("name", ["nonsense", "-", "0"])
    def test_there_are_no_other_acts(self, signed_in, name):
        mailing = begun()

        assert signed_in.get(act_of(mailing, name)).status_code == 404
        assert signed_in.post(act_of(mailing, name)).status_code == 404

    def test_one_that_is_held_is_decided_in_the_list(self, signed_in):
        mailing = begun()
        [row] = make_rows(mailing, "held")
        url = reverse("admin:subscribers_mailing_decide", args=[mailing.pk, row.pk])

        assert url in signed_in.get(rows_of(mailing, "held")).content.decode()
        signed_in.post(url, {"state": "sent"})

        assert Delivery.objects.get().state == "sent"

    @pytest.mark.parametrize("state", ["", "\0", "queued", "x" * 9000])
    def test_nonsense_decides_nothing(self, signed_in, state):
        mailing = begun()
        [row] = make_rows(mailing, "held")
        url = reverse("admin:subscribers_mailing_decide", args=[mailing.pk, row.pk])

        assert signed_in.post(url, {"state": state}).status_code == 302
        assert Delivery.objects.get().state == "held"

    def test_a_key_that_no_row_can_have_is_answered(self, signed_in):
        mailing = begun()
        url = reverse("admin:subscribers_mailing_decide", args=[mailing.pk, "9" * 40])

        assert signed_in.post(url, {"state": "sent"}).status_code == 302
        assert signed_in.get(f"{LIST}{'9' * 40}/do/pause/").status_code == 404


class TestRows:
    def test_who_sees_subscribers_sees_who_they_are(self, who_sees_people):
        mailing, ada = begun(), make_subscriber("ada@example.org")
        make_delivery(mailing, ada, "failed", code=550, reply="550 <ada@example.org> unknown")

        page = text_of(who_sees_people.get(rows_of(mailing, "failed")))

        assert "ada@example.org</a>" in page
        assert "550 &lt;ada@example.org&gt; unknown" in page

    def test_others_see_what_the_server_said_without_an_address(self, signed_in):
        mailing, ada = begun(), make_subscriber("ada@example.org")
        make_delivery(mailing, ada, "failed", code=550, reply="550 <ada@example.org> unknown")

        page = text_of(signed_in.get(rows_of(mailing, "failed")))

        assert "550 … unknown" in page
        assert "ada@" not in page

    def test_why_somebody_was_left_out_is_said(self, signed_in):
        mailing = begun()
        make_rows(mailing, "skipped", skip="resting")

        assert "Their letters rest" in text_of(signed_in.get(rows_of(mailing, "skipped")))

    def test_who_was_erased_has_no_name(self, who_sees_people):
        mailing = begun()
        [row] = make_rows(mailing, "sent")
        row.subscriber.delete()

        assert "erased" in text_of(who_sees_people.get(rows_of(mailing, "sent")))

    def test_pages_follow_each_other_without_a_gap(self, signed_in, monkeypatch):
        monkeypatch.setattr("subscribers.admin.mailings.PER_PAGE", 3)
        mailing = begun()
        made = make_rows(mailing, *["sent"] * 6, "failed")

        found, url = [], rows_of(mailing, "sent")
        while url:
            context = signed_in.get(url).context
            found += [row.pk for row in context["rows"]]
            url = context["next"] and f"{rows_of(mailing, 'sent')}?after={context['next']}"

        assert found == [row.pk for row in made[:6]]

    def test_they_ask_the_same_number_of_questions_for_many(self, who_sees_people):
        mailing = begun()
        make_rows(mailing, "sent")
        who_sees_people.get(rows_of(mailing, "sent"))
        with CaptureQueriesContext(connection) as few:
            who_sees_people.get(rows_of(mailing, "sent"))

        make_rows(mailing, *["sent"] * 60)
        with CaptureQueriesContext(connection) as many:
            who_sees_people.get(rows_of(mailing, "sent"))

        assert len(many) == len(few)
        assert not any("COUNT(" in one["sql"] and "deliver" in one["sql"] for one in many)

    @pytest.mark.parametrize("value", HOSTILE)
    def test_nonsense_begins_with_the_first(self, signed_in, value):
        mailing = begun()
        make_rows(mailing, "sent")

        page = signed_in.get(f"{rows_of(mailing, 'sent')}?after={value}")

        assert len(page.context["rows"]) == 1

    @pytest.mark.parametrize("state", ["nonsense", "SENT", "0"])
    def test_there_are_no_other_states(self, signed_in, state):
        assert signed_in.get(rows_of(begun(), state)).status_code == 404


class TestReport:
    def test_it_tells_what_became_of_it(self, who_sees_people):
        now = timezone.now()
        began = now - datetime.timedelta(minutes=10)
        mailing = begun("sent", started_at=began, listed_at=began, ended_at=now)
        make_rows(mailing, *["sent"] * 20)
        make_delivery(mailing, make_subscriber("a@slow.example"), "failed", code=550)
        make_rows(mailing, "skipped", skip="resting")

        page = text_of(who_sees_people.get(page_of(mailing)))

        assert "<dt>Took</dt><dd>10 minutes</dd>" in page
        assert "<dt>Sent in a minute</dt><dd>2</dd>" in page
        assert "<dt>Left within two days of it</dt><dd>0</dd>" in page
        assert '<th scope="row">550</th><td class="number">1</td>' in page
        assert '<th scope="row">slow.example</th><td class="number">1</td>' in page
        assert '<th scope="row">Their letters rest</th><td class="number">1</td>' in page

    def test_who_sees_no_people_sees_no_domain_of_theirs(self, signed_in):
        mailing = begun()
        make_delivery(mailing, make_subscriber("a@ada.example"), "failed", code=550)

        page = text_of(signed_in.get(page_of(mailing)))

        assert '<th scope="row">550</th>' in page
        assert "ada.example" not in page

    def test_its_picture_has_the_numbers_beside_it(self, signed_in):
        mailing = begun("sent", ended_at=timezone.now())
        make_rows(mailing, *["sent"] * 3, ended_at=timezone.now())

        page = text_of(signed_in.get(page_of(mailing)))

        assert '<svg viewBox="0 0 720 180" role="img"' in page
        assert page.count('<rect class="joined"') == 1
        assert '</time></th><td class="number">3</td>' in page


class TestHome:
    def test_it_shows_what_is_under_way_before_what_comes_next(self, signed_in):
        make_mailing(make_ready_issue(2, YESTERDAY), scheduled_for=timezone.now() + TOMORROW)
        mailing = begun()

        page = signed_in.get(HOME).content.decode()

        assert f'<a href="{page_of(mailing)}">' in page
        assert NO_WORKER in page

    def test_what_comes_next_needs_no_worker_yet(self, signed_in):
        mailing = make_mailing(scheduled_for=timezone.now() + TOMORROW)

        page = signed_in.get(HOME).content.decode()

        assert f'<a href="{page_of(mailing)}">' in page
        assert "It begins on " in page
        assert NO_WORKER not in page

    def test_what_is_over_is_in_the_list(self, signed_in):
        begun("sent", ended_at=timezone.now())

        page = signed_in.get(HOME).content.decode()

        assert 'id="home-mailing"' not in page
        assert LIST in page

    def test_it_asks_the_same_number_of_questions_for_many(self, signed_in):
        mailing = begun()
        make_rows(mailing, *Delivery.State.values)
        signed_in.get(HOME)
        with CaptureQueriesContext(connection) as few:
            signed_in.get(HOME)

        make_rows(mailing, *Delivery.State.values)
        make_rows(begun("paused", 2), "sent", "queued")
        with CaptureQueriesContext(connection) as many:
            signed_in.get(HOME)

        assert len(many) == len(few)

    def test_an_author_sees_nothing_of_it(self, client, author):
        begun()
        client.force_login(author)

        assert LIST not in client.get(HOME).content.decode()
