"""`python -m tests.documented_site`: runs commands of manage.py as they stand on a page.

They come as a JSON list of lists of words on standard input, and run one after the other, each in a
process of its own that is forked once Django is ready: so a page with twenty of them takes seconds.
What came of each is a JSON list on standard output. `setup` comes alone: it writes the settings.
"""

import json
import os
import sys
import tempfile
from typing import NamedTuple


class Outcome(NamedTuple):
    status: int
    output: str


def main() -> None:
    import django

    given = json.load(sys.stdin)
    if [words[0] for words in given] != ["setup"]:
        django.setup()
    json.dump([run(words) for words in given], sys.stdout)


def run(words: list[str]) -> Outcome:
    """Run a command in a child, which gets nothing to read."""
    with tempfile.TemporaryFile() as output:
        sys.stdout.flush()
        child = os.fork()
        if not child:
            become(words, output.fileno())
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        output.seek(0)
        return Outcome(status, output.read().decode())


def become(words: list[str], output: int) -> None:
    import manage

    status = 1
    try:
        with open(os.devnull) as nothing:
            os.dup2(nothing.fileno(), 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        sys.argv = ["manage.py", *words]
        manage.main()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(bool(end.code))
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    main()
