"""`python -m tests.audits`: what is known to be unsafe in our code, and in the packages we run on.

Bandit reads the code. pip-audit asks PyPI which faults are known of the pinned packages; where it
cannot ask, one line says that nobody has, and how to. That is no failure: a fault that was made
known today must not keep a machine without internet from testing.
"""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

REQUIREMENTS = "requirements.txt"
PATIENCE = 60  # seconds for the advisory service, all packages together
BANDIT = ("bandit", "--quiet", "--configfile", "pyproject.toml", "--recursive", ".")
PIP_AUDIT = (
    *("pip_audit", "--requirement", REQUIREMENTS, "--no-deps", "--disable-pip"),
    *("--format", "json", "--progress-spinner", "off", "--timeout", "5"),
)
BY_HAND = "where PyPI can be reached, “make audit” does"


class Verdict(NamedTuple):
    """What an audit has found: lines for people, and whether that is a failure."""

    lines: list[str]
    is_failure: bool


def audit() -> int:
    """Do both at once, print what they found, and give an exit status."""
    with ThreadPoolExecutor() as pool:
        verdicts = [one.result() for one in [pool.submit(code), pool.submit(packages)]]
    for verdict in verdicts:
        print(*verdict.lines, sep="\n", flush=True)
    return int(any(verdict.is_failure for verdict in verdicts))


def code() -> Verdict:
    done = run(*BANDIT)
    if done.returncode:
        return Verdict([done.stdout + done.stderr], is_failure=True)
    return Verdict(["bandit: nothing unsafe found in the code"], is_failure=False)


def packages() -> Verdict:
    try:
        done = run(*PIP_AUDIT, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return unchecked(f"no answer within {PATIENCE} seconds")
    try:
        found = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        lines = done.stderr.strip().splitlines()
        return unchecked(lines[-1] if lines else "no answer")
    return judged(found)


def judged(found: list[dict]) -> Verdict:
    """Judge what pip-audit says of each package."""
    known = [
        f"{one['name']} {one['version']}: {fault['id']}, mended in "
        f"{', '.join(fault['fix_versions']) or 'no version yet'}"
        for one in found
        for fault in one.get("vulns", [])
    ]
    skipped = [one for one in found if "skip_reason" in one]
    if known:
        return Verdict(["pip-audit: faults are known of these packages:", *known], is_failure=True)
    if skipped:
        return unchecked(f"{len(skipped)} of {len(found)} are unknown to who was asked")
    return Verdict([f"pip-audit: no fault is known of {len(found)} packages"], is_failure=False)


def unchecked(reason: str) -> Verdict:
    line = f"NOT CHECKED whether faults of the packages are known ({reason}): {BY_HAND}"
    return Verdict([line], is_failure=False)


def run(*command: str, timeout: float | None = None) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", *command],
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
    )


if __name__ == "__main__":
    sys.exit(audit())
