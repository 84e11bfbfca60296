"""Import and export at the desk: who may, what is tried, what is done, what is noted."""

import datetime

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from issues.models import AuditEntry
from subscribers.admin import exchange_forms
from subscribers.admin.exchange_forms import MAX_BYTES, MAX_LINES
from subscribers.exchange.report import MOST_SHOWN
from subscribers.models import Subscriber
from tests.builders import make_colleague, make_subscriber, picture

pytestmark = pytest.mark.django_db

IMPORT, EXPORT = reverse("admin:subscribers_import"), reverse("admin:subscribers_export")
PEOPLE = b"email;name;id\nada@example.org;Ada;1\nnobody;X;2\n"
SAID = {"mode": "add", "source": "Moved, double opt-in", "consent_date": "2021-05-31"}


def posted(client, data=PEOPLE, name="people.csv", **fields):
    file = SimpleUploadedFile(name, data, "text/csv")
    return client.post(IMPORT, {"file": file, **SAID, "do": "try", **fields})


def tried(response) -> str:
    return response.context["tried"]


def with_right(name: str):
    colleague = make_colleague(name=name)
    colleague.user_permissions.add(Permission.objects.get(codename=name))
    return colleague


class TestWhoMay:
    @pytest.mark.parametrize(
        ("right", "answers"),
        [
            ("import_subscriber", [200, 403]),
            ("export_subscriber", [403, 200]),
            ("change_subscriber", [403, 403]),
        ],
    )
    def test_each_page_has_its_own_right(self, client, right, answers):
        client.force_login(with_right(right))

        assert [client.get(page).status_code for page in (IMPORT, EXPORT)] == answers
        assert posted(client).status_code == answers[0]
        assert client.post(EXPORT, {"states": "active"}).status_code == answers[1]

    def test_who_looks_after_the_subscribers_may_do_both(self, client):
        client.force_login(make_colleague("Subscriber manager"))

        assert [client.get(page).status_code for page in (IMPORT, EXPORT)] == [200, 200]

    def test_the_list_leads_to_both(self, desk):
        page = desk.get(reverse("admin:subscribers_subscriber_changelist")).content.decode()

        assert (IMPORT in page, EXPORT in page) == (True, True)

    def test_the_page_of_a_person_tells_which_line_they_came_with(self, desk):
        posted(desk, do="import", tried=tried(posted(desk)))

        person = Subscriber.objects.get()
        page = desk.get(reverse("admin:subscribers_subscriber_change", args=[person.pk]))

        assert "Line 2 of “people.csv”." in page.content.decode()
        assert "Moved, double opt-in" in page.content.decode()


class TestTrying:
    def test_tells_how_the_file_was_read_and_what_would_happen(self, desk):
        response = posted(desk)

        page = response.content.decode()
        assert response.context["report"].lines == [("added", 1)]
        assert [one.line for one in response.context["report"].problems] == [3]
        assert dict(response.context["recognised"]) == {
            "Encoding": "utf-8",
            "Delimiter": "semicolon",
            "Columns": "email, name",
            "Left out": "id",
        }
        assert "What would happen" in page
        assert "Import now" in page
        assert not Subscriber.objects.exists()
        assert not AuditEntry.objects.exists()

    def test_names_delimiters_in_the_language_of_the_desk(self, desk, settings, monkeypatch):
        settings.LANGUAGE_CODE = "de"
        words = translation.trans_real.translation("de")
        monkeypatch.setitem(words._catalog._catalogs[0], "semicolon", "Strichpunkt")

        response = posted(desk)

        assert "Strichpunkt" in dict(response.context["recognised"]).values()
        assert "Strichpunkt" in dict(response.context["form"].fields["delimiter"].choices).values()

    def test_shows_the_first_hundred_problems_and_how_many_more_there_are(self, desk):
        response = posted(desk, b"email\n" + b"nobody\n" * (MOST_SHOWN + 5))

        page = response.content.decode()
        assert page.count("This is no e-mail address") == MOST_SHOWN
        assert "And 5 more." in page

    def test_names_twenty_columns_and_counts_the_rest(self, desk):
        heading = ",".join(["email", *(f"c{number}" for number in range(5000))])

        response = posted(desk, f"{heading}\nada@example.org\n".encode())

        left_out = dict(response.context["recognised"])["Left out"]
        assert left_out.endswith("c18, c19 and 4980 more")

    def test_keeps_nothing_of_the_file(self, desk, settings, tmp_path):
        settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
        large = b"email,note\n" + b"ada@example.org,%s\n" % (b"x" * 80_000) * 40
        assert len(large) > settings.FILE_UPLOAD_MAX_MEMORY_SIZE

        response = posted(desk, large)
        response.close()

        assert response.context["report"].problem_count == 39
        assert list(tmp_path.iterdir()) == []

    def test_what_the_file_holds_is_text(self, desk):
        response = posted(desk, b"email,<b>,state\nada@example.org,1,<script>\n")

        page = response.content.decode()
        assert "&lt;script&gt;" in page
        assert "<script>" not in page


