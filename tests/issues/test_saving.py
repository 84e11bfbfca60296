"""Files become issues in the database: each whole or not at all."""

import io
import json
import os

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from issues import history, images, search
from issues.importing.saving import files_in, import_file, import_files
from issues.models import Asset, Issue, Section, Tag
from tests.builders import make_issue, picture

pytestmark = pytest.mark.django_db

LETTER = """---
title: "My letter #7: Warm up, Cool down"
description: Two tips.
tags: [training, CSS]
datePublished: 2025-05-07
id: 99
---
Hello!

## 🧠 ML Tip: Warm up
tags: optimisers

Slowly, please.

## 📰 News
### Something happened
Really.
"""


@pytest.fixture
def letter(tmp_path):
    path = tmp_path / "letter.md"
    path.write_text(LETTER)
    return path


def run(*arguments) -> str:
    out = io.StringIO()
    call_command("import_issues", *map(str, arguments), stdout=out, stderr=out)
    return out.getvalue()


class TestOneFile:
    def test_becomes_an_issue_with_typed_and_tagged_sections(self, letter):
        outcome = import_file(letter)

        issue = Issue.objects.get(number=7)
        assert outcome.status == "created"
        assert (issue.title, issue.summary) == ("Warm up, Cool down", "Two tips.")
        assert issue.intro == "Hello!"
        found = [(one.type.slug, one.title, one.position) for one in issue.sections.all()]
        assert found == [("ml-tip", "Warm up", 1), ("news", "Something happened", 2)]
        tags = {tag.name for tag in issue.sections.first().tags.all()}
        assert tags == {"training", "CSS", "optimisers"}
        assert issue.notes.endswith("id: 99")

    def test_a_day_means_nine_in_the_morning_of_the_site(self, letter, settings):
        settings.TIME_ZONE = "Europe/Madrid"
        with timezone.override("Europe/Madrid"):
            import_file(letter)

        assert Issue.objects.get().published_at.isoformat() == "2025-05-07T07:00:00+00:00"

    def test_a_local_time_that_does_not_exist_is_refused(self, letter):
        letter.write_text(LETTER.replace("2025-05-07", "2025-03-30T02:30:00"))
        with timezone.override("Europe/Madrid"):
            outcome = import_file(letter)

        assert outcome.status == "failed"
        assert "2025-03-30 02:30:00 couldn’t be interpreted" in outcome.problem

    def test_is_found_by_its_words_at_once(self, letter):
        import_file(letter)

        assert search.answer(search.Question("slowly optimisers")).total == 1

    def test_a_second_run_changes_nothing(self, letter):
        import_file(letter)
        Section.objects.update(title="Edited by hand")

        outcome = import_file(letter)

        assert outcome.status == "unchanged"
        assert set(Section.objects.values_list("title", flat=True)) == {"Edited by hand"}

    def test_another_file_of_the_same_number_is_refused(self, letter):
        make_issue(7, title="Mine")

        assert import_file(letter).status == "refused"
        assert Issue.objects.get().title == "Mine"

    def test_update_replaces_and_keeps_the_address_of_what_keeps_its_title(self, letter):
        import_file(letter)
        section = Section.objects.get(title="Warm up")
        Section.objects.filter(pk=section.pk).update(slug="by-hand")
        letter.write_text(LETTER.replace("Slowly", "Quickly").replace("Something", "Nothing"))

        outcome = import_file(letter, update=True)

        section.refresh_from_db()
        assert outcome.status == "updated"
        assert (section.slug, section.body) == ("by-hand", "Quickly, please.")
        assert [one.title for one in Issue.objects.get().sections.all()] == [
            "Warm up",
            "Nothing happened",
        ]
        assert search.check() == (set(), set(), set())

    def test_history_knows_what_was_there_and_which_file_came(self, letter):
        make_issue(7, None, ["By hand"], title="Mine")

        import_file(letter, update=True)

        after, before = history.versions(Issue.objects.get())
        assert (after.comment, after.user) == ("Imported from letter.md", None)
        assert [history.snapshot(one).title for one in (after, before)] == [
            "Warm up, Cool down",
            "Mine",
        ]
        assert [one.title for one in history.snapshot(before).sections] == ["By hand"]

    def test_update_takes_a_corrected_title_and_keeps_its_address(self, letter):
        import_file(letter)
        before = Section.objects.get(title="Warm up").pk
        letter.write_text(LETTER.replace("Warm up\n", "Warm up!\n"))

        assert import_file(letter, update=True).status == "updated"
        assert Section.objects.get(title="Warm up!").pk == before

    def test_update_knows_a_section_by_its_text_under_a_new_title(self, letter):
        body = "Raise the learning rate over the first steps, and lower it slowly afterwards."
        letter.write_text(LETTER.replace("Slowly, please.", body))
        import_file(letter)
        before = Section.objects.get(title="Warm up")
        letter.write_text(
            LETTER.replace("Slowly, please.", body).replace("Warm up\n", "Begin low\n")
        )

        import_file(letter, update=True)

        after = Section.objects.get(title="Begin low")
        assert (after.pk, after.slug) == (before.pk, "warm-up")

    def test_update_takes_another_text_under_another_title_for_another_section(self, letter):
        import_file(letter)
        before = Section.objects.get(title="Warm up").pk
        new = LETTER.replace("Slowly, please.", "Quite another matter.").replace(
            "Warm up\n", "New\n"
        )
        letter.write_text(new)

        import_file(letter, update=True)

        assert Section.objects.get(title="New").pk != before
        assert not Section.objects.filter(pk=before).exists()
        assert search.check() == (set(), set(), set())

    def test_update_tells_sections_of_the_same_title_apart(self, letter):
        twice = LETTER + "\n## 🌐 Web Tip: Warm up\nThe other.\n"
        letter.write_text(twice)
        import_file(letter)
        letter.write_text(twice.replace("Slowly", "Quickly"))
        assert import_file(letter, update=True).status == "updated"
        assert Issue.objects.get().sections.count() == 3

        letter.write_text(LETTER.replace("Slowly", "Gently"))
        assert import_file(letter, update=True).status == "updated"
        assert Issue.objects.get().sections.count() == 2

    def test_update_keeps_what_editors_added(self, letter):
        import_file(letter)
        issue = Issue.objects.get()
        issue.notes, issue.cover = "Mine.\n\n" + issue.notes, images.store(picture())
        issue.save()
        letter.write_text(LETTER.replace("Slowly", "Quickly"))

        import_file(letter, update=True)

        issue.refresh_from_db()
        assert issue.notes == "Mine.\n\nImported from letter.md\nid: 99"
        assert issue.cover is not None

    def test_a_link_that_is_no_full_address_stays_in_the_text(self, letter):
        letter.write_text(LETTER.replace("tags: optimisers", "link: /docs/warm"))

        outcome = import_file(letter)

        section = Section.objects.get(title="Warm up")
        assert (section.link, section.body[:22]) == ("", "[/docs/warm](/docs/war")
        assert "no full address: /docs/warm" in [note.text for note in outcome.notes]

    def test_a_link_that_would_run_is_kept_as_text_and_no_tag_is_lost(self, letter):
        fields = "link: javascript:alert(1)\ntags: optimisers, extra"
        letter.write_text(LETTER.replace("tags: optimisers", fields))

        import_file(letter)

        section = Section.objects.get(title="Warm up")
        assert section.link == ""
        assert 'href="javascript' not in section.body_html
        assert "javascript:alert(1)" in section.body_text
        assert "extra" in {tag.name for tag in section.tags.all()}

    def test_a_tag_in_a_list_may_hold_a_comma_and_becomes_two(self, letter):
        letter.write_text(LETTER.replace("[training, CSS]", '["Paris, France"]'))

        import_file(letter)

        assert {"Paris", "France"} <= set(Tag.objects.values_list("name", flat=True))

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("Slowly", "![" * 200),
            ("id: 99", 'image: "http://[x"'),
            ("Slowly", f"![a]({'x' * 300}.png)"),
            ("2025-05-07", "9999-12-31T23:59:59-05:00"),
            ("optimisers", "x" * 101),
            ("optimisers", "Éducation, éducation, E\u0301ducation"),
        ],
    )
    def test_odd_content_goes_in_or_is_refused_but_never_stops_the_batch(self, letter, old, new):
        letter.write_text(LETTER.replace(old, new))
        other = letter.parent / "other.md"
        other.write_text(LETTER.replace("#7", "#8"))

        first, second = import_files([letter, other])

        assert first.is_in or first.problem
        assert second.status == "created"

    def test_of_two_files_with_one_number_the_second_is_refused(self, letter):
        other = letter.parent / "other.md"
        other.write_text(LETTER.replace("Slowly", "Quickly"))

        outcomes = list(import_files([letter, other], update=True))

        assert [outcome.status for outcome in outcomes] == ["created", "refused"]
        assert "letter.md is #7 too" in outcomes[1].problem

    def test_without_a_date_it_is_a_draft_until_publish(self, letter):
        letter.write_text(LETTER.replace("datePublished: 2025-05-07\n", ""))

        outcome = import_file(letter)
        assert (outcome.status, Issue.objects.get().state) == ("created", "draft")
        assert "no date" in " ".join(note.text for note in outcome.notes)

        assert import_file(letter, publish=True).status == "published"
        assert import_file(letter, publish=True).status == "unchanged"
        assert Issue.objects.get().state == "published"

    def test_a_dry_run_reports_and_leaves_nothing(self, letter):
        outcome = import_file(letter, dry_run=True)

        assert outcome.status == "created"
        assert outcome.sections == [("ML tip", "Warm up"), ("News", "Something happened")]
        assert not Issue.objects.exists()
        assert not Tag.objects.exists()

    def test_what_a_form_would_refuse_is_refused_with_its_line(self, letter):
        letter.write_text(LETTER.replace("Slowly", "[" * 60_000))

        outcome = import_file(letter)

        assert outcome.status == "failed"
        assert outcome.problem.startswith("line 10: body: More than 100 square brackets")
        assert not Issue.objects.exists()

    def test_tags_differ_by_more_than_case(self, letter):
        Tag.objects.create(name="css")

        import_file(letter)

        assert Tag.objects.filter(name__iexact="css").count() == 1


