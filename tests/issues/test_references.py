"""Cross-references when a page is read: today's title and address, and nothing that is hidden."""

import pytest

from issues import markdown, references, search
from issues.models import FormerAddress, Issue, Section
from issues.rendering import rerender
from tests.builders import TOMORROW, YESTERDAY, issue_form, make_issue, row

pytestmark = pytest.mark.django_db

SECRET = "zebrafish"


def page(client, url="/issues/3/reader/") -> str:
    return client.get(url).content.decode()


@pytest.fixture
def target():
    return make_issue(2, YESTERDAY * 8, ["Load later"]).sections.get()


@pytest.fixture
def reader(target):
    """Make a section that refers to `target`, in words of its own too, and to its issue."""
    body = "See [[2/load-later]], [[2/load-later|how & why]] and [[2]]."
    return make_issue(3, YESTERDAY, [{"title": "Reader", "body": body}]).sections.get()


class TestPages:
    def test_show_the_title_and_keep_words_of_their_own(self, client, reader):
        for url in ("/issues/3/", "/issues/3/reader/"):
            html = page(client, url)

            link = '<a class="reference" href="/issues/2/load-later/">'
            assert f"See {link}Load later</a>, {link}how &amp; why</a> and" in html
            assert '<a class="reference" href="/issues/2/">#2 Issue number 2</a>.' in html

    def test_follow_a_new_title_at_once(self, client, reader):
        Section.objects.filter(slug="load-later").update(title="Load <later> & less")
        Issue.objects.filter(number=2).update(title="<Renamed>")

        html = page(client)

        assert ">Load &lt;later&gt; &amp; less</a>" in html
        assert ">#2 &lt;Renamed&gt;</a>" in html

    def test_follow_a_new_slug_and_a_new_number_at_once(self, desk, reader, target):
        issue = target.issue
        form = issue_form(row(target, slug="lazy"), issue=issue, number=12)

        response = desk.post(f"/admin/issues/issue/{issue.pk}/change/", form)

        assert response.status_code == 302
        html = page(desk)
        assert '<a class="reference" href="/issues/12/lazy/">Load later</a>' in html
        assert '<a class="reference" href="/issues/12/">#12 ' in html
        assert "/issues/2/" not in html

    def test_to_a_deleted_section_are_words(self, client, reader, target):
        target.delete()

        html = page(client)

        assert "See #2, how &amp; why and <a" in html
        assert "/issues/2/load-later/" not in html

    def test_in_the_introduction_of_an_issue_are_shown_too(self, client, target):
        make_issue(4, YESTERDAY, intro="As [[2/load-later]] said.")

        html = page(client, "/issues/4/")

        assert 'As <a class="reference" href="/issues/2/load-later/">Load later</a> said' in html

    def test_to_a_section_of_the_same_issue_stay_on_its_page(self, client):
        make_issue(4, YESTERDAY, [{"title": "One", "body": "[[4/two]]"}, "Two things"])
        Section.objects.filter(title="Two things").update(slug="two")

        assert '<a class="reference" href="#two">Two things</a>' in page(client, "/issues/4/")
        assert 'href="/issues/4/two/">Two things</a>' in page(client, "/issues/4/one/")