class TestImporting:
    def test_does_what_was_tried_and_notes_who_did_it(self, desk, editor):
        mark = tried(posted(desk))

        response = posted(desk, do="import", tried=mark)

        person = Subscriber.objects.get()
        assert "What has happened" in response.content.decode()
        assert (person.email, person.name) == ("ada@example.org", "Ada")
        assert person.confirmed_at == datetime.datetime(2021, 5, 31, tzinfo=datetime.UTC)
        event = person.events.get()
        assert (event.by, event.detail["file"]) == (editor, "people.csv")
        entry = AuditEntry.objects.get()
        assert (entry.user, entry.act) == (editor, AuditEntry.Act.READERS_IMPORTED)
        assert (entry.subject, entry.detail) == ("people.csv (add)", "1 added; 1 with problems")

    @pytest.mark.parametrize(
        "other",
        [
            {"data": PEOPLE + b"eve@example.org;Eve;3\n"},
            {"source": "Another"},
            {"mode": "update"},
            {"consent_date": "2021-05-30"},
            {"delimiter": ";"},
            {"tried": "nonsense"},
            {"tried": ""},
        ],
    )
    def test_does_nothing_that_was_not_tried(self, desk, other):
        make_subscriber("ada@example.org")
        mark = tried(posted(desk))

        response = posted(desk, **{"do": "import", "tried": mark, **other})

        assert response.context["is_another"]
        assert "This is not what was tried" in response.content.decode()
        assert Subscriber.objects.get().name == ""
        assert not AuditEntry.objects.exists()

    def test_the_log_holds_no_address_and_the_desk_shows_it(self, desk):
        name = "of ada@example.org.csv"
        posted(desk, name=name, do="import", tried=tried(posted(desk, name=name)))

        page = desk.get(reverse("admin:issues_auditentry_changelist")).content.decode()

        assert "of … (add)" in page
        assert "ada@example.org" not in page


