"""Publishing, scheduling and taking back: the rules, the page and the command."""

import datetime
import io

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from issues import publishing, sharing
from issues.models import Issue, Section, ShareLink, StaleVersion
from issues.moments import in_words
from tests.builders import (
    TOMORROW,
    YESTERDAY,
    make_colleague,
    make_issue,
    make_ready_issue,
    make_section,
    make_unready_issue,
)

pytestmark = pytest.mark.django_db


def page_of(issue: Issue) -> str:
    return reverse("desk:publishing", args=[issue.pk])


def stored(issue: Issue) -> Issue:
    return Issue.objects.get(pk=issue.pk)


@pytest.fixture
def madrid(settings):
    settings.TIME_ZONE = "Europe/Madrid"


@pytest.fixture
def desk(client, publisher):
    """A browser session of somebody who may publish."""
    client.force_login(publisher)
    return client


class TestPublish:
    def test_makes_public_now_and_says_so(self, publisher):
        issue = make_ready_issue()

        words = publishing.publish(issue, publisher)

        assert list(Issue.objects.published()) == [issue]
        assert words == "“#1 Warm up” is public now."

    def test_a_scheduled_issue_goes_public_at_once(self, publisher):
        issue = make_ready_issue(published=TOMORROW)

        publishing.publish(issue, publisher)

        assert stored(issue).is_published

    def test_a_public_issue_keeps_its_date(self, publisher):
        issue = make_ready_issue(published=YESTERDAY)

        with pytest.raises(publishing.AlreadyPublic, match="It is public already, since"):
            publishing.publish(issue, publisher)
        assert stored(issue).published_at == issue.published_at


class TestSchedule:
    def test_sets_the_moment_and_says_it(self, publisher, madrid):
        issue, at = make_ready_issue(), datetime.datetime(2036, 12, 3, 8, tzinfo=datetime.UTC)

        words = publishing.schedule(issue, at, publisher)

        assert stored(issue).published_at == at
        assert words == (
            "“#1 Warm up” goes public on "
            "Wed 3 December 2036, 09:00 Europe/Madrid, that is 08:00 UTC."
        )

    def test_a_moment_that_has_passed_is_refused_and_never_read_as_now(self, publisher):
        issue = make_ready_issue()

        with pytest.raises(publishing.MomentPassed, match="That moment has passed"):
            publishing.schedule(issue, timezone.now(), publisher)
        assert stored(issue).published_at is None

    def test_a_public_issue_is_not_hidden_by_a_later_date(self, publisher):
        issue = make_ready_issue(published=YESTERDAY)

        with pytest.raises(publishing.AlreadyPublic):
            publishing.schedule(issue, timezone.now() + TOMORROW, publisher)
        assert stored(issue).is_published


class TestUnpublish:
    @pytest.mark.parametrize("published", [YESTERDAY, TOMORROW])
    def test_makes_a_draft_whatever_preflight_says(self, publisher, published):
        issue = make_issue(1, published)

        words = publishing.unpublish(issue, publisher)

        assert list(Issue.objects.drafts()) == [issue]
        assert words == "“#1 Issue number 1” is a draft."


def publish_now(issue, user):
    return publishing.publish(issue, user)


def schedule_tomorrow(issue, user):
    return publishing.schedule(issue, timezone.now() + TOMORROW, user)


def take_back(issue, user):
    return publishing.unpublish(issue, user)


