"""Two web machines and two with workers, which share PostgreSQL, Redis, a bucket and a mail server.

Whatever one of them does, the others know; and each may fall over without a reader noticing.
"""

import datetime
import email
import os
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from email.policy import SMTP as POLICY
from itertools import cycle

import psycopg
import pytest
from django.utils import timezone

from subscribers import stamps
from tests.builders import picture
from tests.machine import free_port
from tests.machines import SECRET_KEY, SITE, Shared, manage, managed, shared
from tests.mail_server import links_in
from tests.visitor import Visitor
from tests.web_process import served
from tests.worker_process import at_work, wait_until

pytestmark = [pytest.mark.once, pytest.mark.redis, pytest.mark.postgres]

PEOPLE = 300
SIGN_UPS = "3"  # of one network in an hour
KINDS = ("ML tip", "Web tip", "Research paper", "News")
EDITOR = {"username": "editor", "password": "a pencil and a rubber"}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with shared(tmp_path_factory.mktemp("machines")) as site:
        yield site


@pytest.fixture(scope="module")
def webs(site):
    """Run two web machines; the database of one of them is connected to by a pool."""
    limit = {"SIGN_UPS_PER_NETWORK": SIGN_UPS}
    pool = {"DATABASE_URL": f"{site.database}?pool=true&max_size=4"}
    environments = [site.environment("a", **limit, **pool), site.environment("b", **limit)]
    collecting = manage(environments[0], "collectstatic", "--no-input", "--verbosity=0")
    migrating = [manage(one, "migrate", "--verbosity=0") for one in environments]
    assert [one.wait() for one in migrating] == [0, 0]
    settle_in(site)
    assert collecting.wait() == 0
    with served(environments[0]) as a, served(environments[1]) as b:
        yield a, b


def settle_in(site: Shared) -> None:
    """Make the first editor, and people who have subscribed long ago."""
    people = site.folder / "people.csv"
    lines = [f"reader-{number}@example.org" for number in range(PEOPLE)]
    people.write_text("\n".join(["email", *lines]))
    consent = ["--source=They asked for it", "--consent-date=2021-03-01"]
    named = {f"DJANGO_SUPERUSER_{name.upper()}": text for name, text in EDITOR.items()}
    somewhere = site.environment("shell", **named)
    making = manage(somewhere, "createsuperuser", "--no-input", "--email=editor@example.org")
    managed(somewhere, "import_subscribers", str(people), "--mode=add", *consent)
    assert making.wait() == 0


class Readers(threading.Thread):
    """Read the site again and again by way of a proxy, which asks both machines in turn."""

    def __init__(self, webs, paths: list[str]):
        super().__init__()
        self.webs, self.paths, self.has_enough = webs, cycle(paths), threading.Event()
        self.answers: list[int] = []

    def run(self):
        reader, order = Visitor(SITE), list(self.webs)
        while not self.has_enough.wait(0.01):
            order.reverse()
            self.answers.append(reader.ask_any(order, next(self.paths)).status)


