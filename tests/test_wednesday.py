"""The way of one issue to its readers: approved, sent, reported, and left by a click."""

import re

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from subscribers.models import Mailing, Subscriber
from tests.builders import YESTERDAY, make_ready_issue, make_subscriber
from tests.mail_server import links_in

pytestmark = pytest.mark.django_db


def hidden(html: str) -> dict[str, str]:
    """Give what a page's forms carry along."""
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html)
    return {name: value for name, value in fields if name != "csrfmiddlewaretoken"}


def test_an_issue_reaches_its_readers_and_one_of_them_leaves(client, publisher, mail_server):
    issue = make_ready_issue(7, YESTERDAY)
    readers = ["ada@example.org", "bob@example.org", "zoe@example.org"]
    for email in readers:
        make_subscriber(email)
    make_subscriber("none@example.org", unwanted=["ml-tip"])
    client.force_login(publisher)
    page = reverse("subscribers_desk:mail", args=[issue.pk])

    shown = client.get(page).content.decode()
    asked = client.post(page, {**hidden(shown), "do": "ask_now", "subject": "Warm up"})
    assert "3 people" in asked.content.decode()
    assert mail_server.recipients == []
    client.post(page, {**hidden(asked.content.decode()), "do": "approve"})
    call_command("worker", "--once")

    mailing = Mailing.objects.get(issue=issue)
    assert mailing.state == Mailing.State.SENT
    assert sorted(mail_server.recipients) == [
        f"{name}@example.org" for name in ("ada", "bob", "zoe")
    ]
    report = client.get(reverse("admin:subscribers_mailing_change", args=[mailing.pk]))
    assert report.context["totals"].counts == {"sent": 3, "skipped": 1}

    [message] = [one for one in mail_server.messages if one["To"] == "ada@example.org"]
    assert message["Subject"] == "Warm up"
    [leave] = re.findall("<(.+)>", message["List-Unsubscribe"])
    assert leave in links_in(message, "/unsubscribe/")
    Client().post(leave.partition("8000")[2], {"List-Unsubscribe": "One-Click"})
    assert Subscriber.objects.get(email="ada@example.org").state == Subscriber.State.LEFT
