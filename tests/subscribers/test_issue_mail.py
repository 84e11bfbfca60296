"""The mail of an issue: what is in it, for whom, and that it watches nobody."""

import datetime
import re
from urllib.parse import urlsplit

import html5lib
import pytest
from django.utils import timezone, translation

from issues.models import Issue, SectionType
from subscribers.issue_mail.building import build
from subscribers.issue_mail.contents import Slot
from subscribers.issue_mail.messages import IssueMail, Recipient
from tests.builders import TOMORROW, YESTERDAY, make_issue, make_picture, make_section
from tests.subscribers.issue_mails import WEB, filled, html_of, received, rich_issue, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def site(settings):
    settings.SITE_URL, settings.SITE_HOST = WEB, "news.example.org"
    settings.DEFAULT_FROM_EMAIL = "Bitsletter <news@news.example.org>"
    return settings


def links_of(html: str) -> list[str]:
    return re.findall(r'<a [^>]*href="([^"]*)"', html)


class TestContents:
    def test_what_is_dim_in_code_is_no_larger_than_the_rest_of_it(self):
        html = build(make_issue(intro="```python\n# why\nreturn 1\n```")).pieces[0].html

        assert '<span class="dim" style="color:#586073"># why</span>' in html

    def test_the_subject_is_number_and_title_and_the_sender_the_newsletters(self):
        found = build(make_issue(12, title="Warm up, Load later"))

        assert found.subject == "#12 Warm up, Load later"
        assert found.sender == "Bitsletter <news@news.example.org>"

    def test_others_can_be_given(self):
        found = build(make_issue(), subject=" Hello\r\nBcc: eve@example.org ", sender="x@a.org")

        assert (found.subject, found.sender) == ("Hello Bcc: eve@example.org", "x@a.org")
        assert "<title>Hello Bcc: eve@example.org</title>" in found.pieces[0].html

    def test_a_long_title_is_cut_at_a_word(self):
        subject = build(make_issue(12, title="Words and " * 20)).subject

        assert len(subject) <= 78
        assert re.fullmatch(r"#12 (Words and )+(Words|and|Words and)…", subject)

    def test_each_section_is_a_piece_of_its_type_in_order(self):
        issue = rich_issue()

        head, *parts, rest, foot = build(issue).pieces

        wanted = list(issue.sections.values_list("type", "title"))
        assert [part.type for part in parts] == [pk for pk, _title in wanted]
        for part, (_pk, title) in zip(parts, wanted, strict=True):
            assert title in part.text
        assert rest.is_if_left_out
        assert Slot.LEFT_OUT.mark in rest.html
        assert Slot.LEFT_OUT.mark in rest.text
        assert [one.type for one in (head, rest, foot)] == [None, None, None]
        assert [one.is_if_left_out for one in (head, *parts, foot)] == [False] * 5

    def test_an_issue_without_sections_is_head_rest_and_foot(self):
        assert len(build(make_issue()).pieces) == 3

    def test_each_personal_slot_is_where_it_belongs(self):
        head, *_parts, foot = build(rich_issue()).pieces

        assert Slot.LEAVE_URL.mark in head.html
        for slot in (Slot.EMAIL, Slot.CHOOSE_URL, Slot.LEAVE_URL):
            assert slot.mark in foot.html
            assert slot.mark in foot.text.split("\n")  # on a line of its own

    def test_words_of_editors_make_no_slots(self):
        mark = Slot.LEAVE_URL.mark
        SectionType.objects.filter(slug="ml-tip").update(
            name=f"Tip {mark}", emoji="\x02", link_label=mark
        )
        texts = {"title": f"T{mark}", "body": f"B {mark} &#2;leave_url&#3;", "byline": mark}
        issue = make_issue(title=f"I{mark}", intro=mark, summary=mark, sections=[texts])

        contents = build(issue, subject=mark)

        slots = re.findall("[\x00-\x08]", "".join(piece.html for piece in contents.pieces))
        assert len(slots) == 2 * len(["left out", "top", "email", "choose", "leave"])
        assert "\x02" not in contents.subject + contents.pieces[1].text