class TestLeak:
    @pytest.mark.parametrize("published", [None, TOMORROW])
    def test_a_hidden_title_shows_nowhere(self, client, published):
        hidden = {"title": f"Hidden {SECRET}", "slug": "load-later"}
        make_issue(2, published, [hidden], title=f"Issue {SECRET}")
        make_issue(3, YESTERDAY, [{"title": "Reader", "body": "[[2/load-later]] and [[2]]!"}])

        for url in ("/issues/3/", "/issues/3/reader/", "/", "/search/?q=later"):
            assert SECRET not in page(client, url)
        assert "<p>#2 and #2!</p>" in page(client)

    def test_the_slug_of_a_hidden_section_shows_and_is_found_nowhere(self, client):
        body = f"# On [[2/hidden-{SECRET}]]\n\n![As [[2/hidden-{SECRET}]]](/x.png) says"
        make_issue(2, None, [f"Hidden {SECRET}"])
        make_issue(3, YESTERDAY, [{"title": "Reader", "body": body}], intro=body)

        for url in ("/issues/3/", "/issues/3/reader/", "/issues/3/reader/share.png", "/feed.xml"):
            assert SECRET.encode() not in client.get(url).content, url
        reader = Section.objects.get(title="Reader")
        assert (reader.body_text, reader.excerpt) == ("On #2\nAs #2  says", "On #2 As #2 says")
        assert search.answer(search.Question(SECRET)).total == 0

    def test_unpublishing_hides_it_at_once_and_publishing_shows_it(self, client, reader, target):
        target.issue.unpublish()
        assert "Load later" not in page(client)

        target.issue.publish()
        assert ">Load later</a>" in page(client)

    def test_a_former_address_of_what_is_hidden_now_leads_nowhere(self, client, reader, target):
        FormerAddress.objects.remember("/issues/2/load-later/", "section", target.pk)
        Section.objects.update(slug="other")
        Section.objects.filter(pk=target.pk).update(title=f"Hidden {SECRET}")
        target.issue.unpublish()

        html = page(client, "/issues/3/other/")

        assert "See #2, how" in html
        assert SECRET not in html


class TestPreview:
    def test_of_a_draft_knows_its_own_sections_and_public_ones(self, desk, target):
        make_issue(5, None, [f"Hidden {SECRET}"])
        body = f"[[4/two]] [[2/load-later]] [[5/hidden-{SECRET}|there]]"
        draft = make_issue(4, None, [{"title": "One", "body": body}, {"title": "Two"}])
        rows = [row(section) for section in draft.sections.all()]
        form = issue_form(*rows, issue=draft, number=4)
        preview = f"/admin/issues/issue/{draft.pk}/preview/"

        unsaved = desk.post("/admin/desk/live/", {**form, "issue": draft.pk}).content.decode()

        for html in (unsaved, page(desk, preview)):
            assert '<a class="reference" href="#two">Two</a>' in html
            assert 'href="/issues/2/load-later/">Load later</a> there</p>' in html

    def test_of_a_field_knows_public_ones(self, desk, target):
        response = desk.post("/admin/desk/preview/", {"content": "[[2/load-later]] [[9/x-y]]"})

        html = response.content.decode()
        assert html == (
            '<p><a class="reference" href="/issues/2/load-later/">Load later</a> #9</p>\n'
        )


class TestResolving:
    def test_asks_nothing_where_there_is_no_reference(self, target, django_assert_num_queries):
        with django_assert_num_queries(0):
            references.resolve([target])

    @pytest.mark.parametrize("count", [1, 50])
    def test_asks_as_often_for_many_as_for_few(self, count, django_assert_num_queries):
        make_issue(2, YESTERDAY, [f"Tip {n}" for n in range(count)])
        bodies = [f"[[2/tip-{n}]] [[2]] [[{n + 9}/gone]]" for n in range(count)]
        rows = [Section(body_html=markdown.render(body).html) for body in bodies]

        # sections, issues, former addresses
        with django_assert_num_queries(3):
            references.resolve(rows)

        assert all(">Tip " in row.body_html for row in rows)

    def test_twice_changes_nothing_more(self, reader):
        references.resolve([reader])
        once = reader.body_html
        references.resolve([reader])

        assert reader.body_html == once

    def test_thousands_of_references_cost_no_more_questions(self, django_assert_num_queries):
        body = " ".join(f"[[{number}]]" for number in range(1, 5000))
        section = Section(body_html=markdown.render(body).html)

        with django_assert_num_queries(2):
            references.resolve([section])

        assert "<a" not in section.body_html

    def test_a_moment_may_be_given(self, target):
        coming = make_issue(4, TOMORROW)
        wanted = [references.Reference(4), references.Reference(2)]

        assert list(references.targets(wanted)) == [wanted[1]]
        later = references.targets(wanted, coming.published_at)
        assert set(later) == set(wanted)


def test_what_an_older_renderer_has_made_is_rendered_anew(client, reader):
    Section.objects.filter(pk=reader.pk).update(
        body_html="<p>[[2/load-later]]</p>", render_version=1
    )

    rerender()

    assert ">Load later</a>" in page(client)
    assert Section.objects.get(pk=reader.pk).corrected_at is None
