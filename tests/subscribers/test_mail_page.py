"""The page at the desk on which the mail of an issue is looked at, tested and approved."""

import datetime
import html as html_library
import re

import html5lib
import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from issues.models import Issue, SectionType
from subscribers.admin.mail_preview import READER, in_scheme
from subscribers.delivery import approving
from subscribers.issue_mail import building, size
from subscribers.issue_mail.messages import IssueMail
from subscribers.models import Mailing, Subscriber
from tests.builders import (
    TOMORROW,
    YESTERDAY,
    change,
    make_asset,
    make_colleague,
    make_mailing,
    make_ready_issue,
    make_section,
    make_subscriber,
    make_unready_issue,
)
from tests.personal_pages import text_of

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)


def address(issue: Issue) -> str:
    return reverse("subscribers_desk:mail", args=[issue.pk])


def progress_of(mailing: Mailing) -> str:
    return reverse("admin:subscribers_mailing_change", args=[mailing.pk])


def hidden(page: str, name: str) -> str:
    """Give the value of a hidden field."""
    found = re.search(rf'<input type="hidden" name="{name}"(?: value="([^"]*)")?', page)
    return html_library.unescape(found[1] or "")


@pytest.fixture
def ada():
    return make_subscriber()


@pytest.fixture
def issue(ada) -> Issue:
    return make_ready_issue(7, YESTERDAY)


@pytest.fixture
def desk(client, publisher):
    """Sign a publisher in."""
    client.force_login(publisher)
    return client


@pytest.fixture
def mailing(issue, publisher) -> Mailing:
    return approving.approve(issue, publisher, timezone.now() + DAY, "As approved")


class Steps:
    """What a publisher does in one go: look, ask, confirm."""

    def __init__(self, client, issue: Issue):
        self.client, self.url = client, address(issue)

    def form(self, **fields) -> dict:
        """Fill in the form of the page as it is now."""
        page = self.client.get(self.url).content.decode()
        kept = {name: hidden(page, name) for name in ("seen", "again")}
        week = timezone.localtime() + 7 * DAY
        given = {"subject": "A subject", "at_0": f"{week:%Y-%m-%d}", "at_1": "09:00"}
        return {"do": "ask_at", **given, **kept, **fields}

    def ask(self, **fields):
        return self.client.post(self.url, self.form(**fields))

    def confirm(self, asked, **fields):
        page = asked.content.decode()
        kept = {name: hidden(page, name) for name in ("subject", "moment", "seen", "again")}
        return self.client.post(self.url, {"do": "approve", **kept, **fields}, follow=True)


@pytest.fixture
def steps(desk, issue) -> Steps:
    return Steps(desk, issue)