class TestEveryVerb:
    @pytest.mark.parametrize("verb", [publish_now, schedule_tomorrow, take_back])
    @pytest.mark.parametrize("role", ["Author", "Editor", None])
    def test_is_for_publishers_alone(self, verb, role):
        colleague = make_colleague(role)
        issue = make_ready_issue(author=colleague)

        with pytest.raises(PermissionDenied):
            verb(issue, colleague)
        assert stored(issue).version == issue.version

    @pytest.mark.parametrize("verb", [publish_now, schedule_tomorrow, take_back])
    def test_notices_that_somebody_else_has_changed_the_issue(self, verb, publisher):
        issue = make_ready_issue()
        Issue.objects.filter(pk=issue.pk).touch()

        with pytest.raises(StaleVersion):
            verb(issue, publisher)
        assert stored(issue).published_at is None

    @pytest.mark.parametrize("verb", [publish_now, schedule_tomorrow])
    def test_hears_preflight(self, verb, publisher):
        issue = make_unready_issue()

        with pytest.raises(publishing.NotReady) as refusal:
            verb(issue, publisher)
        assert all(finding.is_blocking for finding in refusal.value.findings)
        assert str(refusal.value) == str(refusal.value.findings[0].message)
        assert stored(issue).published_at is None

    @pytest.mark.parametrize("verb", [publish_now, schedule_tomorrow, take_back])
    def test_the_command_line_may_do_it(self, verb):
        assert verb(make_ready_issue(), None)


class TestFreeIssueDay:
    NOW = datetime.datetime(2036, 12, 1, 12, tzinfo=datetime.UTC)

    def at(self, day: int, hour=9) -> datetime.datetime:
        return datetime.datetime(2036, 12, day, hour, tzinfo=datetime.UTC)

    def test_is_the_next_wednesday(self):
        assert publishing.free_issue_day(self.NOW) == self.at(3)

    def test_passes_over_days_that_are_planned_or_scheduled(self):
        make_issue(1, None, planned_at=self.at(3, 8))
        make_issue(2, None, published_at=self.at(10, 20))
        make_issue(3, None, published_at=self.at(18), planned_at=self.at(17))

        assert publishing.free_issue_day(self.NOW) == self.at(17)

    def test_passes_over_today_once_an_issue_went_public(self):
        make_issue(1, None, published_at=self.at(3, 6))

        assert publishing.free_issue_day(self.at(3, 7)) == self.at(10)


