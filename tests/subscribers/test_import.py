"""What a file does to subscribers, in each mode, and what it never does."""

import datetime
import io
import uuid

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from issues.models import SectionType
from subscribers import subscriptions
from subscribers.exchange import importing
from subscribers.exchange.deciding import NEW, Mode, Outcome, Plan
from subscribers.exchange.problems import UnreadableFile
from subscribers.exchange.report import Report
from subscribers.exchange.table import Table
from subscribers.models import ConsentEvent, Letter, Subscriber, Suppression
from tests.builders import make_subscriber

pytestmark = pytest.mark.django_db

AGREED = datetime.datetime(2021, 5, 31, tzinfo=datetime.UTC)
SOURCE = "Moved from listmonk, double opt-in since 2021"


def make_plan(mode="add", **fields) -> Plan:
    known = {"source": SOURCE, "file": "people.csv", "consent_at": AGREED, "by": None}
    return Plan(mode=Mode(mode), **{**known, "at": timezone.now(), **fields})


def imported(*texts: str, mode="add", dry_run=False, **fields) -> Report:
    """Import lines, the first of which is a heading."""
    report = Report()
    table = Table("\n".join(texts).encode())
    for step in importing.run(table, make_plan(mode, **fields), dry_run):
        report.add(step)
    return report


def counts(report: Report) -> dict[str, int]:
    return {outcome.value: count for outcome, count in report.counts.items()}


def slugs(person: Subscriber) -> list[str]:
    return sorted(one.slug for one in person.unwanted_types.all())


def kinds(person: Subscriber) -> list[str]:
    return [event.kind for event in person.events.order_by("pk")]


def everything() -> list:
    """Give all that an import could change."""
    return [
        list(Subscriber.objects.order_by("pk").values()),
        list(Subscriber.unwanted_types.through.objects.order_by("pk").values()),
        list(ConsentEvent.objects.order_by("pk").values()),
        list(Letter.objects.order_by("pk").values()),
        list(Suppression.objects.order_by("pk").values()),
    ]


class TestAdding:
    def test_somebody_new_is_active_with_the_proof_of_it(self, editor):
        report = imported(
            "email,name,confirmed,sections",
            "Ada@Example.org,Ada,2022-02-03T10:00Z,ml-tip; news",
            by=editor,
        )

        person = Subscriber.objects.get()
        left_out = set(SectionType.objects.values_list("slug", flat=True)) - {"ml-tip", "news"}
        moment = datetime.datetime(2022, 2, 3, 10, tzinfo=datetime.UTC)
        assert counts(report) == {"added": 1}
        assert (person.email, person.name) == ("Ada@example.org", "Ada")
        assert person.key == "ada@example.org"
        assert (person.state, person.confirmed_at, person.asked_at) == ("active", moment, moment)
        assert slugs(person) == sorted(left_out)
        event = person.events.get()
        assert (event.kind, event.form, event.by) == ("imported", "import", editor)
        assert (event.words, event.policy_version) == ("", "")
        assert event.detail == {
            "mode": "add",
            "source": SOURCE,
            "file": "people.csv",
            "line": 2,
            "state": "active",
            "confirmed_at": "2022-02-03T10:00:00+00:00",
        }

    def test_whoever_the_file_has_no_date_of_agreed_when_the_editor_says(self):
        imported("email,confirmed", "ada@example.org,")

        assert Subscriber.objects.get().confirmed_at == AGREED

    def test_without_any_date_nobody_is_added(self):
        report = imported("email,confirmed", "a@example.org,", consent_at=None)

        assert report.problems == [(2, "There is no date on which this person agreed.")]
        assert not Subscriber.objects.exists()

    def test_nobody_is_written_to(self):
        imported("email", "a@example.org", "b@example.org")

        assert Subscriber.objects.active().count() == 2
        assert not Letter.objects.exists()

    @pytest.mark.parametrize("state", ["active", "pending", "left", "bounced"])
    def test_whom_we_know_stays_as_they_are(self, state):
        fields = {"left_at": timezone.now()} if state == "left" else {}
        make_subscriber("ada@example.org", state, name="Ada", **fields)
        before = everything()

        report = imported("email,name,sections", "ADA@example.org,Countess,news")

        assert counts(report) == {"known": 1}
        assert everything() == before

    @pytest.mark.parametrize("reason", Suppression.Reason.values)
    def test_who_is_not_to_be_written_to_is_not_added(self, reason):
        person = make_subscriber("ada@example.org")
        subscriptions.erase(person, reason)

        report = imported("email", "Ada@example.org", "bob@example.org")

        assert counts(report) == {"suppressed": 1, "added": 1}
        assert Subscriber.objects.get().email == "bob@example.org"

    def test_a_former_key_of_the_site_still_knows_the_suppressed(self, settings):
        subscriptions.erase(make_subscriber("ada@example.org"))
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "another"

        assert counts(imported("email", "ada@example.org")) == {"suppressed": 1}

    def test_who_has_not_confirmed_in_the_file_is_not_added(self):
        report = imported("email,status", "a@example.org,unconfirmed", "b@example.org,enabled")

        assert counts(report) == {"unconfirmed": 1, "added": 1}
        assert Subscriber.objects.get().email == "b@example.org"

    def test_good_lines_are_added_and_the_others_told(self):
        report = imported("email,name", "a@example.org,A", "nobody,B", "c@example.org,C")

        assert [line for line, _reason in report.problems] == [3]
        assert sorted(Subscriber.objects.values_list("name", flat=True)) == ["A", "C"]

    @pytest.mark.parametrize(
        ("fields", "heading"),
        [({"source": ""}, "email,confirmed"), ({"consent_at": None}, "email,name")],
    )
    def test_source_and_date_are_needed(self, fields, heading):
        with pytest.raises(UnreadableFile):
            imported(heading, "ada@example.org,", **fields)


