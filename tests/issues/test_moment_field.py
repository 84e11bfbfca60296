"""The field for a moment: it refuses a time of no or two moments until one is chosen."""

import datetime
import re

import pytest
from django import forms

from issues.forms import MomentField

GAP = {"at_0": "2026-03-29", "at_1": "02:30"}
OVERLAP = {"at_0": "2026-10-25", "at_1": "02:30"}
LEFT_OVER = "2026-10-25T01:30:00+00:00"


class PlanForm(forms.Form):
    at = MomentField(required=False)


@pytest.fixture(autouse=True)
def madrid(settings):
    settings.TIME_ZONE = "Europe/Madrid"


def utc(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(f"{text}+00:00")


def as_posted(form: forms.Form) -> dict:
    """Give what a browser posts of a form that nobody has touched."""
    parts = form["at"].subwidgets[0].data["subwidgets"]
    return {part["name"]: part["value"] or "" for part in parts[:2]} | chosen(form)


def chosen(form: forms.Form) -> dict:
    value = form.fields["at"].widget.decompress(form.initial["at"])[2]
    return {"at_2": value} if value else {}


class TestClearTimes:
    def test_a_local_time_becomes_its_moment(self):
        form = PlanForm({"at_0": "2026-12-02", "at_1": "09:00"})

        assert form.is_valid()
        assert form.cleaned_data["at"] == utc("2026-12-02T08:00")
        assert 'type="radio"' not in str(form)

    def test_each_part_has_a_name_for_those_who_hear_it(self):
        inputs = re.findall("<input[^>]+>", str(PlanForm()))

        assert [re.search('aria-label="([^"]+)"', one)[1] for one in inputs] == ["Date", "Time"]

    @pytest.mark.parametrize("data", [{}, {"at_0": "", "at_1": ""}, {"at_2": LEFT_OVER}])
    def test_it_may_be_empty_where_that_is_allowed(self, data):
        form = PlanForm(data)

        assert form.is_valid()
        assert form.cleaned_data["at"] is None

    def test_it_may_not_be_empty_where_it_is_required(self):
        class Required(forms.Form):
            at = MomentField()

        assert Required({}).errors == {"at": ["This field is required."]}
        assert Required({"at_0": "2026-12-02", "at_1": "09:00"}).is_valid()

    def test_a_choice_that_is_left_over_decides_nothing(self):
        form = PlanForm({"at_0": "2026-12-02", "at_1": "09:00", "at_2": LEFT_OVER})

        assert form.is_valid()
        assert form.cleaned_data["at"] == utc("2026-12-02T08:00")

    @pytest.mark.parametrize(
        ("day", "clock", "error"),
        [
            ("2026-12-02", "", "Give both a date and a time."),
            ("", "09:00", "Give both a date and a time."),
            ("2026-02-30", "09:00", "Enter a date such as 2026-12-02."),
            ("2026-12-02", "25:00", "Enter a time such as 09:00."),
            ("\x00", "09:00", "Enter a date such as 2026-12-02."),
        ],
    )
    def test_nonsense_is_said(self, day, clock, error):
        form = PlanForm({"at_0": day, "at_1": clock})

        assert form.errors == {"at": [error]}
        assert 'type="radio"' not in str(form)

    def test_a_time_beyond_the_calendar_is_said(self, settings):
        settings.TIME_ZONE = "America/New_York"

        form = PlanForm({"at_0": "9999-12-31", "at_1": "23:00"})

        assert form.errors == {"at": ["The calendar does not go that far."]}
        assert 'type="radio"' not in str(form)


class TestUnclearTimes:
    def test_a_time_that_the_clocks_skip_is_refused_with_both_choices(self):
        form = PlanForm(GAP)

        assert form.errors == {
            "at": [
                "02:30 does not exist on Sunday 29 March 2026 in Europe/Madrid: clocks go from "
                "02:00 to 03:00. Choose 01:30 (00:30 UTC) or 03:30 (01:30 UTC)."
            ]
        }

    def test_a_time_that_comes_twice_is_refused_with_both_choices(self):
        [error] = PlanForm(OVERLAP).errors["at"]

        assert "02:30 comes twice on Sunday 25 October 2026" in error

    @pytest.mark.parametrize(
        ("posted", "labels"),
        [
            (GAP, ["01:30 (00:30 UTC)", "03:30 (01:30 UTC)"]),
            (OVERLAP, ["the first 02:30 (00:30 UTC)", "the second 02:30 (01:30 UTC)"]),
        ],
    )
    def test_the_choices_are_offered_in_their_order_and_none_is_chosen(self, posted, labels):
        html = str(PlanForm(posted))

        assert html.count('type="radio" name="at_2"') == 2
        assert html.index(labels[0]) < html.index(labels[1])
        assert "checked" not in html

    @pytest.mark.parametrize(
        ("posted", "moment"),
        [
            (GAP, "2026-03-29T01:30"),
            (GAP, "2026-03-29T00:30"),
            (OVERLAP, "2026-10-25T00:30"),
            (OVERLAP, "2026-10-25T01:30"),
        ],
    )
    def test_the_chosen_one_is_accepted(self, posted, moment):
        form = PlanForm(posted | {"at_2": f"{moment}:00+00:00"})

        assert form.is_valid()
        assert form.cleaned_data["at"] == utc(moment)
        assert str(form).count("checked") == 1

    @pytest.mark.parametrize("choice", ["0", "x", "2026-10-25T02:30:00+00:00", "\x00"])
    def test_a_choice_that_is_none_is_refused(self, choice):
        form = PlanForm(OVERLAP | {"at_2": choice})

        assert "at" in form.errors
        assert "checked" not in str(form)

    @pytest.mark.parametrize("day", ["2027-10-31", "2026-03-29"])
    def test_a_choice_for_one_change_of_the_clocks_decides_nothing_about_another(self, day):
        for moment in ("2026-10-25T00:30", "2026-10-25T01:30"):
            form = PlanForm({"at_0": day, "at_1": "02:30", "at_2": f"{moment}:00+00:00"})

            assert "Choose" in form.errors["at"][0]
            assert str(form).count('type="radio"') == 2
            assert "checked" not in str(form)


class TestStoredMoments:
    @pytest.mark.parametrize(
        "moment",
        ["2026-12-02T08:00", "2026-10-25T00:30", "2026-10-25T01:30", "2026-03-29T01:30"],
    )
    def test_a_form_that_nobody_touched_changes_nothing(self, moment):
        initial = {"at": utc(moment)}

        form = PlanForm(as_posted(PlanForm(initial=initial)), initial=initial)

        assert form.is_valid()
        assert form.cleaned_data["at"] == utc(moment)
        assert not form.has_changed()

    @pytest.mark.parametrize("moment", ["00:30", "01:30"])
    def test_which_of_two_it_is_stands_in_the_form(self, moment):
        html = str(PlanForm(initial={"at": utc(f"2026-10-25T{moment}")}))

        [checked] = [line for line in html.split("<input") if "checked" in line]
        assert f'value="2026-10-25T{moment}:00+00:00"' in checked

    def test_the_other_of_two_is_a_change(self):
        initial = {"at": utc("2026-10-25T00:30")}

        other = {"at_2": "2026-10-25T01:30:00+00:00"}
        assert PlanForm(OVERLAP | other, initial=initial).has_changed()