class TestSameness:
    def test_it_is_the_same_again_and_whoever_asks(self):
        issue = rich_issue()

        first = build(issue)
        with timezone.override(datetime.timezone(TOMORROW / 2)), translation.override("de"):
            second = build(Issue.objects.get(pk=issue.pk))

        assert first == second
        assert first.digest == second.digest

    def test_it_is_made_of_what_is_stored(self):
        issue = rich_issue()
        before = build(issue)

        issue.title = issue.intro_html = "Not saved"

        assert build(issue) == before
        assert issue.title == "Not saved"

    def test_a_reference_to_what_is_public_by_then_is_a_link(self):
        make_issue(6, TOMORROW / 2, ["Warm up"])
        make_issue(8, TOMORROW * 2, ["Too late"])
        body = "See [[6/warm-up]], [[8/too-late]]."
        issue = make_issue(7, TOMORROW, [{"title": "Tip", "body": body}])

        piece = build(issue).pieces[1]

        assert f'href="{WEB}/issues/6/warm-up/"' in piece.html
        assert "#8" in piece.html
        assert "Too late" not in piece.html + piece.text
        assert "See Warm up [1], #8." in piece.text

    @pytest.mark.parametrize("count", [1, 8])
    def test_it_costs_the_same_for_many_sections(self, count, django_assert_num_queries):
        make_issue(1, YESTERDAY * 2, [f"Tip {number}" for number in range(count)])
        picture = make_picture()
        sections = [
            {
                "title": f"T{number}",
                "body": f"![A]({picture.file.url}) [[1/tip-{number}]] [[1]] [[9/no-{number}]]",
            }
            for number in range(count)
        ]
        issue = make_issue(2, sections=sections, cover=picture)

        with django_assert_num_queries(6):
            build(issue)


class TestHtml:
    def test_it_is_as_strict_as_our_pages(self):
        html = html_of(rich_issue(cover=make_picture(alt="Sea")))

        html5lib.HTMLParser(strict=True).parse(html)

    def test_it_holds_nothing_that_mail_programs_refuse(self):
        html = html_of(rich_issue(cover=make_picture(alt="Sea")))

        names = "script|form|input|video|audio|svg|iframe|object|embed|link|base|label|figure"
        assert not re.search(rf"<({names})\b|data:|@import|url\(|javascript:", html)
        assert not re.search(r" (id|tabindex|loading|rel|on\w+)=", html)

    def test_its_style_is_in_the_elements(self):
        html = html_of(rich_issue())

        sheet = re.search("<style>(.*?)</style>", html, re.S)[1]
        outside = re.sub(r"@media [^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", sheet)
        assert outside.strip() == ""
        assert set(re.findall("@media ([^{]*)", sheet)) == {
            "(prefers-color-scheme: dark) ",
            "(max-width: 480px) ",
        }
        assert 'style="color:#0b6387;text-decoration:underline"' in html
        assert "max-width:600px" in html

    def test_it_holds_no_class_that_serves_nothing(self):
        html = html_of(rich_issue())

        sheet = re.search("<style>(.*?)</style>", html, re.S)[1]
        classes = {name for some in re.findall(' class="([^"]*)"', html) for name in some.split()}
        assert classes <= set(re.findall(r"\.([\w-]+)", sheet))

    def test_the_way_out_and_the_web_are_near_the_top(self):
        html = html_of(rich_issue())

        head = html[: html.index("<h1")]
        assert links_of(head) == [f"{WEB}/", f"{WEB}/issues/7/", "https://leave.example/ada"]

    def test_the_foot_says_why_and_who(self, site):
        site.POSTAL_ADDRESS, site.REPLY_TO = "Bitsletter\nHarbour 1", "hello@example.org"

        for half in (html_of(make_issue(1)), text_of(make_issue(2))):
            foot = re.sub("<[^>]*>", "", half[half.index("You get this") :])
            assert "ada@example.org" in foot
            assert "Harbour 1" in foot
            assert "A person reads what you answer" in foot

    def test_a_section_says_all_that_its_page_does_but_the_tags(self):
        html = build(rich_issue()).pieces[2].html

        assert "Research paper" in html
        assert re.search(rf'<h2[^>]*><a href="{WEB}/issues/7/a-paper/"[^>]*>A paper</a>', html)
        assert "Ada &amp; Bo" in html
        assert re.search(r'href="https://arxiv.org/abs/1706.03762"[^>]*>Read the paper</a>', html)
        assert ">arxiv.org</span>" in html

    def test_the_issue_says_its_number_and_date(self):
        moment = datetime.datetime(2026, 12, 2, 9, tzinfo=datetime.UTC)
        issue = make_issue(7)
        Issue.objects.update(published_at=moment)

        assert "Issue 7 · 2 Dec 2026" in html_of(issue)
        assert "Bitsletter · Issue 7 · 2 Dec 2026" in text_of(issue)

    def test_a_draft_has_no_date(self):
        assert "Issue 7</p>" in html_of(make_issue(7, None))


