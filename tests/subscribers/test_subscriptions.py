"""Joining, choosing, leaving: states, the events that prove them, and the letters."""

import datetime
import itertools
import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, connections, transaction
from django.utils import timezone

from issues.models import SectionType
from subscribers import letters as sending
from subscribers import subscriptions, tokens
from subscribers.addresses import read_address
from subscribers.consent import POLICY_VERSION, Proof
from subscribers.models import ConsentEvent, Letter, Limit, Subscriber, Suppression
from subscribers.models.consent_event import OnlyGrows
from subscribers.subscriptions import forgetting, moving
from tests.builders import install_rows, make_delivery, make_mailing, make_subscriber

pytestmark = pytest.mark.django_db

State = Subscriber.State
ADA = read_address("Ada@Example.org")
BOB = read_address("bob@example.org")
FORM = Proof("sign-up", "/issues/1/", "192.0.2.7", "One letter a week.")
PAGE = Proof("confirmation")


def letters() -> list[tuple[str, str]]:
    """Give kind and address of every letter, the oldest first."""
    return list(Letter.objects.order_by("pk").values_list("kind", "email"))


def events(subscriber: Subscriber) -> list[str]:
    return list(subscriber.events.order_by("pk").values_list("kind", flat=True))


def later(**time) -> None:
    """Let time pass for what is counted."""
    span = datetime.timedelta(**time)
    for limit in Limit.objects.all():
        limit.began_at, limit.last_at = limit.began_at - span, limit.last_at - span
        limit.save()


class TestAsking:
    def test_a_new_address_is_asked_to_confirm(self):
        subscriptions.ask(ADA, FORM)

        ada = Subscriber.objects.get()
        assert (ada.email, ada.key, ada.state) == ("Ada@example.org", ADA.key, State.PENDING)
        assert letters() == [("confirmation", "Ada@example.org")]

    def test_what_was_agreed_to_is_kept_word_for_word(self, settings):
        settings.CONSENT_KEEPS_NETWORK = True
        settings.TIME_ZONE = "Europe/Berlin"

        subscriptions.ask(ADA, FORM)

        event = ConsentEvent.objects.get()
        assert (event.kind, event.form, event.page) == ("asked", "sign-up", "/issues/1/")
        assert (event.words, event.policy_version) == ("One letter a week.", POLICY_VERSION)
        assert (event.zone, event.network) == ("Europe/Berlin", "192.0.2.7")

    def test_no_network_address_is_kept_unless_the_setting_asks_for_it(self):
        subscriptions.ask(ADA, FORM)

        assert ConsentEvent.objects.get().network is None

    @pytest.mark.parametrize("state", ["pending", "left", "bounced"])
    def test_who_is_not_on_the_list_is_asked_again(self, state):
        make_subscriber("ada@example.org", state)

        subscriptions.ask(ADA, FORM)

        ada = Subscriber.objects.get()
        assert (ada.state, ada.email) == (state, "Ada@example.org")
        assert letters() == [("confirmation", "Ada@example.org")]

    def test_who_is_on_the_list_is_told_so(self):
        ada = make_subscriber("ada@example.org")

        subscriptions.ask(ADA, FORM)

        assert letters() == [("reminder", "ada@example.org")]
        assert events(ada) == []

    @pytest.mark.parametrize(
        ("reason", "count"), [("erased", 1), ("bounced", 0), ("complained", 0), ("blocked", 0)]
    )
    def test_a_suppressed_address_gets_nothing_unless_its_owner_had_it_erased(self, reason, count):
        Suppression.objects.add(ADA, reason)

        subscriptions.ask(ADA, FORM)

        assert (Letter.objects.count(), Subscriber.objects.count()) == (count, count)

    @pytest.mark.parametrize("state", ["", "pending", "active", "left", "bounced"])
    def test_an_address_gets_one_letter_in_a_quarter_of_an_hour(self, state):
        if state:
            make_subscriber("ada@example.org", state)
        subscriptions.ask(ADA, FORM)
        later(minutes=14)
        subscriptions.ask(ADA, FORM)
        assert Letter.objects.count() == 1

        later(minutes=1)
        subscriptions.ask(ADA, FORM)

        assert Letter.objects.count() == 2

    def test_an_address_gets_three_letters_a_day(self):
        for _ in range(6):
            subscriptions.ask(ADA, FORM)
            later(minutes=20)
        assert Letter.objects.count() == 3

        later(hours=23)
        subscriptions.ask(ADA, FORM)

        assert Letter.objects.count() == 4

    def test_spelling_an_address_otherwise_does_not_get_around_the_limit(self):
        subscriptions.ask(ADA, FORM)

        subscriptions.ask(read_address("ADA@EXAMPLE.ORG"), FORM)

        assert Letter.objects.count() == 1

    def test_nothing_that_counts_holds_the_address(self):
        subscriptions.ask(ADA, FORM)

        assert "example" not in Limit.objects.get().name

    def test_a_request_that_fails_keeps_nothing(self):
        def fail():
            with transaction.atomic():
                subscriptions.ask(ADA, FORM)
                raise OSError

        with pytest.raises(OSError):  # noqa: PT011  it is our own, a line above
            fail()

        assert not Subscriber.objects.exists()
        assert not Letter.objects.exists()
        assert not Limit.objects.exists()


