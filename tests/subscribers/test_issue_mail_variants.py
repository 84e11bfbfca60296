"""What those get who leave types out: whole letters, all of them."""

import itertools
import re

import html5lib
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from issues.models import SectionType
from subscribers.issue_mail.building import build
from subscribers.issue_mail.contents import Contents, Piece
from subscribers.issue_mail.messages import MOST_VARIANTS, IssueMail, Recipient
from tests.builders import make_issue
from tests.subscribers.issue_mails import ADA, EVERY_RULE, filled, received

pytestmark = pytest.mark.django_db

SLUGS = ["ml-tip", "web-tip", "research-paper", "tool", "news", "other"]


@pytest.fixture
def types() -> dict[str, int]:
    return dict(SectionType.objects.values_list("slug", "pk"))


def issue_of_all_types():
    """Make an issue with a section of each type, and with two of the first."""
    sections = [
        {"title": f"On {slug} {number}", "type": slug, "body": f"{EVERY_RULE}\nÜber 好 = {slug}."}
        for number, slug in enumerate([*SLUGS, SLUGS[0]])
    ]
    return make_issue(7, sections=sections, intro=EVERY_RULE, summary="=20 . = €")


class TestAllSubsets:
    def test_each_is_a_whole_letter_of_what_was_chosen(self, types):
        mail = IssueMail(build(issue_of_all_types()))
        subsets = itertools.chain.from_iterable(
            itertools.combinations(SLUGS, count) for count in range(len(SLUGS))
        )
        for unwanted in subsets:
            text, html = received(mail, {types[slug] for slug in unwanted})

            html5lib.HTMLParser(strict=True).parse(html)
            wanted = [slug for slug in [*SLUGS, SLUGS[0]] if slug not in unwanted]
            assert re.findall(r">On ([\w-]+) \d</a>", html) == wanted
            assert re.findall(r"(?m)^.*: On ([\w-]+) \d$", text) == wanted
            assert ("left out" in html) == ("left out" in text) == bool(unwanted)
            assert html.count("<table") - html.count("<!--[if mso]><table") == 2 + html.count(
                'class="part"'
            ) + html.count("border-collapse")

    def test_nothing_is_left_for_who_leaves_everything_out(self, types):
        mail = IssueMail(build(issue_of_all_types()))

        assert mail.variant(frozenset(types.values())) is None

    def test_parts_of_the_stored_mail_are_those_of_the_built_one(self):
        contents = build(issue_of_all_types())

        again = Contents.from_json(contents.subject, contents.sender, contents.as_json())

        assert again == contents
        assert again.digest == contents.digest


class TestMemory:
    def test_however_differently_people_choose_few_are_kept(self):
        types = range(10)
        pieces = tuple(Piece(f"<p>{n}</p>", f"{n}\n", type=n) for n in types)
        mail = IssueMail(Contents("Warm up", "news@example.org", pieces))
        everything = mail.variant()

        for count in types:
            for unwanted in itertools.combinations(types, count):
                assert mail.variant(frozenset(unwanted)).text.content
                assert mail.variant() is everything  # the one that is used most stays

        assert len(mail.variants) == MOST_VARIANTS


class TestAnyTextsArrive:
    @settings(
        max_examples=100,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(
        title=st.text(max_size=60),
        body=st.text(max_size=300)
        | st.lists(
            st.sampled_from("#*_`[]()!|>-=~^\\ \n\t.:<&\"'x1好🧠")
            | st.sampled_from(["[^1]", "- [ ] ", "[[7]]", "```py\n"]),
            max_size=60,
        ).map("".join),
        address=st.emails(),
    )
    def test_they_are_parsed_as_they_were_filled(self, db, title, body, address):
        issue = make_issue(7, title=title, sections=[{"title": title or "T", "body": body}])
        to = Recipient(address, ADA.choose_url, ADA.leave_url)

        text, html = received(IssueMail(build(issue)), to=to)

        wanted = filled(issue, to=to)
        issue.delete()
        assert (text, html) == (wanted.text, wanted.html)
        html5lib.HTMLParser(strict=True).parse(html)
