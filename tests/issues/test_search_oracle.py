"""Every count of a search against a search that looks at every section, one after the other."""

from collections import Counter

from django.test import override_settings
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from issues import search
from issues.search import Question, matching
from tests.builders import make_issue

# The second begins as the first does; the others have nothing to do with them.
WORDS = ("warm", "warmth", "kiwi", "plum")
TAGS = ("css", "kiwi juice", "react")
SLUGS = ("css", "kiwi-juice", "react")
TYPES = ("ml-tip", "web-tip", "news")
# The first is of the next year where the site is; the last two are not public.
PUBLIC = ("2023-12-31T23:30Z", "2024-05-01T09:00Z", "2025-01-01T09:00Z")
HIDDEN = ("2099-01-01T00:00Z", None)
YEARS = {"2023-12-31T23:30Z": "2024", "2024-05-01T09:00Z": "2024", "2025-01-01T09:00Z": "2025"}

words = st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join)
sections = st.fixed_dictionaries(
    {
        "title": st.sampled_from(WORDS),
        "body": words,
        "type": st.sampled_from(TYPES),
        "tags": st.sets(st.sampled_from(TAGS)).map(sorted),
    }
)
contents = st.lists(sections, min_size=1, max_size=5)
public_issues = st.lists(st.tuples(st.sampled_from(PUBLIC), contents), min_size=1, max_size=4)
hidden_issues = st.lists(st.tuples(st.sampled_from(HIDDEN), contents), max_size=2)


@st.composite
def cases(draw):
    """Draw an archive, and a question of which most is said of one of its public sections."""
    public = draw(public_issues)
    moment, found = draw(st.sampled_from(public))
    section = draw(st.sampled_from(found))
    slugs = [tag.replace(" ", "-") for tag in section["tags"]]

    def maybe(own, other, nothing=""):
        """Ask for nothing, for what the section has, or seldom for what another may have."""
        return draw(st.sampled_from([nothing, own, own, nothing, other]))

    question = Question(
        maybe(section["title"], f"{section['body']} {section['title']}".strip()),
        tags=maybe(tuple(slugs[:1]), tuple(slugs), ()),
        without=maybe(tuple(set(SLUGS) - set(slugs))[:1], ("css",), ()),
        type=maybe(section["type"], "news"),
        year=maybe(YEARS[moment], "2024"),
        sort=draw(st.sampled_from(("", "date"))),
    )
    return draw(st.permutations(public + draw(hidden_issues))), question


def holds(section: dict, moment: str | None, question: Question) -> bool:
    """Say whether a section of an issue of this moment answers the question."""
    if moment not in PUBLIC:
        return False
    slugs = {tag.replace(" ", "-") for tag in section["tags"]}
    written = f"{section['title']} {section['body']} {' '.join(section['tags'])}".split()
    *others, last = question.text.split() or [""]
    return (
        set(question.tags) <= slugs
        and not slugs & set(question.without)
        and question.type in ("", section["type"])
        and question.year in ("", YEARS[moment])
        and set(others) <= set(written)
        and any(word.startswith(last) for word in written)
    )


def fill(archive) -> None:
    for number, (moment, found) in enumerate(archive, start=1):
        make_issue(number, None, found, published_at=moment)


def titles(archive, question: Question) -> list[str]:
    return sorted(
        section["title"]
        for moment, found in archive
        for section in found
        if holds(section, moment, question)
    )


def positive(pairs) -> dict[str, int]:
    return {key: count for key, count in pairs if count}


class TestOracle(TestCase):
    @given(cases())
    @settings(max_examples=80, deadline=None)
    @override_settings(TIME_ZONE="Europe/Berlin")
    def test_every_count_is_the_length_of_the_list_that_it_leads_to(self, case):
        archive, question = case
        fill(archive)

        def count(**changes) -> int:
            return len(titles(archive, question._replace(**changes)))

        answer = search.answer(question, size=100)

        assert sorted(hit.section.title for hit in answer.hits) == titles(archive, question)
        assert answer.total == count()
        if answer.choices.unknown:  # an answer without hits offers nothing
            return
        assert {one.value.slug: one.count for one in answer.types} == positive(
            (slug, count(type=slug)) for slug in TYPES
        )
        assert {str(one.value): one.count for one in answer.years} == positive(
            (year, count(year=year)) for year in ("2023", "2024", "2025")
        )
        assert {one.value.slug: one.count for one in answer.tags} == positive(
            (slug, count(tags=(*question.tags, slug))) for slug in set(SLUGS) - set(question.tags)
        )

    @given(cases())
    @settings(max_examples=30, deadline=None)
    @override_settings(TIME_ZONE="Europe/Berlin")
    def test_every_link_of_the_page_leads_to_as_many_as_it_says(self, case):
        archive, question = case
        fill(archive)

        page = self.client.get(f"/search/?{question.urlencode()}").context

        wider = page.get("wider")
        for choice in [*page["types"], *page["years"], *page["tags"], *([wider] if wider else [])]:
            answer = self.client.get(choice.url).context["answer"]
            assert answer.total > 0, choice
            if not choice.is_chosen:
                assert answer.total == choice.count, choice


class TestCapped(TestCase):
    def setUp(self):
        self.addCleanup(setattr, matching, "MOST_MATCHES", matching.MOST_MATCHES)
        matching.MOST_MATCHES = 2

    @given(cases())
    @settings(max_examples=40, deadline=None)
    @override_settings(TIME_ZONE="Europe/Berlin")
    def test_with_more_than_are_looked_at_something_right_is_found(self, case):
        archive, question = case
        fill(archive)

        answer = search.answer(question, size=100)

        right = titles(archive, question)
        found = [hit.section.title for hit in answer.hits]
        assert len(found) == answer.total
        assert not Counter(found) - Counter(right)
        assert answer.total == len(right) or (answer.is_capped and answer.total == 2)
