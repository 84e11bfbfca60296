"""How long a sign-up takes, by what is known of the address: nobody must be able to tell.

Measured in the database that the settings name; its rows are left there.
"""

import os
import statistics
import subprocess
import sys
import time

import django

EACH = 200
LIMIT = 5  # milliseconds between the quickest and the slowest median


def report(name: str, environment: dict[str, str]) -> None:
    """Print what there is to say of a site in a database of one kind."""
    print(f"\n{name}: {EACH} sign-ups for each state, milliseconds", flush=True)
    subprocess.run([sys.executable, "-m", "tests.bench.signing_up"], env=environment, check=True)


def measure_sign_ups() -> None:
    medians = {state: statistics.median(times) for state, times in sign_up_times().items()}
    for state, median in medians.items():
        print(f"{state:22}{median:8.2f}")
    spread = max(medians.values()) - min(medians.values())
    verdict = "" if spread < LIMIT else "  OVER"
    print(f"{'difference':22}{spread:8.2f}{LIMIT:8}{verdict}", flush=True)


def sign_up_times() -> dict[str, list[float]]:
    """Sign up people of all states in turn; give the milliseconds that each has waited."""
    from django.conf import settings
    from django.test import Client

    from tests.subscribers.signing_up import STATES, make_known, post

    settings.ALLOWED_HOSTS = ["*"]
    settings.SIGN_UPS_PER_NETWORK = settings.SIGN_UPS_PER_HOUR = 10**6
    people = [(state, make_known(state, number)) for number in range(EACH) for state in STATES]
    client = Client()
    times: dict[str, list[float]] = {state: [] for state in STATES}
    for state, email in people:
        started = time.perf_counter()
        response = post(client, email)
        times[state].append((time.perf_counter() - started) * 1000)
        assert response.status_code == 200
    return times


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bitsletter.settings")
    django.setup()
    measure_sign_ups()