class TestNobodyIsWatched:
    def test_nothing_but_the_personal_links_differs_between_two_people(self):
        issue = rich_issue(cover=make_picture(alt="Sea"))
        bo = Recipient("bo@example.net", "https://choose.example/bo", "https://leave.example/bo")
        ada, other = filled(issue), filled(issue, to=bo)

        assert sorted(set(links_of(other.html)) ^ set(links_of(ada.html))) == [
            "https://choose.example/ada",
            "https://choose.example/bo",
            "https://leave.example/ada",
            "https://leave.example/bo",
        ]
        for ours, theirs in ((ada.html, other.html), (ada.text, other.text)):
            for mine, yours in zip(bo, ("ada@example.org", *ada_links()), strict=True):
                theirs = theirs.replace(mine, yours)
            assert theirs == ours

    def test_each_link_leads_where_its_author_wrote_and_is_named(self):
        html = build(rich_issue()).pieces[1].html

        assert set(links_of(html)) == {
            f"{WEB}/issues/7/a-tip-more/",
            "https://example.com/a?b=1&amp;c=2",
            "https://example.net/",
        }

    def test_it_loads_only_the_pictures_of_the_issue(self):
        picture = make_picture(alt="Sea")

        html = html_of(rich_issue(cover=picture))

        assert re.findall(r' src="([^"]*)"', html) == [
            WEB + picture.file.url,
            "https://example.com/w.png",
        ]
        assert not re.findall(r'<img[^>]*(?:width|height)="[01]"', html)


def ada_links() -> tuple[str, str]:
    return "https://choose.example/ada", "https://leave.example/ada"


class TestSectionsOfTheIssue:
    def test_a_reference_leads_to_its_place_on_the_web(self):
        piece = build(rich_issue()).pieces[2]

        assert f'<a href="{WEB}/issues/7/#a-tip-more"' in piece.html
        assert f'<a href="{WEB}/issues/7/"' in piece.html
        assert f"[1] {WEB}/issues/7/#a-tip-more" in piece.text
        assert f"[2] {WEB}/issues/7/" in piece.text

    def test_who_leaves_types_out_is_told_how_many_and_where_they_are(self):
        issue = rich_issue()
        tool, tip = (SectionType.objects.get(slug=slug).pk for slug in ("tool", "ml-tip"))

        html, text = html_of(issue, unwanted=[tool]), text_of(issue, unwanted=[tool, tip])

        assert "Words of a tool" not in html + text
        assert f'1 section left out: <a href="{WEB}/issues/7/"' in html
        assert f"2 sections left out: read the whole issue on the web\n{WEB}/issues/7/" in text
        assert "left out" not in html_of(issue)

    def test_whole_messages_arrive_as_they_were_filled(self):
        issue = rich_issue()
        make_section(issue, "Last", "news", body="Très € 好 " * 40, position=9)
        mail = IssueMail(build(issue))

        text, html = received(mail)

        assert (text, html) == (text_of(issue), html_of(issue))


class TestHosts:
    def test_every_link_is_whole(self):
        body = "[a](/tags/) [b](#there) [c](../6/) [d](//example.com/x) [e](mailto:a@b.org)"
        html = build(make_issue(7, sections=[{"title": "Tip", "body": body}])).pieces[1].html

        assert links_of(html)[1:] == [
            f"{WEB}/tags/",
            f"{WEB}/issues/7/#there",
            f"{WEB}/issues/6/",
            "https://example.com/x",
            "mailto:a@b.org",
        ]
        assert {urlsplit(one).scheme for one in links_of(html)} == {"https", "mailto"}
