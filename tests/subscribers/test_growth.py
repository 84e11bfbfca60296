"""How the list grows: weeks and years as the site's clocks have them."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from subscribers import growth
from subscribers.admin import chart
from subscribers.growth import Period
from subscribers.models import ConsentEvent, Subscriber
from tests.builders import make_subscriber

pytestmark = pytest.mark.django_db

OVERVIEW = reverse("subscribers_desk:overview")
Kind = ConsentEvent.Kind


@pytest.fixture
def ada() -> Subscriber:
    return make_subscriber()


def happen(person: Subscriber, kind: str, at: str) -> None:
    """Let something have happened at a moment of the site's clocks, or at a moment with a zone."""
    moment = datetime.datetime.fromisoformat(at)
    ConsentEvent.objects.create(subscriber=person, kind=kind, at=moment, zone="UTC", form="x")


def at(year: int, month: int, day: int, hour=12, zone="UTC") -> datetime.datetime:
    return datetime.datetime(year, month, day, hour, tzinfo=ZoneInfo(zone))


def counted(periods: list[Period]) -> dict[str, tuple[int, int]]:
    """Give those periods in which something happened, by the day they begin on."""
    return {f"{one.begins}": (one.joined, one.left) for one in periods if one.joined or one.left}


class TestWeeks:
    def test_there_are_26_from_monday_up_to_the_present_one(self):
        weeks = growth.weeks(at=at(2026, 11, 26))

        assert len(weeks) == 26
        assert (weeks[0].begins, weeks[-1].begins) == (
            datetime.date(2026, 6, 1),
            datetime.date(2026, 11, 23),
        )
        assert {one.begins.weekday() for one in weeks} == {0}

    def test_empty_ones_are_there_too(self, ada):
        happen(ada, Kind.CONFIRMED, "2026-11-09T10:00Z")
        happen(ada, Kind.LEFT, "2026-11-25T10:00Z")

        weeks = growth.weeks(4, at(2026, 11, 26))

        assert [(one.joined, one.left, one.net) for one in weeks] == [
            *((0, 0, 0), (1, 0, 1), (0, 0, 0), (0, 1, -1)),
        ]

    @pytest.mark.parametrize(
        ("kind", "expected"),
        [
            *((Kind.CONFIRMED, (1, 0)), (Kind.IMPORTED, (1, 0)), (Kind.CAME_BACK, (1, 0))),
            *((Kind.LEFT, (0, 1)), (Kind.BOUNCED, (0, 1)), (Kind.COMPLAINED, (0, 1))),
            *((Kind.ASKED, (0, 0)), (Kind.PAUSED, (0, 0)), (Kind.CHANGED, (0, 0))),
        ],
    )
    def test_only_joining_and_leaving_count(self, ada, kind, expected):
        happen(ada, kind, "2026-11-24T10:00Z")

        (week,) = growth.weeks(1, at(2026, 11, 26))

        assert (week.joined, week.left) == expected

    def test_a_week_ends_at_midnight_of_the_sites_clocks(self, ada, settings):
        settings.TIME_ZONE = "America/New_York"
        happen(ada, Kind.CONFIRMED, "2026-11-23T04:59:59Z")  # Sunday, a second before midnight
        happen(ada, Kind.LEFT, "2026-11-23T05:00:00Z")

        weeks = growth.weeks(2, at(2026, 11, 26))

        assert counted(weeks) == {"2026-11-16": (1, 0), "2026-11-23": (0, 1)}

    @pytest.mark.parametrize(
        ("now", "before", "after", "weeks"),
        [
            # Clocks go back on Sunday 25 October and forward on Sunday 29 March.
            ((2026, 10, 28), "22:59:59", "23:00:00", ("2026-10-19", "2026-10-26")),
            ((2026, 4, 1), "21:59:59", "22:00:00", ("2026-03-23", "2026-03-30")),
        ],
    )
    def test_a_week_in_which_the_clocks_change_ends_at_midnight_too(
        self, ada, settings, now, before, after, weeks
    ):
        settings.TIME_ZONE = "Europe/Madrid"
        sunday = "2026-10-25" if now[1] == 10 else "2026-03-29"
        happen(ada, Kind.CONFIRMED, f"{sunday}T{before}Z")
        happen(ada, Kind.LEFT, f"{sunday}T{after}Z")

        found = growth.weeks(2, at(*now))

        assert counted(found) == {weeks[0]: (1, 0), weeks[1]: (0, 1)}

    def test_a_midnight_that_the_clocks_skip_is_the_moment_of_the_skip(self, settings):
        settings.TIME_ZONE = "America/Sao_Paulo"  # in 2018 summer began at midnight

        skipped = growth.midnight(datetime.date(2018, 11, 4)).astimezone(datetime.UTC)

        assert skipped == datetime.datetime(2018, 11, 4, 3, tzinfo=datetime.UTC)

    def test_the_week_of_new_year_is_one_week(self, ada):
        happen(ada, Kind.CONFIRMED, "2026-12-31T23:59:59Z")
        happen(ada, Kind.CONFIRMED, "2027-01-01T00:00:00Z")

        weeks = growth.weeks(2, at(2027, 1, 5))

        assert counted(weeks) == {"2026-12-28": (2, 0)}

    def test_the_present_moment_is_meant_as_the_sites_clocks_have_it(self, settings):
        settings.TIME_ZONE = "Pacific/Auckland"

        (week,) = growth.weeks(1, at(2026, 11, 22, 12))  # Monday morning there

        assert week.begins == datetime.date(2026, 11, 23)