class TestPage:
    @pytest.mark.parametrize("published", [None, TOMORROW, YESTERDAY])
    def test_it_opens_for_every_issue_and_is_valid(self, desk, ada, published):
        page = desk.get(address(make_ready_issue(7, published)))

        html5lib.HTMLParser(strict=True).parse(page.content.decode())
        assert page.content.decode().count("<h1") == 1

    @pytest.mark.parametrize("state", Mailing.State)
    def test_it_opens_in_every_state_of_the_mailing(self, desk, issue, state):
        make_mailing(issue, state=state)

        page = text_of(desk.get(address(issue)))

        assert str(state.label) in page
        assert ('value="ask_at"' in page) == (state in ("approved", "paused"))
        assert ('value="discard"' in page) == (state in ("approved", "paused"))

    def test_it_says_who_gets_it(self, desk, issue):
        make_subscriber("resting@example.org", paused_until=timezone.now() + 30 * DAY)
        make_subscriber("none@example.org", unwanted=["ml-tip"])

        words = "All 3 readers; 1 of them rests, 1 chose none of its sections, so 1 gets it."
        assert words in text_of(desk.get(address(issue)))

    def test_it_says_how_large_it_is(self, desk, issue):
        page = text_of(desk.get(address(issue)))

        mail = IssueMail(building.build(issue))
        html, whole = size.html_size(mail), size.message_size(mail)
        assert f"HTML part: {html:,} of 95,000 bytes" in page
        assert f"the whole message has {whole:,} bytes" in page
        assert "<meter" in page

    def test_what_is_too_large_is_told_by_section_and_cannot_be_approved(self, desk, issue):
        body = "Many words, and then some more of them. " * 2450
        make_section(issue, "The long one", body=body, position=2, tags=["training"])

        page = text_of(desk.get(address(issue)))

        assert "“The long one” has " in page
        assert "mail programs cut it off near 95,000" in page
        assert page.count(" disabled>") == 2

    def test_a_draft_is_published_first(self, desk, ada):
        issue = make_ready_issue(7)

        page = text_of(desk.get(address(issue)))

        assert "It is a draft. Publish or schedule it first: mail leads there." in page
        assert reverse("desk:publishing", args=[issue.pk]) in page
        assert page.count(" disabled>") == 2

    def test_preflight_is_heard(self, desk, ada):
        issue = make_unready_issue(7)
        issue.publish()

        assert "Something in the issue has to be mended first: " in text_of(
            desk.get(address(issue))
        )

    def test_titles_are_text(self, desk, ada):
        issue = make_ready_issue(7, YESTERDAY, title="<script>alert(1)</script>")

        assert b"<script>alert" not in desk.get(address(issue)).content

    def test_the_page_on_which_it_is_published_leads_here(self, desk, issue):
        page = desk.get(reverse("desk:publishing", args=[issue.pk])).content.decode()

        assert address(issue) in page

    def test_authors_find_no_way_here(self, client, author):
        issue = make_ready_issue(7, author=author)
        client.force_login(author)

        page = client.get(reverse("desk:publishing", args=[issue.pk])).content.decode()

        assert address(issue) not in page
        assert client.get(address(issue)).status_code == 403

    def test_editors_look_and_cannot_approve(self, client, issue):
        client.force_login(make_colleague("Editor"))

        page = client.get(address(issue)).content.decode()

        assert 'value="ask_at"' not in page
        assert "Approving is what publishers do." in page
        for do in ("ask_at", "ask_now", "approve", "discard"):
            assert client.post(address(issue), {"do": do}).status_code == 403