class TestConfirming:
    @pytest.mark.parametrize("state", ["pending", "left", "bounced"])
    def test_puts_a_person_on_the_list_with_a_welcome(self, state):
        ada = make_subscriber(state=state)

        assert subscriptions.confirm(ada, PAGE)

        ada.refresh_from_db()
        assert (ada.state, ada.left_at) == (State.ACTIVE, None)
        assert ada.confirmed_at is not None
        assert events(ada) == ["confirmed"]
        assert letters() == [("welcome", "ada@example.org")]

    def test_twice_welcomes_once(self):
        ada = make_subscriber(state="pending")
        subscriptions.confirm(ada, PAGE)

        assert subscriptions.confirm(ada, PAGE)

        assert (events(ada), len(letters())) == (["confirmed"], 1)

    def test_does_not_bring_back_who_has_left_meanwhile(self):
        ada = make_subscriber(state="pending")
        subscriptions.leave(Subscriber.objects.get(), PAGE)

        assert not subscriptions.confirm(ada, PAGE)

        assert Subscriber.objects.get().state == State.LEFT

    def test_of_who_was_erased_meanwhile_does_nothing(self):
        ada = make_subscriber(state="pending")
        subscriptions.erase(Subscriber.objects.get())

        assert not subscriptions.confirm(ada, PAGE)

    def test_ends_the_suppression_of_who_had_been_erased(self):
        Suppression.objects.add(ADA, "erased")
        subscriptions.ask(ADA, FORM)

        subscriptions.confirm(Subscriber.objects.get(), PAGE)

        assert not Suppression.objects.exists()


class TestLeaving:
    def test_takes_a_person_off_at_once(self):
        ada = make_subscriber(new_email="ada@new.example.org")

        assert subscriptions.leave(ada, Proof("one-click"))

        ada.refresh_from_db()
        assert (ada.state, ada.new_email) == (State.LEFT, "")
        assert ada.left_at is not None
        assert events(ada) == ["left"]

    def test_withdraws_what_waits_and_sends_nothing_more(self):
        ada = make_subscriber(state="pending")
        subscriptions.confirm(ada, PAGE)

        subscriptions.leave(ada, PAGE)

        assert letters() == []

    def test_says_goodbye_where_the_setting_asks_for_it(self, settings):
        settings.GOODBYE_LETTER = True

        subscriptions.leave(make_subscriber(), PAGE)

        assert letters() == [("goodbye", "ada@example.org")]

    def test_twice_is_no_error_and_one_event(self):
        ada = make_subscriber()
        subscriptions.leave(ada, PAGE)

        assert not subscriptions.leave(ada, PAGE)

        assert events(ada) == ["left"]

    def test_can_be_taken_back_for_a_day(self, settings):
        settings.GOODBYE_LETTER = True
        ada = make_subscriber()
        subscriptions.leave(ada, PAGE)

        assert subscriptions.come_back(ada, PAGE)

        ada.refresh_from_db()
        assert (ada.state, ada.left_at) == (State.ACTIVE, None)
        assert events(ada) == ["left", "came_back"]
        assert letters() == []

    @pytest.mark.parametrize("state", ["active", "pending", "bounced"])
    def test_is_not_taken_back_by_who_has_not_left(self, state):
        ada = make_subscriber(state=state)

        assert subscriptions.come_back(ada, PAGE) == (state == "active")

        assert Subscriber.objects.get().state == state
        assert events(ada) == []

    def test_cannot_be_taken_back_after_a_day(self):
        left_at = timezone.now() - datetime.timedelta(days=1, minutes=1)
        ada = make_subscriber(state="left", left_at=left_at)

        assert not subscriptions.come_back(ada, PAGE)

    def test_cannot_be_taken_back_by_who_never_was_on_the_list(self):
        ada = make_subscriber(state="pending")
        subscriptions.leave(ada, PAGE)

        assert not subscriptions.come_back(ada, PAGE)


