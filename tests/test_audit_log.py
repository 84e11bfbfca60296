"""The audit log: each act leaves its line, together with what it does or not at all."""

import contextlib
import datetime

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.urls import reverse
from django.utils import timezone

from issues import publishing, sharing
from issues.audit import COMMAND, READER, Act, note
from issues.models import AuditEntry
from issues.moments import next_issue_day
from issues.signing_in import devices
from subscribers import tokens
from subscribers.addresses import read_address
from subscribers.delivery import approving, controlling, holding, weeks
from subscribers.models import Suppression
from subscribers.tokens import Purpose
from tests.builders import (
    TOMORROW,
    YESTERDAY,
    code_of,
    make_colleague,
    make_delivery,
    make_device,
    make_mailing,
    make_ready_issue,
    make_subscriber,
    newest_revision,
    recorded_issue,
)

pytestmark = pytest.mark.django_db

LOG = reverse("admin:issues_auditentry_changelist")
NEW_PASSWORD = "a-pencil-and-paper-27"


class Deed:
    """Makes what an act needs, and gives what does it: by an editor at the desk, or otherwise."""

    def __init__(self, desk, editor, tmp_path):
        self.desk, self.editor, self.tmp_path = desk, editor, tmp_path

    def post(self, address_name: str, *args, **data):
        address = reverse(address_name, args=args)
        return lambda: self.desk.post(address, data)

    def verb(self, verb, *args):
        return lambda: verb(*args)

    def mailing(self, verb, row="sent", **fields):
        listed = {"started_at": timezone.now(), "listed_at": timezone.now(), **fields}
        mailing = make_mailing(**{"state": "sending", **listed})
        make_delivery(mailing, make_subscriber("bob@example.org"), state=row)
        make_subscriber("ada@example.org")
        return self.verb(verb, mailing, self.editor)

    def of_issue(self, name: str, published=None, **data):
        issue = make_ready_issue(1, published)
        return self.post(name, issue.pk, version=issue.version, **data)

    def published(self):
        return self.of_issue("desk:publishing", do="publish")

    def scheduled(self):
        return self.of_issue("desk:publishing", do="schedule", at_0="2099-01-07", at_1="09:00")

    def unpublished(self):
        return self.of_issue("desk:publishing", YESTERDAY, do="unpublish")

    def deleted(self):
        return self.of_issue("admin:issues_issue_delete", post="yes")

    def recovered(self):
        issue = recorded_issue(1, None)
        revision = newest_revision(issue)
        issue.delete()
        return self.post("desk:recover", revision.pk)

    def link_made(self):
        return self.of_issue("desk:publishing", do="share", days=3)

    def link_revoked(self):
        link = sharing.make(make_ready_issue(1), self.editor)
        AuditEntry.objects.all().delete()
        return self.post("desk:publishing", link.issue_id, do="revoke", link=link.pk)

    def mail_approved(self):
        make_subscriber()
        return self.verb(approving.approve, make_ready_issue(1, YESTERDAY), self.editor)

    def mail_discarded(self):
        mailing = make_mailing(scheduled_for=timezone.now() + TOMORROW)
        return self.verb(approving.discard, mailing, self.editor)

    def mail_paused(self):
        return self.mailing(controlling.pause)

    def mail_resumed(self):
        return self.mailing(controlling.resume, state="paused")

    def mail_cancelled(self):
        return self.mailing(controlling.cancel)

    def mail_retried(self):
        return self.mailing(controlling.retry_failed, row="failed")

    def mail_released(self):
        return self.mailing(controlling.release_held, row="held")

    def mail_decided(self):
        mailing = make_mailing(state="sending")
        row = make_delivery(mailing, make_subscriber(), state="held")
        return self.verb(controlling.decide_held, mailing, self.editor, row.pk, "sent")

    def mail_joined(self):
        return self.mailing(controlling.send_to_joined)

    def sending_resumed(self):
        holding.hold("It was restored.")
        return self.verb(holding.resume, self.editor)

    def week_skipped(self):
        return self.verb(weeks.skip, next_issue_day(timezone.now()), self.editor)

    def week_restored(self):
        slot = next_issue_day(timezone.now())
        weeks.skip(slot, self.editor)
        AuditEntry.objects.all().delete()
        return self.verb(weeks.unskip, slot, self.editor)

    def readers_exported(self):
        make_subscriber("ada@example.org")
        return self.post("admin:subscribers_export", states=["active", "left"])

    def readers_imported(self):
        data = {"mode": "add", "source": "Moved", "consent_date": "2021-05-31"}
        address = reverse("admin:subscribers_import")
        rows = b"email\nada@example.org\n"

        def post(**more):
            file = SimpleUploadedFile("people.csv", rows)
            return self.desk.post(address, {"file": file, **data, **more})

        return lambda: post(do="import", tried=post(do="try").context["tried"])

    def readers_erased(self):
        person = make_subscriber("ada@example.org")
        return self.post("admin:subscribers_subscriber_delete", person.pk, reason="erased")

    def suppression_lifted(self):
        Suppression.objects.add(read_address("ada@example.org"), Suppression.Reason.BLOCKED)
        return self.post("admin:subscribers_suppression_lift", email="ada@example.org")

    def account_made(self):
        passwords = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
        return self.post("admin:auth_user_add", username="eve", usable_password="true", **passwords)

    def account_changed(self):
        eve = make_colleague("Author", name="eve")
        role = Group.objects.get(name="Publisher")
        data = {"username": "eve", "is_active": "on", "groups": [role.pk]}
        return self.post("admin:auth_user_change", eve.pk, **data)

    def account_deleted(self):
        eve = make_colleague(name="eve")
        return self.post("admin:auth_user_delete", eve.pk, post="yes")

    def password_set(self):
        eve = make_colleague(name="eve")
        data = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD, "usable_password": "true"}
        return self.post("admin:auth_user_password_change", eve.pk, **data, **{"set-password": "1"})

    def device_made(self):
        device = devices.new_device(self.editor)
        return self.verb(devices.set_up, self.editor, device.key, code_of(device))

    def device_dropped(self):
        make_device(self.editor)
        return self.verb(devices.switch_off, self.editor)

    def device_taken(self):
        eve = make_colleague(name="eve")
        make_device(eve)
        return self.verb(devices.take_away, eve, self.editor)

    def codes_renewed(self):
        make_device(self.editor)
        return self.verb(devices.renew_recovery_codes, self.editor)

    def role_made(self):
        return self.post("admin:auth_group_add", name="Guest")

    def role_changed(self):
        role = Group.objects.create(name="Guest")
        right = Permission.objects.get(codename="view_issue")
        return self.post("admin:auth_group_change", role.pk, name="Guest", permissions=[right.pk])

    def role_deleted(self):
        role = Group.objects.create(name="Guest")
        return self.post("admin:auth_group_delete", role.pk, post="yes")


