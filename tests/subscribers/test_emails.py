"""What letters say, and what mail programs find in them."""

import datetime
import email
import re
from email.policy import SMTP
from urllib.parse import urlsplit

import html5lib
import pytest
from django.core.checks import run_checks
from django.utils import timezone

from subscribers import emails, tokens
from subscribers.models import Letter
from subscribers.tokens import Purpose
from tests.builders import TOMORROW, YESTERDAY, make_issue, make_subscriber
from tests.mail_server import links_in

pytestmark = pytest.mark.django_db

Kind = Letter.Kind
STATES = {Kind.CONFIRMATION: "pending", Kind.GOODBYE: "left"}
MOMENT = datetime.datetime(2026, 12, 2, 9, 0, tzinfo=datetime.UTC)
PATHS = {
    "/confirm/address/": Purpose.CHANGE,
    "/confirm/": Purpose.CONFIRM,
    "/preferences/": Purpose.CHOOSE,
    "/unsubscribe/": Purpose.LEAVE,
}
PURPOSES = {
    Kind.CONFIRMATION: {Purpose.CONFIRM},
    Kind.REMINDER: {Purpose.CHOOSE, Purpose.LEAVE},
    Kind.WELCOME: {Purpose.CHOOSE, Purpose.LEAVE},
    Kind.CHANGE: {Purpose.CHANGE},
    Kind.CHANGED: {Purpose.CHOOSE, Purpose.LEAVE},
    Kind.GOODBYE: {Purpose.LEAVE},
}


@pytest.fixture(autouse=True)
def site(settings):
    settings.SITE_URL, settings.SITE_HOST = "https://news.example.org", "news.example.org"
    settings.DEFAULT_FROM_EMAIL = "Bitsletter <news@news.example.org>"
    return settings


def make_letter(kind: Kind, **fields) -> Letter:
    known = {"email": "ada@example.org", "state": STATES.get(kind, "active")}
    subscriber = make_subscriber(**known | fields)
    return Letter.objects.create(kind=kind, subscriber=subscriber, email=subscriber.email)


def read(letter: Letter, at=MOMENT) -> email.message.EmailMessage:
    """Give a letter as the one who gets it reads it."""
    return email.message_from_bytes(emails.build(letter, at).as_bytes(), policy=SMTP)


def text_of(message) -> str:
    return message.get_body(["plain"]).get_content()


def html_of(message) -> str:
    return message.get_body(["html"]).get_content()


def purpose_of(link: str) -> Purpose | None:
    path = urlsplit(link).path
    return next((PATHS[begin] for begin in PATHS if path.startswith(begin)), None)


def token_in(link: str) -> str:
    return urlsplit(link).path.removesuffix("/back/").rstrip("/").rpartition("/")[2]