class TestPictures:
    def test_a_picture_beside_the_file_is_stored_and_shown(self, letter):
        (letter.parent / "my cat.png").write_bytes(picture().getvalue())
        letter.write_text(LETTER + '\n![A cat](my%20cat.png "Asleep")\n')

        import_file(letter)

        asset, section = Asset.objects.get(), Section.objects.get(type__slug="news")
        assert (asset.alt, asset.caption) == ("A cat", "Asleep")
        assert f'<img src="{asset.file.url}" alt="A cat" width="40"' in section.body_html

    def test_only_whole_addresses_outside_of_code_are_replaced(self, letter):
        (letter.parent / "cat.png").write_bytes(picture().getvalue())
        text = "\n![A][c] `![x](cat.png)` [b](cat.png2)\n\n[c]: cat.png 'Cat'\n"
        letter.write_text(LETTER + text)

        import_file(letter)

        url, body = Asset.objects.get().file.url, Section.objects.get(type__slug="news").body
        assert f"[c]: {url} 'Cat'" in body
        assert "`![x](cat.png)` [b](cat.png2)" in body

    def test_a_dry_run_says_what_the_real_run_would(self, letter):
        (letter.parent / "cat.png").write_bytes(b"no picture")
        letter.write_text(LETTER + "\n![A cat](cat.png)\n")

        outcome = import_file(letter, dry_run=True)

        assert outcome.status == "failed"
        assert "cat.png: This is no JPEG" in outcome.problem

    def test_a_missing_one_is_doubtful_and_kept(self, letter):
        letter.write_text(LETTER + "\n![A cat](cat.png)\n![B](/old/b.png)\n")

        outcome = import_file(letter)

        doubtful = [note.text for note in outcome.notes if note.kind == "doubtful"]
        assert doubtful == ["picture not found: cat.png", "picture not found: /old/b.png"]
        assert "cat.png" in Section.objects.get(type__slug="news").body
        assert "picture not found: cat.png" in Issue.objects.get().notes

    def test_the_cover_is_stored_too(self, letter):
        (letter.parent / "cover.png").write_bytes(picture().getvalue())
        letter.write_text(LETTER.replace("id: 99", "image: ./cover.png"))

        import_file(letter)

        assert Issue.objects.get().cover == Asset.objects.get()

    def test_a_cover_elsewhere_is_left_to_the_editors(self, letter):
        letter.write_text(LETTER.replace("id: 99", "image: https://example.org/c.png"))

        import_file(letter)

        assert "cover not stored: https://example.org/c.png" in Issue.objects.get().notes

    def test_a_broken_one_fails_the_file(self, letter):
        (letter.parent / "cat.png").write_bytes(b"no picture")
        letter.write_text(LETTER + "\n![A cat](cat.png)\n")

        assert "cat.png: This is no JPEG" in import_file(letter).problem
        assert not Issue.objects.exists()