def test_what_one_machine_does_all_others_know(site, webs, settings):
    settings.SECRET_KEY = SECRET_KEY
    a, b = webs
    editor, reader = Visitor(SITE), Visitor(SITE)
    assert [reader.get(one, "/").status for one in webs] == [200, 200]
    assert [reader.get(one, "/issues/1/").status for one in webs] == [404, 404]

    sign_in(editor, a)
    address = uploaded(editor, a)
    pk = written(editor, b, address)  # the session is known there, too
    published(editor, a, pk)

    for one in (b, a, b):
        assert "Warm up" in reader.get(one, "/").text
        page = reader.get(one, "/issues/1/")
        assert address in page.text
        shown = reader.get(one, address)
        assert (shown.status, shown.headers["Content-Type"]) == (200, "image/png")
    assert {f"/media/{name}" for name in site.store.names()} >= {address}

    workers = [site.environment(name) for name in ("c", "d")]
    with ExitStack() as stack:
        at_c, at_d = (stack.enter_context(at_work(one)) for one in workers)
        joined(site, reader, b, a)
        wait_until(lambda: "ada@example.org" in site.judge.newest)
        before = len(site.judge.taken)
        readers = Readers(webs, ["/", "/issues/1/", address, "/search/?q=rate"])
        readers.start()
        try:
            approved(editor, b, pk, f"{PEOPLE + 1} people")
            wait_until(lambda: len(site.judge.taken) - before > PEOPLE // 4)
            at_c.kill()
            os.kill(a.pid, signal.SIGHUP)
            wait_until(lambda: is_sent(editor, b))
        finally:
            readers.has_enough.set()
            readers.join()
        assert set(readers.answers) == {200}
        assert len(readers.answers) > 20
        assert_all_were_reached(site, before)

        restarted(site)
        assert [reader.get(one, "/issues/1/").status for one in webs] == [200, 200]
        assert "Warm up" in reader.get(a, "/search/?q=steps").text
        assert sign_up(Visitor(SITE, "203.0.113.5"), b, "zoe@example.org") == 200
        wait_until(lambda: "zoe@example.org" in site.judge.newest)
        assert at_d.poll() is None


def sign_in(editor: Visitor, server) -> None:
    page = editor.get(server, "/admin/login/")
    assert editor.post(server, "/admin/login/", page.hidden | EDITOR).status == 302


def uploaded(editor: Visitor, server) -> str:
    token = editor.get(server, "/admin/issues/issue/add/").hidden["csrfmiddlewaretoken"]
    data = picture("PNG", (600, 400)).getvalue()
    answer = editor.upload(server, "/admin/desk/upload/", data, {"csrfmiddlewaretoken": token})
    assert answer.status == 200
    return re.search(r"/media/a/\w+\.png", answer.text)[0]


def written(editor: Visitor, server, address: str) -> int:
    """Fill the form of a new issue, with a section of each kind that it needs."""
    page = editor.get(server, "/admin/issues/issue/add/")
    form = {
        "csrfmiddlewaretoken": page.hidden["csrfmiddlewaretoken"],
        **{"number": 1, "title": "Warm up", "summary": "How to begin a training run."},
        **{"version": 0, "sections-TOTAL_FORMS": len(KINDS), "sections-INITIAL_FORMS": 0},
    }
    for place, kind in enumerate(KINDS):
        section = {
            "title": f"Warm up {place}",
            "type": re.search(rf'<option value="(\d+)"[^>]*>[^<]*{kind}', page.text)[1],
            "position": place,
            "body": f"Raise the rate over the first steps.\n\n![A teal wall]({address})",
            "link": f"https://example.org/{place}",
            "tags": "training",
        }
        form |= {f"sections-{place}-{name}": value for name, value in section.items()}
    answer = editor.post(server, "/admin/issues/issue/add/", form)
    assert answer.status == 302, answer.text
    return 1


def published(editor: Visitor, server, pk: int) -> None:
    path = f"/admin/desk/issues/{pk}/publishing/"
    page = editor.get(server, path)
    answer = editor.post(server, path, page.hidden | {"do": "publish"})
    assert answer.status == 302, answer.text


def sign_up(reader: Visitor, server, address: str) -> int:
    ripe = stamps.make(timezone.now() - datetime.timedelta(minutes=1))
    form = {"email": address, "page": "/", "stamp": ripe, "website": ""}
    return reader.post(server, "/subscribe/", form).status


def joined(site: Shared, reader: Visitor, one, other) -> None:
    """Sign up at one machine, and confirm from the letter at the other."""
    assert sign_up(reader, one, "ada@example.org") == 200
    wait_until(lambda: "ada@example.org" in site.judge.newest)
    letter = email.message_from_bytes(site.judge.newest.pop("ada@example.org"), policy=POLICY)
    [link] = links_in(letter, "/confirm/")
    path = link.removeprefix(SITE)
    assert reader.get(other, path).status == 200
    assert reader.post(other, path, {}).status in (200, 303)


def approved(editor: Visitor, server, pk: int, people: str) -> None:
    path = f"/admin/subscribers/mail/{pk}/"
    shown = editor.get(server, path)
    asked = editor.post(server, path, shown.hidden | {"do": "ask_now", "subject": "Warm up"})
    assert people in asked.text
    assert editor.post(server, path, asked.hidden | {"do": "approve"}).status == 302


def is_sent(editor: Visitor, server) -> bool:
    time.sleep(0.2)
    return 'class="state sent"' in editor.get(server, "/admin/subscribers/mailing/1/change/").text


def assert_all_were_reached(site: Shared, before: int) -> None:
    """Nobody is missed; one message at most came twice, of the connection that was cut."""
    of_mailing = site.judge.taken[before:]
    recipients = {one.recipient for one in of_mailing}
    assert recipients == {"ada@example.org"} | {f"reader-{n}@example.org" for n in range(PEOPLE)}
    assert len({one.message_id for one in of_mailing}) == len(recipients)
    assert len(of_mailing) <= len(recipients) + 1


def restarted(site: Shared) -> None:
    """Cut all connections to PostgreSQL, as its restart does."""
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    with psycopg.connect(site.database, autocommit=True) as connection:
        connection.execute(f"{others} AND backend_type = 'client backend'")


def test_who_is_refused_by_one_is_refused_by_the_other(site, webs, settings):
    settings.SECRET_KEY = SECRET_KEY
    robot = Visitor(SITE, "192.0.2.1")

    answers = [sign_up(robot, webs[n % 2], f"robot-{n}@example.org") for n in range(4)]

    assert answers == [200, 200, 200, 429]
    assert sign_up(Visitor(SITE, "192.0.2.2"), webs[0], "else@example.org") == 200


def test_the_proxy_alone_says_how_a_reader_came(webs):
    plain = Visitor(SITE)
    plain.scheme = "http"

    answer = plain.get(webs[0], "/")

    assert (answer.status, answer.headers["Location"]) == (301, f"{SITE}/")


@pytest.mark.parametrize(("is_there", "status"), [(True, 0), (False, 1)])
def test_a_container_knows_whether_its_web_process_lives(webs, is_there, status):
    port = webs[0].port if is_there else free_port()
    environment = {"SITE_URL": SITE, "PORT": str(port)}
    command = [sys.executable, "-m", "bitsletter.healthy"]

    assert subprocess.run(command, env=environment, capture_output=True).returncode == status


def test_a_web_machine_keeps_nothing(site, webs):
    """There is but a folder for notes of pictures that are just being stored."""
    kept = [path for name in ("a", "b") for path in (site.folder / name).rglob("*")]

    assert [path for path in kept if path.is_file()] == []