class TestQueries:
    def count(self, client, url: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    def test_they_are_as_many_however_many_people_and_sections_there_are(self, desk, issue):
        asset = make_asset()
        change(issue.sections.get(), body=f"Many words. ![It]({asset.file.url})")
        urls = [address(issue), f"{address(issue)}html/"]
        for url in urls:
            desk.get(url)
        few = [self.count(desk, url) for url in urls]

        for number in range(4):
            make_subscriber(f"reader-{number}@example.org", unwanted=["tool"])
            other = make_asset(f"Picture {number}")
            body = f"Words, many. ![It]({other.file.url})"
            make_section(issue, f"Tip {number}", "tool", ["a"], position=number + 2, body=body)

        assert [self.count(desk, url) for url in urls] == few

    def test_nor_do_edits_since_the_approval_add_any(self, desk, mailing, issue):
        desk.get(address(issue))
        before = self.count(desk, address(issue))

        change(issue.sections.get(), body="Other words, of some length.")

        assert self.count(desk, address(issue)) == before


class TestApproving:
    def test_the_people_and_the_moment_are_named_before_anything_is_done(self, steps, settings):
        settings.TIME_ZONE = "Europe/Madrid"

        page = text_of(steps.ask(at_0="2027-01-06", at_1="09:00"))

        moment = "Wed 6 January 2027, 09:00 Europe/Madrid"
        assert f"It goes to 1 person on {moment}, that is 08:00 UTC." in page
        assert f"Send to 1 person on {moment}</button>" in page
        assert not Mailing.objects.exists()

    def test_once_confirmed_it_is_approved(self, steps, publisher):
        page = text_of(steps.confirm(steps.ask(at_1="10:30")))

        mailing = Mailing.objects.get()
        assert (mailing.subject, mailing.approved_by) == ("A subject", publisher)
        assert f"{timezone.localtime(mailing.scheduled_for):%H:%M}" == "10:30"
        assert "Its mail was approved for 1 person, to go out on " in page
        assert "By publisher, on " in page

    def test_another_mail_on_that_day_is_named(self, steps, mailing, ada):
        other = make_ready_issue(8, YESTERDAY)
        later = Steps(steps.client, other)
        words = "On that day “As approved” goes to everybody, too."

        same, another = timezone.localtime(mailing.scheduled_for), timezone.localtime() + 9 * DAY

        page = later.ask(at_0=f"{same:%Y-%m-%d}", at_1="23:59").content.decode()
        assert words in page
        page = later.ask(at_0=f"{another:%Y-%m-%d}").content.decode()
        assert words not in page

    def test_an_approval_anew_is_no_other_mail(self, steps, mailing):
        page = steps.ask(at_0=f"{timezone.localtime(mailing.scheduled_for):%Y-%m-%d}", at_1="23:59")

        assert "On that day" not in page.content.decode()

    def test_now_is_a_choice_of_its_own(self, steps):
        asked = steps.ask(do="ask_now", at_0="nonsense", at_1="")
        assert "It goes to 1 person at once." in text_of(asked)

        steps.confirm(asked)

        assert Mailing.objects.due().exists()

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"at_0": "2020-01-01"}, "That moment has passed: "),
            ({"at_0": "2099-01-01"}, "That is more than a year away."),
            ({"at_0": "9999-12-31"}, "That is more than a year away."),
            ({"at_0": "0001-01-01"}, "That moment has passed: "),
            ({"at_0": "", "at_1": ""}, "This field is required."),
            ({"at_0": "tomorrow"}, "Enter a date such as 2026-12-02."),
            ({"subject": ""}, "This field is required."),
            ({"subject": "a\nBcc: b@c.org"}, "It holds characters that are no text."),
            ({"subject": "a\x00b"}, "It holds characters that are no text."),
            ({"subject": "a" * 301}, "Ensure this value has at most 300 characters"),
        ],
    )
    def test_what_is_wrong_is_said_in_its_place(self, steps, fields, words):
        page = steps.ask(**fields)

        assert page.status_code == 200
        assert words in html_library.unescape(text_of(page))
        assert not Mailing.objects.exists()

    def test_a_time_that_comes_twice_is_asked_for(self, steps, settings):
        settings.TIME_ZONE = "Europe/Madrid"
        year = timezone.localtime().year + 1
        sunday = max(
            day
            for day in (datetime.date(year, 10, number) for number in range(1, 32))
            if day.weekday() == 6
        )

        page = text_of(steps.ask(at_0=f"{sunday}", at_1="02:30"))

        assert "02:30 comes twice on Sunday" in page
        assert 'name="at_2"' in page

    def test_a_page_that_is_old_when_it_is_asked_is_refused(self, steps, issue):
        form = steps.form()
        change(issue.sections.get(), body="Other words, of some length.")

        page = text_of(steps.client.post(steps.url, form, follow=True))

        assert "The issue has changed since you looked at its mail." in page

    def test_a_confirmation_that_is_old_when_it_comes_is_refused(self, steps, issue):
        asked = steps.ask()
        change(issue.sections.get(), body="Other words, of some length.")

        page = text_of(steps.confirm(asked))

        assert "The issue has changed since you looked at its mail." in page
        assert not Mailing.objects.exists()

    def test_two_publishers_approve_it_once(self, steps):
        one, two = steps.ask(), steps.ask()
        steps.confirm(one)

        assert "has approved it already. It goes out on " in text_of(steps.confirm(two))

    def test_a_moment_that_passes_before_it_is_confirmed_is_refused(self, steps):
        past = (timezone.now() - DAY).isoformat()

        assert "That moment has passed: " in text_of(steps.confirm(steps.ask(), moment=past))
        assert not Mailing.objects.exists()

    @pytest.mark.parametrize(
        "fields",
        [
            {"moment": "soon"},
            {"moment": "2027-13-01T00:00:00Z"},
            {"moment": "2027-01-01T00:00:00"},
            {"moment": "0001-01-01T00:00:00+14:00"},
            {"moment": "9999-12-31T23:59:59-14:00"},
            {"moment": "\x00"},
            {"subject": ""},
            {"subject": "a\nb"},
            {"seen": ""},
        ],
    )
    def test_a_confirmation_that_was_tampered_with_does_nothing(self, steps, fields):
        page = steps.confirm(steps.ask(), **fields)

        assert page.status_code == 400
        assert not Mailing.objects.exists()

    @pytest.mark.parametrize("do", ["", "\x00", "nonsense", "x" * 10_000])
    def test_nonsense_is_refused(self, steps, do):
        assert steps.client.post(steps.url, {"do": do}).status_code == 400

    def test_no_other_method_is_known(self, steps):
        assert steps.client.put(steps.url).status_code == 405