@pytest.mark.parametrize("kind", Kind)
class TestEveryKind:
    def test_its_headers_say_what_it_is(self, kind):
        letter = make_letter(kind)

        found = read(letter)

        assert found["From"] == "Bitsletter <news@news.example.org>"
        assert found["To"] == "ada@example.org"
        assert found["Date"].datetime == MOMENT
        assert found["Message-ID"] == f"<{letter.uid}@news.example.org>"
        assert found["Auto-Submitted"] == "auto-generated"
        assert found["List-Id"] == '"Bitsletter" <newsletter.news.example.org>'
        assert "Reply-To" not in found
        assert "Bitsletter" in found["Subject"]
        assert len(found["Subject"]) <= 78

    def test_answers_go_where_the_setting_says(self, kind, site):
        site.REPLY_TO = "The editors <hello@example.org>"

        found = read(make_letter(kind))

        assert found["Reply-To"] == "The editors <hello@example.org>"
        assert "A person reads what you answer" in text_of(found)

    def test_its_html_is_as_strict_as_our_pages(self, kind):
        make_issue(1, sections=[{"title": "A & <b>", "body": "Words"}], summary="<i>")

        html = html_of(read(make_letter(kind)))

        html5lib.HTMLParser(strict=True).parse(html)
        assert len(html.encode()) < 30_000

    def test_it_asks_no_other_host_for_anything(self, kind):
        html = html_of(read(make_letter(kind)))

        assert not re.search(r"<(img|link|script|form|svg|video|iframe)|url\(|@import|src=", html)
        hosts = {urlsplit(link).netloc for link in re.findall(r'href="([^"]*)"', html)}
        assert hosts == {"news.example.org"}

    def test_its_style_is_in_the_elements_and_the_dark_one_in_a_media_query(self, kind):
        html = html_of(read(make_letter(kind)))

        assert re.findall("<style>(@media [^{]*?) *{", html) == [
            "@media (prefers-color-scheme: dark)"
        ]
        assert 'name="color-scheme" content="light dark"' in html
        links = re.findall("<a [^>]*>", html)
        plain = [one for one in links if "text-decoration: underline" not in one]
        assert all("background-color" in one or "color: #1d2433" in one for one in plain)
        assert "max-width: 600px" in html

    def test_its_text_is_for_reading(self, kind):
        make_issue(1, sections=[{"title": "Tip", "body": "word " * 100}], summary="word " * 60)

        text = text_of(read(make_letter(kind)))

        wide = [line for line in text.splitlines() if len(line) > 78]
        assert all(line.startswith("https://") and " " not in line for line in wide)
        heading, underline, *_ = text.splitlines()
        assert underline == "=" * len(heading)
        assert not re.search(r"<[a-z]|&[a-z]+;|\n\n\n", text)

    def test_its_links_open_one_purpose_each(self, kind):
        letter = make_letter(kind, new_email="ada@new.example")

        links = [one for one in links_in(read(letter)) if purpose_of(one)]

        assert {purpose_of(one) for one in links} == PURPOSES[kind]
        for link in links:
            opened = {one for one in Purpose if tokens.read(one, token_in(link), MOMENT)}
            assert opened == {purpose_of(link)}

    def test_text_and_html_lead_to_the_same_places(self, kind):
        make_issue(1, sections=["A tip"])
        message = read(make_letter(kind))

        html = set(re.findall(r'href="(https://[^"]*)"', html_of(message)))

        assert html == set(re.findall(r"https://\S+", text_of(message)))

    def test_it_says_why_it_came_and_who_sent_it(self, kind, site):
        site.POSTAL_ADDRESS = "Example Ltd\n1 High Street"

        message = read(make_letter(kind))

        for words in ("because", "ada@example.org", "1 High Street", "https://news.example.org/"):
            assert words in text_of(message)
            assert words in html_of(message)

    @pytest.mark.parametrize(
        "name",
        ["Tips, Tricks & <b>Bits</b>", 'The "best" {{ site }}', "学习 Café", "Bits\r\nBcc: all"],
    )
    def test_the_name_of_the_site_may_be_anything(self, kind, site, name):
        site.SITE_NAME = name

        message = read(make_letter(kind))

        shown = name.replace("\r\n", " ")
        assert shown in message["Subject"]
        assert shown in " ".join(text_of(message).split())
        tree = html5lib.parse(html_of(message), namespaceHTMLElements=False)
        assert shown in " ".join("".join(tree.itertext()).split())
        assert "Bcc" not in message

    def test_an_international_domain_is_read_in_its_letters_and_written_to_in_ascii(self, kind):
        message = read(make_letter(kind, email="ada@xn--bcher-kva.example"))

        assert message["To"] == "ada@xn--bcher-kva.example"
        for words in (text_of(message), html_of(message)):
            assert "ada@bücher.example" in " ".join(words.split())
            assert "xn--" not in words

    def test_what_was_typed_stays_text(self, kind):
        html = html_of(read(make_letter(kind, email="a&b'c@example.org")))

        assert re.search(r"a&amp;b(&#39;|&#x27;|')c@example\.org", html)

    def test_a_second_try_is_the_same_message(self, kind):
        letter = make_letter(kind)

        first, second = read(letter), read(Letter.objects.get(pk=letter.pk))

        assert first["Message-ID"] == second["Message-ID"]
        assert str(read(make_letter(kind, email="bob@example.org"))["Message-ID"]) != str(
            first["Message-ID"]
        )

    def test_mail_programs_show_our_words_beside_the_subject_and_nothing_else(self, kind):
        html = html_of(read(make_letter(kind)))

        [words] = re.findall(r'<div class="preheader"[^>]*>(.*?)</div>', html, re.DOTALL)
        shown = words.replace("&nbsp;", "\u00a0").rstrip("\u034f\u200c\u00a0")
        assert 40 <= len(shown) <= 110
        assert len(words) > 200


