"""How quick the desk stays under one's fingers, in a real Chromium with twenty sections."""

import os

from playwright.sync_api import sync_playwright

from tests.bench.desk import NAME, PASSWORD

KEYS, LIMIT = 60, 50  # milliseconds, the promise for one key
# What a key costs until the page could be drawn again.
TYPE = """async (keys) => {
  const times = [];
  for (let key = 0; key < keys; key += 1) {
    const started = performance.now();
    document.execCommand("insertText", false, "a");
    document.body.offsetHeight;
    times.push(performance.now() - started);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  return times.sort((one, other) => one - other);
}"""


def report(address: str, issue: int, sections: int, chromium: str) -> None:
    """Print what a key costs in the text of a section of the issue."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--disable-background-networking", *sandbox]
        )
        page = browser.new_page()
        page.goto(f"{address}/admin/login/?next=/admin/issues/issue/{issue}/change/")
        page.get_by_label("Username").fill(NAME)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.locator(".desk-add button").first.wait_for()
        page.locator("#sections-7 summary").first.click()
        page.locator("#id_sections-7-body").focus()
        times = page.evaluate(TYPE, KEYS)
        browser.close()
    median, p95 = times[len(times) // 2], times[int(len(times) * 0.95)]
    verdict = "" if p95 <= LIMIT else "  OVER"
    print(
        f"typing a key in the form of {sections} sections: "
        f"median {median:.1f} ms, p95 {p95:.1f} ms, limit {LIMIT}{verdict}"
    )
