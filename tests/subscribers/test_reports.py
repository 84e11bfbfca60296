"""Reports that come back by mail: what they say, and of which message.

The samples in `reports/` are written for these tests, after what such programs write.
"""

import datetime
import time
import uuid
from pathlib import Path

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from subscribers.bounces import whose
from subscribers.bounces.parsing import LARGEST
from subscribers.bounces.reports import Report, read
from subscribers.bounces.said import Sort
from subscribers.models import Letter
from tests.builders import make_delivery, make_mailing, make_subscriber

SAMPLES = Path(__file__).parent / "reports"
NUMBER = uuid.UUID("0f8fad5b-d9cb-469f-a165-70867728950e")
OTHER = uuid.UUID("7c9e6679-7425-40de-944b-e07fc1f90ae7")
OTHER_HEX = OTHER.hex.encode()


def sample(name: str) -> bytes:
    return (SAMPLES / f"{name}.eml").read_bytes()


def of(name: str) -> Report:
    return read(sample(name))


@pytest.fixture(autouse=True)
def site(settings):
    settings.SITE_HOST = "news.example.org"
    settings.BOUNCE_ADDRESS = "bounces+{}@news.example.org"


@pytest.mark.once
class TestWhatIsSaid:
    @pytest.mark.parametrize(
        ("name", "sort", "status"),
        [
            ("postfix-unknown-user", Sort.HARD, "5.1.1"),
            ("postfix-mailbox-full", Sort.SOFT, "5.2.2"),
            ("postfix-gave-up", Sort.SOFT, "4.4.1"),
            ("postfix-delayed", Sort.UNDER_WAY, "4.4.1"),
            ("postfix-delivered", Sort.UNDER_WAY, ""),
            ("exim-unknown-user", Sort.HARD, "5.1.1"),
            ("exim-old", Sort.HARD, ""),
            ("exim-delayed", Sort.UNDER_WAY, ""),
            ("exchange-unknown-user", Sort.HARD, "5.1.10"),
            ("exchange-old", Sort.HARD, "5.1.1"),
            ("gmail-unknown-user", Sort.HARD, "5.1.1"),
            ("qmail", Sort.HARD, "5.1.1"),
            ("letters-beyond-ascii", Sort.HARD, "5.1.1"),
            ("complaint", Sort.COMPLAINT, ""),
            ("not-spam", Sort.OTHER, ""),
            ("out-of-office", Sort.ANSWER, ""),
            ("read-receipt", Sort.OTHER, ""),
            ("answer-of-a-person", Sort.OTHER, ""),
            ("only-an-address", Sort.HARD, "5.1.1"),
        ],
    )
    def test_is_understood(self, name, sort, status):
        said = of(name).said

        assert (said.sort, said.status) == (sort, status)

    def test_every_sample_is_of_one_message_but_the_one_that_names_none(self):
        names = {path.stem for path in SAMPLES.glob("*.eml")}

        assert {name for name in names if of(name).numbers != [NUMBER]} == {"only-an-address"}

    def test_keeps_the_words_and_the_address_for_people(self):
        said = of("postfix-unknown-user").said

        assert said.address == "ada@example.com"
        assert said.detail.startswith("smtp; 550 5.1.1 <ada@example.com>: Recipient address")
        assert of("letters-beyond-ascii").said.address == "ädä@exämple.com"

    def test_leaves_our_own_message_out_of_what_a_server_says(self):
        assert "Never by 552 steps" in sample("qmail").decode()
        assert "552" not in of("qmail").said.detail

    def test_a_message_that_one_of_several_got_has_arrived(self):
        delivered = b"Final-Recipient: rfc822; ada@example.net\nAction: relayed\nStatus: 2.0.0\n\n"
        data = sample("postfix-unknown-user")
        head, final, rest = data.partition(b"Final-Recipient:")

        assert read(head + final + rest).said.sort == Sort.HARD
        assert read(head + delivered + final + rest).said.sort == Sort.UNDER_WAY

    def test_a_report_that_somebody_passes_on_is_none(self):
        head = b"From: ada@example.com\nContent-Type: message/rfc822\n\n"

        assert read(head + sample("postfix-unknown-user")).said.sort == Sort.OTHER


@pytest.mark.once
class TestNames:
    def test_of_reports_are_their_own(self):
        assert of("qmail").event != of("exim-old").event
        assert of("complaint").event == "report:<fbl-20261125-1420@fbl.example.com>"

    def test_of_reports_without_any_come_from_all_that_they_say(self):
        data = sample("qmail")

        assert read(data).event == read(data).event
        assert read(data).event != read(data + b".").event

    def test_the_moment_is_that_of_the_report(self):
        data = b"Date: Sat, 25 Jan 2020 10:00:14 +0100\n\nHello"

        assert read(data).at == datetime.datetime(2020, 1, 25, 9, 0, 14, tzinfo=datetime.UTC)

    @pytest.mark.parametrize("date", [b"Wed, 25 Nov 2099 09:00:14 +0000", b"never", b"", b"\xff"])
    def test_but_now_if_that_cannot_be(self, date):
        data = b"Date: " + date + b"\n\nHello"

        assert abs(read(data).at - timezone.now()) < datetime.timedelta(minutes=1)


