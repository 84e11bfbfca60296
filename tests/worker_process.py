"""The worker as it runs in production: a process of its own."""

import signal
import subprocess
import sys
import time
from contextlib import contextmanager

PATIENCE = 30  # seconds: what comes at last on a busy machine is not late


def wait_until(is_so, patience: float = PATIENCE) -> None:
    deadline = time.monotonic() + patience
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@contextmanager
def at_work(environment):
    """Run a worker as the Procfile does."""
    worker = subprocess.Popen(
        [sys.executable, "manage.py", "worker"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield worker
    finally:
        worker.kill()
        worker.communicate()


def seconds_to_end(worker) -> float:
    told = time.monotonic()
    worker.send_signal(signal.SIGTERM)
    worker.wait(PATIENCE)
    return time.monotonic() - told
