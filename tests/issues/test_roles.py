"""Who may do what: every address of the desk, asked by everybody."""

from collections.abc import Iterator
from importlib import import_module

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import AnonymousUser, Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from issues import history, roles
from issues.models import Asset, AuditEntry, Issue, Section, SectionType, Tag, WorkingCopy
from subscribers.addresses import read_address
from subscribers.models import Suppression
from tests.addresses import address, routes, writes
from tests.builders import (
    TOMORROW,
    YESTERDAY,
    install_rows,
    make_colleague,
    make_delivery,
    make_mailing,
    make_ready_issue,
    make_section,
    make_subscriber,
    newest_revision,
)

pytestmark = pytest.mark.django_db

PEOPLE = ("anonymous", "colleague", "Author", "Editor", "Publisher", "superuser")

# What these people meet, in this order: + is allowed, - is refused, l leads to the sign-in.
NOBODY, SCRIPT_NOBODY = "l-----", "------"
ALL_STAFF = "l+++++"
SUPERUSER = "l----+"
PUBLISHER = "l---++"
EDITOR = "l--+++"
AUTHOR = "l-++++"
SCRIPT_AUTHOR = "--++++"

# What an issue answers to who looks at it, and to who changes it.
SEEN = [
    ("own draft", AUTHOR),
    ("another's draft", EDITOR),
    ("own scheduled", AUTHOR),
    ("another's scheduled", EDITOR),
    ("another's published", AUTHOR),
]
CHANGED = [
    ("own draft", AUTHOR),
    ("another's draft", EDITOR),
    ("own scheduled", PUBLISHER),
    ("another's scheduled", PUBLISHER),
    ("another's published", PUBLISHER),
]
PUBLISHED = [("own draft", PUBLISHER), ("another's published", PUBLISHER)]
# Its mail, which Authors have nothing to do with.
MAILED = [(what, EDITOR) for what, who in SEEN]
INBOX = [("own idea", AUTHOR), ("another's idea", EDITOR)]

# The least that the forms take, as they were opened just now; {} is what they are forms of.
ISSUE = {"title": "Changed", "sections-TOTAL_FORMS": 0, "sections-INITIAL_FORMS": 0}
SAVED_ISSUE = {**ISSUE, "number": "number of {}", "version": "version of {}"}
NEW_ISSUE = {**ISSUE, "number": 77, "version": 0}
SECTION = {"title": "Changed", "type": "type"}
SAVED_SECTION = {**SECTION, "issue": "issue of {}", "version": "version of {}"}
NEW_SECTION = {**SECTION, "issue": "own draft", "version": 0}
SEEN_NOW = {"version": "version of {}"}