class TestWithoutServer:
    """Where mail is but written into a folder, nobody is led to believe that readers get it."""

    NOTE = "This site has no mail server"

    def test_all_that_would_send_says_so(self, desk, steps, mailing, settings):
        settings.EMAIL_BACKEND = "subscribers.outbox.OutboxBackend"

        pages = [desk.get(steps.url), steps.ask(), desk.get(progress_of(mailing))]

        assert all(self.NOTE in page.content.decode() for page in pages)

    def test_nothing_does_where_there_is_one(self, desk, steps, mailing, mail_server):
        pages = [desk.get(steps.url), steps.ask(), desk.get(progress_of(mailing))]

        assert not any(self.NOTE in page.content.decode() for page in pages)

    def test_who_may_see_addresses_is_led_there(self, desk, publisher, issue, settings):
        settings.EMAIL_BACKEND = "subscribers.outbox.OutboxBackend"
        outbox = reverse("subscribers_desk:outbox")
        assert outbox not in desk.get(address(issue)).content.decode()

        publisher.groups.add(Group.objects.get(name="Subscriber manager"))

        assert outbox in desk.get(address(issue)).content.decode()


class TestApproved:
    def test_edits_are_told_with_what_has_changed(self, desk, mailing, issue):
        assert "differs from the approved version" not in text_of(desk.get(address(issue)))

        change(issue.sections.get(), body="Other words, of some length.")

        page = text_of(desk.get(address(issue)))
        assert "The issue differs from the approved version." in page
        assert "<li>Changed: Warm up</li>" in page

    def test_what_waits_for_somebody_says_why_and_names_no_time(self, desk, mailing, issue):
        Mailing.objects.update(state="paused", reason="Too late for ada@example.org.")

        page = desk.get(address(issue)).content.decode()

        assert "It does not go out before somebody resumes it" in page
        assert reverse("admin:subscribers_mailing_change", args=[mailing.pk]) in page
        assert "Too late for …" in page
        assert "<dt>Goes out</dt>" not in page

    def test_it_is_approved_again_with_what_has_changed(self, steps, mailing, issue):
        change(issue.sections.get(), body="Other words, of some length.")

        steps.confirm(steps.ask(subject="Another subject"))

        again = Mailing.objects.get()
        assert again.pk == mailing.pk
        assert again.subject == "Another subject"
        assert not approving.differs(again)

    def test_the_form_begins_with_what_was_approved(self, desk, mailing, issue):
        local = timezone.localtime(mailing.scheduled_for)

        page = desk.get(address(issue)).content.decode()

        assert 'value="As approved"' in page
        assert f'value="{local:%Y-%m-%d}"' in page
        assert f'value="{local:%H:%M}"' in page

    def test_the_subject_follows_the_title_where_it_was_that(self, desk, issue, publisher):
        approving.approve(issue, publisher, timezone.now() + DAY)
        change(issue, title="Warm & cool")

        page = text_of(desk.get(address(issue)))

        assert 'value="#7 Warm &amp; cool"' in page
        assert "Approved was “#7 Warm up”." in page

    def test_a_subject_of_their_own_stays(self, desk, mailing, issue):
        change(issue, title="Warm & cool")

        page = text_of(desk.get(address(issue)))

        assert 'value="As approved"' in page
        assert "Approved was" not in page

    def test_another_approval_meanwhile_is_not_replaced_unseen(self, steps, mailing, publisher):
        asked = steps.ask()
        approving.approve_again(mailing, publisher, timezone.now() + 2 * DAY, "By another")

        steps.confirm(asked)

        assert Mailing.objects.get().subject == "By another"

    def test_it_is_discarded(self, desk, mailing, issue):
        mark = mailing.approved_at.isoformat()

        page = desk.post(address(issue), {"do": "discard", "again": mark}, follow=True)

        assert "It is not approved any more." in text_of(page)
        assert not Mailing.objects.exists()

    @pytest.mark.parametrize("again", ["", "another", "\x00"])
    def test_only_the_approval_that_was_seen_is_discarded(self, desk, mailing, issue, again):
        desk.post(address(issue), {"do": "discard", "again": again})

        assert Mailing.objects.exists()

    def test_what_is_not_there_is_not_discarded(self, desk, issue):
        page = desk.post(address(issue), {"do": "discard"}, follow=True)

        assert "Somebody has discarded it meanwhile." in text_of(page)

    def test_what_has_begun_is_not_discarded(self, desk, mailing, issue):
        Mailing.objects.update(state="sending")

        mark = mailing.approved_at.isoformat()
        page = desk.post(address(issue), {"do": "discard", "again": mark}, follow=True)

        assert "It has begun to go out, or has gone out." in text_of(page)
        assert Mailing.objects.exists()

    def test_an_issue_that_was_taken_back_is_told(self, desk, mailing, issue):
        issue.unpublish()

        assert "The issue is a draft now. When its time comes the mail pauses" in text_of(
            desk.get(address(issue))
        )

    def test_an_issue_that_comes_after_its_mail_is_told(self, desk, mailing, issue):
        issue.publish(mailing.scheduled_for + DAY)

        assert "now, after its mail." in text_of(desk.get(address(issue)))


