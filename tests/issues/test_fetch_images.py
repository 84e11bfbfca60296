"""The importer fetches pictures of other hosts into assets, if it is told to."""

import hashlib
import io
import json
import time

import pytest
from django.core.management import call_command

from issues import markdown
from issues.importing.fetching import Fetcher, NotFetched
from issues.importing.localpictures import with_addresses
from issues.importing.remotepictures import RemotePictures
from issues.importing.saving import import_files
from issues.management.commands.import_issues import Command
from issues.models import Asset, Issue, Section
from tests.builders import picture
from tests.picture_server import running

pytestmark = pytest.mark.django_db

CAT = "http://a.example/cat.png"
LETTER = f"""---
title: "My letter #7: Warm up"
cover: http://a.example/cover.png
---
Hello!

![Hills](http://a.example/hills.png)

## 🧠 ML Tip: Warm up

Slowly.

![A cat]({CAT} "Asleep")

See [the cat]({CAT}) and `![A cat]({CAT})`.
"""


@pytest.fixture
def server():
    with running() as served:
        for name, color in (("cat", "teal"), ("hills", "olive"), ("cover", "navy")):
            served.show(f"/{name}.png", picture(color=color).getvalue())
        yield served


@pytest.fixture
def letter(tmp_path):
    path = tmp_path / "letter.md"
    path.write_text(LETTER)
    return path


def run(server, *arguments) -> str:
    """Run the command with a fetcher that finds every host at the server."""
    command, out = Command(), io.StringIO()
    command.fetcher = server.fetcher()
    call_command(command, *map(str, arguments), stdout=out, stderr=out)
    return out.getvalue()


def fetch(server, *paths, **options):
    """Import files and their pictures; give the outcome of the last one."""
    return list(import_files(list(paths), server.fetcher(), **options))[-1]


def tip() -> Section:
    return Section.objects.get(title="Warm up")


class TestWithoutTheOption:
    def test_nothing_is_fetched(self, server, letter):
        run(server, letter)

        assert server.paths == []
        assert CAT in tip().body
        assert not Asset.objects.exists()


class TestFetching:
    def test_pictures_are_stored_and_shown_from_here(self, server, letter):
        outcome = fetch(server, letter)

        asset = Asset.objects.get(alt="A cat")
        assert (asset.caption, asset.credit, asset.width) == ("Asleep", "", 40)
        assert f'<img src="{asset.file.url}" alt="A cat" width="40"' in tip().body_html
        hills = Asset.objects.get(alt="Hills")
        assert Issue.objects.get().intro == f"Hello!\n\n![Hills]({hills.file.url})"
        assert (outcome.fetched, outcome.notes) == (3, outcome.notes[:1])

    def test_the_cover_is_one_of_them(self, server, letter):
        fetch(server, letter)

        navy = hashlib.sha256(picture(color="navy").getvalue()).hexdigest()
        assert Issue.objects.get().cover.sha256 == navy

    def test_links_and_code_stay_as_they_are(self, server, letter):
        fetch(server, letter)

        assert f"See [the cat]({CAT}) and `![A cat]({CAT})`." in tip().body

    def test_each_address_is_fetched_once_in_a_run(self, server, letter):
        other = letter.with_name("other.md")
        other.write_text(LETTER.replace("#7", "#8") + f"\n![Again]({CAT})\n")

        first, second = import_files([letter, other], server.fetcher())

        assert sorted(server.paths) == ["/cat.png", "/cover.png", "/hills.png"]
        assert (first.fetched, second.fetched) == (3, 0)
        assert CAT not in Section.objects.get(issue__number=8).body_html.split("See")[0]

    def test_that_fails_once_is_not_tried_again_in_a_run(self, server, letter):
        del server.answers["/cat.png"]
        other = letter.with_name("other.md")
        other.write_text(LETTER.replace("#7", "#8"))

        fetch(server, letter, other)

        assert server.paths.count("/cat.png") == 1

    def test_a_second_run_asks_nobody(self, server, letter):
        fetch(server, letter)
        server.requests.clear()

        assert fetch(server, letter).status == "unchanged"
        assert server.requests == []

    def test_a_refused_file_asks_nobody(self, server, letter):
        fetch(server, letter)
        server.requests.clear()
        letter.write_text(LETTER.replace("Slowly", "Quickly"))

        assert fetch(server, letter).status == "refused"
        assert server.requests == []

    def test_a_file_that_fails_leaves_no_picture_behind(self, server, letter):
        letter.write_text(LETTER + "\n![A dog](dog.png)\n")
        letter.with_name("dog.png").write_bytes(b"no picture")

        assert fetch(server, letter).status == "failed"
        assert not Asset.objects.exists()