@pytest.fixture
def deed(desk, editor, tmp_path) -> Deed:
    return Deed(desk, editor, tmp_path)


# What an entry says of each act beside who did it: of what, and how.
SAID = {
    Act.PUBLISHED: ("#1 Warm up", ""),
    Act.SCHEDULED: ("#1 Warm up", "Wed 7 January 2099, 09:00 UTC"),
    Act.READERS_EXPORTED: ("active, left", "People: 1"),
    Act.READERS_IMPORTED: ("people.csv (add)", "1 added"),
    Act.READERS_ERASED: ("People: 1", "Erased."),
    Act.SUPPRESSION_LIFTED: ("", ""),
    Act.ACCOUNT_MADE: ("eve", ""),
    Act.ACCOUNT_CHANGED: ("eve", "Staff status: no; Groups: Publisher"),
    Act.PASSWORD_SET: ("eve", ""),
    Act.ROLE_CHANGED: ("Guest", "Permissions"),
    Act.MAIL_RETRIED: ("Warm up", "1 message is tried again."),
}


# An import is kept chunk by chunk, since it may be long: its entry counts what was done. An export
# changes nothing.
APART = (Act.READERS_IMPORTED, Act.READERS_EXPORTED)
# Nobody does them at the desk: tests/backup looks at their entries.
BY_COMMAND = (Act.BACKED_UP, Act.RESTORED)
AT_DESK = [act for act in Act if act not in BY_COMMAND]


class TestEachAct:
    @pytest.mark.parametrize("act", AT_DESK)
    def test_leaves_one_entry_that_names_who_did_what(self, deed, editor, act):
        before = timezone.now()

        getattr(deed, act)()()

        entry = AuditEntry.objects.get()
        assert (entry.user, entry.name, entry.act) == (editor, "editor", act)
        assert before <= entry.at <= timezone.now()
        assert (entry.subject, entry.detail) == SAID.get(act, (entry.subject, entry.detail))
        assert "ada@example.org" not in f"{entry.subject} {entry.detail}"

    @pytest.mark.parametrize("act", [act for act in AT_DESK if act not in APART])
    def test_is_not_done_where_the_entry_cannot_be_written(self, deed, act):
        do, before = getattr(deed, act)(), everything()

        with without_audit_log(), pytest.raises(DatabaseError):
            do()

        assert everything() == before