class TestFormOfIssue:
    """Whoever edits an issue is told that its mail is frozen."""

    def form_of(self, client, issue: Issue) -> str:
        return text_of(client.get(reverse("admin:issues_issue_change", args=[issue.pk])))

    def test_it_says_nothing_of_a_mail_that_is_not_approved(self, desk, issue):
        assert "Its mail was approved" not in self.form_of(desk, issue)
        assert desk.get(reverse("admin:issues_issue_add")).status_code == 200

    def test_it_says_that_edits_do_not_change_it(self, desk, mailing, issue):
        page = self.form_of(desk, issue)

        assert "Its mail was approved by publisher, for " in page
        assert "What you change from now on does not change the mail." in page
        assert address(issue) in page

    def test_it_says_that_the_two_differ(self, desk, mailing, issue):
        change(issue, title="Edited after approval")

        page, home = self.form_of(desk, issue), text_of(desk.get(reverse("admin:index")))

        assert "It differs from the issue now:" in page
        assert "It differs from the issue now:" in home

    def test_what_has_begun_cannot_be_approved_again(self, desk, mailing, issue):
        Mailing.objects.update(state="sent", started_at=timezone.now())
        change(issue, title="Edited after approval")

        assert "It differs" not in self.form_of(desk, issue)
        assert "It differs" not in text_of(desk.get(reverse("admin:index")))

    def test_who_may_not_see_mail_is_told_without_the_way(self, client, mailing, issue):
        client.force_login(make_colleague("Author", password=None))

        page = self.form_of(client, issue)

        assert "Its mail was approved by publisher" in page
        assert address(issue) not in page


