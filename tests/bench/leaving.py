"""How long leaving by one click takes.

A thousand mail programs post in turn to one worker of a site with a hundred thousand readers.
"""

import http.client
import statistics
import subprocess
import sys
import time

from tests.web_process import served

READERS, CLICKS = 100_000, 1000
LIMIT = 200  # milliseconds, the promise for 95 of 100
FILL = f"""
from django.utils import timezone
from subscribers.models import Subscriber
now = timezone.now()
Subscriber.objects.bulk_create(
    (
        Subscriber(
            email=f"r{{n}}@example.org", key=f"r{{n}}@example.org", state="active", confirmed_at=now
        )
        for n in range({READERS})
    ),
    batch_size=5000,
)
"""
LINKS = f"""
from subscribers import tokens
from subscribers.models import Subscriber
for one in Subscriber.objects.all()[:{CLICKS}]:
    print("/unsubscribe/" + tokens.make(tokens.Purpose.LEAVE, one) + "/")
"""
LEFT = """
from subscribers.models import Subscriber
print(Subscriber.objects.filter(state="left").count())
"""
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def report(engine: str, environment: dict[str, str]) -> None:
    links = told(environment, LINKS)
    with served(environment) as server:
        times = [click(server.port, link) for link in links]
    times.sort()
    p50, p95 = statistics.median(times), times[int(len(times) * 0.95)]
    left = told(environment, LEFT)[0]
    print(
        f"\n{engine}: {left} of {len(links)} left; p50 {p50:.1f} ms, p95 {p95:.1f} ms "
        f"(promised: {LIMIT}), longest {times[-1]:.0f} ms"
    )


def told(environment: dict[str, str], code: str) -> list[str]:
    """Give the lines that a piece of code prints on the site."""
    command = [sys.executable, "manage.py", "shell", "--verbosity", "0", "-c", code]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.split()


def click(port: int, link: str) -> float:
    """Post as a mail program does, on a connection of its own; give the milliseconds."""
    started = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("POST", link, "List-Unsubscribe=One-Click", FORM)
    response = connection.getresponse()
    response.read()
    connection.close()
    if response.status != 200:
        print(f"{link} answered {response.status}.")
    return (time.perf_counter() - started) * 1000