def everything() -> dict:
    """Give all that acts change, but for what Django's own log says of them."""
    names = ("issues", "subscribers", "auth", "reversion")
    models = [one for name in names for one in apps.get_app_config(name).get_models()]
    return {one: list(one.objects.order_by("pk").values_list()) for one in models}


@contextlib.contextmanager
def without_audit_log():
    """Let the database refuse to write into the log, as one does whose disk is full."""

    def refuse(execute, sql, params, many, context):
        if sql.startswith('INSERT INTO "issues_auditentry"'):
            raise DatabaseError("database or disk is full")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        yield


class TestThoseWithoutAccount:
    @pytest.mark.parametrize(
        ("arguments", "act"),
        [
            (("publish", "1"), Act.PUBLISHED),
            (("publish", "1", "--at", "2099-01-07T09:00"), Act.SCHEDULED),
            (("export_subscribers", "--state", "active"), Act.READERS_EXPORTED),
        ],
    )
    def test_commands_are_named_as_such(self, arguments, act, capsys):
        make_ready_issue(1)

        call_command(*arguments)

        entry = AuditEntry.objects.get()
        assert (entry.user, entry.name, entry.act) == (None, COMMAND, act)

    def test_a_trial_leaves_nothing(self, tmp_path, capsys):
        make_ready_issue(1)
        people = tmp_path / "people.csv"
        people.write_text("email\nada@example.org\n")
        said = ("--mode", "add", "--consent-date", "2021-05-31", "--source", "Moved")

        call_command("publish", "1", "--dry-run")
        call_command("import_subscribers", str(people), *said, "--dry-run")

        assert not AuditEntry.objects.exists()

    def test_an_import_is_counted(self, tmp_path, capsys):
        people = tmp_path / "people.csv"
        people.write_text("email\nada@example.org\nbob@example.org\n")
        said = ("--mode", "add", "--consent-date", "2021-05-31", "--source", "Moved")

        call_command("import_subscribers", str(people), *said)

        entry = AuditEntry.objects.get()
        assert (entry.name, entry.act) == (COMMAND, Act.READERS_IMPORTED)
        assert (entry.subject, entry.detail) == ("people.csv (add)", "2 added")

    @pytest.mark.parametrize(
        ("date", "options", "acts"),
        [
            ("2026-01-07", [], [Act.PUBLISHED]),
            ("2099-01-07", [], [Act.SCHEDULED]),
            ("", ["--publish"], [Act.PUBLISHED]),
            ("", [], []),
        ],
    )
    def test_an_imported_issue_is_public_by_the_command_line(
        self, tmp_path, capsys, date, options, acts
    ):
        line = f"date: {date}\n" if date else ""
        file = tmp_path / "1.md"
        file.write_text(
            f"---\ntitle: Warm up\nissue: 1\n{line}---\n\n## Tool\n\n### One\n\nText.\n"
        )

        call_command("import_issues", str(file), *options)
        call_command("import_issues", str(file), *options)

        assert [(one.name, one.act) for one in AuditEntry.objects.all()] == [
            (COMMAND, act) for act in acts
        ]

    def test_a_reader_who_is_erased_on_request_stays_unnamed(self, client):
        person = make_subscriber("ada@example.org", name="Ada")
        page = reverse("subscribers:erase", args=[tokens.make(Purpose.CHOOSE, person)])

        client.get(page)
        client.post(page)
        client.post(page)

        entry = AuditEntry.objects.get()
        assert (entry.user, entry.name, entry.act) == (None, READER, Act.READERS_ERASED)
        assert (entry.subject, entry.detail) == ("", "")

    def test_no_account_can_be_called_so(self):
        for name in (COMMAND, READER):
            with pytest.raises(Exception, match="valid username"):
                User(username=name, password="x").full_clean()


