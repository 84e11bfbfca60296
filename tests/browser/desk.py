"""What an editor's hands do at the desk, for tests in a real browser."""

from playwright.sync_api import expect


def drop(page, target, data: bytes, name: str, content_type: str, event: str = "drop") -> None:
    """Drop a file on an element as a hand with a mouse does; or paste it, as the `event` says."""
    transfer = page.evaluate_handle(
        """([bytes, name, type]) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([new Uint8Array(bytes)], name, { type }));
            return transfer;
        }""",
        [list(data), name, content_type],
    )
    if event == "paste":
        target.evaluate(
            "(field, clipboardData) => field.dispatchEvent("
            "new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))",
            transfer,
        )
    else:
        target.dispatch_event(event, {"dataTransfer": transfer})


def paste_text(target, text: str) -> None:
    """Paste a text into a field."""
    target.evaluate(
        """(field, text) => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", text);
            field.dispatchEvent(
                new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true })
            );
        }""",
        text,
    )


def preview_of(row):
    """Give the preview beside a Markdown field."""
    return row.frame_locator(".field-body iframe")


def card(page, index: int):
    """Open a section's card and give it."""
    return opened(page.locator(f"#sections-{index}"))


def opened(row):
    details = row.locator("details").first
    if not details.evaluate("details => details.open"):
        row.locator("summary").first.press("Enter")  # nothing that moves can make it miss
    expect(details).to_have_attribute("open", "")
    return row


def expect_order(page, *titles: str) -> None:
    """Expect that the first cards on the page have these titles."""
    shown = page.locator(".desk-card:not([data-gone]) .card-title")
    for at, title in enumerate(titles):
        expect(shown.nth(at)).to_have_text(title)


def ready(page) -> None:
    """Wait until the desk's scripts run and the first verdict is there: no more moves by itself."""
    page.locator(".desk-add button").first.wait_for()
    page.locator(".desk-verdict").wait_for()