class TestAddingWhoIsGone:
    """They are kept as gone: what an editor knows must not be lost between two files."""

    @pytest.mark.parametrize(
        ("word", "state", "events"),
        [
            ("unsubscribed", "left", ["imported", "left"]),
            ("complained", "left", ["imported", "left"]),
            ("cleaned", "bounced", ["imported", "bounced"]),
        ],
    )
    def test_they_are_noted_with_the_proof_of_it(self, word, state, events):
        report = imported("email,status", f"a@example.org,{word}", "b@example.org,enabled")

        gone = Subscriber.objects.get(email="a@example.org")
        assert counts(report) == {"noted": 1, "added": 1}
        assert report.summary == "1 added; 1 noted as gone, so that no later file brings them back"
        assert (gone.state, kinds(gone)) == (state, events)
        assert gone.events.first().detail["line"] == 2
        assert not Letter.objects.exists()

    @pytest.mark.parametrize("mode", Mode.values)
    @pytest.mark.parametrize("word", ["unsubscribed", "bounced"])
    def test_no_later_file_puts_them_on_the_list(self, word, mode):
        imported("email,status", f"ada@example.org,{word}")
        before = everything()

        imported("email,name,state", "ada@example.org,Ada,active", mode=mode)
        imported("ada@example.org")

        assert everything() == before

    def test_they_have_left_when_the_file_says(self):
        imported("email,status,unsubscribed at", "ada@example.org,unsubscribed,2020-01-03T00:00Z")

        assert Subscriber.objects.get().left_at.date() == datetime.date(2020, 1, 3)

    def test_a_day_on_which_they_left_says_enough(self):
        report = imported("email,unsubscribed at", "a@example.org,2020-01-03", "b@example.org,")

        assert counts(report) == {"noted": 1, "added": 1}
        assert Subscriber.objects.active().get().email == "b@example.org"

    def test_who_is_not_to_be_written_to_leaves_no_trace(self):
        subscriptions.erase(make_subscriber("ada@example.org"))

        assert counts(imported("email,state", "ada@example.org,left")) == {"suppressed": 1}
        assert not Subscriber.objects.exists()


class TestUpdating:
    def test_names_and_choices_change_and_nobody_new_comes(self):
        ada = make_subscriber("ada@example.org", name="A", unwanted=["tool"])

        report = imported(
            "email,name,left out,state",
            "ada@example.org,Ada,news; other,left",
            "bob@example.org,Bob,,active",
            mode="update",
            source="",
        )

        ada.refresh_from_db()
        assert counts(report) == {"changed": 1, "unknown": 1}
        assert (ada.name, ada.state, slugs(ada)) == ("Ada", "active", ["news", "other"])
        [event] = ada.events.all()
        assert (event.kind, event.detail["left_out"]) == ("chose", ["news", "other"])
        assert Subscriber.objects.count() == 1

    def test_empty_cells_change_nothing(self):
        make_subscriber("ada@example.org", name="Ada", unwanted=["tool"])
        before = everything()

        report = imported("email,name,left out,sections", "ada@example.org,,,", mode="update")

        assert counts(report) == {"unchanged": 1}
        assert everything() == before

    def test_none_is_a_choice(self):
        ada = make_subscriber("ada@example.org", unwanted=["tool"])

        imported("email,left out", "ada@example.org,none", mode="update")

        assert slugs(ada) == []

    @pytest.mark.parametrize("state", ["left", "bounced"])
    def test_who_is_gone_is_left_alone(self, state):
        make_subscriber("ada@example.org", state, left_at=timezone.now())
        before = everything()

        assert counts(imported("email,name", "ada@example.org,Ada", mode="update")) == {"gone": 1}
        assert everything() == before

    def test_a_file_of_addresses_alone_has_nothing_to_update(self):
        with pytest.raises(UnreadableFile, match="neither"):
            imported("ada@example.org", mode="update")


