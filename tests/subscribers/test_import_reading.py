"""Files of subscribers as they come: encodings, delimiters, columns, and lines with problems."""

import contextlib
import datetime
import uuid

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from issues.models import SectionType
from subscribers.exchange.deciding import WANTED, Mode
from subscribers.exchange.formulas import escaped, unescaped
from subscribers.exchange.problems import Problem, UnreadableFile
from subscribers.exchange.records import MAX_CHARACTERS, MAX_LINES
from subscribers.exchange.rows import Types
from subscribers.exchange.table import Table
from subscribers.models import Subscriber
from tests.builders import picture

pytestmark = pytest.mark.once

TIP, TOOL, NEWS = 1, 2, 3
TYPES = Types(
    [
        SectionType(pk=TIP, slug="ml-tip", name="ML tip", plural="ML tips"),
        SectionType(pk=TOOL, slug="tool", name="Tool", plural="Tools"),
        SectionType(pk=NEWS, slug="news", name="News", plural="News"),
    ]
)


def lines(*texts: str) -> bytes:
    return "\n".join(texts).encode()


def read(data: bytes, mode=Mode.ADD, **declared) -> list:
    """Give the rows and problems of a file."""
    table = Table(data, **declared)
    return list(table.rows(TYPES, WANTED[mode], empty_is_said=mode == Mode.RESTORE))


def said(data: bytes, mode=Mode.ADD, **declared) -> dict:
    """Give what the only line of a file says."""
    [row] = read(data, mode, **declared)
    return row.says


def problems(data: bytes, mode=Mode.ADD) -> list[tuple[int, str]]:
    return [tuple(one) for one in read(data, mode) if isinstance(one, Problem)]


class TestEncodings:
    TEXT = "email;name\nzoe@example.org;Zoë Č\n"

    @pytest.mark.parametrize(
        ("encoding", "found"),
        [
            ("utf-8", "utf-8"),
            ("utf-8-sig", "utf-8"),
            ("utf-16", "utf-16"),
            ("utf-16-le", "utf-16"),
            ("utf-16-be", "utf-16"),
        ],
    )
    def test_a_mark_or_utf_8_says_it(self, encoding, found):
        mark = "\ufeff" if encoding.startswith("utf-16-") else ""

        table = Table(f"{mark}{self.TEXT}".encode(encoding))

        assert (table.encoding, table.is_guess) == (found, False)
        [row] = table.rows(TYPES, WANTED[Mode.ADD])
        assert row.says == {"name": "Zoë Č"}

    def test_what_is_no_utf_8_is_guessed_and_said_to_be(self):
        table = Table("email,name\nzoe@example.org,Zoë “Z”\n".encode("cp1252"))

        assert (table.encoding, table.is_guess) == ("cp1252", True)
        [row] = table.rows(TYPES, WANTED[Mode.ADD])
        assert row.says == {"name": "Zoë “Z”"}

    @pytest.mark.parametrize("encoding", ["cp1250", "utf-16-le", "utf-8"])
    def test_what_is_declared_wins(self, encoding):
        table = Table(self.TEXT.encode(encoding), encoding=encoding)

        assert (table.encoding, table.is_guess) == (encoding, False)
        assert [row.says["name"] for row in table.rows(TYPES, WANTED[Mode.ADD])] == ["Zoë Č"]

    @pytest.mark.parametrize("encoding", ["klingon", "hex", "ascii", "a\0b", "utf-16"])
    def test_what_is_declared_wrongly_is_said(self, encoding):
        with pytest.raises(UnreadableFile):
            Table("email\nzoë@example.org".encode(), encoding=encoding)


class TestWhatIsNoTable:
    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b"", "The file is empty."),
            (b"\xef\xbb\xbf", "The file is empty."),
            (b"\n\r\n , ,\n", "The file is empty."),
            (b"PK\x03\x04workbook", "workbook"),
            (b"\xd0\xcf\x11\xe0workbook", "workbook"),
            (bytes(range(256)), "no text in the encoding"),
            (picture().getvalue(), "No column is called “email”"),
            (picture("JPEG").getvalue(), "no text"),
            (b"\0" * 1000, "This is no text"),
            ("email\nzoë@example.org".encode("utf-16-le"), "UTF-16 without a mark"),
            (b"hello\nworld\n", "No column is called “email”, and the first cell is no address"),
            (b'"email,name\nada@example.org,Ada', "Line 1 cannot be read: A quotation mark"),
            (b"x" * (MAX_CHARACTERS + 1), "Line 1 cannot be read: The line has more than 100000"),
            (b"," * 90_000, "The file is empty."),
            (b"a," * 40_000, "No column is called"),
        ],
    )
    def test_is_refused_with_the_reason(self, data, reason):
        with pytest.raises(UnreadableFile, match=reason):
            Table(data)

    def test_a_heading_alone_is_a_table_of_nothing(self):
        assert read(b"email,name\r\n") == []

    @given(st.binary(max_size=300))
    def test_no_bytes_do_worse_than_that(self, data):
        with contextlib.suppress(UnreadableFile):
            Table(data)

        with contextlib.suppress(UnreadableFile):  # of no encoding
            for one in read(b"email,name,state,left out,confirmed,uid\n" + data, Mode.RESTORE):
                assert one.line >= 2


