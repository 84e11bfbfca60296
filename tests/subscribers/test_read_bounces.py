"""Reading reports from files and mailboxes: each once, and none before it is kept."""

import datetime
import io
import mailbox
import uuid
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from subscribers import subscriptions
from subscribers.bounces import mailboxes, reading
from subscribers.bounces.reading import Outcome, read_mailbox_due
from subscribers.models import Bounce, Subscriber, Suppression
from tests import mailbox_servers
from tests.builders import make_delivery, make_mailing, make_subscriber
from tests.mailbox_servers import Imap, Pop

pytestmark = pytest.mark.django_db

SAMPLES = Path(__file__).parent / "reports"
NUMBER = uuid.UUID("0f8fad5b-d9cb-469f-a165-70867728950e")
State = Subscriber.State
DEEP = b"".join(
    b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(2000)
)


def sample(name: str) -> bytes:
    return (SAMPLES / f"{name}.eml").read_bytes()


def read(*arguments, **options) -> str:
    said = io.StringIO()
    call_command("read_bounces", *map(str, arguments), stdout=said, **options)
    return said.getvalue()


@pytest.fixture(autouse=True)
def site(settings):
    settings.SITE_HOST = "news.example.org"
    settings.BOUNCE_ADDRESS = "bounces+{}@news.example.org"
    settings.EMAIL_TIMEOUT = 10


@pytest.fixture
def ada() -> Subscriber:
    person = make_subscriber("ada@example.com")
    now = timezone.now()
    make_delivery(make_mailing(), person, "sent", uid=NUMBER, first_at=now, ended_at=now)
    return person


def state_of(person: Subscriber) -> str:
    person.refresh_from_db()
    return person.state


class TestFiles:
    def test_a_hard_bounce_stops_the_mail(self, ada):
        assert read(SAMPLES / "gmail-unknown-user.eml") == "Read: 1 hard.\n"

        assert state_of(ada) == State.BOUNCED
        bounce = Bounce.objects.get()
        assert (bounce.source, bounce.status, bounce.delivery.uid) == ("report", "5.1.1", NUMBER)
        assert "does not exist" in bounce.detail

    def test_a_complaint_takes_off_the_list(self, ada):
        assert read(SAMPLES / "complaint.eml") == "Read: 1 complaint.\n"

        assert state_of(ada) == State.LEFT
        assert Suppression.objects.blocks(ada.address)

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("postfix-mailbox-full", "1 soft"),
            ("postfix-delayed", "1 still under way, or delivered"),
            ("out-of-office", "1 automatic answer"),
            ("answer-of-a-person", "1 no report"),
            ("not-spam", "1 no report"),
        ],
    )
    def test_what_is_none_changes_nothing(self, ada, name, words):
        assert read(SAMPLES / f"{name}.eml") == f"Read: {words}.\n"

        assert state_of(ada) == State.ACTIVE

    def test_a_second_run_changes_nothing(self, ada):
        read(SAMPLES / "postfix-mailbox-full.eml")

        said = read(SAMPLES / "postfix-mailbox-full.eml")

        assert said == f"Read: 1 {Outcome.NOTHING_NEW}.\n"
        assert Bounce.objects.count() == 1

    def test_one_that_only_names_an_address_is_listed(self, ada):
        path = SAMPLES / "only-an-address.eml"

        said = read(path)

        assert said.splitlines() == [
            f"{path}: names ada@example.com, but no message of ours",
            f"Read: 1 {Outcome.UNKNOWN}.",
        ]
        assert state_of(ada) == State.ACTIVE

    def test_one_about_somebody_erased_is_nothing_new(self, ada):
        subscriptions.erase(Subscriber.objects.get())

        assert read(SAMPLES / "qmail.eml") == f"Read: 1 {Outcome.NOTHING_NEW}.\n"

    def test_what_cannot_be_read_is_named_and_the_rest_is_read(self, ada, tmp_path):
        broken = tmp_path / "broken.eml"
        broken.write_bytes(DEEP)
        errors = io.StringIO()

        with pytest.raises(CommandError, match=r"^1 of the messages cannot be read\.$"):
            read(broken, SAMPLES / "qmail.eml", stderr=errors)

        assert errors.getvalue() == f"{broken}: cannot be read (RecursionError)\n"
        assert state_of(ada) == State.BOUNCED

    def test_a_folder_of_samples_is_read_whole(self, ada):
        assert read(SAMPLES).splitlines()[-1] == (
            f"Read: 8 hard, 2 soft, 1 complaint, 1 {Outcome.UNKNOWN}, "
            "3 still under way, or delivered, 1 automatic answer, 3 no report."
        )

    def test_a_file_of_many_stays_as_it_is(self, ada, tmp_path):
        path = tmp_path / "mbox"
        box = mailbox.mbox(path)
        for name in ("out-of-office", "qmail"):
            box.add(sample(name))
        box.close()
        before = path.read_bytes()

        assert read(path) == "Read: 1 hard, 1 automatic answer.\n"
        assert path.read_bytes() == before

    def test_standard_input_is_one_or_many(self, ada, monkeypatch, tmp_path):
        (tmp_path / "in").write_bytes(sample("qmail"))
        with (tmp_path / "in").open() as file:
            monkeypatch.setattr("sys.stdin", file)
            assert read("-") == "Read: 1 hard.\n"

    def test_a_path_that_leads_nowhere_is_named(self):
        with pytest.raises(CommandError, match="nowhere"):
            read("/nowhere")

    def test_nothing_to_read_is_an_error(self):
        with pytest.raises(CommandError, match="Name what is to be read"):
            read()