class TestTestMail:
    def test_it_goes_to_some_and_trouble_is_told(self, desk, issue, mail_server):
        mail_server.answers["bob@example.org"] = "550 5.1.1 Nobody <here>"
        addresses = "ada@example.org, bob@example.org;ADA@example.org  ada@example.org"

        page = text_of(desk.post(address(issue), {"do": "test", "addresses": addresses}))

        assert "<b>ada@example.org</b> Done." in page
        assert "<b>bob@example.org</b> No mail went to this address." in page
        assert mail_server.recipients == ["ada@example.org", "ADA@example.org"]

    @pytest.mark.parametrize(
        ("addresses", "words"),
        [
            ("", "This field is required."),
            ("nobody", "nobody: This is no e-mail address"),
            (" ".join(f"a{number}@b.org" for number in range(11)), "At most 10 addresses at once."),
            ("\x00", "It holds characters that are no text."),
            ("a\x00da@example.org", "It holds characters that are no text."),
            ("x" * 60_000, "At most 10 addresses at once."),
            ("<b>@c.org", "b: This is no e-mail address"),
        ],
    )
    def test_what_is_no_address_is_refused(self, desk, issue, mail_server, addresses, words):
        page = text_of(desk.post(address(issue), {"do": "test", "addresses": addresses}))

        assert words in page
        assert mail_server.messages == []

    @pytest.mark.parametrize(
        "addresses",
        [
            "one@example.org; two@example.org",
            "one@example.org\r\ntwo@example.org\r\n",
            "One <one@example.org>, Two Two <two@example.org>",
            '"One, O." <one@example.org>\n"Two <2>" <two@example.org>',
            "one@example.org Two Two <two@example.org>",
            "<one@example.org>;<two@example.org>",
        ],
    )
    def test_they_are_taken_as_mail_programs_copy_them(self, desk, issue, mail_server, addresses):
        desk.post(address(issue), {"do": "test", "addresses": addresses})

        assert mail_server.recipients == ["one@example.org", "two@example.org"]

    def test_editors_get_it_themselves_whatever_they_post(self, client, issue, mail_server):
        client.force_login(make_colleague("Editor", email="grace@example.org"))

        client.post(address(issue), {"do": "test", "addresses": "bob@example.org"})

        assert mail_server.recipients == ["grace@example.org"]


