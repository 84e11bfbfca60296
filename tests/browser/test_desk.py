"""Writing an issue at the desk, in a real browser."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from issues import recipe
from issues.models import Asset, Issue, Section, WorkingCopy
from tests.browser.desk import (
    card,
    drop,
    expect_order,
    opened,
    paste_text,
    preview_of,
    ready,
)
from tests.builders import make_issue, make_section, picture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk_page(signed_in, live_server):
    """Open the form of an issue: the desk, with its scripts running."""

    def open_form(issue=None):
        url = reverse("admin:issues_issue_change", args=[issue.pk]) if issue else ADD
        signed_in.goto(live_server.url + url)
        ready(signed_in)
        return signed_in

    return open_form


ADD = reverse("admin:issues_issue_add")


def draft(*titles, number=1, **fields):
    return make_issue(number, None, titles, recipe=recipe.current(), **fields)


def save(page):
    with page.expect_navigation():
        page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("successfully")).to_be_visible()
    ready(page)


class TestCards:
    def test_a_second_row_is_added_where_it_belongs_and_previewed(self, desk_page, complaints):
        page = desk_page(draft())
        before = page.locator(".desk-card").count()
        page.get_by_role("button", name="Add: 🌐 Web tip").click()

        row = page.locator(f"#sections-{before}")
        expect(row.get_by_label("Title:", exact=True)).to_be_focused()
        row.get_by_label("Title:", exact=True).fill("Load later")
        row.get_by_label("Text:").fill("Use `loading=lazy`.")

        expect(preview_of(row).locator("code")).to_have_text("loading=lazy")
        types = page.locator(".desk-card .card-type").all_inner_texts()
        assert types.index("🌐 Web tip") + 1 == types.index("👩‍🔬 Research paper") - 1
        assert complaints == []

    def test_new_and_saved_rows_are_moved_by_buttons_and_saved_in_that_order(self, desk_page):
        issue = draft("One", "Two")
        page = desk_page(issue)
        page.get_by_role("button", name="Add: 📰 News").click()
        page.keyboard.type("News item")
        for _ in range(6):
            page.locator("#sections-5").get_by_role("button", name="Move up").press("Enter")
        expect(page.locator(".desk-moved")).to_contain_text("is first already")
        page.locator("#sections-0").get_by_role("button", name="Move down").click()

        save(page)

        assert [s.title for s in issue.sections.all()] == ["News item", "Two", "One"]

    def test_rows_are_dragged(self, desk_page):
        issue = draft("One", "Two", "Three")
        page = desk_page(issue)

        page.locator("#sections-2 .card-handle").drag_to(
            page.locator("#sections-0"), target_position={"x": 40, "y": 3}
        )

        expect_order(page, "Three", "One", "Two")
        save(page)
        assert [section.title for section in issue.sections.all()] == ["Three", "One", "Two"]

    def test_a_new_row_above_saved_ones_is_removed_and_the_rest_is_saved(self, desk_page):
        issue = draft("One", "Two")
        page = desk_page(issue)
        page.on("dialog", lambda dialog: dialog.accept())
        for title in ("Goes", "Stays"):
            page.get_by_role("button", name="Add: 🧠 ML tip").click()
            page.keyboard.type(title)
        for key in ("#sections-5", "#sections-6"):
            for _ in range(5):
                page.locator(key).get_by_role("button", name="Move up").click()
        page.locator("#sections-5").get_by_role("button", name="Delete").click()

        save(page)

        assert [section.title for section in issue.sections.all()] == ["Stays", "One", "Two"]

    def test_deleting_asks_and_can_be_undone_until_one_saves(self, desk_page):
        issue = draft("One", "Two", "Three")
        page = desk_page(issue)
        asked = []
        page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
        for key in ("#sections-0", "#sections-1"):
            page.locator(key).get_by_role("button", name="Delete").click()
        expect(page.get_by_text("“One” goes when you save.")).to_be_visible()
        page.locator("#sections-0").get_by_role("button", name="Undo").click()

        save(page)

        assert [section.title for section in issue.sections.all()] == ["One", "Three"]
        assert [message.split(".")[0] for message in asked] == [
            "Delete “One”? It goes when you save; until then you can undo it",
            "Delete “Two”? It goes when you save; until then you can undo it",
        ]

    def test_all_are_expanded_and_collapsed_and_the_board_leads_to_a_slot(self, desk_page):
        page = desk_page(draft("One"))
        opened_cards = page.locator(".desk-card > details[open]")
        page.get_by_role("button", name="Expand all").click()
        expect(opened_cards).to_have_count(page.locator(".desk-card").count())
        page.get_by_role("button", name="Collapse all").click()
        expect(opened_cards).to_have_count(0)

        page.locator(".desk-board").get_by_role("link", name="News").click()

        slot = page.locator(".desk-card:has(.card-type:text('News'))")
        expect(slot.get_by_label("Title:", exact=True)).to_be_visible()

    def test_twenty_sections_open_with_at_most_two_previews(self, desk_page, signed_in):
        issue = draft(*(f"Tip {n}" for n in range(20)), intro="Hello")
        Section.objects.update(body="Some *words*. " * 300)
        previews = []

        def count(request):
            if "/desk/preview/" in request.url or "/desk/live/" in request.url:
                previews.append(request.url)

        signed_in.on("request", count)
        page = desk_page(issue)
        page.wait_for_timeout(500)

        assert len(previews) <= 2


class TestMarkdownField:
    def test_buttons_and_keys_mark_words_and_undo_takes_it_back(self, desk_page):
        page = desk_page()
        text = card(page, 0).get_by_label("Text:")
        text.fill("bold")
        text.press("ControlOrMeta+a")
        text.press("ControlOrMeta+b")
        expect(text).to_have_value("**bold**")
        text.press("ControlOrMeta+i")
        expect(text).to_have_value("***bold***")
        text.press("ControlOrMeta+z")
        expect(text).to_have_value("**bold**")
        text.press("ControlOrMeta+k")
        expect(text).to_have_value("**[bold](https://)**")

    def test_tab_leaves_the_field_and_arrows_go_along_the_toolbar(self, desk_page):
        page = desk_page()
        row = card(page, 0)
        text = row.get_by_label("Text:")
        text.focus()
        page.keyboard.press("Tab")
        expect(text).not_to_be_focused()
        expect(text).to_have_value("")
        row.get_by_role("button", name="Bold (Ctrl+B)").focus()
        page.keyboard.press("ArrowRight")
        expect(row.get_by_role("button", name="Italic (Ctrl+I)")).to_be_focused()

    def test_an_address_pasted_on_words_makes_a_link(self, desk_page):
        page = desk_page()
        text = card(page, 0).get_by_label("Text:")
        text.fill("this paper")
        text.press("ControlOrMeta+a")

        paste_text(text, "https://arxiv.org/abs/1706.03762")

        expect(text).to_have_value("[this paper](https://arxiv.org/abs/1706.03762)")

    @pytest.mark.parametrize("event", ["drop", "paste"])
    def test_a_picture_is_uploaded_asks_for_its_alt_text_and_undo_takes_it_back(
        self, desk_page, complaints, event
    ):
        page = desk_page()
        page.get_by_role("button", name="Add: 📰 News").click()
        row = page.locator("#sections-4")
        text = row.get_by_label("Text:")
        text.fill("Look: ")
        page.evaluate(
            """() => new MutationObserver((changes) => changes.forEach(({ addedNodes }) =>
                addedNodes.forEach((one) => { if (one.tagName === "PROGRESS") window.saw = one; })
            )).observe(document.body, { childList: true, subtree: true })"""
        )

        drop(page, text, picture().getvalue(), "teal.png", "image/png", event)
        row.get_by_label("What does one see on teal.png?").fill("A teal [square]")
        page.keyboard.press("Enter")

        expect(text).to_have_value(
            re.compile(r"^Look: !\[A teal \\\[square\\\]\]\(/media/a/[0-9a-f]+\.png\)$")
        )
        expect(row.locator(".markdownx-status")).to_have_text("Picture inserted.")
        assert page.evaluate("window.saw.value") == 1
        assert Asset.objects.count() == 1
        text.press("ControlOrMeta+z")
        expect(text).to_have_value("Look: ")
        assert complaints == []

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b"<script>", "evil.gif: This is no JPEG"),
            (b"GIF89a" + bytes(20 * 1024 * 1024), "evil.gif: The file is larger than 20 MB."),
        ],
    )
    def test_a_refused_picture_is_said_below_the_text_and_never_typed_into_it(
        self, desk_page, data, reason
    ):
        page = desk_page()
        row = card(page, 0)
        text = row.get_by_label("Text:")
        text.fill("Mine")

        # A file of that size is made in the page: it would be slow to hand it over.
        page.evaluate("size => { window.padding = new Uint8Array(size); }", max(0, len(data) - 9))
        text.evaluate(
            """(field, start) => {
                const transfer = new DataTransfer();
                const parts = [new Uint8Array(start), window.padding];
                transfer.items.add(new File(parts, "evil.gif", { type: "image/gif" }));
                const init = { dataTransfer: transfer, bubbles: true, cancelable: true };
                field.dispatchEvent(new DragEvent("drop", init));
            }""",
            list(data[:9]),
        )

        expect(row.locator(".markdownx-status")).to_contain_text(reason)
        expect(text).to_have_value("Mine")

    def test_a_lost_session_is_said_and_the_text_stays(self, desk_page):
        page = desk_page()
        row = card(page, 0)
        text = row.get_by_label("Text:")
        text.fill("Mine")
        page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)

        drop(page, text, picture().getvalue(), "teal.png", "image/png")

        expect(row.locator(".markdownx-status")).to_contain_text("teal.png: You are signed out")
        expect(text).to_have_value("Mine")


@pytest.mark.story
class TestNothingIsLost:
    def test_a_killed_tab_loses_nothing(self, desk_page, signed_in, live_server):
        issue = draft("One")
        page = desk_page(issue)
        card(page, 0).get_by_label("Text:").fill("Words that nobody saved")
        expect(page.locator(".desk-saved")).to_contain_text(re.compile(r"kept \d\d:\d\d"))
        context = page.context
        page.close(run_before_unload=False)

        page = context.new_page()
        page.goto(live_server.url + reverse("admin:issues_issue_change", args=[issue.pk]))
        page.get_by_role("link", name="Look at it").click()
        expect(page.locator("textarea[name=sections-0-body]")).to_have_value(
            "Words that nobody saved"
        )
        page.get_by_role("button", name="Save with these choices").click()

        expect(page.get_by_text("successfully")).to_be_visible()
        assert issue.sections.get().body == "Words that nobody saved"
        assert not WorkingCopy.objects.exists()

    def test_a_new_issue_of_a_killed_tab_comes_back_with_its_sections(self, desk_page, live_server):
        page = desk_page()
        row = card(page, 1)
        row.get_by_label("Title:", exact=True).fill("Load later")
        row.get_by_label("Text:").fill("Use *lazy*.")
        expect(page.locator(".desk-saved")).to_contain_text("kept")
        context = page.context
        page.close(run_before_unload=False)

        page = context.new_page()
        page.goto(live_server.url + ADD)
        page.get_by_role("link", name="Look at it").click()
        ready(page)
        save(page)

        assert Section.objects.get().title == "Load later"
        assert Section.objects.get().type.slug == "web-tip"

    def test_ctrl_s_saves_in_place_and_again(self, desk_page, complaints):
        page = desk_page()
        page.get_by_label("Title:", exact=True).first.fill("Mine")
        row = card(page, 1)
        row.get_by_label("Title:", exact=True).fill("Load later")
        page.keyboard.press("ControlOrMeta+s")
        expect(page.locator(".desk-saved")).to_contain_text(re.compile(r"^saved \d\d:\d\d"))
        row.get_by_label("Text:").fill("Use *lazy*.")
        page.keyboard.press("ControlOrMeta+s")
        expect(page.locator(".desk-saved")).to_contain_text(re.compile(r"^saved"))

        issue = Issue.objects.get()
        expect(page).to_have_url(re.compile(f"/issue/{issue.pk}/change/$"))
        assert [section.body for section in issue.sections.all()] == ["Use *lazy*."]
        assert complaints == []

    def test_whoever_signs_in_again_in_another_tab_saves_what_they_wrote(
        self, desk_page, client, live_server
    ):
        issue = draft("One")
        page = desk_page(issue)
        page.context.clear_cookies()
        card(page, 0).get_by_label("Text:").fill("Mine")
        expect(page.locator(".desk-saved")).to_contain_text("You are signed out")
        with page.expect_response(lambda response: response.status == 403):
            page.get_by_role("button", name="Save", exact=True).click()
        expect(page.locator("[name=sections-0-body]")).to_have_value("Mine")
        other = page.context.new_page()
        other.goto(f"{live_server.url}/admin/login/")
        other.get_by_label("Username").fill("editor")
        other.get_by_label("Password").fill("pencil")
        other.get_by_role("button", name="Log in").click()
        expect(other.get_by_role("heading", name="What would you like to do?")).to_be_visible()

        page.keyboard.press("ControlOrMeta+s")

        expect(page.locator(".desk-saved")).to_contain_text(re.compile(r"^saved"))
        assert issue.sections.get().body == "Mine"

    def test_a_card_deleted_while_saving_stays_until_the_next_save(self, desk_page):
        issue = draft("One", "Two")
        page = desk_page(issue)
        page.on("dialog", lambda dialog: dialog.accept())
        card(page, 0).get_by_label("Text:").fill("Mine")
        held = []
        page.route("**/change/", lambda route: held.append(route), times=1)
        page.keyboard.press("ControlOrMeta+s")
        expect(page.locator(".desk-saved")).to_have_text("Saving …")
        page.locator("#sections-1").get_by_role("button", name="Delete").click()
        expect(page.get_by_text("“Two” goes when you save.").first).to_be_visible()
        held.pop().continue_()
        expect(page.locator(".desk-saved")).to_contain_text(re.compile(r"^saved"))
        expect(page.get_by_text("“Two” goes when you save.").first).to_be_visible()
        page.keyboard.press("ControlOrMeta+s")
        expect(page.locator("#sections-1 .card-gone")).to_have_count(0)

        assert [section.title for section in issue.sections.all()] == ["One"]

    def test_a_title_that_was_suggested_after_saving_is_saved_too(self, desk_page):
        issue = draft("One", title="One")
        page = desk_page(issue)
        card(page, 0).get_by_label("Title:", exact=True).fill("Another")
        page.keyboard.press("ControlOrMeta+s")
        expect(page.locator(".desk-saved")).to_contain_text(re.compile(r"^saved"))
        expect(page.get_by_label("Title:", exact=True).first).to_have_value("Another")
        page.keyboard.press("ControlOrMeta+s")
        expect(page.locator(".desk-saved")).to_contain_text(re.compile(r"^(saved|Nothing)"))

        assert Issue.objects.get().title == "Another"

    def test_leaving_with_unsaved_changes_warns(self, desk_page):
        page = desk_page()
        warned = []
        page.on("dialog", lambda dialog: (warned.append(dialog.type), dialog.dismiss()))
        page.get_by_label("Title:", exact=True).first.press_sequentially("Mine")

        with page.expect_event("dialog"):
            page.get_by_role("link", name="Home").first.click(no_wait_after=True)

        assert warned == ["beforeunload"]
        expect(page.get_by_label("Title:", exact=True).first).to_have_value("Mine")

    def test_two_editors_both_texts_and_neither_is_lost(self, desk_page):
        issue = draft("One", title="Before")
        page = desk_page(issue)
        other = Issue.objects.get()
        other.title = "Theirs"
        other.save()
        page.get_by_label("Title:", exact=True).first.fill("Mine")
        page.keyboard.press("ControlOrMeta+s")

        heading = page.get_by_role("heading", name="Somebody else has saved #1")
        expect(heading).to_be_visible()
        expect(page.get_by_role("group", name="Saved")).to_have_text("Theirs")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        page.get_by_label("Take mine").check()
        page.get_by_role("button", name="Save with these choices").click()
        expect(page.get_by_text("successfully")).to_be_visible()
        assert Issue.objects.get().title == "Mine"


class TestLivePreview:
    def test_the_whole_issue_is_drawn_while_one_types(self, desk_page, complaints):
        page = desk_page(draft("One"))
        page.get_by_role("button", name="Preview", exact=True).click()
        frame = page.frame_locator(".desk-live iframe")
        expect(frame.get_by_role("heading", name="One")).to_be_visible()
        card(page, 0).get_by_label("Title:", exact=True).fill("Another")
        expect(frame.get_by_role("heading", name="Another")).to_be_visible()

        page.get_by_role("button", name="1200 px").click()
        assert page.locator(".desk-live iframe").evaluate("one => one.clientWidth") == 1200
        expect(frame.locator("body")).to_have_css("background-color", "rgb(251, 250, 247)")
        page.get_by_role("button", name="Dark").click()
        expect(frame.locator("body")).to_have_css("background-color", "rgb(21, 24, 31)")
        assert complaints == []


class TestPreflight:
    def test_a_finding_jumps_into_its_closed_card(self, desk_page):
        page = desk_page(draft("One"))
        page.locator(".desk-verdict").click()
        finding = page.locator(".desk-findings a", has_text="One").first
        expect(finding).to_be_visible()
        name = finding.get_attribute("href").removeprefix("#id_")

        finding.click()

        expect(page.locator(f"[name='{name}']")).to_be_focused()

    def test_a_finding_of_the_publishing_page_leads_into_the_form(self, desk_page, live_server):
        issue = draft("One")
        page = desk_page()
        page.goto(live_server.url + reverse("desk:publishing", args=[issue.pk]))

        page.get_by_role("link", name="“One” has no text.").click()

        expect(page.locator("[name=sections-0-body]")).to_be_focused()

    def test_it_follows_what_one_types(self, desk_page):
        page = desk_page(draft("One"))
        findings = page.locator(".desk-findings")
        expect(findings).not_to_contain_text("TODO")

        card(page, 0).get_by_label("Text:").fill("TODO: write this")

        expect(findings).to_contain_text("TODO")
        page.locator(".desk-board").get_by_text("filled").first.wait_for()


class TestInbox:
    def test_a_section_is_pulled_in_on_saving_and_pushed_back_again(self, desk_page):
        waiting = make_section(None, "Waits", tags=["css"])
        issue = draft("One")
        page = desk_page(issue)
        page.get_by_text("From the inbox: 1 section").click()
        page.get_by_role("checkbox", name="Waits").check()
        save(page)
        expect_order(page, "One", "Waits")
        waiting.refresh_from_db()
        assert waiting.issue == issue
        row = page.locator(
            ".desk-card", has=page.locator(f"input[value='{waiting.pk}'][name$=-id]")
        )
        opened(row).get_by_text("More", exact=True).click()
        row.get_by_label("Move to the inbox").check()
        save(page)

        waiting.refresh_from_db()
        assert waiting.issue is None
        assert [tag.name for tag in waiting.tags.all()] == ["css"]


class TestPublishing:
    @pytest.fixture
    def madrid(self, settings):
        settings.TIME_ZONE = "Europe/Madrid"
        timezone.get_default_timezone.cache_clear()
        yield
        timezone.get_default_timezone.cache_clear()

    def test_a_time_that_the_clocks_skip_is_asked_about(self, desk_page, madrid):
        issue = draft("One")
        Section.objects.update(body="Words.")
        for section in issue.sections.all():
            section.tags.add("css")
        Issue.objects.update(recipe=[])
        page = desk_page(issue)
        page.get_by_label("Date", exact=True).fill("2027-03-28")
        page.get_by_label("Time", exact=True).fill("02:30")
        page.get_by_role("button", name="Schedule …").click()
        expect(page.get_by_text("02:30 does not exist")).to_be_visible()
        page.get_by_role("radio").last.check()
        page.get_by_role("button", name="Schedule …").click()
        expect(page.get_by_role("heading", name="Schedule as planned")).to_be_visible()
        page.get_by_role("button", name="Schedule for").click()

        expect(page.get_by_text("goes public on").first).to_be_visible()
        issue.refresh_from_db()
        assert issue.published_at.isoformat() in (
            *("2027-03-28T00:30:00+00:00", "2027-03-28T01:30:00+00:00"),
        )


class TestTitle:
    def test_the_title_follows_the_sections_until_somebody_types_their_own(self, desk_page):
        page = desk_page()
        title = page.get_by_label("Title:", exact=True).first
        card(page, 0).get_by_label("Title:", exact=True).fill("Warm up")
        expect(title).to_have_value("Warm up")
        card(page, 1).get_by_label("Title:", exact=True).fill("Load later")
        expect(title).to_have_value("Warm up, Load later")
        title.fill("My own")
        row = card(page, 2)
        with page.expect_response(
            lambda one: "/preflight/" in one.url and "A paper" in one.request.post_data
        ) as suggested:
            row.get_by_label("Title:", exact=True).fill("A paper")
        assert suggested.value.json()["suggested_title"] == "Warm up, Load later, A paper"

        page.wait_for_timeout(100)  # the script reads it too
        expect(title).to_have_value("My own")


def test_the_desk_is_accessible_and_fits_1024(desk_page, signed_in, live_server):
    issue = draft(*(f"Tip {n}" for n in range(6)))
    make_section(None, "Waits")
    signed_in.set_viewport_size({"width": 1024, "height": 800})
    page = desk_page(issue)
    card(page, 0)
    problems = []
    for path in [None, "/admin/", "/admin/issues/issue/"]:
        if path:
            page.goto(live_server.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 1024, path
        found = Axe().run(page)
        if found.violations_count:
            problems.append(f"{path}\n{found.generate_report()}")

    assert problems == []


def test_without_scripts_it_is_the_plain_admin(without_scripts, django_user_model):
    django_user_model.objects.create_superuser("plain", password="pencil")
    page = without_scripts
    page.goto(f"/admin/login/?next={ADD}")
    page.get_by_label("Username").fill("plain")
    page.get_by_label("Password").fill("pencil")
    page.get_by_role("button", name="Log in").click()
    row = page.locator("#sections-0")
    row.locator("summary").first.click()
    row.get_by_label("Title:", exact=True).fill("By hand")
    row.get_by_label("Text:").fill("Words")
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.get_by_text("successfully")).to_be_visible()
    assert Section.objects.get().title == "By hand"
