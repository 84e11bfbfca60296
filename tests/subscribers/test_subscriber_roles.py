"""Who looks after the subscribers: the manager alone, and only as far as their rights go."""

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from subscribers.addresses import read_address
from subscribers.models import Subscriber, Suppression
from tests.builders import make_colleague, make_subscriber

pytestmark = pytest.mark.django_db

LIST = reverse("admin:subscribers_subscriber_changelist")
OVERVIEW = reverse("subscribers_desk:overview")
SUPPRESSED = reverse("admin:subscribers_suppression_changelist")
CHECK = reverse("admin:subscribers_suppression_check")
OUTBOX = reverse("subscribers_desk:outbox")
LIFT = reverse("admin:subscribers_suppression_lift")
GONE = read_address("gone@example.org")


def page_of(person: Subscriber, name="change") -> str:
    return reverse(f"admin:subscribers_subscriber_{name}", args=[person.pk])


def rights_of(role: str) -> set[str]:
    found = Permission.objects.filter(group__name=role)
    return {f"{one.content_type.app_label}.{one.codename}" for one in found}


@pytest.fixture
def ada() -> Subscriber:
    return make_subscriber("ada@example.org")


@pytest.fixture
def colleague_with(client):
    """Sign somebody in who has single rights and no role."""

    def sign_in(*codenames: str):
        user = make_colleague(password=None)
        found = Permission.objects.filter(codename__in=codenames)
        assert len(found) == len(codenames)
        user.user_permissions.add(*found)
        client.force_login(user)
        return client

    return sign_in


class TestManager:
    @pytest.fixture(autouse=True)
    def manager(self, client):
        client.force_login(make_colleague("Subscriber manager", password=None))

    @pytest.mark.parametrize("url", [LIST, f"{LIST}add/", OVERVIEW, SUPPRESSED, CHECK])
    def test_their_screens_open(self, client, url):
        assert client.get(url).status_code == 200

    def test_every_page_of_a_person_opens(self, client, ada):
        for name in ("change", "history", "delete"):
            assert client.get(page_of(ada, name), follow=True).status_code == 200

    def test_they_take_people_off_the_list(self, client, ada):
        client.post(page_of(ada, "leave"), {"reason": "asked by telephone"})

        ada.refresh_from_db()
        assert ada.state == "left"

    def test_they_lift_a_suppression(self, client):
        Suppression.objects.add(GONE, Suppression.Reason.BLOCKED)

        client.post(LIFT, {"email": GONE.email})

        assert not Suppression.objects.exists()

    def test_the_home_of_the_desk_leads_them_there(self, client):
        page = client.get(reverse("admin:index")).content.decode()

        assert OVERVIEW in page
        assert LIST in page

    def test_they_see_nothing_of_what_is_written(self, client):
        assert client.get(reverse("admin:issues_issue_changelist")).status_code == 403


class TestOthers:
    @pytest.mark.parametrize("role", ["Author", "Editor", "Publisher"])
    def test_the_roles_of_the_desk_see_nothing_of_subscribers(self, client, role, ada):
        client.force_login(make_colleague(role, password=None))

        home = client.get(reverse("admin:index")).content.decode()

        assert "ada@example.org" not in home
        for url in (LIST, OVERVIEW, SUPPRESSED, CHECK, OUTBOX, page_of(ada)):
            assert url not in home
            assert client.get(url).status_code == 403

    def test_who_may_only_look_changes_nothing(self, colleague_with, ada):
        client = colleague_with("view_subscriber")

        page = client.get(page_of(ada))
        refused = [
            client.post(page_of(ada), {"name": "Changed"}),
            client.post(page_of(ada, "leave"), {"reason": "no"}),
            client.post(page_of(ada, "ask")),
            client.get(page_of(ada, "delete")),
            client.post(page_of(ada, "delete"), {"reason": "erased"}),
            client.get(f"{LIST}add/"),
            client.post(LIFT, {"email": GONE.email}),
        ]

        html = page.content.decode()
        assert "ada@example.org" in html
        for act in ("leave", "ask", "delete"):
            assert page_of(ada, act) not in html
        assert 'name="name"' not in html
        assert [one.status_code for one in refused] == [403] * 7
        assert list(Subscriber.objects.values_list("name", "state")) == [("", "active")]

    def test_who_may_not_delete_has_no_such_act_in_the_list(self, colleague_with, ada):
        client = colleague_with("view_subscriber", "change_subscriber")

        chosen = {"action": "forget", "_selected_action": [ada.pk], "reason": "erased"}
        client.post(LIST, chosen)

        assert Subscriber.objects.exists()
        assert 'value="forget"' not in client.get(LIST).content.decode()

    def test_who_may_not_lift_may_still_ask(self, colleague_with):
        client = colleague_with("view_suppression")
        Suppression.objects.add(GONE, Suppression.Reason.BLOCKED)

        page = client.post(CHECK, {"email": GONE.email}).content.decode()

        assert "is suppressed" in page
        assert LIFT not in page
        assert client.post(LIFT, {"email": GONE.email}).status_code == 403
        assert Suppression.objects.exists()


class TestGroup:
    install = staticmethod(import_module("subscribers.migrations.0002_subscriber_manager").install)

    def test_it_holds_the_rights_over_people_and_no_other(self):
        people = ("add", "change", "delete", "view", "import", "export")

        assert rights_of("Subscriber manager") == {
            *(f"subscribers.{action}_subscriber" for action in people),
            *("subscribers.delete_suppression", "subscribers.view_suppression"),
            *("subscribers.view_mailing", "subscribers.view_bounce"),
        }

    def test_its_rights_have_the_names_that_django_gives_them(self):
        names = dict(Permission.objects.values_list("codename", "name"))

        assert names["view_suppression"] == "Can view suppressed address"
        assert names["export_subscriber"] == dict(Subscriber._meta.permissions)["export_subscriber"]

    def test_no_right_is_made_twice(self):
        before = Permission.objects.count()
        Group.objects.filter(name="Subscriber manager").delete()

        self.install(apps, None)

        assert Permission.objects.count() == before

    def test_a_group_of_that_name_keeps_the_rights_that_the_site_gave_it(self):
        Group.objects.filter(name="Subscriber manager").delete()
        Group.objects.create(name="Subscriber manager")

        self.install(apps, None)

        assert rights_of("Subscriber manager") == set()