class TestChoosing:
    def test_leaves_out_what_is_not_chosen(self):
        ada = make_subscriber()

        subscriptions.choose(ada, SectionType.objects.exclude(slug="news"), PAGE)

        assert [one.slug for one in ada.unwanted_types.all()] == ["news"]
        assert ada.events.get().detail == {"left_out": ["news"]}

    def test_the_same_again_is_no_event(self):
        ada = make_subscriber(unwanted=["news"])

        subscriptions.choose(ada, SectionType.objects.exclude(slug="news"), PAGE)

        assert events(ada) == []

    def test_a_type_that_is_new_comes_along(self):
        ada = make_subscriber(unwanted=["news"])

        SectionType.objects.create(name="Talk", plural="Talks", slug="talk")

        assert [one.slug for one in ada.unwanted_types.all()] == ["news"]

    def test_a_pause_rests_and_ends(self):
        ada = make_subscriber()
        until = timezone.now() + datetime.timedelta(weeks=2)

        subscriptions.pause(ada, until, PAGE)

        ada.refresh_from_db()
        receiving = Subscriber.objects.receiving
        assert (receiving().count(), receiving(until).count()) == (0, 1)
        assert (ada.is_paused(), ada.is_paused(until)) == (True, False)

        subscriptions.pause(ada, None, PAGE)

        assert receiving().get() == ada
        assert events(ada) == ["paused", "resumed"]


