"""`make lighthouse`: what Lighthouse says of the demo archive, as a telephone sees it.

It runs on Node, which nothing else here needs: so it is part neither of the tests nor of CI. How
quick it takes the machine to be stands beside each page (1500 and more is a usual one); where
that is far less, other programs are busy, and the score of the speed says little.
"""

import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from tests.bench.site import ask, installed
from tests.machine import MissingProgram, browser, quietly
from tests.web_process import served

VERSION = "12.8.2"
NODE = 18  # the oldest that runs this version
FOLDER = Path(".venv", "lighthouse")
SCORE = 100  # the promise for each page and category
NEWEST_ISSUE, WORD = 110, "attention"  # of the demo archive
RUNS = 3
TRIES = 3  # now and then its browser gives it no trace of a page; the next time it does
LINK = re.compile(r" *\[Learn [^]]*\]\([^)]*\)\.?")  # to the documentation of an audit
NOT_ASKED = {"score": None}
SHOWN, LENGTH = 3, 400  # findings of an audit that are printed, characters of each


def main() -> None:
    try:
        program, chromium = lighthouse(), browser()
    except MissingProgram as problem:
        sys.exit(str(problem))
    with tempfile.TemporaryDirectory(prefix="bitsletter-lighthouse-") as folder:
        environment = installed({"DATA_DIR": folder}, ["load_demo"])
        with served(environment) as site:
            pages = list(pages_of(http.client.HTTPConnection("127.0.0.1", site.port)))
            for page in pages:
                address = f"http://127.0.0.1:{site.port}{page.path}"
                results = [audited(program, chromium, address, page) for _ in range(RUNS)]
                report(page, typical(results))


def lighthouse() -> list[str]:
    """Give the command that runs Lighthouse; install it first where it is not yet."""
    require_node()
    package = FOLDER / "node_modules" / "lighthouse"
    about = package / "package.json"
    if not about.exists() or json.loads(about.read_text())["version"] != VERSION:
        print(f"Installing Lighthouse {VERSION} …", flush=True)
        install = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts"]
        quietly(
            [*install, "--prefix", str(FOLDER), f"lighthouse@{VERSION}"],
            "Lighthouse could not be installed.",
        )
    return ["node", str(package / "cli" / "index.js")]


def require_node() -> None:
    """Raise MissingProgram where Node is not, or is too old."""
    needed = f"Lighthouse needs Node {NODE} or newer, with npm"
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            raise MissingProgram(f"{needed}; there is no {program} here.")
    found = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)
    version = found.stdout.strip().lstrip("v")
    if int(version.partition(".")[0]) < NODE:
        raise MissingProgram(f"{needed}; this is Node {version}.")


class Page(NamedTuple):
    name: str
    path: str
    left_out: str = ""  # an audit that this page is not meant to pass


def pages_of(connection: http.client.HTTPConnection) -> Iterator[Page]:
    """Yield what is looked at; the section and the tag are the first that a reader meets."""
    issue = f"/issues/{NEWEST_ISSUE}/"
    yield Page("home", "/")
    yield Page("issue", issue)
    yield Page("section", first(rf'href="({issue}[^"/]+/)"', connection, issue))
    yield Page("tag", first(r'href="(/tags/[^"/]+/)"', connection, issue))
    yield Page("search", "/search/")
    yield Page("sign-up", "/subscribe/")
    # No search engine shall list the results of another search.
    yield Page("search, results", f"/search/?q={quote(WORD)}", "is-crawlable")


def first(pattern: str, connection: http.client.HTTPConnection, path: str) -> str:
    return re.search(pattern, ask(connection, path)[1].decode())[1]


def audited(program: list[str], chromium: str, address: str, page: Page) -> dict:
    """Give the result of Lighthouse for a page."""
    for _ in range(TRIES):
        done = audit(program, chromium, address, page)
        if not done.returncode:
            return json.loads(done.stdout)
        print(f"  tried again: {done.stderr.strip()[:LENGTH]}", flush=True)
    sys.exit(f"Lighthouse could not look at {address}.")


def audit(
    program: list[str], chromium: str, address: str, page: Page
) -> subprocess.CompletedProcess[str]:
    """Let Lighthouse look at a page; its own default is a mid-range telephone."""
    sandbox = " --no-sandbox" if os.geteuid() == 0 else ""
    left_out = [f"--skip-audits={page.left_out}"] if page.left_out else []
    return subprocess.run(
        [*program, address, "--output=json", "--quiet", "--no-enable-error-reporting"]
        + [f"--chrome-flags=--headless=new{sandbox}", *left_out],
        env=os.environ | {"CHROME_PATH": chromium},
        capture_output=True,
        text=True,
        check=False,
    )


def typical(results: list[dict]) -> dict:
    """Give the result whose speed is the middle one: a busy machine makes it another each time."""
    ranked = sorted(results, key=lambda result: score(result["categories"]["performance"]))
    return ranked[len(ranked) // 2]


def score(category: dict) -> int:
    return round((category["score"] or 0) * 100)


def report(page: Page, result: dict) -> None:
    """Print the score of each category, and the audits that keep it from being full."""
    machine = result["environment"]["benchmarkIndex"]
    print(f"\n{page.name}  {page.path}  (machine {machine:.0f})")
    if page.left_out:
        print(f"  left out by intent: {page.left_out}")
    for category in result["categories"].values():
        verdict = "" if score(category) >= SCORE else "  UNDER"
        print(f"  {category['title']:20}{score(category):5}{SCORE:5}{verdict}", flush=True)
        for reference in category["auditRefs"]:
            found = result["audits"].get(reference["id"], NOT_ASKED)
            if is_failed(found):
                explain(found, reference["weight"])


def is_failed(audit: dict) -> bool:
    return audit["score"] is not None and audit["score"] < 1


def explain(audit: dict, weight: float) -> None:
    """Print what an audit found: its name, its value, why it matters and what it points at."""
    counts = f"weight {weight:g}" if weight else "not counted"
    value = f": {audit['displayValue']}" if audit.get("displayValue") else ""
    print(f"      {audit['id']} ({audit['score']:.2f}, {counts}) {audit['title']}{value}")
    print(f"          {LINK.sub('', audit['description'])}")
    for item in findings(audit.get("details", {}))[:SHOWN]:
        print(f"          · {json.dumps(item, ensure_ascii=False)[:LENGTH]}")


def findings(details: dict) -> list:
    """Give what an audit points at; some give a table of tables, some a list of checks by name."""
    items = details.get("items", [])
    if isinstance(items, dict):
        return [check["label"] for check in items.values() if not check["value"]]
    tables = [one["items"] for one in items if isinstance(one.get("items"), list)]
    return [item for table in tables for item in table] or items


if __name__ == "__main__":
    main()
