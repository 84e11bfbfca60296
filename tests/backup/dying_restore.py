"""A restore that ends at its n-th step, without a word, as a power cut would end it.

`python -m tests.backup.dying_restore FILE` reads numbers, one a line; for each it lets a process
of its own restore FILE, and ends it at that step (never for 0). It answers with the exit status.
"""

import os
import sys
from functools import wraps

import django

DIED = 9
# Each is a step: what stands before it is done then.
STEPS = {
    "bitsletter.backup.schema": ["empty", "analyse", "migrate_to_code"],
    "bitsletter.backup.tables": ["insert"],
    "bitsletter.backup.counters": ["write"],
    "bitsletter.backup.media": ["put_back"],
    "bitsletter.backup.keys": ["write"],
    "subscribers.delivery.holding": ["hold"],
    "bitsletter.backup.restoring": ["finish"],
    "subscribers.delivery.restored": ["note"],
}


def watch(last: int) -> None:
    """End this process at the n-th of its steps."""
    count = 0

    def watched(function):
        @wraps(function)
        def step(*args, **kwargs):
            nonlocal count
            count += 1
            if count == last:
                os._exit(DIED)
            return function(*args, **kwargs)

        return step

    for module, names in STEPS.items():
        owner = sys.modules[module]
        for name in names:
            setattr(owner, name, watched(getattr(owner, name)))


def restore(file: str, last: int) -> None:
    from django.core.management import call_command

    watch(last)
    with open(os.devnull, "w") as nowhere:
        call_command("restore", file, "--replace", stdout=nowhere, stderr=nowhere)


def main(file: str) -> None:
    django.setup()
    import subscribers.management.commands.restore  # noqa: F401  once, and not in each process

    for line in sys.stdin:
        child = os.fork()
        if not child:
            status = 1
            try:
                restore(file, int(line))
                status = 0
            finally:
                os._exit(status)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