class TestAnotherAddress:
    def ask(self, ada: Subscriber, address=BOB) -> Subscriber:
        subscriptions.ask_for_change(ada, address, PAGE)
        return Subscriber.objects.get(pk=ada.pk)

    def test_is_asked_first(self):
        ada = self.ask(make_subscriber())

        assert (ada.email, ada.new_email) == ("ada@example.org", "bob@example.org")
        assert letters() == [("change", "bob@example.org")]

    def test_takes_over_when_it_confirms_and_the_former_one_is_told(self):
        ada = self.ask(make_subscriber())

        assert subscriptions.change(ada, PAGE)

        ada.refresh_from_db()
        assert (ada.email, ada.key, ada.new_email) == (BOB.email, BOB.key, "")
        assert letters()[1:] == [("changed", "ada@example.org")]
        assert ada.events.first().detail == {"former": "ada@example.org"}

    def test_is_written_to_as_seldom_as_any(self):
        ada = make_subscriber()
        self.ask(ada)

        self.ask(ada)

        assert len(letters()) == 1

    @pytest.mark.parametrize("reason", ["complained", "blocked"])
    def test_that_is_suppressed_gets_nothing(self, reason):
        Suppression.objects.add(BOB, reason)

        self.ask(make_subscriber())

        assert letters() == []

    def test_confirms_only_what_was_asked_last(self):
        first = self.ask(make_subscriber())
        self.ask(Subscriber.objects.get(), read_address("carol@example.org"))

        assert not subscriptions.change(first, PAGE)

        assert Subscriber.objects.get().email == "ada@example.org"

    @pytest.mark.parametrize("state", ["pending", "active", "left", "bounced"])
    def test_that_is_known_goes_on_as_it_is_known(self, state):
        bob = make_subscriber("bob@example.org", state)
        ada = self.ask(make_subscriber(unwanted=["news"]))

        assert subscriptions.change(ada, PAGE)

        bob.refresh_from_db()
        assert bob.state == State.ACTIVE
        left_out = [one.slug for one in bob.unwanted_types.all()]
        assert left_out == ([] if state == "active" else ["news"])
        assert Subscriber.objects.get() == bob
        told = (
            ["change_asked", "changed"]
            if state == "active"
            else ["change_asked", "confirmed", "changed"]
        )
        assert events(bob) == told

    def test_does_not_hand_the_former_one_to_whoever_reads_there(self):
        ada = self.ask(make_subscriber())
        subscriptions.change(ada, PAGE)
        ada.refresh_from_db()

        data = json.dumps(subscriptions.data_of(ada), cls=DjangoJSONEncoder)

        assert BOB.email in data
        assert "ada@example.org" not in data

    @pytest.mark.parametrize("bob", ["active", None])
    def test_leaves_the_former_one_suppressed_for_imports(self, bob):
        if bob:
            make_subscriber(BOB.email, bob)

        subscriptions.change(self.ask(make_subscriber()), PAGE)

        assert Suppression.objects.of(ADA).get().reason == "erased"

    def test_may_be_the_former_one_again(self):
        ada = make_subscriber()
        subscriptions.change(self.ask(ada), PAGE)
        later(minutes=20)

        assert subscriptions.change(self.ask(ada, ADA), PAGE)

        assert not Suppression.objects.of(ADA).exists()
        assert Suppression.objects.of(BOB).exists()

    def test_that_is_the_same_in_other_letters_is_only_spelt_otherwise(self):
        ada = self.ask(make_subscriber(), read_address("ADA@example.org"))

        assert subscriptions.change(ada, PAGE)

        assert Subscriber.objects.get().email == "ADA@example.org"
        assert not Suppression.objects.exists()
        assert ("changed", "ada@example.org") not in letters()

    def test_that_is_known_takes_all_along(self):
        make_subscriber("bob@example.org")
        ada = self.ask(make_subscriber())
        tokens_of_ada = {one: tokens.make(one, ada) for one in tokens.Purpose}

        subscriptions.change(ada, PAGE)

        bob = Subscriber.objects.get()
        assert tokens.read(tokens.Purpose.LEAVE, tokens_of_ada["leave"]) == bob
        assert tokens.read(tokens.Purpose.CHOOSE, tokens_of_ada["choose"]) == bob
        assert tokens.read(tokens.Purpose.CHANGE, tokens_of_ada["change"]) is None
        assert tokens.is_spent(tokens_of_ada["change"])

    @pytest.mark.parametrize("state", ["queued", "sent"])
    def test_that_is_known_takes_its_mailings_along(self, state):
        """Else they would miss the one that goes out just now, or get an earlier one again."""
        bob = make_subscriber("bob@example.org", "pending")
        ada = make_subscriber()
        delivery = make_delivery(make_mailing(state="sending"), ada, state)

        subscriptions.change(self.ask(ada), PAGE)

        delivery.refresh_from_db()
        assert delivery.subscriber == bob

    def test_but_not_where_both_are_to_get_the_same(self):
        bob, ada, mailing = make_subscriber("bob@example.org"), make_subscriber(), make_mailing()
        own, other = make_delivery(mailing, bob), make_delivery(mailing, ada)

        subscriptions.change(self.ask(ada), PAGE)

        own.refresh_from_db()
        other.refresh_from_db()
        assert (own.subscriber, other.subscriber) == (bob, None)

    def test_cannot_be_confirmed_by_who_has_left(self):
        ada = self.ask(make_subscriber())
        subscriptions.leave(ada, PAGE)

        assert not subscriptions.change(ada, PAGE)
        assert not subscriptions.ask_for_change(ada, BOB, PAGE)

    def test_that_was_blocked_meanwhile_is_not_moved_to(self):
        ada = self.ask(make_subscriber())
        Suppression.objects.add(BOB, "blocked")

        assert not subscriptions.change(ada, PAGE)

        assert Suppression.objects.exists()

    def test_telling_the_former_one_is_not_hushed_up_by_leaving(self):
        ada = self.ask(make_subscriber())
        subscriptions.change(ada, PAGE)

        subscriptions.leave(ada, PAGE)

        assert ("changed", "ada@example.org") in letters()

    def test_that_never_confirms_is_forgotten_after_30_days(self):
        ada = self.ask(make_subscriber())
        soon = timezone.now() + datetime.timedelta(days=29)
        assert subscriptions.drop_unconfirmed_changes(soon) == 0

        assert subscriptions.drop_unconfirmed_changes(soon + datetime.timedelta(days=2)) == 1

        ada.refresh_from_db()
        assert ada.new_email == ""
        assert letters() == []


