"""The list of subscribers at the desk: searching, filtering, and adding somebody."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from subscribers import letters, subscriptions
from subscribers.addresses import read_address
from subscribers.models import ConsentEvent, Letter, Subscriber, Suppression
from tests.builders import make_subscriber

pytestmark = pytest.mark.django_db

LIST = reverse("admin:subscribers_subscriber_changelist")
ADD = reverse("admin:subscribers_subscriber_add")
HOSTILE = ["%00", "%ED%A0%80", "9" * 400, "x" * 60_000, "'", "%25", "_", "(", "1e999", "٣"]


def ago(days: int) -> datetime.datetime:
    return timezone.now() - datetime.timedelta(days=days)


def listed(client, query="") -> list[str]:
    """Give the names in the list, or what is before the @."""
    people = client.get(LIST + query).context["cl"].result_list
    return [person.name or person.email.partition("@")[0] for person in people]


class TestFilters:
    @pytest.fixture(autouse=True)
    def people(self):
        later = timezone.now() + datetime.timedelta(days=30)
        make_subscriber("new@example.org", unwanted=["news"], confirmed_at=ago(2))
        make_subscriber("old@example.org", unwanted=["news", "tool"], confirmed_at=ago(500))
        make_subscriber("resting@example.org", confirmed_at=ago(60), paused_until=later)
        back = make_subscriber("back@example.org", confirmed_at=ago(60), paused_until=ago(1))
        asked = make_subscriber("asked@example.org", "pending")
        for person, state, days in (
            *((back, "failed", 20), (back, "sent", 1)),
            *((asked, "failed", 2), (asked, "failed", 3)),
        ):
            letter = letters.queue(Letter.Kind.CONFIRMATION, person)
            Letter.objects.filter(pk=letter.pk).update(state=state, created_at=ago(days))
        make_subscriber("gone@example.org", "left", left_at=ago(10), paused_until=later)

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("?state=pending", {"asked"}),
            ("?state=left", {"gone"}),
            ("?state=active", {"new", "old", "resting", "back"}),
            ("?paused=yes", {"resting"}),
            ("?paused=no", {"new", "old", "back"}),
            ("?without=news", {"new", "old"}),
            ("?without=news&without=tool", {"old"}),
            ("?joined=7", {"new", "gone"}),
            ("?joined=7&state=active", {"new"}),
            ("?joined=90&state=active", {"new", "resting", "back"}),
            ("?left=7", set()),
            ("?left=30", {"gone"}),
            ("?failed=7", {"asked"}),
            ("?failed=30", {"asked", "back"}),
            ("?failed=30&state=active", {"back"}),
        ],
    )
    def test_each_keeps_what_it_says(self, desk, query, found):
        assert set(listed(desk, query)) == found

    @pytest.mark.parametrize("name", ["state", "paused", "without", "joined", "left", "failed"])
    @pytest.mark.parametrize("value", HOSTILE)
    def test_nonsense_keeps_everybody(self, desk, name, value):
        assert len(listed(desk, f"?{name}={value}")) == 6

    @pytest.mark.parametrize("name", ["o", "p", "q", "all", "e"])
    @pytest.mark.parametrize("value", HOSTILE)
    def test_nonsense_in_what_is_the_admins_own_is_answered(self, desk, name, value):
        assert desk.get(f"{LIST}?{name}={value}", follow=True).status_code == 200

    @pytest.mark.parametrize(
        "query", ["key__regex=(", "email__startswith=a", "events__words=x", "letters__uid=1"]
    )
    def test_no_other_question_is_answered(self, desk, query):
        assert desk.get(f"{LIST}?{query}").status_code == 400

    @pytest.mark.parametrize("chosen", ["x", "\0", "9" * 30, "-1", ""])
    def test_choosing_nobody_that_there_is_forgets_nobody(self, desk, chosen):
        data = {"action": "forget", "_selected_action": chosen}
        data |= {"reason": "erased", "is_answer": "1"}

        assert desk.post(LIST, data).status_code in (200, 302)
        assert Subscriber.objects.count() == 6


class TestSearch:
    @pytest.fixture(autouse=True)
    def people(self):
        make_subscriber("Ada@Example.org", name="Ada Lovelace")
        make_subscriber("mona@example.org", name="Mona")
        make_subscriber("lovely@xn--bcher-kva.example")

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("ADA@example.org", ["Ada Lovelace"]),
            ("ada@", ["Ada Lovelace"]),
            ("da@example.org", []),
            ("@example.org", ["Ada Lovelace", "Mona"]),
            ("love", ["Ada Lovelace", "lovely"]),
            ("love ada", ["Ada Lovelace"]),
            ("lovely@bücher.example", ["lovely"]),
            ("Lovely@BÜCHER.ex", ["lovely"]),
            ("lovely@bücher", ["lovely"]),
            ("bücher", ["lovely"]),
            ("BÜCHER.example", ["lovely"]),
            ("@bücher.example", ["lovely"]),
            ("bücher-kva", []),
            ("ü", []),
            ("%", []),
            ("_", []),
            ("a b c d e f", []),
            ("x" * 5000, []),
        ],
    )
    def test_words_are_in_the_address_or_the_name(self, desk, text, found):
        page = desk.get(LIST, {"q": text})

        people = page.context["cl"].result_list
        assert sorted(one.name or one.email.partition("@")[0] for one in people) == found


class TestList:
    def fill(self, numbers):
        for number in numbers:
            make_subscriber(f"{number}@example.org", unwanted=["news"], name=f"Reader {number}")

    @pytest.mark.parametrize("query", ["", "?q=reader", "?state=active", "?without=news&joined=7"])
    def test_it_asks_as_often_for_1_person_as_for_30(
        self, desk, query, django_assert_max_num_queries, django_assert_num_queries
    ):
        self.fill([1])
        desk.get(LIST)
        with django_assert_max_num_queries(6) as queries:
            assert len(listed(desk, query)) == 1
        self.fill(range(2, 31))

        with django_assert_num_queries(len(queries)):
            assert len(listed(desk, query)) == 30

    def test_it_is_ordered_by_when_people_joined(self, desk):
        for name, days in (("second", 2), ("third", 3), ("first", 1)):
            make_subscriber(f"{name}@example.org", confirmed_at=ago(days))

        assert listed(desk, "?o=-3") == ["first", "second", "third"]

    def test_a_domain_is_shown_in_its_own_letters(self, desk):
        make_subscriber("ada@xn--bcher-kva.example")

        html = desk.get(LIST).content.decode()

        assert "ada@<wbr>bücher.example" in html
        assert "xn--" not in html

    def test_a_name_is_shown_as_it_is_written(self, desk):
        make_subscriber(name="<b>Ada</b>")

        assert "&lt;b&gt;Ada&lt;/b&gt;" in desk.get(LIST).content.decode()


class TestAdding:
    FORM = {"email": "ada@example.org", "name": "Ada", "source": "asked at the meetup"}

    def test_who_is_added_is_asked_and_not_on_the_list_yet(self, desk, editor):
        response = desk.post(ADD, self.FORM)

        ada = Subscriber.objects.get()
        event = ada.events.get()
        assert response.url == reverse("admin:subscribers_subscriber_change", args=[ada.pk])
        assert (ada.email, ada.name, ada.state) == ("ada@example.org", "Ada", "pending")
        assert (event.kind, event.form, event.by) == (ConsentEvent.Kind.ASKED, "admin", editor)
        assert event.detail == {"source": "asked at the meetup"}
        assert Letter.objects.get().kind == Letter.Kind.CONFIRMATION

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("source", ""),
            ("source", " \x07 "),
            ("email", ""),
            ("email", "nobody"),
            ("email", "a\0da@example.org"),
            ("email", "josé@example.org"),
            ("email", f"{'x' * 300}@example.org"),
            ("name", "x" * 201),
        ],
    )
    def test_nobody_is_added_without_an_address_and_a_source(self, desk, name, value):
        page = desk.post(ADD, {**self.FORM, name: value})

        assert name in page.context["form"].errors
        assert not Subscriber.objects.exists()

    @pytest.mark.parametrize(
        ("state", "words"),
        [
            ("active", "on the list already"),
            ("pending", "asked already"),
            ("left", "Only they can come back"),
        ],
    )
    def test_who_is_known_gets_no_letter(self, desk, state, words):
        make_subscriber("Ada@example.org", state)

        page = desk.post(ADD, self.FORM)

        assert words in page.content.decode()
        assert not Letter.objects.exists()

    @pytest.mark.parametrize("reason", ["blocked", "complained", "bounced"])
    def test_what_is_suppressed_gets_no_letter(self, desk, reason):
        Suppression.objects.add(read_address("ada@example.org"), reason)

        page = desk.post(ADD, self.FORM)

        assert "This address is suppressed" in page.content.decode()
        assert not Subscriber.objects.exists()

    def test_who_was_erased_may_be_asked_as_they_may_ask(self, desk):
        Suppression.objects.add(read_address("ada@example.org"), Suppression.Reason.ERASED)

        desk.post(ADD, self.FORM)

        assert Subscriber.objects.get().state == "pending"

    def test_too_many_letters_to_one_address_are_said_in_the_form(self, desk):
        subscriptions.may_be_written_to(read_address("ada@example.org"))

        page = desk.post(ADD, self.FORM)

        assert "No letter was sent" in page.content.decode()
        assert not Subscriber.objects.exists()
