"""What the page of a person tells of mail that came back, and how they are reached again."""

import pytest
from django.urls import reverse
from django.utils import timezone

from subscribers import letters, subscriptions, tokens
from subscribers.bounces.noting import note
from subscribers.consent import Proof
from subscribers.models import Bounce, Letter, Subscriber
from subscribers.tokens import Purpose
from tests.builders import make_delivery, make_mailing, make_subscriber
from tests.personal_pages import link

pytestmark = pytest.mark.django_db

Kind, State = Bounce.Kind, Subscriber.State


@pytest.fixture
def ada() -> Subscriber:
    return make_subscriber("ada@example.org")


def screen(person: Subscriber, name="change") -> str:
    return reverse(f"admin:subscribers_subscriber_{name}", args=[person.pk])


def tell(person: Subscriber, kind: Kind, event="x", **facts) -> None:
    facts = {"status": "5.1.1", "detail": "550 5.1.1 <Nobody> here", **facts}
    assert note(person, kind, Bounce.Source.SMTP, event, **facts)


class TestTelling:
    def test_the_timeline_says_what_came_back_and_why_nothing_is_sent(self, desk, ada):
        now = timezone.now()
        row = make_delivery(make_mailing(), ada, "sent", first_at=now, ended_at=now)
        tell(ada, Kind.HARD, message=row)

        page = desk.get(screen(ada))

        came_back, stopped = sorted(page.context["timeline"], key=lambda entry: entry.kind)
        assert came_back.told == "A letter came back: the address does not exist."
        assert came_back.quoted == "550 5.1.1 <Nobody> here"
        assert came_back.facts == [
            "It was “Warm up”.",
            "Told by: The mail server, when we sent.",
            "Status 5.1.1.",
        ]
        assert stopped.told == "Letters could not reach them."
        assert stopped.facts == [
            "The address does not exist.",
            "Told by: The mail server, when we sent.",
        ]
        html = page.content.decode()
        assert "550 5.1.1 &lt;Nobody&gt; here" in html
        assert '<span class="state bounced">Unreachable</span> The address does not exist.' in html

    @pytest.mark.parametrize("kind", Kind)
    def test_every_kind_has_its_words(self, desk, ada, kind):
        tell(ada, kind, detail="", status="")

        entries = desk.get(screen(ada)).context["timeline"]

        assert any(entry.kind == "bounce" and entry.told.endswith(".") for entry in entries)

    def test_who_was_imported_as_unreachable_has_no_reason(self, desk):
        person = make_subscriber("old@example.org", State.BOUNCED)

        assert desk.get(screen(person)).context["why_unreachable"] == ""

    def test_it_asks_as_often_for_1_bounce_as_for_30(self, desk, ada, django_assert_num_queries):
        rows = [make_delivery(make_mailing(), ada)]
        tell(ada, Kind.SOFT, "first", message=rows[0])
        desk.get(screen(ada))
        with django_assert_num_queries(10):
            desk.get(screen(ada))

        for number in range(30):
            tell(ada, Kind.SOFT, f"event {number}", message=rows[0])

        with django_assert_num_queries(10):
            assert len(desk.get(screen(ada)).context["timeline"]) == 31

    def test_it_is_among_what_a_person_may_have_without_words_that_may_name_others(
        self, client, ada
    ):
        tell(ada, Kind.SOFT, detail="forwarded to eve@example.com")

        data = client.post(f"{link(Purpose.CHOOSE, ada)}data/")

        assert [one["status"] for one in data.json()["bounces"]] == ["5.1.1"]
        assert b"eve@" not in data.content


class TestReachingAgain:
    def test_who_is_unreachable_is_asked_and_back_when_they_answer(self, desk, editor, ada):
        tell(ada, Kind.HARD)
        page = desk.get(screen(ada)).content.decode()
        assert "Ask them again" in page

        desk.post(screen(ada, "ask"))

        ada.refresh_from_db()
        assert (ada.state, ada.letters.get().kind) == (State.BOUNCED, Letter.Kind.CONFIRMATION)
        assert ada.events.first().by == editor
        token = tokens.make(Purpose.CONFIRM, ada)
        assert subscriptions.confirm(tokens.read(Purpose.CONFIRM, token), Proof("confirmation"))
        ada.refresh_from_db()
        assert ada.state == State.ACTIVE
        assert "Ask them again" not in desk.get(screen(ada)).content.decode()

    def test_the_letter_that_asks_goes_out(self, desk, ada, mail_server):
        tell(ada, Kind.HARD)
        desk.post(screen(ada, "ask"))

        assert letters.send_due() == 1
        assert mail_server.recipients == ["ada@example.org"]

    def test_who_complained_is_not_asked(self, desk, ada):
        tell(ada, Kind.COMPLAINT)

        desk.post(screen(ada, "ask"))

        assert not Letter.objects.exists()