class TestPreview:
    def part(self, client, issue, part="html", query=""):
        return client.get(f"{address(issue)}{part}/?{query}")

    def test_it_is_what_goes_out(self, desk, mailing, issue):
        mail = IssueMail.of(mailing)
        reader = Subscriber(email=READER)
        sent = mail.message(reader.uid, mail.recipient(reader), mail.variant(), timezone.now())

        def without_links(text: str) -> str:
            return re.sub(r"/(preferences|unsubscribe)/[\w.-]+/", r"/\1/", text)

        shown = self.part(desk, issue, "text").content.decode()
        assert without_links(shown) == without_links(sent.body.text)
        for part, scheme in (("html", "light"), ("html", "dark")):
            shown = self.part(desk, issue, part, f"scheme={scheme}").content.decode()
            assert without_links(shown) == without_links(in_scheme(sent.body.html, scheme))

    def test_headers_and_source_are_as_on_the_wire(self, desk, mailing, issue):
        headers = self.part(desk, issue, "headers").content
        source = self.part(desk, issue, "source").content

        assert b"Subject: As approved\r\n" in headers
        assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in headers
        assert headers.endswith(b"\r\n\r\n")
        assert b"Content-Transfer-Encoding: quoted-printable\r\n" in source

    def test_what_is_approved_is_shown_and_what_there_is_now_on_request(self, desk, mailing, issue):
        change(issue.sections.get(), body="Quite other words.")

        assert b"Quite other words." not in self.part(desk, issue, "text").content
        assert b"Quite other words." in self.part(desk, issue, "text", "of=now").content

    def test_types_are_left_out(self, desk, issue):
        make_section(issue, "A tool", "tool", body="Of use.", position=2)
        tip, tool = (SectionType.objects.get(slug=slug).pk for slug in ("ml-tip", "tool"))

        without = self.part(desk, issue, "text", f"without={tool}").content.decode()
        nothing = self.part(desk, issue, "html", f"without={tool}&without={tip}")

        assert "Of use." not in without
        assert "1 section left out" in without
        assert nothing.content == b"Who leaves all of this out gets no mail of this issue."

    def test_it_is_framed_by_this_site_alone_and_does_nothing(self, desk, issue):
        for part in ("html", "text", "headers", "source"):
            response = self.part(desk, issue, part)
            policy = response["Content-Security-Policy"].split("; ")

            assert policy[0] == "default-src 'none'"
            assert {"sandbox", "frame-ancestors 'self'", "form-action 'none'"} <= set(policy)
            assert not any(line.startswith("script-src") for line in policy)
            assert response["X-Frame-Options"] == "SAMEORIGIN"
            assert response["Referrer-Policy"] == "no-referrer"
            assert "no-store" in response["Cache-Control"]
            assert ("style-src 'unsafe-inline'" in policy) == (part == "html")

    def test_the_page_itself_stays_as_strict_as_any(self, desk, issue):
        response = desk.get(address(issue))

        assert response["X-Frame-Options"] == "DENY"
        assert "unsafe-inline" not in response["Content-Security-Policy"]
        assert "frame-src 'self'" in response["Content-Security-Policy"]

    def test_only_the_hosts_of_its_pictures_are_asked(self, desk, ada, settings):
        settings.SITE_URL = "https://news.example.org"
        body = "Many words. ![It](https://pictures.example.org/a.png)"
        issue = make_ready_issue(7, YESTERDAY)
        change(issue.sections.get(), body=body)

        def sources(query: str) -> str:
            policy = self.part(desk, issue, query=query)["Content-Security-Policy"]
            return re.search("img-src ([^;]*)", policy)[1]

        hosts = "https://news.example.org https://pictures.example.org"
        assert sources("") == f"'self' {hosts}"
        assert sources("pictures=off") == "'none'"

    @pytest.mark.parametrize(
        "query",
        [
            "part=x&scheme=x&pictures=x&of=x&without=x",
            "without=-1&without=99999999999999999999999&without=%00&without=%ED%A0%80",
            "part=%00&scheme=&of[]=now&of=now&of=approved",
            "scheme=" + "x" * 5000,
        ],
    )
    def test_nonsense_is_as_if_it_were_not_asked(self, desk, issue, query):
        assert desk.get(f"{address(issue)}?{query}").status_code == 200
        for part in ("html", "text", "headers", "source"):
            assert self.part(desk, issue, part, query).status_code == 200

    def test_there_are_no_other_parts(self, desk, issue):
        assert self.part(desk, issue, "nonsense").status_code == 404
        assert desk.get("/admin/subscribers/mail/99999999999999999999/").status_code == 404
        assert desk.get("/admin/subscribers/mail/99999999999999999999/html/").status_code == 404
        assert desk.post(f"{address(issue)}html/").status_code == 405

    def test_who_may_not_see_the_issue_sees_no_part_of_it(self, client, author):
        client.force_login(make_colleague("Subscriber manager"))

        assert self.part(client, make_ready_issue(7, YESTERDAY)).status_code == 403


class TestScheme:
    SHEET = "<style>@media (prefers-color-scheme: dark) { p { color: red } }</style>"

    def test_the_style_sheets_are_answered(self):
        assert "@media (min-width: 0) {" in in_scheme(self.SHEET, "dark")
        assert "@media (max-width: 0) {" in in_scheme(self.SHEET, "light")

    def test_words_about_it_stay(self):
        words = "<p>Use @media (prefers-color-scheme: dark)</p>"

        assert in_scheme(words, "dark").endswith(words)

    def test_what_we_add_comes_into_the_head(self):
        html = "<!doctype html><html><head><title>A</title></head></html>"

        assert in_scheme(html, "dark").startswith("<!doctype html><html><head><base ")