class TestPage:
    def test_a_draft_offers_a_date_and_now_each_with_what_will_happen(self, desk, madrid):
        html = desk.get(page_of(make_ready_issue())).content.decode()

        proposed = in_words(publishing.free_issue_day(timezone.now()))
        assert f"With this date it goes public on {proposed}." in html
        assert "It goes public this minute" in html
        assert 'value="schedule"' in html
        assert 'value="publish"' in html
        assert 'value="unpublish"' not in html

    def test_a_planned_draft_offers_its_plan_by_one_button(self, desk, madrid):
        at = datetime.datetime(2036, 12, 3, 8, tzinfo=datetime.UTC)
        issue = make_ready_issue(planned_at=at)
        html = desk.get(page_of(issue)).content.decode()
        assert "It goes public on Wed 3 December 2036, 09:00 Europe/Madrid, that is 08:00" in html
        assert "Schedule for Wed 3 December 2036, 09:00</button>" in html

        desk.post(page_of(issue), {"do": "schedule_as_planned", "version": issue.version})

        assert stored(issue).published_at == at

    def test_a_plan_that_has_passed_is_not_offered_and_refused(self, desk):
        issue = make_ready_issue(planned_at=timezone.now() + YESTERDAY)
        assert "schedule_as_planned" not in desk.get(page_of(issue)).content.decode()

        data = {"do": "schedule_as_planned", "version": issue.version}
        response = desk.post(page_of(issue), data, follow=True)

        assert "That moment has passed" in response.content.decode()
        assert stored(issue).published_at is None

    def test_a_scheduled_issue_offers_another_date_now_and_back(self, desk):
        issue = make_ready_issue(published=TOMORROW)

        html = desk.get(page_of(issue)).content.decode()

        assert f"It goes public on {in_words(issue.published_at)}" in html
        assert "Change the date</button>" in html
        assert "Publish now</button>" in html
        assert "Back to draft</button>" in html

    def test_a_public_issue_offers_to_take_it_back_and_says_what_that_means(self, desk):
        html = desk.get(page_of(make_ready_issue(published=YESTERDAY))).content.decode()

        assert "Unpublish</button>" in html
        assert "Mail that was sent stays sent." in html
        assert 'value="publish"' not in html

    def test_publish_now(self, desk):
        issue = make_ready_issue()

        data = {"do": "publish", "version": issue.version}
        response = desk.post(page_of(issue), data, follow=True)

        assert stored(issue).is_published
        assert "“#1 Warm up” is public now." in response.content.decode()

    def test_schedule_then_another_date_then_back(self, desk, madrid):
        issue = make_ready_issue()

        for day, hour in (("2036-12-03", 8), ("2036-07-02", 7)):
            data = {"do": "schedule", "version": stored(issue).version}
            desk.post(page_of(issue), data | {"at_0": day, "at_1": "09:00"})
            at = stored(issue).published_at
            assert (f"{at:%Y-%m-%d}", at.hour) == (day, hour)

        desk.post(page_of(issue), {"do": "unpublish", "version": stored(issue).version})
        assert stored(issue).state == "draft"

    @pytest.mark.parametrize(
        ("day", "clock", "error"),
        [
            ("2020-01-01", "09:00", "That moment has passed: Wed 1 January 2020, 09:00"),
            ("2037-03-29", "02:30", "02:30 does not exist on Sunday 29 March 2037"),
            ("2036-10-26", "02:30", "02:30 comes twice on Sunday 26 October 2036"),
            ("", "", "This field is required."),
            ("soon", "09:00", "Enter a date such as"),
        ],
    )
    def test_a_date_that_cannot_be_is_said_at_its_field(self, desk, madrid, day, clock, error):
        issue = make_ready_issue()

        data = {"do": "schedule", "version": issue.version, "at_0": day, "at_1": clock}
        response = desk.post(page_of(issue), data)

        assert error in response.context["schedule_form"].errors["at"][0]
        assert stored(issue).version == issue.version

    def test_one_of_two_moments_is_chosen_in_a_second_step(self, desk, madrid):
        issue = make_ready_issue()
        data = {"do": "schedule", "version": issue.version}
        data |= {"at_0": "2036-10-26", "at_1": "02:30"}
        assert desk.post(page_of(issue), data).content.decode().count('type="radio"') == 2

        second = "2036-10-26T01:30:00+00:00"
        desk.post(page_of(issue), data | {"at_2": second})

        assert stored(issue).published_at.isoformat() == second

    @pytest.mark.parametrize("do", ["publish", "schedule_as_planned", "schedule", "unpublish"])
    def test_a_stale_page_does_nothing_and_says_so(self, desk, do):
        issue = make_ready_issue(planned_at=timezone.now() + TOMORROW)
        Issue.objects.filter(pk=issue.pk).touch()

        data = {"do": do, "version": issue.version, "at_0": "2036-12-03", "at_1": "09:00"}
        response = desk.post(page_of(issue), data, follow=True)

        assert "Nothing was done; please look again." in response.content.decode()
        assert stored(issue).published_at is None

    def test_what_is_held_back_has_no_working_button_and_is_refused(self, desk):
        issue = make_unready_issue(planned_at=timezone.now() + TOMORROW)
        html = desk.get(page_of(issue)).content.decode()
        assert "until what holds it back is put right" in html
        assert html.count(" disabled>") == 3

        for do in ("publish", "schedule_as_planned", "schedule"):
            data = {"do": do, "version": issue.version, "at_0": "2036-12-03", "at_1": "09:00"}
            response = desk.post(page_of(issue), data, follow=True)
            [message] = response.context["messages"]
            assert message.level_tag == "error"
        assert stored(issue).version == issue.version

    @pytest.mark.parametrize(
        "data", [{}, {"do": "dance"}, {"do": "publish"}, {"do": "publish", "version": "x"}]
    )
    def test_what_makes_no_sense_is_400_with_a_reason(self, desk, data):
        issue = make_ready_issue()

        response = desk.post(page_of(issue), data)

        assert response.status_code == 400
        assert response.content.decode().startswith("Say in")
        assert stored(issue).version == issue.version

    def test_an_issue_that_there_is_not_is_404(self, desk):
        assert desk.get(reverse("desk:publishing", args=[999])).status_code == 404

    def test_it_asks_as_often_with_1_as_with_30_sections_and_links(
        self, desk, publisher, django_assert_num_queries, django_assert_max_num_queries
    ):
        issue = make_ready_issue()
        sharing.make(issue, publisher)
        desk.get(page_of(issue))
        with django_assert_max_num_queries(20) as queries:
            desk.get(page_of(issue))
        for number in range(29):
            section = {"title": f"Tip {number}", "body": "Some words.", "tags": [f"tag {number}"]}
            make_section(issue, position=number + 2, **section)
            sharing.make(issue, make_colleague("Publisher", name=f"publisher {number}"))

        with django_assert_num_queries(len(queries)):
            assert desk.get(page_of(issue)).content.decode().count("Take back</button>") == 30