class TestDelimiters:
    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    def test_are_recognised(self, delimiter):
        heading = delimiter.join(["Name", '"E-Mail, or; other"', "email"])
        data = lines(heading, delimiter.join(["Ada", "", "ada@example.org"]))

        assert Table(data).delimiter == delimiter
        assert said(data) == {"name": "Ada"}

    def test_what_is_declared_wins(self):
        data = lines("name, or not|email", "Ada, the Countess|ada@example.org")

        assert [row.address.email for row in read(data, delimiter="|")] == ["ada@example.org"]

    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_lines_may_end_in_all_ways(self, end):
        data = end.join(["email,name", 'ada@example.org,"Ada', 'Lovelace"', "x"]).encode()

        row, problem = read(data)

        assert (row.line, row.says) == (2, {"name": "Ada Lovelace"})
        assert problem.line == 4

    def test_quotation_marks_within_cells_are_doubled(self):
        assert said(lines("email,name", 'ada@example.org,"The ""Countess"", Ada"')) == {
            "name": 'The "Countess", Ada'
        }


class TestColumns:
    @pytest.mark.parametrize(
        "heading",
        ["email", "E-Mail", "e_mail", " EMAIL ADDRESS", "Email-Address", "mail", "E\u2011mail"],
    )
    def test_are_called_in_many_ways(self, heading):
        assert Table(lines(f"x,{heading}", "1,ada@example.org")).columns.places == {"email": 1}

    def test_a_first_and_a_last_name_make_one(self):
        heading = "First name,email,LAST_NAME"

        assert said(lines(heading, "Ada,a@example.org,Lovelace"))["name"] == "Ada Lovelace"
        assert said(lines(heading, "Ada,a@example.org,"))["name"] == "Ada"

    def test_the_more_exact_name_counts(self):
        says = said(lines("created,confirmed,email", "2020-01-01,2021-02-03,a@example.org"))

        assert says["confirmed_at"] == datetime.datetime(2021, 2, 3, tzinfo=datetime.UTC)

    def test_the_others_are_told(self):
        columns = Table(lines("id,Email,attributes,", "1,a@example.org,{},")).columns

        assert (columns.read, columns.ignored) == (["Email"], ["id", "attributes"])

    def test_nothing_that_moves_a_cursor_is_told(self):
        data = lines("email,\x1b[2Jid,state", "a@example.org,1,\x1b[2Jx")

        assert Table(data).columns.ignored == ["[2Jid"]
        assert problems(data) == [(2, "There is no state “[2Jx”.")]

    def test_addresses_alone_need_no_heading(self):
        rows = read(lines("ada@example.org", "no address", "bob@example.org"))

        assert [one.line for one in rows] == [1, 2, 3]
        assert [one.address.email for one in rows[::2]] == ["ada@example.org", "bob@example.org"]

    def test_a_short_line_says_less_and_a_long_one_is_a_problem(self):
        data = lines("email,name", "ada@example.org", "bob@example.org,Bob,,", "c@example.org,C,D")

        assert [one.says for one in read(data)[:2]] == [{}, {"name": "Bob"}]
        assert problems(data) == [(4, "The line has 3 cells, but there are 2 columns.")]