class TestBlocked:
    """An address that an editor has blocked, or whose owner has complained."""

    @pytest.fixture(params=["blocked", "complained"])
    def reason(self, request):
        return request.param

    def test_confirms_nothing(self, reason):
        ada = make_subscriber(state="pending")
        Suppression.objects.add(ADA, reason)

        assert not subscriptions.confirm(ada, PAGE)

        assert Suppression.objects.get().reason == reason

    def test_does_not_come_back(self, reason):
        ada = make_subscriber()
        subscriptions.leave(ada, PAGE)
        Suppression.objects.add(ADA, reason)

        assert not subscriptions.come_back(ada, PAGE)

    def test_gets_no_letter_that_waits(self, reason, mail_server):
        subscriptions.ask(ADA, FORM)
        Suppression.objects.add(ADA, reason)

        sending.send_due()

        assert mail_server.messages == []
        assert letters() == []


class TestErasing:
    def test_leaves_only_a_keyed_hash(self, editor):
        ada = make_subscriber()
        subscriptions.ask(ADA, FORM)
        LogEntry.objects.log_actions(editor.pk, [ada], CHANGE)

        subscriptions.erase(ada)

        everything = [Subscriber, ConsentEvent, Letter, LogEntry]
        assert [model.objects.count() for model in everything] == [0, 0, 0, 0]
        assert Suppression.objects.of(ADA).get().reason == "erased"
        assert "ada" not in Suppression.objects.get().digest

    def test_takes_the_address_out_of_the_wishes_of_others(self):
        bob = make_subscriber("bob@example.org")
        subscriptions.ask_for_change(bob, ADA, PAGE)

        subscriptions.erase(make_subscriber("ada@example.org"))

        bob.refresh_from_db()
        assert bob.new_email == ""
        assert letters() == []

    def test_of_somebody_who_has_moved_is_of_the_address_they_have_now(self):
        ada = make_subscriber()
        Subscriber.objects.update(email=BOB.email, key=BOB.key)

        subscriptions.erase(ada)

        assert Suppression.objects.of(BOB).exists()
        assert not Suppression.objects.of(ADA).exists()

    def test_ends_what_the_person_still_does(self):
        ada = make_subscriber()
        subscriptions.erase(Subscriber.objects.get())

        done = [
            subscriptions.choose(ada, [], PAGE),
            subscriptions.pause(ada, timezone.now(), PAGE),
            subscriptions.ask_for_change(ada, BOB, PAGE),
            subscriptions.leave(ada, PAGE),
            subscriptions.come_back(ada, PAGE),
            subscriptions.give_reason(ada, "no time", PAGE),
        ]

        assert not any(done)
        assert not ConsentEvent.objects.exists()

    def test_is_known_again_after_the_secret_key_has_changed(self, settings):
        subscriptions.erase(make_subscriber())

        settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another"

        assert Suppression.objects.of(ADA).exists()

    def test_a_graver_reason_stays(self):
        Suppression.objects.add(ADA, "complained")

        subscriptions.erase(make_subscriber())

        assert Suppression.objects.get().reason == "complained"

    def test_a_block_is_graver_than_an_erasure(self):
        Suppression.objects.add(ADA, "erased")

        Suppression.objects.add(ADA, "blocked")

        assert Suppression.objects.get().reason == "blocked"

    def test_comes_by_itself_to_who_never_confirms(self, monkeypatch):
        monkeypatch.setattr(forgetting, "ERASED_AT_ONCE", 2)
        old = timezone.now() - datetime.timedelta(days=30, minutes=1)
        for number in range(5):
            make_subscriber(f"old{number}@example.org", "pending", asked_at=old)
        make_subscriber("new@example.org", "pending")
        make_subscriber("active@example.org", asked_at=old)
        make_subscriber("left@example.org", "left", asked_at=old)

        assert subscriptions.erase_unconfirmed() == 5

        kept = {one.email.partition("@")[0] for one in Subscriber.objects.all()}
        assert kept == {"new", "active", "left"}
        assert not Suppression.objects.exists()