class TestTheLimits:
    def said(self, response) -> str:
        return response.content.decode().replace("\xa0", " ")

    def test_they_are_said_before(self, desk):
        assert "CSV, of at most 20.0 MB and 100,000 lines." in self.said(desk.get(IMPORT))

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (b"x" * (MAX_BYTES + 1), "The file is larger than 20.0 MB."),
            (b"a@x.org\n" * (MAX_LINES + 2), "The file has more than 100,000 lines"),
        ],
    )
    def test_and_when_they_are_passed(self, desk, data, words):
        assert words in self.said(posted(desk, data))

    def test_they_are_its_own(self, desk, monkeypatch):
        monkeypatch.setattr(exchange_forms, "MAX_BYTES", 1024)

        assert "at most 1.0 KB" in self.said(desk.get(IMPORT))
        assert "The file is larger than 1.0 KB." in self.said(posted(desk, b"x" * 1025))


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"data": b""}, "file"),
            ({"data": b"x" * (MAX_BYTES + 5)}, "file"),
            ({"data": b"a@x.org\n" * (MAX_LINES + 2)}, "file"),
            ({"data": picture().getvalue()}, "file"),
            ({"data": b"hello"}, "file"),
            ({"data": b"PK\x03\x04"}, "file"),
            ({"data": b"email\n\xff", "encoding": "utf-8"}, "file"),
            ({"encoding": "utf-7"}, "encoding"),
            ({"delimiter": "x"}, "delimiter"),
            ({"mode": "destroy"}, "mode"),
            ({"source": "a\0b"}, "source"),
            ({"source": "x" * 301}, "source"),
            ({"source": " \n "}, "__all__"),
            ({"consent_date": "0001-01-01"}, "consent_date"),
            ({"consent_date": "2099-01-01"}, "consent_date"),
            ({"consent_date": "soon"}, "consent_date"),
            ({"consent_date": ""}, "__all__"),
            ({"mode": "restore"}, "__all__"),
            ({"mode": "update", "data": b"a@example.org"}, "__all__"),
        ],
    )
    def test_is_told_at_its_field(self, desk, fields, field):
        response = posted(desk, **fields)

        assert response.status_code == 200
        assert list(response.context["form"].errors) == [field]
        assert not Subscriber.objects.exists()

    @pytest.mark.parametrize(
        "name", ["\0.csv", "../../etc/passwd", "a" * 500, "\u202egnp.csv", "a\r\nb.csv"]
    )
    def test_a_file_may_be_called_anything(self, desk, name):
        mark = tried(posted(desk, name=name))

        posted(desk, name=name, do="import", tried=mark)

        kept = Subscriber.objects.get().events.get().detail["file"]
        assert len(kept) <= 200
        assert not set(kept) & set("\0\r\n/")

    @pytest.mark.parametrize(
        ("body", "kind"),
        [
            (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
            (b"file=ada%40example.org&mode=add", "application/x-www-form-urlencoded"),
            (b"{}", "application/json"),
            (b"", "multipart/form-data"),
        ],
    )
    @pytest.mark.parametrize("address", [IMPORT, EXPORT])
    def test_odd_requests_are_answered(self, desk, address, body, kind):
        assert desk.generic("POST", address, body, content_type=kind).status_code in (200, 400)


class TestExporting:
    def test_gives_a_file_that_nobody_keeps_and_notes_who_took_it(self, desk, editor):
        make_subscriber("ada@example.org")
        make_subscriber("bob@example.org", "left")
        make_subscriber("eve@example.org", "pending")

        response = desk.post(EXPORT, {"states": ["active", "left"]})

        text = b"".join(response.streaming_content).decode()
        assert response["Content-Type"] == "text/csv; charset=utf-8"
        assert response["Content-Disposition"].startswith('attachment; filename="subscribers-2')
        assert "no-store" in response["Cache-Control"]
        assert [line.partition(",")[0] for line in text.splitlines()] == [
            "\ufeffemail",
            "ada@example.org",
            "bob@example.org",
        ]
        entry = AuditEntry.objects.get()
        assert (entry.user, entry.act) == (editor, AuditEntry.Act.READERS_EXPORTED)
        assert (entry.subject, entry.detail) == ("active, left", "People: 2")

    def test_the_states_are_named_and_their_error_is_told_to_all(self, desk):
        page = desk.post(EXPORT, {"states": "zombie"}).content.decode()

        assert '<fieldset class="choices" aria-describedby="id_states_error">' in page
        assert 'id="id_states_error"' in page

    @pytest.mark.parametrize("states", [[], ["zombie"], ["active", "\0"]])
    def test_states_are_chosen_from_ours(self, desk, states):
        response = desk.post(EXPORT, {"states": states})

        assert (response.status_code, response.streaming) == (200, False)
        assert list(response.context["form"].errors) == ["states"]
        assert not AuditEntry.objects.exists()

    def test_looking_at_the_page_exports_nothing(self, desk):
        make_subscriber("ada@example.org")

        response = desk.get(EXPORT, {"states": "active"})

        assert "ada@example.org" not in response.content.decode()
        assert not AuditEntry.objects.exists()

    def test_what_is_exported_can_be_imported_at_the_desk(self, desk):
        make_subscriber("ada@example.org", name="Ada")
        data = b"".join(desk.post(EXPORT, {"states": "active"}).streaming_content)

        response = posted(desk, data, mode="restore", consent_date="")

        assert response.context["report"].lines == [("as they were", 1)]