class TestRestoring:
    HEADING = "email,name,state,left_out,asked_at,confirmed_at,left_at,paused_until,uid"

    def test_everybody_is_made_as_they_were(self):
        uid = uuid.uuid4()

        report = imported(
            self.HEADING,
            f"a@x.org,A,active,tool,2020-01-01T01:00Z,2020-01-02,,2030-05-06,{uid}",
            "b@x.org,,left,,2020-01-01,2020-01-02,2020-01-03,,",
            "c@x.org,,bounced,,2020-01-01,2020-01-02,,,",
            "d@x.org,,pending,,2020-01-01,,,,",
            mode="restore",
            consent_at=None,
        )

        a, b, c, d = Subscriber.objects.order_by("email")
        assert counts(report) == {"added": 4}
        assert (a.uid, a.name, a.state, slugs(a)) == (uid, "A", "active", ["tool"])
        assert a.asked_at == datetime.datetime(2020, 1, 1, 1, tzinfo=datetime.UTC)
        assert a.paused_until.date() == datetime.date(2030, 5, 6)
        assert (b.state, b.left_at.day, c.state, d.state) == ("left", 3, "bounced", "pending")
        assert (d.confirmed_at, d.asked_at.year) == (None, 2020)
        assert [kinds(one) for one in (a, b, c, d)] == [
            ["imported"],
            ["imported", "left"],
            ["imported", "bounced"],
            ["asked"],
        ]
        assert not Letter.objects.exists()

    @pytest.mark.parametrize("state", ["left", "bounced"])
    def test_nobody_comes_back(self, state):
        make_subscriber("ada@example.org", state, left_at=timezone.now())
        before = everything()

        report = imported("email,state", "ada@example.org,active", mode="restore")

        assert counts(report) == {"gone": 1}
        assert everything() == before

    def test_nobody_is_confirmed(self):
        make_subscriber("ada@example.org", "pending")

        imported("email,state,confirmed", "ada@example.org,active,2020-01-01", mode="restore")

        assert Subscriber.objects.get().state == "pending"

    @pytest.mark.parametrize("state", ["active", "left", "bounced", "pending"])
    def test_who_was_erased_does_not_come_back_in_any_state(self, state):
        subscriptions.erase(make_subscriber("ada@example.org"))

        report = imported("email,state", f"ada@example.org,{state}", mode="restore")

        assert counts(report) == {"suppressed": 1}
        assert not Subscriber.objects.exists()

    @pytest.mark.parametrize(("state", "kind"), [("left", "left"), ("bounced", "bounced")])
    def test_who_has_left_there_leaves_here(self, settings, state, kind):
        settings.GOODBYE_LETTER = True
        ada = make_subscriber("ada@example.org", confirmed_at=AGREED)
        Letter.objects.create(kind=Letter.Kind.WELCOME, subscriber=ada, email=ada.email)

        report = imported("email,state", f"ada@example.org,{state}", mode="restore")

        ada.refresh_from_db()
        assert counts(report) == {"changed": 1}
        assert (ada.state, ada.round, bool(ada.left_at)) == (state, 1, state == "left")
        assert ada.events.get().kind == kind
        assert not Letter.objects.exists()

    @pytest.mark.parametrize("cells", ["left,,2022-01-01", "bounced,2022-01-01,"])
    def test_who_has_come_back_since_stays(self, cells):
        make_subscriber("ada@example.org", confirmed_at=timezone.now())

        imported("email,state,confirmed_at,left_at", f"ada@example.org,{cells}", mode="restore")

        assert Subscriber.objects.get().state == "active"

    def test_name_choices_and_pause_of_whom_we_know_are_restored_but_no_date(self):
        ada = make_subscriber("ada@example.org", name="A", unwanted=["tool"], confirmed_at=AGREED)

        imported(
            "email,state,name,left_out,paused_until,confirmed_at",
            "ada@example.org,active,,,2030-01-01,2019-01-01",
            mode="restore",
        )

        ada.refresh_from_db()
        assert (ada.name, slugs(ada), ada.confirmed_at) == ("", [], AGREED)
        assert ada.paused_until.year == 2030
        assert kinds(ada) == ["chose", "paused"]

    def test_the_proof_of_before_is_kept(self):
        imported(
            "email,state,confirmed_at,proof_form,proof_source,proof_at",
            "a@example.org,active,2020-01-01,confirmation,,2020-01-01T00:00:00+00:00",
            mode="restore",
        )

        detail = ConsentEvent.objects.get().detail
        assert (detail["proof_form"], detail["proof_at"][:10]) == ("confirmation", "2020-01-01")

    def test_the_uid_of_somebody_else_is_a_problem(self):
        ada = make_subscriber("ada@example.org")

        report = imported(
            "email,state,uid",
            f"eve@example.org,active,{ada.uid}",
            mode="restore",
        )

        assert report.problems == [(2, "Somebody else has this uid.")]
        assert Subscriber.objects.get() == ada

    def test_a_file_of_others_is_not_restored(self):
        with pytest.raises(UnreadableFile, match="state"):
            imported("email,name", "ada@example.org,Ada", mode="restore")


