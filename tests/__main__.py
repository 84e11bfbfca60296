"""`python -m tests`: lint and audits, then all tests on SQLite, and those of data on PostgreSQL.

Installs a browser, Redis and PostgreSQL where it may; what it cannot install it names in one line
and leaves out. Under CI=true anything left out is a failure. Arguments go to pytest.
"""

import os
import subprocess
import sys
import tempfile

from tests.audits import audit
from tests.machine import MissingProgram, browser, postgres, postgres_programs, redis_program

IS_CI = os.environ.get("CI") == "true"
# What a page looks like and how it is used does not depend on the database; whole stories do.
FOR_POSTGRESQL = "not once and (not browser or story)"
SETTINGS = (
    *("SECRET_KEY", "DEBUG", "SITE_URL", "SITE_NAME", "ALLOWED_HOSTS", "DATABASE_URL"),
    *("CACHE_URL", "EMAIL_URL", "TIME_ZONE", "PORT", "MAIL_FROM", "REPLY_TO", "POSTAL_ADDRESS"),
    *("SMTPUTF8", "SIGN_UPS_PER_NETWORK", "SIGN_UPS_PER_HOUR", "PROXIES", "GOODBYE_LETTER"),
    *("CONSENT_KEEPS_NETWORK", "SECRET_KEY_FALLBACKS", "EMAIL_TIMEOUT", "BOUNCE_ADDRESS"),
    *("SENDERS", "MESSAGES_PER_CONNECTION", "RATE", "RATE_PER_DOMAIN", "RETRY_AFTER"),
    *("SEND_DAY", "SEND_TIME", "SEND_WITHIN"),
    *("SIGN_IN_FAILURES", "SIGN_IN_PAUSE", "REQUIRE_TOTP"),
    *("MEDIA_STORAGE_URL", "MEDIA_URL", "STATIC_ROOT", "BIND", "HSTS_SUBDOMAINS"),
    *("LOG_FORMAT", "LOG_LEVEL", "SENTRY_DSN", "METRICS_TOKEN"),
)


def main() -> int:
    failures = [run("ruff", "check", "."), run("ruff", "format", "--check", "."), audit()]
    with tempfile.TemporaryDirectory(prefix="bitsletter-") as data_dir:
        failures += run_everywhere(clean_environment(data_dir))
    return int(any(failures))


def clean_environment(data_dir: str) -> dict[str, str]:
    """Give the environment without this machine's settings of the site."""
    kept = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    ours = {"DATA_DIR": data_dir, "ENV_FILE": os.devnull, "DEBUG": "on"}
    return kept | ours | {"DJANGO_ALLOW_ASYNC_UNSAFE": "1"}


def run_everywhere(environment: dict[str, str]) -> list[int]:
    """Run the tests on both databases; give the exit status of each run."""
    left_out, failures, marks = [], [], []
    try:
        environment["CHROMIUM"] = browser()
    except MissingProgram as problem:
        left_out.append(f"LEFT OUT browser tests: {problem}")
        marks.append("not browser")
    try:
        redis_program()
    except MissingProgram as problem:
        left_out.append(f"LEFT OUT tests with Redis: {problem}")
        marks.append("not redis")
    try:
        postgres_programs()
    except MissingProgram as problem:
        left_out.append(f"LEFT OUT tests of many machines: {problem}")
        marks.append("not postgres")
    failures.append(run_tests("SQLite", marks, environment))
    try:
        # A test's rows are never committed. Who looks for them in the background finds none, and
        # lets the planner believe that every table is empty: then a join of a few hundred rows
        # takes minutes.
        with postgres("autovacuum=off") as url:
            environment["DATABASE_URL"] = url
            failures.append(run_tests("PostgreSQL", [*marks, FOR_POSTGRESQL], environment))
    except MissingProgram as problem:
        left_out.append(f"LEFT OUT tests on PostgreSQL: {problem}")
    print(*left_out, sep="\n", end="\n" if left_out else "", flush=True)
    return [*failures, int(IS_CI and bool(left_out))]


def run(*command: str, env: dict[str, str] | None = None) -> int:
    return subprocess.call([sys.executable, "-m", *command], env=env)


def run_tests(name: str, marks: list[str], environment: dict[str, str]) -> int:
    print(f"\n=== Tests on {name} ===", flush=True)
    # As many at once as there are cores; each process has a database of its own. They take the
    # tests in their order: those that leave the database empty behind them come last.
    chosen = ["-m", " and ".join(f"({mark})" for mark in marks)] if marks else []
    return run("pytest", "--numprocesses=auto", *chosen, *sys.argv[1:], env=environment)


if __name__ == "__main__":
    sys.exit(main())