class TestPageForOthers:
    def test_an_author_sees_what_is_missing_and_shares_but_does_not_publish(self, client, author):
        issue = make_ready_issue(author=author)
        client.force_login(author)

        html = client.get(page_of(issue)).content.decode()

        assert "what publishers do" in html
        assert "Publish now</button>" not in html
        assert "Make a link</button>" in html

    @pytest.mark.parametrize("do", ["publish", "schedule", "schedule_as_planned", "unpublish"])
    def test_an_author_is_refused_before_the_form_is_read(self, client, author, do):
        issue = make_ready_issue(author=author)
        client.force_login(author)

        response = client.post(page_of(issue), {"do": do, "version": "x"})

        assert response.status_code == 403

    def test_an_author_does_not_see_the_drafts_of_others(self, client, author):
        issue = make_ready_issue()
        client.force_login(author)

        assert client.get(page_of(issue)).status_code == 403
        assert client.post(page_of(issue), {"do": "share", "days": 3}).status_code == 403
        assert not ShareLink.objects.exists()

    def test_strangers_are_sent_to_the_sign_in(self, client):
        response = client.get(page_of(make_ready_issue()))

        assert response.url.startswith("/admin/login/?next=/admin/desk/issues/")


class TestAuthors:
    def test_a_new_issue_belongs_to_who_wrote_it(self, client, author):
        client.force_login(author)

        sections = {"sections-TOTAL_FORMS": 0, "sections-INITIAL_FORMS": 0}
        data = {"number": 1, "title": "Mine", **sections}
        client.post(reverse("admin:issues_issue_add"), data)

        assert Issue.objects.get().author == author

    def test_a_change_by_somebody_else_leaves_it_theirs(self, client, author, editor):
        issue = make_issue(1, None, author=author)
        client.force_login(editor)

        sections = {"sections-TOTAL_FORMS": 0, "sections-INITIAL_FORMS": 0}
        data = {"number": 1, "title": "Better", "version": issue.version, **sections}
        client.post(reverse("admin:issues_issue_change", args=[issue.pk]), data)

        assert (stored(issue).title, stored(issue).author) == ("Better", author)

    def test_nobody_publishes_through_the_form(self, client, author):
        issue = make_issue(1, None, author=author)
        client.force_login(author)

        sections = {"sections-TOTAL_FORMS": 0, "sections-INITIAL_FORMS": 0}
        date = {"published_at_0": "2020-01-01", "published_at_1": "09:00"}
        data = {"number": 1, "title": "T", "version": issue.version, **date, **sections}
        client.post(reverse("admin:issues_issue_change", args=[issue.pk]), data)

        assert (stored(issue).title, stored(issue).published_at) == ("T", None)

    def test_the_list_offers_to_publish_to_publishers_alone(self, client, author, publisher):
        make_issue(1, None, author=author)
        url = reverse("admin:issues_issue_changelist")

        for user, is_offered in ((author, False), (publisher, True)):
            client.force_login(user)
            assert ("publish_now" in client.get(url).content.decode()) == is_offered


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("publish", *arguments, stdout=out)
    return out.getvalue()