class TestAnyMode:
    LINES = (
        "email,name,state,left_out,confirmed_at,paused_until",
        "known@example.org,New name,active,tool,2020-01-01,2030-01-01",
        "gone@example.org,G,active,,2020-01-01,",
        "erased@example.org,E,active,,2020-01-01,",
        "new@example.org,N,active,news,2020-01-01,",
        "leaving@example.org,L,left,,2020-01-01,",
        "stranger@example.org,S,left,,2020-01-01,",
        "nobody,X,active,,,",
    )

    @pytest.fixture(autouse=True)
    def people(self):
        subscriptions.erase(make_subscriber("erased@example.org"))
        make_subscriber("known@example.org", unwanted=["news"])
        make_subscriber("gone@example.org", "left")
        make_subscriber("leaving@example.org", confirmed_at=AGREED - datetime.timedelta(3650))

    @pytest.mark.parametrize("mode", Mode.values)
    def test_the_second_run_changes_nothing(self, mode):
        imported(*self.LINES, mode=mode)
        before = everything()

        again = imported(*self.LINES, mode=mode)

        assert everything() == before
        assert not any(again.counts[one] for one in (*NEW, Outcome.CHANGED))

    @pytest.mark.parametrize("mode", Mode.values)
    def test_a_dry_run_says_the_same_and_changes_nothing(self, mode):
        before = everything()

        tried = imported(*self.LINES, mode=mode, dry_run=True)
        kept = everything()
        done = imported(*self.LINES, mode=mode)

        assert kept == before
        assert tried == done
        assert everything() != before

    @pytest.mark.parametrize("mode", Mode.values)
    def test_nobody_who_is_gone_becomes_active(self, mode):
        imported(*self.LINES, mode=mode)

        active = set(Subscriber.objects.active().values_list("email", flat=True))
        assert not active & {"gone@example.org", "erased@example.org", "stranger@example.org"}


class TestChunks:
    ADDRESSES = [f"{number}@example.org" for number in range(2 * importing.CHUNK + 1)]

    def test_what_breaks_in_the_middle_leaves_whole_chunks_and_is_finished_by_another_run(self):
        table = Table("\n".join(self.ADDRESSES).encode())
        steps = importing.run(table, make_plan())

        next(steps)
        steps.close()

        assert Subscriber.objects.count() == ConsentEvent.objects.count() == importing.CHUNK
        again = imported(*self.ADDRESSES)
        assert counts(again) == {"known": importing.CHUNK, "added": importing.CHUNK + 1}
        assert ConsentEvent.objects.count() == len(self.ADDRESSES)

    def test_a_chunk_is_kept_as_a_whole_or_not_at_all(self):
        def break_at_events(execute, sql, params, many, context):
            if sql.startswith("INSERT") and "consentevent" in sql:
                raise KeyboardInterrupt
            return execute(sql, params, many, context)

        with connection.execute_wrapper(break_at_events), pytest.raises(KeyboardInterrupt):
            imported("email", "a@example.org")

        assert not Subscriber.objects.exists()

    def test_who_joins_at_this_very_moment_is_known(self):
        def join_first(execute, sql, params, many, context):
            if sql.startswith("INSERT") and not joined:
                joined.append("b@example.org")
                make_subscriber(*joined)
            return execute(sql, params, many, context)

        joined: list[str] = []
        with connection.execute_wrapper(join_first):
            report = imported("email", "a@example.org", "b@example.org")

        assert counts(report) == {"added": 1, "known": 1}
        assert ConsentEvent.objects.get().subscriber.email == "a@example.org"

    @pytest.mark.parametrize("mode", Mode.values)
    def test_each_thousand_lines_take_the_same_number_of_statements(self, mode):
        def statements(count: int) -> int:
            lines = [f"{count}-{number}@example.org,New,active,tool" for number in range(count)]
            if mode == "update":
                imported("email", *lines)
            with CaptureQueriesContext(connection) as asked:
                imported("email,name,state,left_out", *lines, mode=mode)
            return len(asked)

        one, two, three = (statements(count) for count in (1000, 2000, 3000))

        assert three - two == two - one < 120