class TestWhatCannotBeFetched:
    @pytest.mark.parametrize(
        ("answer", "why"),
        [
            ((404, {}, []), "the server answers 404"),
            (
                (200, {"Content-Type": "image/png"}, [b"<!doctype html><p>Gone"]),
                "This is no JPEG, PNG, GIF, WebP or AVIF picture",
            ),
            (
                (200, {"Content-Type": "image/svg+xml"}, [b"<svg xmlns='x'/>"]),
                "This is no JPEG, PNG, GIF, WebP or AVIF picture",
            ),
            (
                (200, {}, [picture(size=(300, 200)).getvalue()[:-40]]),
                "The picture is broken and cannot be read",
            ),
        ],
        ids=["404", "html", "svg", "truncated"],
    )
    def test_stays_there_and_is_doubtful(self, server, letter, answer, why):
        server.answers["/cat.png"] = answer

        outcome = fetch(server, letter)

        line = LETTER.split("\n").index("## 🧠 ML Tip: Warm up") + 1
        doubtful = [(note.line, note.text) for note in outcome.notes if note.kind == "doubtful"]
        assert doubtful == [(line, f"picture not fetched: {CAT} ({why})")]
        assert (outcome.status, outcome.fetched) == ("created", 2)
        assert f"![A cat]({CAT}" in tip().body
        assert why in Issue.objects.get().notes

    @pytest.mark.parametrize(
        "address",
        [
            *("http://127.0.0.1/a.png", "http://localhost/a.png", "http://2130706433/a.png"),
            *("http://169.254.169.254/latest", "http://[::1]/a.png", "//10.0.0.1/a.png"),
            *("ftp://a.example/a.png", "http://me:secret@a.example/a.png"),
        ],
    )
    def test_may_be_refused_before_anybody_is_asked(self, letter, address):
        letter.write_text(f"# My letter #7: Warm up\n\n![Hills]({address})\n")

        [outcome] = import_files([letter], Fetcher())

        assert f"![Hills]({address})" in Issue.objects.get().intro
        assert [note.text.split(" (")[0] for note in outcome.notes if note.kind == "doubtful"] == [
            f"picture not fetched: {address}"
        ]

    def test_leaves_the_cover_that_editors_chose(self, server, letter):
        fetch(server, letter)
        del server.answers["/cover.png"]
        letter.write_text(LETTER.replace("Slowly", "Quickly"))

        outcome = fetch(server, letter, update=True)

        assert outcome.status == "updated"
        assert Issue.objects.get().cover is not None


class TestUpdate:
    def test_fetches_what_an_import_without_the_option_left(self, server, letter):
        run(server, letter)

        assert fetch(server, letter).status == "unchanged"
        assert fetch(server, letter, update=True).status == "updated"
        assert f"![A cat]({CAT}" not in tip().body.split("See")[0]

    def test_tries_again_what_could_not_be_fetched(self, server, letter):
        cat = server.answers.pop("/cat.png")
        fetch(server, letter)
        server.answers["/cat.png"] = cat

        assert fetch(server, letter, update=True).fetched == 3
        assert Issue.objects.get().notes.count("not fetched") == 0

    def test_has_nothing_to_do_when_all_is_here(self, server, letter):
        fetch(server, letter)

        assert fetch(server, letter, update=True).status == "unchanged"