class TestCommand:
    def test_publishes_now(self):
        make_ready_issue(7)

        assert run("7") == "“#7 Warm up” is public now.\n"
        assert Issue.objects.published().get().number == 7

    @pytest.mark.parametrize("text", ["2036-12-03T09:00", "2036-12-03T03:00-05:00"])
    def test_schedules_in_the_sites_zone_or_with_an_offset(self, madrid, text):
        make_ready_issue(7)

        words = run("7", "--at", text)

        assert "Wed 3 December 2036, 09:00 Europe/Madrid, that is 08:00 UTC" in words
        assert Issue.objects.get().published_at.isoformat() == "2036-12-03T08:00:00+00:00"

    def test_a_dry_run_changes_nothing(self):
        issue = make_ready_issue(7)

        assert run("7", "--dry-run").endswith("is public now. (dry run: nothing was changed)\n")
        assert stored(issue).version == issue.version

    def test_lists_what_holds_the_issue_back(self):
        issue = make_unready_issue(7)

        with pytest.raises(CommandError) as refusal:
            run("7")

        with pytest.raises(publishing.NotReady) as same:
            publishing.publish(issue, None)
        lines = [f"  {finding.message}" for finding in same.value.findings]
        assert str(refusal.value) == "\n".join(["“#7 Issue number 7” is held back:", *lines])

    @pytest.mark.parametrize(
        ("arguments", "reason"),
        [
            (["8"], "There is no issue of the number 8."),
            (["99999999999999999999999"], "There is no issue of the number"),
            (["7", "--at", "tomorrow"], "--at must look like 2026-12-02T09:00, not 'tomorrow'."),
            (["7", "--at", "9999-12-31T23:59-14:00"], "--at must look like"),
            (["7", "--at", "2020-01-01T09:00"], "That moment has passed"),
            (
                ["7", "--at", "2036-10-26T02:30"],
                "Say which: --at 2036-10-26T02:30+02:00 or --at 2036-10-26T02:30+01:00.",
            ),
        ],
    )
    def test_refuses_with_a_reason(self, madrid, arguments, reason):
        issue = make_ready_issue(7)

        with pytest.raises(CommandError) as refusal:
            run(*arguments)

        assert reason in str(refusal.value)
        assert stored(issue).published_at is None

    def test_help_has_an_example(self, capsys):
        with pytest.raises(SystemExit):
            call_command("publish", "--help")

        assert "Example: manage.py publish 12 --at 2026-12-02T09:00" in " ".join(
            capsys.readouterr().out.split()
        )


class TestReferences:
    @pytest.fixture
    def issue(self):
        make_issue(2, TOMORROW, ["Coming"])
        issue = make_ready_issue(3)
        Section.objects.filter(issue=issue).update(body="See [[2/coming]].")
        return issue

    def test_to_what_is_scheduled_hold_an_issue_back_until_then(self, issue, publisher):
        with pytest.raises(publishing.NotReady, match="is not public before"):
            publishing.publish(issue, publisher)
        with pytest.raises(publishing.NotReady, match="is not public before"):
            publishing.schedule(issue, timezone.now() + TOMORROW / 2, publisher)

        publishing.schedule(issue, timezone.now() + TOMORROW * 2, publisher)

        assert stored(issue).state == Issue.State.SCHEDULED

    def test_are_judged_at_the_moment_that_is_planned(self, desk, issue):
        assert "is not public before" in desk.get(page_of(issue)).content.decode()

        Issue.objects.filter(pk=issue.pk).update(planned_at=timezone.now() + TOMORROW * 2)

        assert "is not public before" not in desk.get(page_of(issue)).content.decode()
