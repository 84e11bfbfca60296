"""The tags field, in a real browser and by keyboard."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from issues.models import Section
from tests.builders import make_section

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def form(signed_in, live_server):
    """The form of a new section, with tags that there are."""
    make_section(title="One", tags=["PyTorch", "pytest"])
    make_section(title="Two", tags=["PyTorch", "machine learning"])
    signed_in.goto(f"{live_server.url}/admin/issues/section/add/")
    return signed_in


def tags_field(page):
    return page.get_by_role("combobox", name="Tags:")


def chips(page):
    return page.get_by_role("list", name="These tags").get_by_role("listitem")


def test_a_suggestion_is_taken_by_keyboard(form, complaints):
    field = tags_field(form)
    field.press_sequentially("p")
    options = form.locator(".tags-field").get_by_role("option")
    expect(options).to_have_text(["PyTorch 2", "pytest 1"])
    expect(field).to_have_attribute("aria-expanded", "true")

    field.press("ArrowDown")

    expect(options.and_(form.get_by_role("option", selected=True))).to_have_text("PyTorch 2")
    chosen = options.and_(form.get_by_role("option", selected=True)).get_attribute("id")
    expect(field).to_have_attribute("aria-activedescendant", chosen)
    field.press("Enter")
    expect(field).to_have_value("PyTorch, ")
    expect(options).to_have_count(0)
    expect(chips(form)).to_have_text(["PyTorch 2"])
    field.fill("PyTorch, learn")
    expect(options).to_have_text(["machine learning 1"])
    field.press("Escape")
    expect(options).to_have_count(0)
    expect(field).to_have_value("PyTorch, learn")
    assert complaints == []


def test_a_new_tag_is_marked_in_words_and_said(form, complaints):
    field = tags_field(form)

    field.press_sequentially("pytest, quantum, ")

    expect(chips(form)).to_have_text(["pytest 1", "quantum new"])
    expect(form.get_by_role("status").filter(has_text="quantum")).to_have_text(
        "“quantum” is a new tag."
    )
    assert complaints == []
    found = Axe().run(form, context=".tags-field")
    assert found.violations_count == 0, found.generate_report()


def test_a_misspelt_tag_is_replaced_by_the_one_that_was_meant(form, complaints):
    form.get_by_label("Title:", exact=True).fill("Tensors")
    form.get_by_label("Type:").select_option(index=1)
    field = tags_field(form)
    field.fill("css, pytorhc, pytest")
    field.blur()
    expect(chips(form)).to_have_text(["css new", "pytorhc new Use PyTorch", "pytest 1"])

    form.get_by_role("button", name="Use PyTorch").click()

    expect(field).to_have_value("css, PyTorch, pytest")
    expect(field).to_be_focused()
    form.get_by_role("button", name="Save", exact=True).press("Enter")
    expect(form.get_by_text("was added successfully")).to_be_visible()
    section = Section.objects.get(title="Tensors")
    assert [tag.name for tag in section.tags.all()] == ["css", "pytest", "PyTorch"]
    assert complaints == []


def test_a_row_that_is_added_later_has_it_too(form):
    form.evaluate(
        """() => {
            const field = document.querySelector("input[data-tags]").cloneNode();
            field.id = "later";
            field.removeAttribute("role");
            field.setAttribute("aria-label", "Later");
            const row = document.createElement("div");
            row.append(field);
            document.querySelector("#section_form").append(row);
            row.dispatchEvent(new CustomEvent("formset:added", { bubbles: true }));
        }"""
    )

    form.get_by_role("combobox", name="Later").press_sequentially("mach")

    expect(form.get_by_role("option", name="machine learning")).to_be_visible()