class TestMaildir:
    @pytest.fixture
    def folder(self, tmp_path) -> Path:
        box = mailbox.Maildir(tmp_path / "Maildir")
        for name in ("qmail", "out-of-office"):
            box.add(sample(name))
        return tmp_path / "Maildir"

    def test_marks_as_seen_what_was_read(self, ada, folder):
        assert read(folder) == "Read: 1 hard, 1 automatic answer.\n"

        assert list((folder / "new").iterdir()) == []
        assert len(list((folder / "cur").glob("*:2,S"))) == 2
        assert read(folder) == "Read: nothing.\n"

    def test_keeps_other_marks(self, ada, folder):
        for file in (folder / "new").iterdir():
            file.rename(folder / "cur" / f"{file.name}:2,F")

        read(folder)

        assert len(list((folder / "cur").glob("*:2,FS"))) == 2

    def test_marks_nothing_that_was_not_kept(self, ada, folder, monkeypatch):
        def broken(*args, **options):
            raise RuntimeError("on purpose")

        monkeypatch.setattr(reading, "note", broken)
        with pytest.raises(RuntimeError, match="on purpose"):
            read(folder)
        monkeypatch.undo()

        assert "1 hard" in read(folder)


class TestPaths:
    def test_one_that_is_not_there_is_named(self, tmp_path):
        with pytest.raises(CommandError) as error:
            read(tmp_path / "nope")

        assert str(error.value) == f"{tmp_path}/nope is not there."

    def test_what_was_read_before_it_is_told(self, ada, tmp_path):
        (tmp_path / "one.eml").write_bytes(sample("qmail"))

        with pytest.raises(CommandError) as error:
            read(tmp_path / "one.eml", tmp_path / "nope")

        assert str(error.value) == f"{tmp_path}/nope is not there. Until then: 1 hard."

    def test_one_that_cannot_be_read_says_why(self, tmp_path):
        (tmp_path / "loop").symlink_to(tmp_path / "loop")

        with pytest.raises(CommandError, match="/loop cannot be read: Too many levels"):
            read(tmp_path / "loop")


@pytest.fixture(params=[("imap", Imap), ("pop3", Pop)], ids=["imap", "pop"])
def server(request):
    scheme, handler = request.param
    names = ("answer-of-a-person", "only-an-address", "qmail", "postfix-mailbox-full")
    with mailbox_servers.running(handler, [sample(one) for one in names]) as running:
        running.scheme = scheme
        yield running


def read_from(server) -> str:
    option = "imap" if server.scheme == "imap" else "pop"
    return read(f"--{option}", server.url(server.scheme)).splitlines()[-1]


