"""What an editor's hands do at the desk, for tests in a real browser."""


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
    row = page.locator(f"#sections-{index}")
    if not row.locator("details").first.evaluate("details => details.open"):
        row.locator("summary").first.press("Enter")  # nothing that moves can make it miss
    return row


def order(page) -> list[str]:
    """Give the titles of the cards as they stand on the page."""
    return page.locator(".desk-card:not([data-gone]) .card-title").all_inner_texts()


def ready(page) -> None:
    """Wait until the desk's scripts run."""
    page.locator(".desk-add button").first.wait_for()
