"""Nobody learns from the answer to a sign-up who is on the list, or ever was."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from subscribers.models import Letter, Subscriber
from tests.answers import headers_of
from tests.subscribers.signing_up import STATES, make_known, post

pytestmark = pytest.mark.django_db

EACH = 200


@pytest.fixture(autouse=True)
def room(settings):
    settings.SIGN_UPS_PER_NETWORK = settings.SIGN_UPS_PER_HOUR = len(STATES) * EACH


def test_every_state_gets_the_same_answer_to_the_byte(client):
    people = [make_known(state, number) for number in range(EACH) for state in STATES]

    answers = [post(client, email) for email in people]

    assert {one.status_code for one in answers} == {200}
    assert len({one.content for one in answers}) == 1
    assert len({repr(sorted(headers_of(one).items())) for one in answers}) == 1
    # Behind the same answer the right things have happened.
    kinds = Letter.objects.values_list("kind", flat=True)
    assert len(kinds) == EACH * (len(STATES) - 1)
    assert sum(kind == Letter.Kind.REMINDER for kind in kinds) == EACH
    assert Subscriber.objects.count() == EACH * (len(STATES) - 1)


def test_every_state_gets_the_same_answer_when_it_is_asked_again(client):
    people = [make_known(state, 1) for state in STATES]

    first = {post(client, email).content for email in people}
    second = {post(client, email).content for email in people}

    assert first == second
    assert len(first) == 1


@pytest.mark.django_db(transaction=True)
def test_every_state_costs_one_commit_and_asks_the_database_the_same(client):
    """What is asked takes the time, and above all that the disk has it."""
    asked = {}
    for state in STATES:
        email = make_known(state, 1)
        with CaptureQueriesContext(connection) as queries:
            post(client, email)
        asked[state] = [kind_of(one["sql"]) for one in queries if "SAVEPOINT" not in one["sql"]]

    assert {(one.count("COMMIT"), one.count("ROLLBACK")) for one in asked.values()} == {(1, 0)}
    active = asked.pop("active")  # a letter, too, but there is nothing to prove
    assert len({tuple(one) for one in asked.values()}) == 1
    assert len(asked["new"]) - len(active) == 2


def kind_of(statement: str) -> str:
    """Give what a statement does, and to what if it writes."""
    words = statement.replace('"', "").split()
    return " ".join(words[:3]) if words[0] in ("INSERT", "UPDATE") else words[0]