class TestLinesWithProblems:
    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            ("nobody,Ada", "This is no e-mail address"),
            (",Ada", "Type an e-mail address."),
            ("jösé@example.org,J", "Our mail server cannot write"),
            (f"{'a' * 300}@example.org,A", "at most 254 characters"),
            (f"a@example.org,{'n' * 201}", "The name has more than 200 characters."),
            ("a@example.org,A\0da", "U+0000"),
            ("a@example.org,A\x1b[31mda", "U+001B"),
            ('a@example.org,"A"da', "Something stands between"),
            ("a@example.org," + "x" * 1_000_000, "more than 100000 characters"),
            ("a\0@example.org,Ada", "This is no e-mail address"),
        ],
    )
    def test_are_told_with_line_and_reason_and_the_others_read(self, line, reason):
        first, second, third = read(lines("email,name", "1@example.org,", line, "3@example.org,"))

        assert (first.line, second.line, third.line) == (2, 3, 4)
        assert reason in second.reason

    def test_a_quotation_mark_that_is_never_closed_takes_no_other_line_along(self):
        data = lines("email,name", 'a@example.org,"A', "b@example.org,B", "c@example.org,C")

        assert problems(data) == [(2, "A quotation mark is opened here and not closed.")]
        assert [one.line for one in read(data)] == [2, 3, 4]

    def test_that_is_so_in_a_long_file_too(self):
        many = [f"{number}@example.org," for number in range(MAX_LINES * 2)]
        data = lines("email,name", 'a@example.org,"A', *many)

        assert [line for line, _reason in problems(data)] == [2]
        assert len(read(data)) == len(many) + 1

    def test_an_address_counts_where_it_comes_first(self):
        data = lines("email,name", "ada@example.org,\0", "ada@example.org,Ada", "ADA@example.org,X")

        assert problems(data)[1] == (4, "The same address as on line 3, which counts.")

    @pytest.mark.parametrize(
        ("column", "cell", "reason"),
        [
            ("confirmed", "31/05/2021", "is no date"),
            ("confirmed", "0000-00-00", "is no date"),
            ("confirmed", "0001-01-01", "no date between 1970"),
            ("confirmed", "9999-12-31T23:59-12:00", "is no date"),
            ("confirmed", "2099-01-01", "lies in the future"),
            ("paused until", "2100-01-01", "no date between 1970"),
            ("state", "zombie", "There is no state “zombie”."),
            ("state", "", "The state is empty."),
            ("left out", "tool; poems", "There is no kind of section “poems”."),
            ("uid", "1", "“1” is no uid."),
        ],
    )
    def test_cells_must_mean_something(self, column, cell, reason):
        found = problems(lines(f"email,{column}", f'a@example.org,"{cell}"'), Mode.RESTORE)

        assert [line for line, _reason in found] == [2]
        assert reason in found[0][1]

    @pytest.mark.parametrize("time", ["2026-03-29 02:30", "2026-10-25 02:30"])
    def test_a_local_time_must_be_one_moment(self, time):
        with timezone.override("Europe/Madrid"):
            found = problems(lines("email,paused until", f"a@example.org,{time}"), Mode.RESTORE)

        assert "Choose" in found[0][1]


class TestWhatCellsMean:
    @pytest.mark.parametrize(
        ("cell", "hour"),
        [
            ("2021-05-31 10:20:30", 8),
            ("2021-05-31T10:20:30+00:00", 10),
            ("2021-05-31T10:20:30Z", 10),
        ],
    )
    def test_a_time_without_a_zone_is_of_the_site(self, cell, hour):
        with timezone.override("Europe/Madrid"):
            says = said(lines("email,joined", f"a@example.org,{cell}"))

        expected = datetime.datetime(2021, 5, 31, hour, 20, 30, tzinfo=datetime.UTC)
        assert says["confirmed_at"] == expected

    @pytest.mark.parametrize(
        ("word", "state"),
        [
            ("Subscribed", "active"),
            ("enabled", "active"),
            ("UNSUBSCRIBED", "left"),
            ("opted_out", "left"),
            ("blocklisted", "left"),
            ("cleaned", "bounced"),
            ("unconfirmed", "pending"),
        ],
    )
    def test_states_are_called_in_many_ways(self, word, state):
        assert said(lines("email,status", f"a@example.org,{word}"))["state"] == state

    def test_every_state_of_ours_is_known_by_its_own_name(self):
        for state in Subscriber.State.values:
            assert said(lines("email,state", f"a@example.org,{state}"))["state"] == state

    @pytest.mark.parametrize(
        ("column", "cell", "left_out"),
        [
            ("left_out", "ml-tip, NEWS", {TIP, NEWS}),
            ("left_out", "none", set()),
            ("sections", "ML tips; Tool", {NEWS}),
            ("choices", "tool|news", {TIP}),
            ("choices", "all", set()),
        ],
    )
    def test_choices_say_what_is_left_out(self, column, cell, left_out):
        assert said(lines(f"email;{column}", f'a@example.org;"{cell}"'))["left_out"] == left_out

    def test_an_empty_cell_says_nothing_but_in_our_own_export(self):
        data = lines("email,name,left_out,paused_until,confirmed_at", "a@example.org,,,,")

        assert said(data, Mode.UPDATE) == {}
        assert said(data, Mode.RESTORE) == {"name": "", "left_out": set(), "paused_until": None}

    def test_a_uid_comes_once(self):
        uid = uuid.uuid4()

        found = read(lines("email,uid", f"a@example.org,{uid}", f"b@x.org,{uid}"), Mode.RESTORE)

        assert found[0].says["uid"] == uid
        assert found[1] == (3, "The same uid as on line 2, which counts.")


class TestFormulas:
    @pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "＝1", "'=1", "''@x"])
    def test_our_own_marks_are_taken_back(self, name):
        assert escaped(name) == f"'{name}"
        assert said(lines("email,name", f"a@example.org,'{name}")) == {"name": name}

    @pytest.mark.parametrize("name", ["Ada", "'t Hooft", "1=1", "O'Neill", ""])
    def test_other_cells_stay(self, name):
        assert escaped(name) == unescaped(name) == name

    @given(st.text())
    def test_what_was_marked_comes_back_whatever_it_is(self, text):
        assert unescaped(escaped(text)) == text