def of_sections(rows: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Say the same of the sections in the issues, and what holds for the inbox."""
    return [(f"section of {name}", who) for name, who in rows] + INBOX


def both(rows: list[tuple[str, str]]) -> list[tuple]:
    return [("GET", *row) for row in rows] + [("POST", *row) for row in rows]


def read(what: str, who: str) -> list[tuple]:
    """Give the rows of what is only read."""
    return [("GET", what, who), ("POST", what, NOBODY)]


def each(method: str, rows: list[tuple[str, str]], **data) -> list[tuple]:
    """Ask for each thing; in the values that are posted, {} is its name."""
    return [
        (method, what, who, {name: str(value).format(what) for name, value in data.items()})
        for what, who in rows
    ]


def from_form(**data) -> list[tuple]:
    """Give the rows of what the form of a new or a saved issue posts while one types."""
    saved = [("POST", "", f"-{who[1:]}", {"issue": what, **data}) for what, who in CHANGED]
    return [("GET", "", SCRIPT_NOBODY), ("POST", "", SCRIPT_AUTHOR, data), *saved]


def past(plural: str, seen: list[tuple[str, str]], changed: list[tuple[str, str]]) -> dict:
    """Give the rows of a history; `seen` and `changed` say whose."""
    place, last = f"admin/desk/{plural}/<int:pk>/history/", seen[-1][0]
    revisions = [(f"revision of {what}", who) for what, who in changed]
    restored = [
        ("POST", f"revision of {what}", who, {"version": f"version of {what}"})
        for what, who in changed
    ]
    return {
        place: each("GET", seen) + [("POST", last, NOBODY)],
        f"{place}compare/": each("GET", seen) + [("POST", last, NOBODY)],
        f"{place}<int:revision>/restore/": each("GET", revisions) + restored,
    }


def stock(name: str, what: str, see=AUTHOR, add=SUPERUSER, change=SUPERUSER, delete=SUPERUSER):
    """Give the rows of a screen whose objects are alike for everybody with a right."""
    place = f"admin/{name}/"
    return {
        place: both([("", see)]),
        f"{place}add/": both([("", add)]),
        f"{place}<path:object_id>/history/": both([(what, see)]),
        f"{place}<path:object_id>/delete/": each("GET", [(what, delete)])
        + each("POST", [(what, delete)], post="yes"),
        f"{place}<path:object_id>/change/": [("GET", what, see), ("POST", what, change)],
        f"{place}<path:object_id>/": both([(what, ALL_STAFF)]),  # leads to its change page
    }


# Every address below /admin/: method, of what, who; and what is posted, if anything.
TABLE = {
    "admin/": both([("", ALL_STAFF)]),
    "admin/login/": [("GET", "", "+-----"), ("POST", "", "++++++")],
    "admin/logout/": [("GET", "", "------"), ("POST", "", "-+++++")],
    "admin/code/": both([("", SCRIPT_NOBODY)]),  # leads on whoever owes no code
    "admin/second-step/": both([("", ALL_STAFF)]),
    "admin/password_change/": both([("", ALL_STAFF)]),
    "admin/password_change/done/": [("GET", "", ALL_STAFF), ("POST", "", NOBODY)],
    "admin/autocomplete/": [("GET", "", AUTHOR), ("POST", "", NOBODY)],
    "admin/jsi18n/": [("GET", "", ALL_STAFF), ("POST", "", NOBODY)],
    "admin/r/<int:content_type_id>/<path:object_id>/": both(
        [("page of own draft", AUTHOR), ("page of another's draft", EDITOR)]
    ),
    "admin/<app_label>/": both([("issues", AUTHOR), ("auth", SUPERUSER), ("subscribers", EDITOR)]),
    "admin/<url>": both([("no-such-page/", NOBODY)]),
    "admin/issues/issue/": both([("", AUTHOR)]),
    "admin/issues/issue/add/": both([("", AUTHOR)]) + each("POST", [("", AUTHOR)], **NEW_ISSUE),
    "admin/issues/issue/<path:object_id>/history/": both(SEEN),
    "admin/issues/issue/<path:object_id>/delete/": each("GET", CHANGED)
    + each("POST", CHANGED, post="yes"),
    "admin/issues/issue/<path:object_id>/change/": each("GET", SEEN)
    + each("POST", CHANGED, **SAVED_ISSUE),
    "admin/issues/issue/<path:object_id>/": both([("another's draft", ALL_STAFF)]),
    "admin/issues/issue/<int:pk>/preview/": both(SEEN),
    "admin/issues/section/": both([("", AUTHOR)]),
    "admin/issues/section/add/": both([("", AUTHOR)]) + each("POST", [("", AUTHOR)], **NEW_SECTION),
    "admin/issues/section/<path:object_id>/history/": both(of_sections(SEEN)),
    "admin/issues/section/<path:object_id>/delete/": each("GET", of_sections(CHANGED))
    + each("POST", of_sections(CHANGED), post="yes"),
    "admin/issues/section/<path:object_id>/change/": each("GET", of_sections(SEEN))
    + each("POST", of_sections(CHANGED), **SAVED_SECTION),
    "admin/issues/section/<path:object_id>/": both([("another's idea", ALL_STAFF)]),
    **stock("issues/asset", "picture", add=AUTHOR, change=EDITOR, delete=EDITOR),
    **stock("issues/sectiontype", "type", change=PUBLISHER),
    **stock("issues/tag", "tag", add=EDITOR, change=EDITOR, delete=EDITOR),
    **stock("issues/auditentry", "entry", PUBLISHER, NOBODY, NOBODY, NOBODY),
    **stock("auth/group", "group", see=SUPERUSER),
    **stock("auth/user", "user", see=SUPERUSER),
    # What these people may not, those who look after the subscribers may: test_subscriber_roles.
    **stock("subscribers/subscriber", "subscriber", see=SUPERUSER),
    "admin/subscribers/subscriber/<int:pk>/leave/": [
        ("GET", "subscriber", NOBODY),
        ("POST", "subscriber", SUPERUSER, {"reason": "asked"}),
    ],
    "admin/subscribers/subscriber/<int:pk>/ask/": [
        ("GET", "subscriber", NOBODY),
        ("POST", "subscriber", SUPERUSER),
    ],
    "admin/subscribers/subscriber/import/": both([("", SUPERUSER)]),
    "admin/subscribers/subscriber/export/": both([("", SUPERUSER)])
    + each("POST", [("", SUPERUSER)], states="active"),
    **stock("subscribers/suppression", "suppression", SUPERUSER, NOBODY, NOBODY, NOBODY),
    "admin/subscribers/suppression/check/": both([("", SUPERUSER)]),
    "admin/subscribers/suppression/lift/": [("GET", "", NOBODY), ("POST", "", SUPERUSER)],
    "admin/subscribers/overview/": [("GET", "", SUPERUSER), ("POST", "", NOBODY)],
    "admin/subscribers/mail/<int:pk>/": each("GET", MAILED)
    + each("POST", MAILED, do="nonsense")
    + each("POST", MAILED, do="test")
    + each("POST", PUBLISHED, do="ask_at", subject="A subject", at_0="2099-01-07", at_1="09:00")
    + each("POST", PUBLISHED, do="ask_now", subject="A subject")
    + each("POST", PUBLISHED, do="approve", subject="A subject", seen="what was seen")
    + each("POST", PUBLISHED, do="discard"),
    "admin/subscribers/mail/<int:pk>/<slug:part>/": [
        row
        for part in ("html", "text", "headers", "source")
        for row in each("GET", [(f"{part} of {what}", who) for what, who in MAILED])
    ]
    + [("POST", "html of own draft", NOBODY)],
    "admin/subscribers/slot/": both([("", PUBLISHER)]),
    "admin/subscribers/hold/": both([("", PUBLISHER)]),
    **stock("subscribers/mailing", "mailing", EDITOR, NOBODY, NOBODY, NOBODY),
    "admin/subscribers/mailing/<int:pk>/progress/": read("mailing", EDITOR),
    "admin/subscribers/mailing/<int:pk>/rows/<slug:state>/": read("sent of mailing", EDITOR),
    "admin/subscribers/mailing/<int:pk>/do/<slug:name>/": both([("pause of mailing", PUBLISHER)]),
    "admin/subscribers/mailing/<int:pk>/held/<int:row>/": both([("held of mailing", PUBLISHER)]),
    "admin/subscribers/outbox/": read("", SUPERUSER),
    "admin/subscribers/outbox/<str:name>/": read("mail", SUPERUSER),
    "admin/subscribers/outbox/<str:name>/page/": read("mail", SUPERUSER),
    "admin/subscribers/outbox/<str:name>/file/": read("mail", SUPERUSER),
    "admin/auth/user/<int:pk>/second-step/": both([("user", SUPERUSER)]),
    "admin/auth/user/<id>/password/": both([("user", SUPERUSER)]),
    "admin/desk/preview/": [("GET", "", SCRIPT_NOBODY), ("POST", "", SCRIPT_AUTHOR)],
    "admin/desk/upload/": [("GET", "", SCRIPT_NOBODY), ("POST", "", SCRIPT_AUTHOR)],
    "admin/desk/tags/": [("GET", "", SCRIPT_AUTHOR), ("POST", "", SCRIPT_NOBODY)],
    "admin/desk/tags/check/": [("GET", "", SCRIPT_AUTHOR), ("POST", "", SCRIPT_NOBODY)],
    "admin/desk/preflight/": from_form(),
    "admin/desk/live/": from_form(),
    "admin/desk/kept/": from_form(number=1),
    "admin/desk/kept/discard/": from_form(),
    "admin/desk/issues/<int:pk>/kept/": each("GET", CHANGED)
    + [("POST", "own draft", SCRIPT_NOBODY)],
    **past("issues", SEEN, CHANGED),
    **past("sections", of_sections(SEEN[1:3]), of_sections(CHANGED[1:3])),
    "admin/desk/deleted/": [("GET", "", EDITOR), ("POST", "", NOBODY)],
    "admin/desk/deleted/<int:revision>/recover/": [
        ("GET", "deleted", NOBODY),
        ("POST", "deleted", EDITOR),
    ],
    "admin/desk/inbox/": both([("", AUTHOR)]),
    "admin/desk/inbox/<int:pk>/pull/": [("GET", "own idea", NOBODY)]
    + each("POST", [("own idea", AUTHOR), ("another's idea", EDITOR)], issue="own draft")
    + each("POST", [("own idea", EDITOR)], issue="another's draft")
    + each("POST", [("own idea", PUBLISHER)], issue="own scheduled"),
    "admin/desk/issues/<int:pk>/publishing/": each("GET", SEEN)
    + each("POST", SEEN, do="nonsense")
    + each("POST", PUBLISHED, do="publish", **SEEN_NOW)
    + each("POST", PUBLISHED, do="schedule", at_0="2099-01-07", at_1="09:00", **SEEN_NOW)
    + each("POST", PUBLISHED, do="schedule_as_planned", **SEEN_NOW)
    + each("POST", PUBLISHED, do="unpublish", **SEEN_NOW)
    + each("POST", CHANGED, do="share", days=3),
}
QUERIES = {
    "admin/autocomplete/": "?app_label=issues&model_name=section&field_name=issue&term=",
    "admin/desk/issues/<int:pk>/history/compare/": "?from=now",
    "admin/desk/sections/<int:pk>/history/compare/": "?from=now",
}


def desk_routes() -> set[str]:
    return {route for route in routes() if route.startswith("admin/")}


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker) -> Iterator[tuple[dict, dict]]:
    """Make all people and things once; each test is a transaction within this one."""
    with django_db_blocker.unblock(), transaction.atomic():
        people = make_people()
        yield people, make_things(people)
        transaction.set_rollback(True)


@pytest.fixture
def people(world) -> dict:
    """Give an account for each of PEOPLE."""
    return world[0]


@pytest.fixture
def things(world) -> dict[str, tuple]:
    """Give the values that lead to each thing of the table, or that are posted of it."""
    return world[1]


@pytest.fixture
def author(people):
    return people["Author"]


@pytest.fixture
def publisher(people):
    return people["Publisher"]


def make_people() -> dict:
    groups = ("Author", "Editor", "Publisher")
    return {
        "anonymous": AnonymousUser(),
        "colleague": make_colleague(password=None),
        **{group: make_colleague(group, password=None) for group in groups},
        "superuser": User.objects.create_superuser("superuser"),
    }


def make_things(people: dict) -> dict[str, tuple]:
    author, another = people["Author"], make_colleague("Author", name="another", password=None)
    planned = {"planned_at": timezone.now() + TOMORROW}
    issues = {
        "own draft": make_ready_issue(1, author=author, **planned),
        "another's draft": make_ready_issue(2, author=another, **planned),
        "own scheduled": make_ready_issue(3, TOMORROW, author=author, **planned),
        "another's scheduled": make_ready_issue(4, TOMORROW, author=another, **planned),
        "another's published": make_ready_issue(5, YESTERDAY, author=another, **planned),
    }
    sections = {f"section of {name}": one.sections.get() for name, one in issues.items()}
    sections["own idea"] = make_section(author=author)
    sections["another's idea"] = make_section(author=another)
    others = {
        "picture": Asset.objects.create(file="a/1.png", sha256="1", width=40, height=30),
        "type": SectionType.objects.get(slug="tool"),
        "tag": Tag.objects.create(name="unused"),
        "group": Group.objects.get(name="Author"),
        "user": another,
        "subscriber": make_subscriber("reader@example.org"),
        "suppression": suppression(),
        "entry": AuditEntry.objects.create(name="somebody", act="published"),
    }
    kind = ContentType.objects.get_for_model(Issue).pk
    return {
        **{name: (row.pk,) for name, row in (issues | sections | others).items()},
        **{f"page of {name}": (kind, issue.pk) for name, issue in issues.items()},
        **{f"number of {name}": (issue.number,) for name, issue in issues.items()},
        **{
            f"{part} of {name}": (issue.pk, part)
            for name, issue in issues.items()
            for part in ("html", "text", "headers", "source")
        },
        **{f"issue of {name}": (row.issue_id or "",) for name, row in sections.items()},
        **make_past(people, issues, sections),
        "": (),
        "issues": ("issues",),
        "auth": ("auth",),
        "subscribers": ("subscribers",),
        "no-such-page/": ("no/",),
    }


def suppression() -> Suppression:
    address = read_address("gone@example.org")
    Suppression.objects.add(address, Suppression.Reason.BLOCKED)
    return Suppression.objects.of(address).get()


def make_past(people: dict, issues: dict, sections: dict) -> dict[str, tuple]:
    """Record everything, delete an issue, and keep what everybody typed into each form."""
    rows = issues | sections
    deleted = make_ready_issue(6)
    history.record(deleted, *rows.values())
    deleted.delete()
    for user in list(people.values())[1:]:
        for issue in issues.values():
            WorkingCopy.objects.keep(user, issue, issue.version, {"title": ["Typed"]})
    return {
        **{f"version of {name}": (row.version,) for name, row in rows.items()},
        **{f"revision of {name}": (row.pk, newest_revision(row).pk) for name, row in rows.items()},
        "deleted": (history.deleted_issues().get().revision_id,),
    }


def outcome(response, accepted: tuple = (200, 302, 400)) -> str:
    if response.status_code in (403, 404, 405):
        return "-"
    if response.status_code == 302 and response.url.startswith(reverse("admin:login")):
        return "l"
    if response.status_code == 302 and response.url == reverse("admin:index"):
        return "-"  # where Django leads from what one may not see
    return "+" if response.status_code in accepted else f"?{response.status_code}"


class TestEveryAddress:
    @pytest.fixture
    def things(self, things, settings, tmp_path) -> dict[str, tuple]:
        """Add an issue that was mailed, which the other tests may delete no more, and a mail."""
        mailing = make_mailing(make_ready_issue(7, YESTERDAY), state="sending")
        held = make_delivery(mailing, state="held")
        settings.EMAIL_BACKEND = "subscribers.outbox.OutboxBackend"
        settings.EMAIL_FILE_PATH = tmp_path
        (tmp_path / "1.eml").write_text("Subject: Hello\n\nHello\n")
        return {
            **things,
            "mailing": (mailing.pk,),
            "sent of mailing": (mailing.pk, "sent"),
            "pause of mailing": (mailing.pk, "pause"),
            "held of mailing": (mailing.pk, held.pk),
            "mail": ("1.eml",),
        }

    def test_is_in_the_table(self):
        missing = sorted(desk_routes() - set(TABLE))
        gone = sorted(set(TABLE) - desk_routes())

        assert not missing, f"Say in TABLE who may call the new addresses: {missing}"
        assert not gone, f"TABLE still has addresses that are gone: {gone}"

    @pytest.mark.parametrize("person", PEOPLE)
    def test_lets_in_whom_the_table_says_and_changes_nothing_for_others(
        self, client, people, things, person
    ):
        session = self.sign_in(client, people[person])
        wrong = []
        for route, rows in TABLE.items():
            for method, what, who, *data in rows:
                url = address(route, things[what]) + QUERIES.get(route, "")
                expected = who[PEOPLE.index(person)]
                with transaction.atomic(), writes() as written:
                    client.cookies[settings.SESSION_COOKIE_NAME] = session
                    response = client.generic(method, url, **posted(data, things))
                    transaction.set_rollback(True)
                found = outcome(response, *accepted(data))
                if found != expected:
                    wrong.append(f"{method} {route} of {what!r} {data}: {found}")
                if (method == "GET" or expected != "+") and written:
                    wrong.append(f"{method} {route} of {what!r} {data}: {written}")

        assert wrong == []

    @pytest.mark.parametrize("person", PEOPLE)
    def test_knows_no_method_but_reading_and_posting(self, client, people, things, person):
        session = self.sign_in(client, people[person])
        wrong = []
        for route, rows in TABLE.items():
            for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
                client.cookies[settings.SESSION_COOKIE_NAME] = session
                with writes() as written:
                    response = client.generic(method, address(route, things[rows[0][1]]))
                if response.status_code not in (403, 405) or written:
                    wrong.append(f"{method} {route}: {response.status_code}")

        assert wrong == []

    def sign_in(self, client, user) -> str:
        """Give the key of a session, which is empty for a stranger."""
        if user.is_anonymous:
            return ""
        client.force_login(user)
        return client.cookies[settings.SESSION_COOKIE_NAME].value


def accepted(data: list[dict]) -> list[tuple]:
    """Give the answers that let somebody in: a whole form, with a version, is to be saved."""
    return [(302,) for one in data if "version" in one]


def posted(data: list[dict], things: dict[str, tuple]) -> dict:
    """Give a request's body, as a form sends it, with keys for the names of things."""
    fields = [(name, value) for one in data for name, value in one.items()]
    body = "&".join(f"{name}={things.get(value, (value,))[0]}" for name, value in fields)
    return {"data": body, "content_type": "application/x-www-form-urlencoded"}


class TestActions:
    """The list has one address for all its actions, and rows of which some are allowed."""

    @pytest.mark.parametrize(
        ("person", "drafts"),
        [("colleague", []), ("Author", []), ("Editor", []), ("Publisher", [1, 2, 3, 4, 5])],
    )
    def test_only_publishers_unpublish(self, client, people, things, person, drafts):
        client.force_login(people[person])

        self.run(client, "unpublish")

        changed = Issue.objects.drafts().exclude(number__in=[1, 2] if not drafts else [])
        assert sorted(changed.values_list("number", flat=True)) == drafts

    @pytest.mark.parametrize(
        ("person", "public"),
        [("colleague", [5]), ("Author", [5]), ("Editor", [5]), ("Publisher", [1, 2, 3, 4, 5])],
    )
    def test_only_publishers_publish(self, client, people, things, person, public):
        client.force_login(people[person])

        self.run(client, "publish_now")

        numbers = Issue.objects.published().values_list("number", flat=True)
        assert sorted(numbers) == public

    @pytest.mark.parametrize(
        ("person", "numbers", "left"),
        [
            ("colleague", [1], [1, 2, 3, 4, 5]),
            ("Author", [1], [2, 3, 4, 5]),
            ("Author", [1, 2], [2, 3, 4, 5]),  # the draft of another is not in their list
            ("Author", [1, 5], [1, 2, 3, 4, 5]),
            ("Editor", [1, 2], [3, 4, 5]),
            ("Editor", [1, 3], [1, 2, 3, 4, 5]),
            ("Publisher", [1, 2, 3, 4, 5], []),
        ],
    )
    def test_deletes_all_chosen_issues_or_none(self, client, people, things, person, numbers, left):
        client.force_login(people[person])

        self.run(client, "delete_selected", numbers, post="yes")

        assert sorted(Issue.objects.values_list("number", flat=True)) == left

    def run(self, client, action, numbers=(1, 2, 3, 4, 5), **data):
        chosen = Issue.objects.filter(number__in=numbers).values_list("pk", flat=True)
        data |= {"action": action, "_selected_action": list(chosen)}
        client.post(reverse("admin:issues_issue_changelist"), data)


class TestScreens:
    def test_an_author_sees_own_issues_and_public_ones_in_the_list(self, client, author, things):
        client.force_login(author)

        page = client.get(reverse("admin:issues_issue_changelist"))

        assert [issue.number for issue in page.context["cl"].result_list] == [5, 3, 1]

    def test_a_public_issue_is_shown_to_an_author_without_fields_to_fill_in(
        self, client, author, things
    ):
        client.force_login(author)

        page = client.get(reverse("admin:issues_issue_change", args=things["another's published"]))

        html = page.content.decode()
        assert "Raise the learning rate" in html
        assert 'name="title"' not in html
        assert 'name="sections-0-title"' not in html
        assert 'name="_save"' not in html

    @pytest.mark.parametrize(
        ("model", "what"), [("issue", "another's draft"), ("section", "another's idea")]
    )
    def test_what_is_hidden_is_refused_and_not_said_to_be_deleted(
        self, client, author, things, model, what
    ):
        client.force_login(author)

        for page in ("change", "delete", "history"):
            url = reverse(f"admin:issues_{model}_{page}", args=things[what])
            assert client.get(url).status_code == 403

    @pytest.mark.parametrize("key", ["987654321", "9" * 30, "x", "_00"])
    def test_what_is_nowhere_is_said_to_be_nowhere(self, client, author, things, key):
        client.force_login(author)

        response = client.get(f"/admin/issues/issue/{key}/change/", follow=True)

        assert "doesn’t exist. Perhaps it was deleted?" in response.content.decode()

    def test_suggestions_of_issues_are_those_one_sees(self, client, author, things):
        client.force_login(author)

        url = reverse("admin:autocomplete") + QUERIES["admin/autocomplete/"]
        results = client.get(url).json()["results"]

        assert [one["text"][:2] for one in results] == ["#5", "#3", "#1"]


class TestRules:
    """The rule about one object and the rule about all of them say the same."""

    @pytest.mark.parametrize("person", PEOPLE)
    def test_single_answers_agree_with_lists(self, people, things, person):
        user, issues = people[person], Issue.objects.all()
        sections = Section.objects.select_related("issue")

        assert set(roles.visible_issues(user)) == {
            one for one in issues if roles.may_see(user, one)
        }
        assert set(roles.editable_issues(user)) == {
            one for one in issues if roles.may_edit(user, one)
        }
        assert set(roles.editable_sections(user)) == {
            one for one in sections if roles.may_edit_section(user, one)
        }
        assert set(roles.editable_issues(user)) <= set(roles.visible_issues(user))

    def test_who_sees_an_issue_are_those_that_may_see_it(self, people, things):
        accounts = User.objects.all()

        for issue in Issue.objects.all():
            seeing = {one for one in accounts if roles.may_see(one, issue)}
            assert set(roles.who_sees(issue)) == seeing

    def test_an_issue_of_nobody_is_no_authors_own(self, author):
        issue = make_ready_issue(7, author=None)

        assert not roles.may_edit(author, issue)
        assert not roles.may_see(author, issue)

    def test_who_has_left_may_do_nothing(self, publisher):
        issue = make_ready_issue(7, author=publisher)
        User.objects.update(is_active=False)
        gone = User.objects.get(pk=publisher.pk)

        assert not roles.may_see(gone, issue)
        assert not roles.may_edit(gone, issue)
        assert not roles.may_publish(gone)


class TestGroups:
    install = staticmethod(import_module("issues.migrations.0006_roles").install)

    def rights(self, role: str) -> set[str]:
        of_issues = Permission.objects.exclude(content_type__app_label="subscribers")
        permissions = of_issues.filter(group__name=role)
        return set(permissions.values_list("codename", flat=True))

    def test_each_role_may_do_what_the_one_before_may_and_more(self):
        author, editor, publisher = map(self.rights, ("Author", "Editor", "Publisher"))

        assert editor - author == {
            *("edit_every_draft", "add_tag", "change_tag", "delete_tag"),
            *("change_asset", "delete_asset"),
        }
        assert publisher - editor == {"publish_issue", "change_sectiontype", "view_auditentry"}
        assert author < editor < publisher

    def test_permissions_have_the_names_that_django_gives_them(self):
        names = dict(Permission.objects.values_list("codename", "name"))

        assert names["change_sectiontype"] == "Can change section type"
        assert names["change_asset"] == "Can change picture"
        assert names["publish_issue"] == dict(Issue._meta.permissions)["publish_issue"]

    def test_they_can_be_made_before_django_has_made_its_permissions(self):
        before = self.rights("Publisher")
        Group.objects.all().delete()
        Permission.objects.filter(content_type__app_label="issues").delete()

        install_rows()

        assert self.rights("Publisher") == before

    def test_a_group_of_that_name_keeps_the_rights_that_the_site_gave_it(self):
        Group.objects.all().delete()
        Group.objects.create(name="Editor")

        self.install(apps, None)

        assert self.rights("Editor") == set()
        assert "add_issue" in self.rights("Author")

    def test_making_them_again_changes_nothing_and_keeps_members(self, author):
        before = Permission.objects.count()

        self.install(apps, None)

        assert (Permission.objects.count(), Group.objects.count()) == (before, 4)
        assert author.groups.get().name == "Author"