class TestCommand:
    @pytest.fixture
    def people(self, tmp_path):
        file = tmp_path / "people.csv"
        file.write_bytes("E-Mail;Näme\nada@example.org;Ada\nnobody;X\n".encode("cp1252"))
        return file

    def run(self, file, *options) -> tuple[str, str]:
        """Give what the command has said on both ways, the second one with its error."""
        out, err = io.StringIO(), io.StringIO()
        said = ["--mode", "add", "--source", SOURCE, "--consent-date", "2021-05-31", *options]
        try:
            call_command("import_subscribers", str(file), *said, stdout=out, stderr=err)
        except CommandError as error:
            err.write(f"{error} ({error.returncode})")
        return out.getvalue(), err.getvalue()

    def test_says_how_the_file_was_read_what_came_of_it_and_what_did_not(self, people):
        out, err = self.run(people)

        assert out.splitlines() == [
            "Encoding: cp1252 (a guess, since it is not UTF-8: look at names with accents)",
            "Delimiter: semicolon",
            "Columns: E-Mail",
            "Left out: Näme",
            "1 added; 1 with problems",
        ]
        assert err.startswith("line 3: This is no e-mail address that a letter can be sent to: ")
        assert err.endswith("1 lines have problems. (1)")
        event = Subscriber.objects.get().events.get()
        assert (event.detail["file"], event.detail["source"]) == ("people.csv", SOURCE)
        assert (event.by, event.subscriber.confirmed_at) == (None, AGREED)

    def test_a_dry_run_adds_nobody(self, people):
        out, _err = self.run(people, "--dry-run")

        assert out.endswith("1 added; 1 with problems (nothing was changed)\n")
        assert not Subscriber.objects.exists()

    def test_if_it_is_strict_one_problem_stops_all(self, people):
        out, err = self.run(people, "--strict")

        assert out.endswith("(nothing was changed)\n")
        assert "1 lines have problems" in err
        assert not Subscriber.objects.exists()

    def test_if_it_is_strict_and_all_is_well_people_are_added(self, people):
        people.write_text("ada@example.org\nbob@example.org\n")

        assert self.run(people, "--strict") == (
            "Encoding: utf-8\nDelimiter: comma\nColumns: none has a name: the first cell of each "
            "line is taken for the address\n2 added\n",
            "",
        )

    @pytest.mark.parametrize(
        ("options", "reason"),
        [
            (["--encoding", "klingon"], "There is no encoding “klingon”."),
            (["--delimiter", "::"], "A delimiter is one character"),
            (["--delimiter", "\n"], "A delimiter is one character"),
            (["--delimiter", "tab"], "No column is called “email”"),
            (["--source", " \0"], "Say where and how these people agreed"),
        ],
    )
    def test_what_cannot_be_is_an_error(self, people, options, reason):
        _out, err = self.run(people, *options)

        assert reason in err
        assert not Subscriber.objects.exists()

    def test_a_file_that_is_not_there_is_an_error(self, tmp_path):
        assert "No such file" in self.run(tmp_path / "none.csv")[1]
        assert "directory" in self.run(tmp_path)[1]

    @pytest.mark.parametrize(
        ("date", "reason"),
        [("31/05/2021", "is no date that can be read"), ("2099-01-01", "lies in the future")],
    )
    def test_a_date_must_be_one_of_the_past(self, people, date, reason):
        assert reason in self.run(people, "--consent-date", date)[1]