class TestDryRun:
    def test_says_what_it_would_fetch_and_asks_nobody(self, server, letter):
        report = run(server, letter, "--fetch-images", "--dry-run")

        assert server.paths == []
        assert f"picture: would fetch {CAT}\n" in report
        assert "picture: would fetch http://a.example/cover.png\n" in report
        assert not Asset.objects.exists()
        assert not Issue.objects.exists()


class TestCommand:
    def test_says_how_many_pictures_it_fetched(self, server, letter):
        report = run(server, letter, "--fetch-images")

        assert report.splitlines()[-1] == "1 created; 3 pictures fetched"

    def test_tells_scripts_too(self, server, letter):
        del server.answers["/cat.png"]

        [report] = json.loads(run(server, letter, "--fetch-images", "--json"))

        assert report["fetched"] == 2
        assert f"picture not fetched: {CAT} (the server answers 404)" in [
            note["text"] for note in report["notes"]
        ]

    def test_fetches_from_public_addresses_only(self, letter):
        letter.write_text(LETTER.replace("a.example", "127.0.0.1"))
        out = io.StringIO()

        call_command("import_issues", letter, "--fetch-images", stdout=out)

        assert out.getvalue().count("127.0.0.1 is not in the public Internet") == 3


class TestRun:
    def test_keeps_to_its_time(self, server, tmp_path):
        remote = RemotePictures(server.fetcher(), tmp_path, seconds=0.0001)
        remote.file(CAT)

        with pytest.raises(NotFetched, match="long enough"):
            remote.file("http://a.example/hills.png")
        assert remote.file(CAT).read_bytes() == picture(color="teal").getvalue()

    def test_keeps_to_its_size(self, server, tmp_path):
        remote = RemotePictures(server.fetcher(), tmp_path, most_bytes=10)
        remote.file(CAT)

        with pytest.raises(NotFetched, match="long enough"):
            remote.file("http://a.example/hills.png")


class TestReplacing:
    @pytest.mark.parametrize(
        ("text", "written", "address"),
        [
            ("![a](@)", "http://a.example/x?y=1&amp;z=2", "http://a.example/x?y=1&z=2"),
            ("![a](@ 'b')", "http://a.example/x\\_y", "http://a.example/x_y"),
            ("![a](@)", "http://a.example/x_(y)", "http://a.example/x_(y)"),
            ("![a](@)", "<http://a.example/x y>", "http://a.example/x%20y"),
            ("![a](\n@\n)", "http://a.example/ä", "http://a.example/%C3%A4"),
            ("![a](@)", "http://exämple.org/a", "http://xn--exmple-cua.org/a"),
            ("![a [b] \\] c](@)", "http://a.example/x", "http://a.example/x"),
            ("[![a](@)](http://a.example/x)", "http://a.example/x", "http://a.example/x"),
            ("![a][b]\n\n> [b]: @ 'c'", "http://a.example/x", "http://a.example/x"),
        ],
    )
    def test_finds_an_address_however_it_is_written(self, text, written, address):
        source = text.replace("@", written)

        replaced = with_addresses(source, {address: "/media/a/x.png"})

        assert [one.source for one in markdown.pictures(source)] == [address]
        assert replaced == text.replace("@", "/media/a/x.png")

    @pytest.mark.parametrize("text", ["![", "![[a]", "![a](", "](", "](<", "[a]: ", "![a](\\"])
    def test_does_not_take_quadratic_time(self, text):
        source, begin = text * (100_000 // len(text)), time.monotonic()

        assert with_addresses(source, {CAT: "/media/a/x.png"}) == source
        assert time.monotonic() - begin < 10