class TestSeveral:
    def test_each_deleted_issue_and_account_has_its_entry(self, desk):
        for model, rows in {
            "issues_issue": [make_ready_issue(1), make_ready_issue(2)],
            "auth_user": [make_colleague(name="eve"), make_colleague(name="mona")],
        }.items():
            chosen = {"_selected_action": [row.pk for row in rows], "post": "yes"}
            data = {"action": "delete_selected", **chosen}
            desk.post(reverse(f"admin:{model}_changelist"), data)

        subjects = AuditEntry.objects.order_by("subject").values_list("subject", flat=True)
        assert list(subjects) == ["#1 Warm up", "#2 Warm up", "eve", "mona"]

    def test_ones_own_password_is_noted_once_it_is_changed(self, desk, editor):
        new = {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
        page = reverse("admin:password_change")

        desk.get(page)
        desk.post(page, {"old_password": "wrong", **new})
        assert not AuditEntry.objects.exists()

        desk.post(page, {"old_password": "pencil", **new})
        entry = AuditEntry.objects.get()
        assert (entry.act, entry.subject) == (Act.PASSWORD_SET, "editor")

    def test_who_saves_an_account_as_it_was_leaves_nothing(self, desk):
        eve = make_colleague(name="eve")
        page = reverse("admin:auth_user_change", args=[eve.pk])

        desk.post(page, {"username": "eve", "is_active": "on", "is_staff": "on"})

        assert not AuditEntry.objects.exists()

    def test_what_is_refused_leaves_nothing(self, desk, publisher):
        issue = make_ready_issue(1, YESTERDAY)

        with pytest.raises(publishing.AlreadyPublic):
            publishing.publish(issue, publisher)
        desk.post(reverse("admin:subscribers_suppression_lift"), {"email": "ada@example.org"})

        assert not AuditEntry.objects.exists()


class TestList:
    @pytest.fixture
    def entries(self, editor, publisher):
        note(editor, Act.READERS_EXPORTED, "active", "People: 2")
        note(publisher, Act.PUBLISHED, "#1 Warm up")
        note(None, Act.PUBLISHED, "#2 Cool down")
        note(None, Act.READERS_ERASED, name=READER)
        long_ago = timezone.now() - datetime.timedelta(days=40)
        AuditEntry.objects.filter(subject="#2 Cool down").update(at=long_ago)

    def rows(self, client, **query) -> list[str]:
        page = client.get(LOG, query)
        return [f"{one.name}, {one.act}" for one in page.context["cl"].result_list]

    def test_shows_the_latest_first_in_words(self, desk, entries):
        html = desk.get(LOG).content.decode()

        assert self.rows(desk) == [
            "a reader, readers_erased",
            "command line, published",
            "publisher, published",
            "editor, readers_exported",
        ]
        assert "published an issue" in html
        assert "#1 Warm up" in html

    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ({"act": "published"}, 2),
            ({"who": "publisher"}, 1),
            ({"who": "command line"}, 1),
            ({"when": "30"}, 3),
            ({"q": "warm"}, 1),
            ({"q": "reader"}, 1),
            ({"act": "published", "who": "publisher", "q": "warm", "when": "7"}, 1),
            ({"act": "nothing", "who": "nobody", "when": "x"}, 4),
        ],
    )
    def test_is_narrowed(self, desk, entries, query, count):
        assert len(self.rows(desk, **query)) == count

    @pytest.mark.parametrize(
        "query",
        ["q=%00", "q=%ED%A0%80", "act=%00", "who=%00", "p=9999999999999", "o=x"],
    )
    def test_answers_nonsense_as_other_lists_do(self, desk, entries, query):
        assert desk.get(f"{LOG}?{query}", follow=True).status_code == 200

    def test_outlives_who_is_in_it(self, desk, entries, publisher):
        publisher.delete()

        assert self.rows(desk, who="publisher") == ["publisher, published"]

    def test_asks_as_many_questions_for_a_hundred_entries_as_for_four(
        self, desk, entries, editor, django_assert_num_queries
    ):
        desk.get(LOG)
        for number in range(100):
            note(editor, Act.PUBLISHED, f"#{number}")

        with django_assert_num_queries(5):
            desk.get(LOG)

    def test_shows_what_this_release_does_not_know_as_it_is_kept(self, desk):
        note(None, "something_newer")

        assert "something_newer" in desk.get(LOG).content.decode()

    def test_is_read_by_publishers_and_changed_by_nobody(self, client, publisher, entries):
        client.force_login(publisher)
        page = reverse("admin:issues_auditentry_change", args=[AuditEntry.objects.first().pk])

        assert client.get(LOG).status_code == client.get(page).status_code == 200
        assert client.post(page, {"act": "nothing"}).status_code == 403
        assert LOG in client.get(reverse("admin:index")).content.decode()

    def test_is_not_for_editors(self, client):
        client.force_login(make_colleague("Editor"))

        assert client.get(LOG).status_code == 403
        assert LOG not in client.get(reverse("admin:index")).content.decode()