class TestServers:
    ALL = f"Read: 1 hard, 1 soft, 1 {Outcome.UNKNOWN}, 1 no report."

    def test_are_read_and_told(self, ada, server):
        assert read_from(server) == self.ALL

        assert state_of(ada) == State.BOUNCED
        # IMAP keeps everything, and POP has no other way to say what was read.
        if server.scheme == "imap":
            assert (len(server.messages), server.seen) == (4, {1, 2, 3, 4})
            assert read_from(server) == "Read: nothing."
        else:
            assert set(server.messages) == {1, 2}

    def test_that_hang_up_are_named_and_read_again(self, ada, server):
        server.cuts = {4}

        with pytest.raises(CommandError) as error:
            read_from(server)

        assert f"{server.scheme}://127.0.0.1 cannot be read" in str(error.value)
        assert "Until then: 1 hard" in str(error.value)
        server.cuts = set()
        assert "1 soft" in read_from(server)
        assert Bounce.objects.count() == 2

    def test_that_are_not_there_are_named_without_the_password(self, server):
        url = server.url(server.scheme, password="wrong")
        option = "imap" if server.scheme == "imap" else "pop"

        with pytest.raises(CommandError) as error:
            read(f"--{option}", url)

        assert "127.0.0.1 cannot be read" in str(error.value)
        assert url not in str(error.value)

    def test_a_folder_that_is_not_there_is_named(self):
        refused = pytest.raises(CommandError, match="there is no folder 'Old'")
        with mailbox_servers.running(Imap, []) as server, refused:
            read("--imap", server.url("imap") + "/Old")

    @pytest.mark.parametrize(
        ("option", "url"),
        [
            ("--imap", "pop3s://a:b@mail.example.org"),
            ("--pop", "imaps://a:b@mail.example.org"),
            ("--imap", "imaps://mail.example.org"),
            ("--imap", "imaps://a:b@mail.example.org:port"),
            ("--imap", "imaps://a:b@[::1"),
            ("--imap", "imap"),
        ],
    )
    def test_addresses_that_are_none_are_refused(self, option, url):
        with pytest.raises(CommandError):
            read(option, url)

    @pytest.mark.parametrize("scheme", ["imap", "pop3"])
    def test_no_password_goes_over_a_line_that_others_hear(self, scheme, monkeypatch):
        handler = Imap if scheme == "imap" else Pop
        monkeypatch.setattr(mailboxes, "HERE", ())
        with mailbox_servers.running(handler, []) as server:
            with pytest.raises(CommandError, match="no encryption"):
                read("--imap" if scheme == "imap" else "--pop", server.url(scheme))

            assert not any("se/cret" in one for one in server.commands)

    def test_lines_of_any_length_are_read(self, ada):
        long = sample("qmail") + b"x" * 50_000 + b"\n"
        with mailbox_servers.running(Pop, [long]) as server:
            assert read("--pop", server.url("pop3")) == "Read: 1 hard.\n"

    @pytest.mark.parametrize(("scheme", "handler"), [("imap", Imap), ("pop3", Pop)])
    def test_more_than_can_be_read_at_once_are_read_in_the_end(
        self, ada, monkeypatch, scheme, handler
    ):
        monkeypatch.setattr(mailboxes, "AT_ONCE", 2)
        names = ("answer-of-a-person", "qmail", "postfix-mailbox-full", "qmail")
        with mailbox_servers.running(handler, [sample(one) for one in names]) as server:
            server.scheme = scheme
            for _turn in range(3):
                read_from(server)

            kinds = {one.kind for one in Bounce.objects.all()}

        assert kinds == {"hard", "soft"}


class TestWorker:
    def test_reads_the_mailbox_every_ten_minutes(self, ada, settings, server):
        settings.BOUNCE_MAILBOX = server.url(server.scheme)
        now = timezone.now()

        assert read_mailbox_due(now)[Outcome.HARD] == 1
        assert read_mailbox_due(now + datetime.timedelta(minutes=5)) is None
        assert read_mailbox_due(now + datetime.timedelta(minutes=10)) is not None

    def test_reads_a_folder_as_well(self, ada, settings, tmp_path):
        mailbox.Maildir(tmp_path / "Maildir").add(sample("qmail"))
        settings.BOUNCE_MAILBOX = str(tmp_path / "Maildir")

        assert read_mailbox_due() == {Outcome.HARD: 1}

    def test_reads_nothing_where_there_is_no_mailbox(self, settings):
        settings.BOUNCE_MAILBOX = ""

        assert read_mailbox_due() is None

    @pytest.mark.parametrize("place", ["imap://a:secret@127.0.0.1:1", "/nowhere"])
    def test_says_so_once_where_it_cannot_be_read(self, settings, place, caplog):
        settings.BOUNCE_MAILBOX = place

        assert read_mailbox_due() is None

        [words] = caplog.messages
        assert words.startswith("No reports of bounces are read for now: ")
        assert "secret" not in words

    def test_names_what_cannot_be_read(self, settings, tmp_path, caplog):
        (tmp_path / "broken.eml").write_bytes(DEEP)
        settings.BOUNCE_MAILBOX = str(tmp_path)

        assert read_mailbox_due() == {Outcome.UNREADABLE: 1}
        assert "broken.eml: RecursionError" in caplog.text