@pytest.mark.django_db
class TestWhose:
    def test_the_address_it_came_to_is_surer_than_what_it_returns(self):
        data = sample("postfix-unknown-user").replace(b"Delivered-To: ", b"X: ")
        data = data.replace(
            b"\nTo: bounces+" + NUMBER.hex.encode(), b"\nTo: bounces+%s" % OTHER_HEX
        )

        assert read(data).numbers == [OTHER, NUMBER]

    def test_no_address_tells_it(self):
        make_delivery(make_mailing(), make_subscriber("ada@example.com"))

        assert of("only-an-address").numbers == []
        assert whose.find([]) is None

    def test_numbers_in_addresses_of_others_are_not_ours(self, settings):
        settings.SITE_HOST = "other.example"
        settings.BOUNCE_ADDRESS = "returns-{}@other.example"

        assert of("postfix-unknown-user").numbers == []

    @pytest.mark.parametrize("address", ["", "bounces@news.example.org"])
    def test_without_an_address_for_each_message_the_returned_one_tells_it(self, settings, address):
        settings.BOUNCE_ADDRESS = address

        assert of("postfix-unknown-user").numbers == [NUMBER]

    def test_it_is_a_delivery_or_a_letter(self):
        person = make_subscriber()
        row = make_delivery(make_mailing(), person, uid=NUMBER)
        letter = Letter.objects.create(kind="welcome", subscriber=person, uid=OTHER)

        assert whose.find([NUMBER]) == row
        assert whose.find([uuid.uuid4(), OTHER, NUMBER]) == letter
        assert whose.find([uuid.uuid4()]) is None


def nested(depth: int) -> bytes:
    lines = [b"Content-Type: multipart/mixed; boundary=b0\n\n"]
    for level in range(depth):
        boundary = b"b%d" % (level + 1)
        lines.append(b"--b%d\nContent-Type: multipart/mixed; boundary=%s\n\n" % (level, boundary))
    return b"".join(lines)


@pytest.mark.once
class TestHostileMail:
    SLOWEST = 4  # seconds, on a busy machine

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"\n",
            b"\x00" * 1000,
            b"Content-Type: multipart/report\n\nno boundary",
            b"Content-Type: multipart/report; boundary=\n\n--\n",
            b"Content-Type: message/delivery-status\n\nAction: failed\n\xff\xfe: x\nStatus: \n",
            b"Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n!!!",
            b"Content-Type: message/feedback-report\n\n",
            b"Content-Type: message/rfc822\n\n" * 50,
            b"From: MAILER-DAEMON\nContent-Type: text/plain; charset=\xff\n\nundeliverable",
            b"From: postmaster\nContent-Type: text/plain; charset=rot13\n\nundeliverable 550 no",
            b"From: postmaster\nContent-Type: text/plain; charset*=x'y'%ff\n\nundeliverable",
            b"From: =?utf-8?b?////?=\nTo: =?x?q?y?=\nMessage-ID: =?utf-8?q?=00?=\n\nx",
            b"To: " + b"x" * 500_000,
            b"To: bounces+" + b"g" * 32 + b"@news.example.org\n\n",
        ],
    )
    def test_is_read_as_far_as_it_can_be(self, data):
        assert read(data).said.sort in Sort

    @pytest.mark.parametrize(
        "data",
        [
            b"From: postmaster\n\n" + b"<" * LARGEST,
            b"From: postmaster\n\n" + b"a@" * LARGEST,
            b"From: postmaster\n\n" + b"original " * LARGEST,
            b"From: postmaster\n\n" + b"1.1." * LARGEST,
            b"Content-Type: message/delivery-status\n\n" + b"a:\n " * LARGEST,
            b"Content-Type: message/delivery-status\n\n" + b"a: b\n\n" * LARGEST,
            b"Content-Type: message/delivery-status\n\n" + b"\n" * LARGEST,
            b"Content-Type: message/delivery-status\n\n" + b" \r\n" * LARGEST,
            b"A: b\n" * LARGEST,
            b"To: " + b"bounces+" * LARGEST,
            nested(80) + b"--b1\n" * LARGEST,
        ],
        ids=range(11),
    )
    def test_takes_no_long_time(self, data):
        began = time.monotonic()

        read(data)

        assert time.monotonic() - began < self.SLOWEST

    @settings(
        max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(st.data())
    def test_a_report_with_anything_broken_out_of_it_is_read(self, data):
        name = data.draw(st.sampled_from(sorted(path.stem for path in SAMPLES.glob("*.eml"))))
        whole = sample(name)
        at = data.draw(st.integers(0, len(whole)))
        end = data.draw(st.integers(at, len(whole)))

        said = read(whole[:at] + data.draw(st.binary(max_size=20)) + whole[end:]).said

        assert said.sort in Sort
