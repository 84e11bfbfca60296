"""The page of one person at the desk: what is known, what may be changed, what is done."""

import datetime

import pytest
from django.contrib.admin import site
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from issues.models import SectionType
from subscribers import subscriptions
from subscribers.addresses import read_address
from subscribers.consent import Proof
from subscribers.models import ConsentEvent, Letter, Subscriber, Suppression
from tests.builders import TOMORROW, make_subscriber

pytestmark = pytest.mark.django_db

ADA = read_address("ada@example.org")
SIGN_UP = Proof("sign-up", "/issues/1/", words="One letter a week.")


def screen(person: Subscriber, name="change") -> str:
    return reverse(f"admin:subscribers_subscriber_{name}", args=[person.pk])


def form_of(client, person: Subscriber) -> dict:
    """Give what the form of a person posts if nothing is changed."""
    form = client.get(screen(person)).context["adminform"].form
    data = {}
    for bound in form:
        shown = bound.value()
        data |= {bound.html_name: shown, bound.html_initial_name: shown}
    return {name: value for name, value in data.items() if value is not None}


def messages_of(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


@pytest.fixture
def ada() -> Subscriber:
    return make_subscriber(ADA.email, unwanted=["news"])


class TestTimeline:
    def test_it_is_the_only_history(self, desk, ada):
        page = desk.get(screen(ada))

        assert "historylink" not in page.content.decode()
        assert 'id="person-timeline"' in page.content.decode()
        assert desk.get(screen(ada, "history")).url == f"{screen(ada)}#person-timeline"

    def told(self, desk, person) -> list[str]:
        return [entry.told for entry in desk.get(screen(person)).context["timeline"]]

    def test_it_tells_everything_with_the_newest_first(self, desk):
        subscriptions.ask(ADA, SIGN_UP)
        ada = Subscriber.objects.get()
        Letter.objects.update(state="sent", sent_at=timezone.now())
        subscriptions.confirm(ada, Proof("confirmation"))

        assert self.told(desk, ada)[-3:] == [
            "Confirmed the address. Welcome!",
            "We wrote: “Please confirm”.",
            "Asked to join.",
        ]

    def test_it_shows_the_words_the_form_the_page_the_policy_and_the_zone(self, desk, settings):
        settings.TIME_ZONE = "Europe/Madrid"
        subscriptions.ask(ADA, SIGN_UP)

        html = desk.get(screen(Subscriber.objects.get())).content.decode()

        event = ConsentEvent.objects.get()
        for text in (event.words, "“sign-up”", "/issues/1/", event.policy_version, "Europe/Madrid"):
            assert text in html

    def test_a_moment_is_told_as_the_clocks_showed_it_then(self, desk, ada, settings):
        settings.TIME_ZONE = "UTC"
        moment = datetime.datetime(2026, 7, 1, 22, 30, tzinfo=datetime.UTC)
        for zone in ("Europe/Madrid", "Nowhere/At-all"):
            ConsentEvent.objects.create(
                subscriber=ada, kind="chose", at=moment, zone=zone, form="preferences"
            )

        entries = desk.get(screen(ada)).context["timeline"]

        told = {(f"{entry.at:%d %H:%M}", entry.zone) for entry in entries}
        assert told == {("02 00:30", "Europe/Madrid"), ("01 22:30", "UTC")}

    def test_it_says_who_of_the_editors_did_it(self, desk, editor, ada):
        subscriptions.choose(ada, [], Proof("admin", by=editor))

        html = desk.get(screen(ada)).content.decode()

        assert "What they read was chosen for them." in html
        assert "At the desk, by editor." in html

    def test_what_an_editor_did_who_is_gone_is_not_told_of_the_person(self, desk, ada, author):
        subscriptions.choose(ada, [], Proof("admin", by=author))
        author.delete()

        html = desk.get(screen(ada)).content.decode()

        assert "At the desk, by somebody who is gone." in html

    def test_it_says_where_an_import_had_somebody_from(self, desk, ada):
        detail = {"source": "the old list", "file": "readers.csv", "line": 7}
        ConsentEvent.objects.create(
            subscriber=ada, kind="imported", zone="UTC", form="import", detail=detail
        )

        html = desk.get(screen(ada)).content.decode()

        assert "How they asked for it: the old list" in html
        assert "Line 7 of “readers.csv”." in html

    def test_a_letter_that_failed_shows_what_the_mail_server_said(self, desk, ada):
        Letter.objects.create(
            kind="welcome", subscriber=ada, email=ada.email, state="failed", reply="550 <no such>"
        )

        html = desk.get(screen(ada)).content.decode()

        assert "It could not be sent." in html
        assert "550 &lt;no such&gt;" in html

    @pytest.mark.parametrize("kind", ConsentEvent.Kind)
    def test_every_kind_of_event_has_its_words(self, desk, ada, kind):
        ConsentEvent.objects.create(subscriber=ada, kind=kind, zone="UTC", form="x")

        (told,) = self.told(desk, ada)

        assert told.endswith((".", "!"))

    def test_it_asks_as_often_for_1_event_as_for_30(self, desk, editor, django_assert_num_queries):
        ada, mona = make_subscriber("1@example.org"), make_subscriber("30@example.org")
        until = timezone.now() + datetime.timedelta(weeks=1)
        for person, count in ((ada, 1), (mona, 30)):
            for _ in range(count):
                subscriptions.pause(person, until, Proof("admin", by=editor))
                Letter.objects.create(kind="welcome", subscriber=person, email=person.email)
        desk.get(screen(ada))

        with django_assert_num_queries(10):
            desk.get(screen(ada))
        with django_assert_num_queries(10):
            assert len(self.told(desk, mona)) == 60


class TestChanging:
    def test_a_form_in_which_nothing_was_changed_changes_nothing(self, desk, ada):
        response = desk.post(screen(ada), form_of(desk, ada))

        assert response.status_code == 302
        assert not ConsentEvent.objects.exists()

    def test_name_and_choice_and_pause_are_changed_and_proven(self, desk, editor, ada):
        day = timezone.localdate() + datetime.timedelta(days=20)
        form = {**form_of(desk, ada), "name": " Ada\n Lovelace ", "wanted": ["tool"]}

        desk.post(screen(ada), {**form, "pause_until": f"{day}"})

        ada.refresh_from_db()
        left_out = set(ada.unwanted_types.values_list("slug", flat=True))
        assert ada.name == "Ada Lovelace"
        assert left_out == set(
            SectionType.objects.exclude(slug="tool").values_list("slug", flat=True)
        )
        assert timezone.localtime(ada.paused_until).isoformat()[:16] == f"{day}T00:00"
        assert {(one.kind, one.by) for one in ada.events.all()} == {
            ("chose", editor),
            ("paused", editor),
        }

    def test_a_kind_that_has_gone_since_is_not_missed(self, desk, ada):
        wanted = ["tool", "gone", "\0", "9" * 30]

        response = desk.post(screen(ada), {**form_of(desk, ada), "wanted": wanted})

        assert response.status_code == 302
        kinds = SectionType.objects.exclude(unwanting_subscribers=ada)
        assert [one.slug for one in kinds] == ["tool"]

    def test_an_emptied_day_ends_the_pause(self, desk, ada):
        subscriptions.pause(ada, timezone.now() + 10 * TOMORROW, Proof("preferences"))

        desk.post(screen(ada), {**form_of(desk, ada), "pause_until": ""})

        ada.refresh_from_db()
        assert ada.paused_until is None
        assert ada.events.first().kind == "resumed"

    def test_what_the_person_changes_meanwhile_stays(self, desk, ada):
        form = form_of(desk, ada)
        subscriptions.choose(ada, [], Proof("preferences"))

        desk.post(screen(ada), {**form, "name": "Ada"})

        ada.refresh_from_db()
        assert ada.name == "Ada"
        assert ada.unwanted_types.count() == SectionType.objects.count()

    def test_another_address_is_asked_first(self, desk, editor, ada):
        form = {**form_of(desk, ada), "address": "Ada@new.example"}
        page = desk.post(screen(ada), form, follow=True)

        ada.refresh_from_db()
        letter, event = Letter.objects.get(), ada.events.get()
        assert (ada.email, ada.new_email) == ("ada@example.org", "Ada@new.example")
        assert (letter.kind, letter.email) == (Letter.Kind.CHANGE, "Ada@new.example")
        assert (event.kind, event.by) == ("change_asked", editor)
        assert messages_of(page)[0].startswith("A letter is on its way to Ada@new.example.")

    def test_too_many_letters_to_an_address_are_said(self, desk, ada):
        subscriptions.may_be_written_to(read_address("ada@new.example"))

        form = {**form_of(desk, ada), "address": "ada@new.example"}
        page = desk.post(screen(ada), form, follow=True)

        assert any("No letter was sent" in text for text in messages_of(page))
        assert not any("on its way" in text for text in messages_of(page))
        assert not Letter.objects.exists()

    def test_a_suppressed_address_is_not_asked(self, desk, ada):
        Suppression.objects.add(read_address("ada@new.example"), Suppression.Reason.BLOCKED)

        page = desk.post(screen(ada), {**form_of(desk, ada), "address": "ada@new.example"})

        assert "This address is suppressed" in page.content.decode()
        assert not Letter.objects.exists()

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("pause_until", "2020-01-01"),
            ("pause_until", "x"),
            ("pause_until", "99999-01-01"),
            ("pause_until", "2099-01-01\0"),
            ("name", "x" * 201),
            ("address", "nobody"),
            ("address", "ada@example.org"),
            ("address", "\0@example.org"),
        ],
    )
    def test_nonsense_is_said_at_its_field(self, desk, ada, name, value):
        page = desk.post(screen(ada), {**form_of(desk, ada), name: value})

        assert name in page.context["adminform"].form.errors
        assert not ConsentEvent.objects.exists()

    @pytest.mark.parametrize("value", ["x", "\0", "9" * 30, "\ud800".encode("utf-8", "replace")])
    def test_nonsense_in_what_was_shown_first_is_answered(self, desk, ada, value):
        data = form_of(desk, ada) | {
            f"initial-{name}": value for name in ("name", "wanted", "pause_until")
        }

        assert desk.post(screen(ada), data).status_code == 302

    @pytest.mark.parametrize("name", ["state", "email", "key", "confirmed_at", "left_at", "round"])
    def test_nothing_else_is_changed_by_a_form(self, desk, name):
        person = make_subscriber("pending@example.org", "pending")
        before = Subscriber.objects.values().get()

        desk.post(screen(person), {**form_of(desk, person), name: "active"})

        assert Subscriber.objects.values().get() == before

    def test_of_who_has_left_only_the_name_is_changed(self, desk):
        gone = make_subscriber("gone@example.org", "left", unwanted=["news"])

        desk.post(screen(gone), {**form_of(desk, gone), "name": "Gone", "address": "a@example.org"})

        gone.refresh_from_db()
        assert (gone.name, gone.new_email, gone.unwanted_types.count()) == ("Gone", "", 1)
        assert not Letter.objects.exists()

    @pytest.mark.parametrize("key", ["987654321", "9" * 30, "x", "_00", "%00", "%ED%A0%80"])
    def test_who_is_nowhere_is_said_to_be_nowhere(self, desk, key):
        for place in ("change/", "delete/", "history/", "leave/", "ask/"):
            page = desk.get(f"/admin/subscribers/subscriber/{key}/{place}", follow=True)

            assert page.status_code in (200, 404, 405)


