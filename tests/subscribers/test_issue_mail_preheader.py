"""What mail programs show beside the subject."""

import re

import pytest

from subscribers import emails
from subscribers.issue_mail.building import preheader
from tests.builders import make_issue
from tests.subscribers.issue_mails import html_of

pytestmark = pytest.mark.django_db


class TestPreheader:
    def said(self, **fields) -> str:
        issue = make_issue(**fields)
        return preheader(issue, issue.sections.all())

    def test_it_is_the_summary(self):
        summary = "What this issue is about, in a sentence of some words."

        assert self.said(summary=summary, sections=["Tip"]) == summary

    def test_a_short_summary_is_filled_up_with_the_titles(self):
        said = self.said(summary="On speed.", sections=["Warm up slowly", "Load it later"])

        assert said == "On speed. · Warm up slowly · Load it later"

    @pytest.mark.parametrize(
        "fields",
        [
            {},
            {"summary": "x"},
            {"summary": "word " * 60},
            {"summary": "x" * 500},
            {"summary": "Hi " + "x" * 500},
            {"summary": "Two\nlines"},
            {"sections": ["Tip"]},
            {"sections": ["A title of some length"] * 9},
            {"summary": "Tip", "sections": ["Tip"]},
        ],
    )
    def test_it_has_40_to_110_characters(self, fields):
        said = self.said(**fields)

        assert 40 <= len(said) <= 110
        assert "\n" not in said

    def test_nothing_of_the_letter_follows_it(self):
        summary = "What this issue is about, in a sentence of some words."

        html = html_of(make_issue(summary=summary)).replace("&nbsp;", "\u00a0")

        shown = re.search(r'<body[^>]*>\s*<div style="display:none[^>]*>([^<]*)</div>', html)[1]
        assert shown == summary + emails.NOTHING