class TestLeaving:
    @pytest.mark.parametrize("kind", [Kind.REMINDER, Kind.WELCOME, Kind.CHANGED])
    def test_mail_programs_can_offer_it_to_whoever_is_on_the_list(self, kind):
        letter = make_letter(kind)

        found = read(letter)

        link = re.fullmatch(
            "<(https://news.example.org/unsubscribe/[^>]*)>", found["List-Unsubscribe"]
        )
        assert tokens.read(Purpose.LEAVE, token_in(link[1])) == letter.subscriber
        assert found["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"

    @pytest.mark.parametrize("kind", [Kind.CONFIRMATION, Kind.CHANGE, Kind.GOODBYE])
    def test_nobody_leaves_by_other_letters(self, kind):
        found = read(make_letter(kind))

        assert "List-Unsubscribe" not in found
        assert "List-Unsubscribe-Post" not in found

    def test_whoever_lives_on_under_a_known_address_gets_no_links_at_the_former_one(self):
        found = read(make_letter(Kind.CHANGED, state="left"))

        assert [one for one in links_in(found) if purpose_of(one)] == []
        assert "List-Unsubscribe" not in found


class TestConfirmation:
    @pytest.mark.parametrize("kind", [Kind.CONFIRMATION, Kind.CHANGE])
    def test_the_link_holds_as_long_as_the_letter_says(self, kind):
        message = read(make_letter(kind, new_email="ada@new.example"))

        [link] = links_in(message, "/confirm/")
        minute, week = datetime.timedelta(minutes=1), datetime.timedelta(days=7)
        assert "9 December 2026, 09:00 (UTC)" in " ".join(text_of(message).split())
        assert "9 December 2026, 09:00 (UTC)" in html_of(message)
        assert tokens.read(purpose_of(link), token_in(link), MOMENT + week - minute)
        assert not tokens.read(purpose_of(link), token_in(link), MOMENT + week + minute)

    def test_its_button_is_large_enough_for_a_thumb(self):
        html = html_of(read(make_letter(Kind.CONFIRMATION)))

        [style] = re.findall(r'<td class="button"[^>]*><a [^>]*style="([^"]*)"', html)
        assert "padding: 12px 24px" in style
        assert "line-height: 24px" in style  # 48 pixels together

    def test_who_did_not_ask_learns_that_nothing_is_to_be_done(self):
        message = read(make_letter(Kind.CONFIRMATION))

        assert "It was not you? Then there is nothing to do" in text_of(message)

    def test_the_former_address_does_not_learn_the_new_one(self):
        letter = make_letter(Kind.CHANGED)
        letter.subscriber.email = "hidden@new.example"

        assert "new.example" not in emails.build(letter).as_bytes().decode()


class TestWelcome:
    def test_it_holds_the_latest_issue(self):
        make_issue(1, YESTERDAY * 2, ["Older"])
        make_issue(
            2,
            YESTERDAY,
            [{"title": "Warm up", "body": "Slowly.", "type": "ml-tip"}],
            title="Warm starts",
            summary="How to begin.",
        )

        message = read(make_letter(Kind.WELCOME), timezone.now())

        for part in (text_of(message), html_of(message)):
            for words in ("Issue 2: Warm starts", "How to begin.", "ML tip", "Warm up", "Slowly."):
                assert words in part
            assert "https://news.example.org/issues/2/warm-up/" in part
            assert "Older" not in part

    def test_drafts_and_what_is_scheduled_are_not_in_it(self):
        make_issue(1, None, ["Draft"])
        make_issue(2, TOMORROW, ["Scheduled"])

        message = read(make_letter(Kind.WELCOME), timezone.now())

        assert "issue" not in "".join(urlsplit(link).path for link in links_in(message))
        assert "latest" not in text_of(message) + html_of(message)

    def test_what_the_person_leaves_out_is_left_out(self):
        sections = [{"title": "Kept", "type": "ml-tip"}, {"title": "Unwanted", "type": "news"}]
        make_issue(1, sections=sections)

        message = read(make_letter(Kind.WELCOME, unwanted=["news"]), timezone.now())

        assert "Kept" in text_of(message)
        assert "Unwanted" not in text_of(message) + html_of(message)

    def test_a_long_issue_is_not_clipped_by_mail_programs(self):
        make_issue(
            1, sections=[{"title": f"{n} {'ü' * 200}", "body": "ö " * 900} for n in range(20)]
        )

        message = emails.build(make_letter(Kind.WELCOME))

        assert len(message.as_bytes()) < 95_000
        assert "And 10 more sections on the web." in message.body.text
        assert "And 10 more sections on the web." in message.body.html

    def test_it_asks_as_often_with_1_as_with_20_sections(
        self, django_assert_max_num_queries, django_assert_num_queries
    ):
        letter = make_letter(Kind.WELCOME)
        make_issue(1, YESTERDAY * 2, ["Tip"])
        with django_assert_max_num_queries(2) as queries:
            emails.build(letter)

        make_issue(2, YESTERDAY, ["Tip"] * 20)

        with django_assert_num_queries(len(queries)):
            emails.build(letter)


class TestSender:
    @pytest.mark.parametrize(
        "text", ["", "news", "a@b@c", "Tips, Tricks <news@example.org>", "a b@c.org"]
    )
    def test_one_that_is_no_address_is_an_error(self, site, text):
        site.DEFAULT_FROM_EMAIL = text

        assert "subscribers.E001" in {one.id for one in run_checks()}

    @pytest.mark.parametrize(
        "text",
        ["news@example.org", '"Tips, Tricks" <news@example.org>', "N <news@news.example.org>"],
    )
    def test_others_are_none(self, site, text):
        site.DEFAULT_FROM_EMAIL = site.REPLY_TO = text

        assert run_checks() == []

    def test_where_answers_go_is_read_too(self, site):
        site.REPLY_TO = "nobody"

        [error] = run_checks()
        assert error.msg == "REPLY_TO holds no e-mail address: 'nobody'."
