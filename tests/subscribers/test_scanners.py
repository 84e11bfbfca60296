"""Robots that open every link of a mail before its reader does: nothing may come of it.

A page that unsubscribes when it is merely opened ("GET unsubscribes") turns this red.
"""

import datetime
import re
import threading

import pytest
from django.apps import apps
from django.core import serializers
from django.test import Client
from django.urls import resolve
from django.utils import timezone

from subscribers import letters, subscriptions
from subscribers.addresses import read_address
from subscribers.consent import Proof
from subscribers.delivery import approving, starting
from subscribers.delivery.pacing import Pacing
from subscribers.delivery.sending import Sender
from subscribers.models import Letter, Subscriber
from tests.builders import YESTERDAY, make_issue, make_ready_issue, make_subscriber
from tests.mail_server import links_in

pytestmark = pytest.mark.django_db

Kind = Letter.Kind
HERE = Proof("preferences")
SITE = "http://127.0.0.1:8000"
ISSUE = "issue"  # the mail of one, beside the letters


def everything() -> str:
    """Give every row of the database, but for the letters that were sent to be scanned."""
    models = sorted(apps.get_models(include_auto_created=True), key=lambda one: one._meta.label)
    return serializers.serialize("json", [row for model in models for row in model.objects.all()])


@pytest.fixture
def mailed(mail_server, settings) -> dict[str, object]:
    """Give a real mail of every kind, by kind."""
    settings.GOODBYE_LETTER = True
    make_issue(1, sections=["Grid", "Subgrid"])
    new = read_address("new@example.org")
    subscriptions.ask(read_address("pending@example.org"), HERE)
    subscriptions.ask(make_subscriber("active@example.org").address, HERE)
    subscriptions.confirm(make_subscriber("welcome@example.org", "pending"), HERE)
    subscriptions.leave(make_subscriber("left@example.org"), HERE)
    subscriptions.ask_for_change(make_subscriber("former@example.org"), new, HERE)
    former = make_subscriber("moved@example.org", new_email="there@example.org")
    subscriptions.change(Subscriber.objects.get(pk=former.pk), HERE)
    kinds = list(Letter.objects.order_by("due_at", "pk").values_list("kind", flat=True))

    letters.send_due()
    send_issue()

    return dict(zip([*kinds, ISSUE], mail_server.messages, strict=True))


def send_issue() -> None:
    """Send an issue to one reader, as approving and the worker do."""
    Subscriber.objects.update(paused_until=timezone.now() + datetime.timedelta(days=1))
    make_subscriber("reader@example.org")
    approving.approve(make_ready_issue(2, YESTERDAY), None)
    starting.begin_due()
    Sender("worker", Pacing()).send_due(threading.Event())


def links_of(message) -> list[str]:
    """Give all links of a mail, that of its mail program's own button among them."""
    return [*links_in(message), *re.findall("<(https?:[^>]+)>", message["List-Unsubscribe"] or "")]


def test_every_kind_of_mail_is_scanned(mailed):
    assert mailed.keys() == {*Kind, ISSUE}


@pytest.mark.parametrize("kind", [*Kind, ISSUE])
def test_opening_every_link_three_times_changes_nothing(mailed, kind):
    scanner = Client()
    links = links_of(mailed[kind])
    before = everything()

    answers = [
        ask(link.removeprefix(SITE)).status_code
        for link in links
        for ask in [scanner.get, scanner.head] * 3
    ]

    assert everything() == before
    assert answers
    assert set(answers) == {200}
    assert not scanner.cookies


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (Kind.CONFIRMATION, {"confirm"}),
        (Kind.REMINDER, {"preferences", "unsubscribe"}),
        (Kind.WELCOME, {"preferences", "unsubscribe"}),
        (Kind.CHANGE, {"change"}),
        (Kind.CHANGED, {"preferences", "unsubscribe"}),
        (Kind.GOODBYE, {"come_back"}),
        (ISSUE, {"preferences", "unsubscribe"}),
    ],
)
def test_a_mail_holds_the_links_that_its_reader_needs(mailed, kind, names):
    found = [resolve(link.removeprefix(SITE)) for link in links_of(mailed[kind])]

    personal = {one.url_name for one in found if one.app_name == "subscribers" and one.kwargs}
    assert names <= personal


def test_the_way_back_of_a_goodbye_leads_back(mailed):
    [link] = links_in(mailed[Kind.GOODBYE], "/unsubscribe/")

    Client().post(link.removeprefix(SITE))

    assert Subscriber.objects.get(email="left@example.org").state == Subscriber.State.ACTIVE
