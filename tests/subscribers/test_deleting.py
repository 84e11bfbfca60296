"""Deleting at the desk: never without saying what is kept of the address."""

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from subscribers import subscriptions
from subscribers.addresses import read_address
from subscribers.consent import Proof
from subscribers.models import ConsentEvent, Letter, Subscriber, Suppression
from tests.builders import make_subscriber

pytestmark = pytest.mark.django_db

LIST = reverse("admin:subscribers_subscriber_changelist")
ADA = read_address("ada@example.org")


def delete_page(person: Subscriber) -> str:
    return reverse("admin:subscribers_subscriber_delete", args=[person.pk])


@pytest.fixture
def ada() -> Subscriber:
    subscriptions.ask(ADA, Proof("sign-up"))
    return Subscriber.objects.get(key=ADA.key)


class TestOnePerson:
    def test_the_page_asks_and_proposes_neither(self, desk, ada):
        page = desk.get(delete_page(ada))

        assert "checked" not in str(page.context["form"]["reason"])
        assert not page.context["form"].errors
        assert [value for value, _label in page.context["form"].fields["reason"].choices] == [
            *("erased", "blocked")
        ]
        assert Subscriber.objects.exists()

    @pytest.mark.parametrize("reason", ["erased", "blocked"])
    def test_everything_goes_but_a_hash_with_the_reason(self, desk, ada, reason):
        response = desk.post(delete_page(ada), {"reason": reason})

        assert response.url == LIST
        for model in (Subscriber, ConsentEvent, Letter):
            assert not model.objects.exists()
        assert Suppression.objects.of(ADA).get().reason == reason

    @pytest.mark.parametrize("data", [{}, {"post": "yes"}, {"reason": "x"}, {"reason": "\0"}])
    def test_there_is_no_third_way(self, desk, ada, data):
        page = desk.post(delete_page(ada), data)

        assert page.status_code == 200
        assert page.context["form"].errors
        assert Subscriber.objects.exists()

    def test_a_blocked_address_cannot_join_and_an_erased_one_can(self, desk, ada):
        mona = make_subscriber("mona@example.org")
        desk.post(delete_page(ada), {"reason": "blocked"})
        desk.post(delete_page(mona), {"reason": "erased"})

        asked = [
            subscriptions.ask(address, Proof("sign-up"))
            for address in (read_address("Ada@example.org"), mona.address)
        ]

        assert asked == [False, True]

    def test_no_address_stays_in_the_log(self, desk, editor, ada):
        page = reverse("admin:subscribers_subscriber_change", args=[ada.pk])
        desk.post(page, {"name": "Ada", "initial-name": ""})
        LogEntry.objects.filter(object_id=ada.pk).update(object_repr=ADA.email)

        desk.post(delete_page(ada), {"reason": "erased"})

        (entry,) = LogEntry.objects.all()
        assert (entry.user, entry.change_message) == (editor, "Erased.")
        assert "@" not in entry.object_repr


class TestChosenPeople:
    def run(self, desk, people, follow=True, **data):
        chosen = {"action": "forget", "_selected_action": [person.pk for person in people]}
        return desk.post(LIST, {**chosen, **data}, follow=follow)

    def answer(self, desk, people, **data):
        return self.run(desk, people, is_answer="1", **data)

    def make(self, count: int) -> list[Subscriber]:
        return [make_subscriber(f"{number}@example.org") for number in range(count)]

    def test_the_page_says_how_many_and_names_a_few(self, desk):
        people = self.make(8)

        html = self.run(desk, people).content.decode()

        assert "8 people are forgotten" in html
        assert "Choose one of the two" not in html
        assert "checked" not in html
        assert "and 3 more" in html
        assert html.count("@example.org") == 5
        assert Subscriber.objects.count() == 8

    @pytest.mark.parametrize("reason", ["erased", "blocked"])
    def test_only_those_who_were_chosen_go(self, desk, reason):
        stays, *people = self.make(4)

        page = self.answer(desk, people, reason=reason)

        assert list(Subscriber.objects.all()) == [stays]
        assert list(Suppression.objects.values_list("reason", flat=True)) == [reason] * 3
        assert "3 people are forgotten." in page.content.decode()
        assert LogEntry.objects.count() == 3
        assert not LogEntry.objects.filter(object_repr__contains="@").exists()

    @pytest.mark.parametrize("data", [{}, {"reason": ""}, {"reason": "x"}, {"reason": "\0"}])
    def test_without_a_choice_nobody_goes_and_the_form_says_so(self, desk, data):
        page = self.answer(desk, self.make(2), **data)

        assert page.context["form"].errors
        assert "2 people are forgotten: " in page.content.decode()
        assert Subscriber.objects.count() == 2

    def test_too_many_at_once_are_refused(self, desk, monkeypatch):
        monkeypatch.setattr("subscribers.admin.forgetting.MOST_PEOPLE", 2)

        page = self.answer(desk, self.make(3), reason="erased", select_across="1")

        assert "at most 2 people at a time." in page.content.decode()
        assert Subscriber.objects.count() == 3

    def test_djangos_own_deletion_is_not_there(self, desk, ada):
        page = self.run(desk, [ada], action="delete_selected", post="yes")

        assert page.status_code == 200
        assert "delete_selected" not in page.content.decode()
        assert Subscriber.objects.exists()
