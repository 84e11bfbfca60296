"""Every count of a search against a search that looks at every section, one after the other."""

import datetime
import itertools

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from issues import search
from issues.search import Question
from tests.builders import make_issue

# None ends as another begins, but for the second, which the first opens.
WORDS = ("warm", "warmth", "kiwi", "plum")
TAGS = ("css", "kiwi juice", "react")
TYPES = ("ml-tip", "web-tip", "news")
MOMENTS = ("2023-12-31T23:30Z", "2024-05-01T09:00Z", "2024-12-31T09:00Z", "2099-01-01T00:00Z", None)

words = st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join)
sections = st.fixed_dictionaries(
    {
        "title": st.sampled_from(WORDS),
        "body": words,
        "type": st.sampled_from(TYPES),
        "tags": st.sets(st.sampled_from(TAGS)).map(sorted),
    }
)
archives = st.lists(st.tuples(st.sampled_from(MOMENTS), st.lists(sections, max_size=4)), max_size=4)
slugs = st.sampled_from(("css", "kiwi-juice", "react"))
questions = st.builds(
    Question,
    text=words,
    tags=st.lists(slugs, unique=True, max_size=2).map(tuple),
    without=st.lists(slugs, max_size=1).map(tuple),
    type=st.sampled_from(("", *TYPES)),
    year=st.sampled_from(("", "2023", "2024", "2099")),
    sort=st.sampled_from(("", "date")),
)


def holds(section: dict, moment: str | None, question: Question) -> bool:
    """Say whether a section of an issue of this moment answers the question."""
    if moment is None or moment > datetime.datetime.now(datetime.UTC).isoformat():
        return False
    slugs = {tag.replace(" ", "-") for tag in section["tags"]}
    written = f"{section['title']} {section['body']} {' '.join(section['tags'])}".split()
    *others, last = question.text.split() or [""]
    return (
        set(question.tags) <= slugs
        and not slugs & set(question.without)
        and question.type in ("", section["type"])
        and question.year in ("", moment[:4])
        and set(others) <= set(written)
        and any(word.startswith(last) for word in written)
    )


class TestOracle(TestCase):
    @given(archives, questions)
    @settings(max_examples=60, deadline=None)
    def test_every_count_is_the_length_of_the_list_that_it_leads_to(self, archive, question):
        for number, (moment, found) in enumerate(archive, start=1):
            make_issue(number, None, found, published_at=moment)

        def count(**changes) -> int:
            asked = question._replace(**changes)
            return sum(
                holds(section, moment, asked) for moment, found in archive for section in found
            )

        known = {tag for moment, found in archive for tag in public_tags(moment, found)}
        # A tag that no public section has is unknown, and to leave it out changes nothing.
        answer = search.answer(question, size=100)
        assert answer.total == (0 if question.is_empty else count())
        assert len(answer.hits) == answer.total
        if not answer.total:
            return
        assert {one.value.slug: one.count for one in answer.types} == positive(
            (slug, count(type=slug)) for slug in TYPES
        )
        assert {str(one.value): one.count for one in answer.years} == positive(
            (year, count(year=year)) for year in ("2023", "2024", "2099")
        )
        assert {one.value.slug: one.count for one in answer.tags} == positive(
            (slug, count(tags=(*question.tags, slug))) for slug in known - set(question.tags)
        )

    @given(archives, questions)
    @settings(max_examples=25, deadline=None)
    def test_every_link_of_the_page_leads_to_as_many_as_it_says(self, archive, question):
        for number, (moment, found) in enumerate(archive, start=1):
            make_issue(number, None, found, published_at=moment)

        page = self.client.get(f"/search/?{question.urlencode()}").context

        choices = [*page["types"], *page["years"], *page["tags"]]
        for choice in itertools.chain(choices, filter(None, [page.get("wider")])):
            answer = self.client.get(choice.url).context["answer"]
            assert answer.total > 0, choice
            if not choice.is_chosen:
                assert answer.total == choice.count, choice


def public_tags(moment, found) -> set[str]:
    return {
        slug
        for section in found
        for slug in ("css", "kiwi-juice", "react")
        if holds(section, moment, Question(tags=(slug,)))
    }


def positive(pairs) -> dict[str, int]:
    return {key: count for key, count in pairs if count}