class TestYears:
    def test_without_anybody_there_are_none(self):
        assert growth.years() == []

    def test_they_begin_with_the_first_and_leave_none_out(self, ada):
        happen(ada, Kind.CONFIRMED, "2023-05-01T00:00Z")
        happen(ada, Kind.LEFT, "2025-05-01T00:00Z")

        years = growth.years(at(2026, 11, 26))

        assert [(one.begins.year, one.net) for one in years] == [
            *((2023, 1), (2024, 0), (2025, -1), (2026, 0))
        ]

    def test_a_year_begins_at_midnight_of_the_sites_clocks(self, ada, settings):
        settings.TIME_ZONE = "Europe/Madrid"
        happen(ada, Kind.CONFIRMED, "2025-12-31T22:59:59Z")
        happen(ada, Kind.CONFIRMED, "2025-12-31T23:00:00Z")

        years = growth.years(at(2026, 11, 26))

        assert counted(years) == {"2025-01-01": (1, 0), "2026-01-01": (1, 0)}


class TestTotals:
    def test_each_state_is_counted_and_the_paused_among_the_active(self):
        later = at(2100, 1, 1)
        make_subscriber("a@example.org")
        make_subscriber("b@example.org", paused_until=later)
        make_subscriber("c@example.org", "pending")
        make_subscriber("d@example.org", "left", paused_until=later)

        assert growth.totals() == {"active": 2, "pending": 1, "left": 1, "bounced": 0, "paused": 1}

    def test_only_who_is_on_the_list_wants_something(self):
        make_subscriber("a@example.org", unwanted=["news"])
        make_subscriber("b@example.org", unwanted=["news", "tool"])
        make_subscriber("c@example.org")
        make_subscriber("d@example.org", "left", unwanted=["web-tip"])

        wanting = {one.slug: count for one, count in growth.wanting(3)}

        assert (wanting["news"], wanting["tool"], wanting["web-tip"]) == (1, 2, 3)


class TestChart:
    def draw(self, *numbers: tuple[int, int]) -> chart.Drawing:
        periods = [Period(datetime.date(2026, 1, 5), *pair) for pair in numbers]
        return chart.draw(periods, [f"{turn}" for turn in range(len(periods))])

    def test_who_joined_stands_above_the_line_and_who_left_below(self):
        drawing = self.draw((4, 2))

        joined, left = drawing.bars
        assert (joined.kind, joined.y + joined.height) == ("joined", drawing.zero)
        assert (left.kind, left.y) == ("left", drawing.zero)
        assert joined.height == pytest.approx(2 * left.height, abs=1)

    def test_nothing_leaves_the_drawing(self):
        drawing = self.draw((123_456, 1), (0, 98_765), (7, 7))

        for bar in drawing.bars:
            assert chart.LEFT <= bar.x <= bar.x + bar.width <= chart.WIDTH
            assert chart.TOP <= bar.y <= bar.y + bar.height <= chart.HEIGHT - chart.BOTTOM + 1
        assert all(chart.TOP <= y <= chart.HEIGHT - chart.BOTTOM + 1 for _x, y in drawing.net)

    def test_a_single_person_shows_beside_thousands(self):
        drawing = self.draw((50_000, 0), (1, 1))

        assert min(bar.height for bar in drawing.bars) == 1

    def test_weeks_without_anybody_are_drawn_without_bars(self):
        drawing = self.draw((0, 0), (0, 0))

        assert drawing.bars == []
        assert [y for _x, y in drawing.net] == [drawing.zero] * 2

    @pytest.mark.parametrize(("total", "step"), [(0, 1), (5, 1), (6, 2), (26, 10), (51, 20)])
    def test_its_lines_are_few_and_round(self, total, step):
        assert chart.step_for(total) == step

    def test_few_of_many_weeks_are_named(self):
        assert [label.text for label in self.draw(*[(1, 0)] * 26).labels] == [
            *("0", "4", "8", "12", "16", "20", "24")
        ]


class TestOverview:
    def test_an_empty_list_has_an_overview(self, desk):
        page = desk.get(OVERVIEW)

        assert page.status_code == 200
        assert [chart["name"] for chart in page.context["charts"] if chart["rows"]] == ["weeks"]

    def test_its_chart_says_in_words_and_in_a_table_what_it_shows(self, desk, ada):
        happen(ada, Kind.CONFIRMED, "2026-01-05T10:00Z")

        html = desk.get(OVERVIEW).content.decode()

        assert html.count('role="img"') == 2
        assert html.count("<title id=") == html.count("<desc id=") == 2
        assert '<th scope="row">2026</th><td class="number">1</td>' in html
        assert "style=" not in html

    def test_it_asks_as_often_for_1_person_as_for_30(
        self, desk, django_assert_max_num_queries, django_assert_num_queries
    ):
        happen(make_subscriber("0@example.org"), Kind.CONFIRMED, "2026-01-05T10:00Z")
        desk.get(OVERVIEW)
        with django_assert_max_num_queries(11) as queries:
            desk.get(OVERVIEW)
        for number in range(1, 30):
            person = make_subscriber(f"{number}@example.org", unwanted=["news"])
            happen(person, Kind.CONFIRMED, f"20{number:02}-01-05T10:00Z")

        with django_assert_num_queries(len(queries)):
            assert desk.get(OVERVIEW).status_code == 200