class TestInternationalDomain:
    def test_a_person_reads_its_letters_everywhere(self, desk):
        person = make_subscriber("ada@xn--bcher-kva.example")
        form = {**form_of(desk, person), "address": "ada@straße.example", "_continue": "1"}

        page = desk.post(screen(person), form, follow=True)
        Letter.objects.update(email="ada@xn--e1afmkfd.example")

        assert "on its way to ada@straße.example." in messages_of(page)[0]
        for html in (page.content.decode(), desk.get(screen(person, "delete")).content.decode()):
            assert "ada@bücher.example" in html
            assert "xn--" not in html
        subscriptions.change(Subscriber.objects.get(), Proof("letter"))
        html = desk.get(screen(person)).content.decode()
        assert "It was ada@bücher.example before." in html
        assert "To ada@пример.example." in html


class TestActs:
    def test_who_is_taken_off_the_list_has_left_for_a_reason(self, desk, editor, ada):
        page = desk.post(screen(ada, "leave"), {"reason": "asked by telephone"}, follow=True)

        ada.refresh_from_db()
        event = ada.events.get()
        assert ada.state == "left"
        assert (event.kind, event.by) == ("left", editor)
        assert event.detail == {"reason": "asked by telephone"}
        assert messages_of(page) == ["They are off the list. No more letters go there."]

    @pytest.mark.parametrize("reason", ["", " ", "\x07", "\0", "x" * 501])
    def test_nobody_is_taken_off_without_a_reason(self, desk, ada, reason):
        desk.post(screen(ada, "leave"), {"reason": reason})

        ada.refresh_from_db()
        assert ada.state == "active"

    def test_taking_off_who_has_left_says_so(self, desk):
        gone = make_subscriber("gone@example.org", "left")

        page = desk.post(screen(gone, "leave"), {"reason": "again"}, follow=True)

        assert messages_of(page) == ["They had left already."]

    def test_the_confirmation_is_sent_again_and_not_too_often(self, desk, editor):
        person = make_subscriber(ADA.email, "pending")

        first = desk.post(screen(person, "ask"), follow=True)
        second = desk.post(screen(person, "ask"), follow=True)

        assert messages_of(first) == ["The confirmation is on its way again."]
        assert messages_of(second)[0].startswith("No letter was sent")
        assert [one.kind for one in Letter.objects.all()] == [Letter.Kind.CONFIRMATION]
        assert person.events.get().by == editor

    def test_who_has_nothing_to_confirm_gets_no_letter(self, desk, ada):
        desk.post(screen(ada, "ask"))

        assert not Letter.objects.exists()

    @pytest.mark.parametrize("name", ["leave", "ask"])
    def test_looking_does_nothing(self, desk, ada, name):
        assert desk.get(screen(ada, name)).status_code == 405

    def test_the_log_of_the_desk_names_no_address(self, desk, ada):
        desk.post(screen(ada), {**form_of(desk, ada), "name": "Ada"})
        desk.post(screen(ada), {**form_of(desk, ada), "address": "ada@new.example"})
        desk.post(screen(ada, "leave"), {"reason": "asked by telephone"})

        entries = LogEntry.objects.all()

        assert len(entries) == 3
        assert not any("@" in f"{one.object_repr}{one.change_message}" for one in entries)


class TestPage:
    def test_it_holds_what_other_parts_of_the_desk_add_to_it(self, rf, editor, ada):
        request = rf.get(screen(ada))
        request.user = editor

        view = site.get_model_admin(Subscriber).change_view
        page = view(request, str(ada.pk), extra_context={"title": "Our reader", "added": "yes"})

        assert (page.context_data["title"], page.context_data["added"]) == ("Our reader", "yes")
        assert page.context_data["show_delete"] is False
