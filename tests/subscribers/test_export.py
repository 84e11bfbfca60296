"""Exports: every column, harmless in a spreadsheet, and the same people when restored."""

import csv
import datetime
import io

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from subscribers import subscriptions
from subscribers.consent import Proof
from subscribers.exchange import exporting, importing
from subscribers.exchange.deciding import PROOF, Mode, Plan
from subscribers.exchange.exporting import HEADING, exported
from subscribers.exchange.table import Table
from subscribers.models import Subscriber
from tests.builders import make_subscriber

pytestmark = pytest.mark.django_db

MOMENT = datetime.datetime(2024, 2, 29, 23, 59, 59, 123456, datetime.UTC)
# What a name may hold: no controls, and no space at its ends.
NAMES = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"]), max_size=30).map(str.strip)


def rows(**choice) -> list[dict[str, str]]:
    text = io.StringIO("".join(exported(**choice)), newline="")
    return list(csv.DictReader(text, strict=True))


def people() -> list[dict]:
    """Give everybody as they are, but for their number."""
    found = []
    for one in Subscriber.objects.order_by("key"):
        facts = {field.name: getattr(one, field.name) for field in one._meta.fields}
        del facts["id"]
        slugs = sorted(one.unwanted_types.values_list("slug", flat=True))
        found.append({**facts, "left_out": slugs})
    return found


def restored(text: str) -> None:
    plan = Plan(Mode.RESTORE, "Moved", "people.csv", None, None, MOMENT)
    steps = list(importing.run(Table(text.encode()), plan))
    assert [one for step in steps for one in step.problems] == []


class TestColumns:
    def test_hold_everything(self):
        person = make_subscriber(
            "Ada@example.org",
            "left",
            ["tool", "news"],
            name="Ada, “the Countess”",
            asked_at=MOMENT,
            confirmed_at=MOMENT,
            left_at=MOMENT,
            paused_until=MOMENT,
        )

        [row] = rows()

        moment = "2024-02-29T23:59:59.123456+00:00"
        assert tuple(row) == HEADING
        assert row == {
            "email": "Ada@example.org",
            "name": "Ada, “the Countess”",
            "state": "left",
            "left_out": "tool, news",
            **dict.fromkeys(("asked_at", "confirmed_at", "left_at", "paused_until"), moment),
            **dict.fromkeys(PROOF, ""),
            "uid": str(person.uid),
        }

    def test_the_proof_is_the_newest_one(self):
        person = make_subscriber("ada@example.org", "pending")
        subscriptions.confirm(person, Proof("confirmation"))
        subscriptions.choose(person, [], Proof("preferences"))

        [row] = rows()

        assert (row["proof_form"], row["proof_source"]) == ("confirmation", "")
        assert row["proof_at"] == row["confirmed_at"] or row["proof_at"] > row["confirmed_at"]

    def test_only_the_states_that_are_asked_for_are_given(self):
        for state in ("active", "pending", "left", "bounced"):
            make_subscriber(f"{state}@example.org", state)

        assert [row["state"] for row in rows(states=["left", "pending"])] == ["pending", "left"]
        assert len(rows()) == 4

    def test_lines_end_as_rfc_4180_says(self):
        make_subscriber(name='a "b"')

        text = "".join(exported())

        assert text.count("\r\n") == text.count("\n") == 2
        assert ',"a ""b""",' in text

    @pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1", "-1", "@A1", "＝1", "'=1"])
    def test_no_cell_is_a_formula(self, name):
        make_subscriber("+a@example.org", name=name)

        [row] = rows()

        assert row["name"] == f"'{name}"
        assert row["email"] == "'+a@example.org"


class TestRoundTrip:
    def test_everybody_comes_back_as_they_were(self):
        for state in ("active", "pending", "left", "bounced"):
            make_subscriber(f"+{state}@xn--bcher-kva.example", state, ["news"])
        make_subscriber("Zoe@example.org", name="\u202e=Zoë ,;\"'")
        before, text = people(), "".join(exported(mark=True))
        Subscriber.objects.all().delete()

        restored(text)

        assert people() == before

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(names=st.lists(NAMES, min_size=1, max_size=5))
    def test_whatever_they_are_called(self, names):
        Subscriber.objects.all().delete()
        for number, name in enumerate(names):
            make_subscriber(f"{number}@example.org", name=name)
        before, text = people(), "".join(exported())
        Subscriber.objects.all().delete()

        restored(text)

        assert people() == before

    def test_the_proof_is_what_it_was_however_often_one_moves(self):
        person = make_subscriber("ada@example.org", "pending")
        subscriptions.confirm(person, Proof("confirmation", "/confirm/…/", None, "Yes, “please”"))
        before = text = "".join(exported())

        for _ in range(2):
            Subscriber.objects.all().delete()
            restored(text)
            text = "".join(exported())

        assert text == before
        [row] = rows()
        assert (row["proof_form"], row["proof_words"]) == ("confirmation", "Yes, “please”")
        assert row["proof_policy"]

    def test_restoring_over_what_is_there_changes_nothing(self):
        make_subscriber("a@example.org", unwanted=["tool"], name="=A", paused_until=MOMENT)
        make_subscriber("b@example.org", "left")
        before, text = people(), "".join(exported())

        restored(text)

        assert people() == before


class TestManyPeople:
    def test_come_in_pieces_with_the_same_number_of_questions_each(self):
        def questions(count: int) -> int:
            Subscriber.objects.all().delete()
            Subscriber.objects.bulk_create(
                Subscriber(email=f"{number}@example.org", key=f"{number}@example.org")
                for number in range(count)
            )
            with CaptureQueriesContext(connection) as asked:
                pieces = list(exported())
            assert max(piece.count("\n") for piece in pieces) <= exporting.CHUNK
            assert "".join(pieces).count("\n") == count + 1
            return len(asked)

        one, two, three = (questions(count * exporting.CHUNK) for count in (1, 2, 3))

        assert three - two == two - one == 3


class TestCommand:
    @pytest.mark.parametrize("name", [[], ["-"]])
    def test_writes_to_the_standard_output(self, tmp_path, monkeypatch, name):
        monkeypatch.chdir(tmp_path)
        make_subscriber("ada@example.org")
        out = io.StringIO()

        call_command("export_subscribers", *name, stdout=out)

        assert out.getvalue() == "".join(exported())
        assert not list(tmp_path.iterdir())

    def test_writes_a_file_that_nobody_else_may_read(self, tmp_path):
        make_subscriber("ada@example.org")
        make_subscriber("bob@example.org", "left")
        file = tmp_path / "people.csv"
        file.write_text("former")
        file.chmod(0o644)

        call_command("export_subscribers", str(file), "--bom", "--state", "active", "pending")

        assert file.read_bytes() == "".join(exported(["active", "pending"], mark=True)).encode()
        assert file.read_bytes().startswith(b"\xef\xbb\xbfemail,")
        assert b"bob" not in file.read_bytes()
        assert file.stat().st_mode & 0o777 == 0o600
        assert list(tmp_path.iterdir()) == [file]