class TestCommand:
    def test_reports_what_became_what(self, letter):
        assert run(letter).splitlines() == [
            "created   #7 Warm up, Cool down (published)",
            "    ML tip: Warm up",
            "    News: Something happened",
            "1 created",
        ]
        assert run(letter) == "1 unchanged\n"

    def test_reports_as_json(self, letter):
        [report] = json.loads(run(letter, "--json"))

        assert (report["status"], report["number"]) == ("created", 7)
        assert report["sections"] == [["ML tip", "Warm up"], ["News", "Something happened"]]

    def test_a_broken_file_is_named_and_the_others_go_in(self, letter, capsys):
        (letter.parent / "a-broken.md").write_text('---\ntitle: "never closed\n---\nText')
        (letter.parent / "ignored.png").write_bytes(b"")

        with pytest.raises(CommandError, match="1 of 2 files did not go in"):
            call_command("import_issues", str(letter.parent))

        assert "a-broken.md: line 2" in capsys.readouterr().err
        assert Issue.objects.get().number == 7

    def test_a_refused_file_says_what_helps(self, letter, capsys):
        make_issue(7)

        with pytest.raises(CommandError):
            call_command("import_issues", str(letter))

        assert "there is an issue #7 already; --update replaces it" in capsys.readouterr().err

    def test_a_path_that_is_not_there_is_named(self, tmp_path):
        with pytest.raises(CommandError, match=r"There is no .*nowhere"):
            run(tmp_path / "nowhere")

    def test_hidden_folders_are_left_alone(self, tmp_path):
        (tmp_path / ".venv").mkdir()
        (tmp_path / ".venv" / "LICENSE-1.txt").write_text("MIT")

        assert files_in([tmp_path]) == []

    def test_what_is_no_file_is_named(self, tmp_path):
        os.mkfifo(tmp_path / "pipe.md")

        assert import_file(tmp_path / "pipe.md").problem == "this is no file"

    def test_publishing_a_draft_does_not_call_it_one(self, letter):
        letter.write_text(LETTER.replace("datePublished: 2025-05-07\n", ""))

        assert "no date" not in run(letter, "--publish")

    def test_publishing_says_what_the_desk_would_have_held_back(self, letter):
        assert "pre-flight" not in run(letter, "--publish")
        letter.write_text(LETTER.replace("training, CSS", "").replace("Slowly, please.", ""))

        report = run(letter, "--publish", "--update").splitlines()

        assert "    line 1, doubtful: pre-flight finds 2 to mend" in report[3]
        assert report[3].endswith("the first: “Warm up” has no text.")
        assert "pre-flight" not in run(letter, "--publish")  # nothing was written

    def test_an_empty_folder_is_an_error(self, tmp_path):
        with pytest.raises(CommandError, match=r"no \.md"):
            run(tmp_path)

    def test_files_are_taken_once_and_in_order(self, tmp_path):
        for name in ("b.md", "a.mdx", "c.txt", "d.html"):
            (tmp_path / name).touch()

        names = [path.name for path in files_in([tmp_path / "b.md", tmp_path])]

        assert names == ["b.md", "a.mdx", "c.txt"]