class TestProof:
    @pytest.fixture
    def event(self):
        subscriptions.ask(ADA, FORM)
        return ConsentEvent.objects.get()

    def test_is_not_changed(self, event):
        with pytest.raises(OnlyGrows):
            event.save()
        with pytest.raises(OnlyGrows):
            ConsentEvent.objects.update(words="")
        with pytest.raises(OnlyGrows):
            ConsentEvent.objects.bulk_update([event], ["words"])

    def test_is_not_deleted(self, event):
        with pytest.raises(OnlyGrows):
            event.delete()
        with pytest.raises(OnlyGrows):
            ConsentEvent.objects.all().delete()

    def test_is_among_what_a_person_may_have(self, event):
        data = subscriptions.data_of(event.subscriber)

        text = json.dumps(data, cls=DjangoJSONEncoder)
        assert FORM.words in text
        assert "confirmation" in text


@pytest.mark.django_db(transaction=True)
class TestAtTheSameTime:
    @pytest.fixture(autouse=True)
    def rows(self):
        install_rows()

    def together(self, *actions) -> None:
        """Do all of it at once; raise what any of it raises."""
        barrier = Barrier(len(actions))

        def run(action):
            try:
                barrier.wait()
                action()
            finally:
                connections.close_all()

        with ThreadPoolExecutor(len(actions)) as pool:
            list(pool.map(run, actions))

    def test_an_address_that_many_type_is_written_to_once(self):
        self.together(*[lambda: subscriptions.ask(ADA, FORM)] * 12)

        assert (Subscriber.objects.count(), len(letters())) == (1, 1)

    def test_two_people_may_swap_their_addresses(self):
        ada, bob = make_subscriber(), make_subscriber("bob@example.org")
        for one, address in ((ada, BOB), (bob, ADA)):
            subscriptions.ask_for_change(one, address, PAGE)
            one.refresh_from_db()

        self.together(
            lambda: subscriptions.change(ada, PAGE), lambda: subscriptions.change(bob, PAGE)
        )

        assert Subscriber.objects.active().count() == 1

    @pytest.mark.skipif(connection.vendor == "sqlite", reason="has one writer at a time")
    def test_who_signs_up_at_an_address_while_it_is_moved_to_is_the_one_who_moves(
        self, monkeypatch
    ):
        ada, hold = make_subscriber(new_email=BOB.email), moving.both_held

        def hold_and_be_too_late(subscriber):
            found = hold(subscriber)
            self.together(lambda: subscriptions.ask(BOB, FORM))
            return found

        monkeypatch.setattr(moving, "both_held", hold_and_be_too_late)

        assert subscriptions.change(ada, PAGE)

        assert Subscriber.objects.get().email == BOB.email

    ACTS = {
        "ask": lambda person: subscriptions.ask(person.address, FORM),
        "confirm": lambda person: subscriptions.confirm(person, PAGE),
        "leave": lambda person: subscriptions.leave(person, PAGE),
        "come back": lambda person: subscriptions.come_back(person, PAGE),
        "choose": lambda person: subscriptions.choose(person, [], PAGE),
        "pause": lambda person: subscriptions.pause(person, None, PAGE),
        "ask for change": lambda person: subscriptions.ask_for_change(
            person, read_address(person.email.upper()), PAGE
        ),
        "change": lambda person: subscriptions.change(person, PAGE),
        "erase": subscriptions.erase,
        "erase unconfirmed": lambda person: subscriptions.erase_unconfirmed(),
        "drop changes": lambda person: subscriptions.drop_unconfirmed_changes(),
    }

    @pytest.mark.parametrize("state", ["pending", "active", "left"])
    def test_no_two_things_come_in_each_others_way(self, state):
        """Neither by a deadlock nor by a row that is gone."""
        long_ago = timezone.now() - datetime.timedelta(days=31)
        fields = {"asked_at": long_ago, "new_email": "new@example.org"}

        for number, (one, other) in enumerate(itertools.combinations(self.ACTS.values(), 2)):
            for again in range(2):
                email = f"person{number}.{again}@example.org"
                person = make_subscriber(email, state, **fields)

                self.together(lambda: one(person), lambda: other(person))  # noqa: B023
