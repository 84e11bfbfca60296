"""The picture library at the desk: looking for pictures, describing and deleting them."""

import re
from pathlib import Path

import pytest
from django.db import connection
from django.db.models.signals import pre_delete
from django.urls import reverse
from django.utils import timezone

from issues import images, library, markdown
from issues.models import Asset, AssetUse, Issue, Section
from tests.builders import (
    TOMORROW,
    YESTERDAY,
    install_rows,
    make_asset,
    make_colleague,
    make_issue,
    make_section,
    picture,
)

pytestmark = pytest.mark.django_db

LIST = reverse("admin:issues_asset_changelist")


def screen(asset: Asset, name="change") -> str:
    return reverse(f"admin:issues_asset_{name}", args=[asset.pk])


def showing(asset: Asset) -> str:
    return f"![Seen]({asset.file.url})"


def listed(client, query="") -> list[str]:
    """Give the pictures of the list in order, by their alternative text or their credit."""
    found = client.get(LIST + query).context["cl"].cards()
    return [card.asset.alt or card.asset.credit for card in found]


def messages_of(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


class TestOrder:
    @pytest.fixture(autouse=True)
    def pictures(self):
        for number, alt in enumerate(["Old", "", "New", ""]):
            made = make_asset(f"{number}", alt=alt, credit=f"Nameless {number}")
            created_at = timezone.now() + number * TOMORROW
            Asset.objects.filter(pk=made.pk).update(created_at=created_at)

    def test_those_without_an_alternative_text_come_first(self, desk):
        assert listed(desk) == ["Nameless 3", "Nameless 1", "New", "Old"]

    def test_the_newest_come_first_for_who_asks(self, desk):
        assert listed(desk, "?o=-1") == ["Nameless 3", "New", "Nameless 1", "Old"]

    @pytest.mark.parametrize("order", ["x", "99999999999999999999", "-", "%00", "1.1.1", "٣"])
    def test_nonsense_is_answered(self, desk, order):
        assert len(listed(desk, f"?o={order}")) == 4

    def test_pages_hold_each_picture_once(self, desk, monkeypatch):
        monkeypatch.setattr("issues.admin.pictures.AssetAdmin.list_per_page", 3)

        assert listed(desk, "?p=1") + listed(desk, "?p=2") == listed(desk, "?all=")


class TestFilters:
    @pytest.fixture(autouse=True)
    def pictures(self):
        shown, cover = make_asset("Shown"), make_asset("Cover", is_animated=True)
        make_asset("Unused")
        make_asset("0", alt="", credit="Nameless")
        make_issue(1, cover=cover, intro=showing(cover))
        make_section(body=showing(shown))

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("?alt=missing", {"Nameless"}),
            ("?alt=there", {"Shown", "Cover", "Unused"}),
            ("?use=unused", {"Unused", "Nameless"}),
            ("?moving=yes", {"Cover"}),
            ("?moving=no", {"Shown", "Unused", "Nameless"}),
            ("?use=unused&alt=there", {"Unused"}),
            ("?use=x&alt=x&moving=x", {"Shown", "Cover", "Unused", "Nameless"}),
        ],
    )
    def test_each_keeps_what_it_says(self, desk, query, found):
        assert set(listed(desk, query)) == found

    def test_each_card_says_in_how_many_places_it_is_used(self, desk):
        cards = desk.get(LIST).context["cl"].cards()

        totals = {card.asset.alt: card.asset.use_total for card in cards}
        assert totals == {"Cover": 2, "Shown": 1, "Unused": 0, "": 0}


class TestSearch:
    @pytest.fixture(autouse=True)
    def pictures(self, client):
        chart = make_asset("A chart", caption="Loss by step", credit="Mona")
        grid, hidden = make_asset("Tracks"), make_asset("Curve")
        make_issue(1, YESTERDAY, [{"title": "Grid by name", "body": showing(grid)}], title="Lines")
        make_issue(2, None, [{"title": "Secret", "body": showing(hidden)}], title="Draft", intro="")
        make_issue(3, None, title="Embargo", intro=showing(hidden), cover=chart)

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("chart", ["A chart"]),
            ("CHART loss", ["A chart"]),
            ("mona step", ["A chart"]),
            ("chart tracks", []),
            ("grid", ["Tracks"]),
            ("tracks grid", ["Tracks"]),
            ("secret", ["Curve"]),
            ("embargo curve", ["Curve"]),
            ("embargo chart", ["A chart"]),
            ("%00", ["A chart", "Curve", "Tracks"]),
            ("%25", []),
            ("_", []),
            ("x" * 5000, []),
            ("%ED%A0%80", []),
        ],
    )
    def test_each_word_is_found_in_a_picture_or_where_it_is_used(self, desk, text, found):
        assert sorted(listed(desk, f"?q={text}")) == found

    def test_the_name_of_its_file_finds_it(self, desk):
        name = Path(Asset.objects.get(alt="Tracks").file.name).name

        assert listed(desk, f"?q={name}") == ["Tracks"]

    @pytest.mark.parametrize("text", ["secret", "embargo", "draft"])
    def test_titles_that_one_may_not_see_find_nothing(self, client, author, text):
        client.force_login(author)

        assert listed(client, f"?q={text}") == []

    def test_a_cover_is_chosen_by_the_same_words(self, desk):
        query = "?app_label=issues&model_name=issue&field_name=cover&term=loss"

        results = desk.get(reverse("admin:autocomplete") + query).json()["results"]

        assert [one["text"] for one in results] == ["A chart"]


class TestList:
    def fill(self, numbers):
        for number in numbers:
            asset = make_asset(f"{number}")
            make_issue(number, cover=asset, sections=[{"title": "Tip", "body": showing(asset)}])

    @pytest.mark.parametrize("query", ["", "?q=tip", "?use=unused", "?alt=missing"])
    def test_it_asks_as_often_for_1_picture_as_for_30(
        self, desk, query, django_assert_max_num_queries, django_assert_num_queries
    ):
        self.fill([1])
        desk.get(LIST)
        with django_assert_max_num_queries(8) as queries:
            desk.get(LIST + query)
        self.fill(range(2, 31))

        with django_assert_num_queries(len(queries)):
            assert desk.get(LIST + query).status_code == 200

    def test_a_card_shows_the_smallest_file(self, desk):
        widths = [
            {"format": "webp", "width": width, "height": 1, "name": f"a/{width}.webp", "bytes": 1}
            for width in (960, 480)
        ]
        make_asset("Wide", width=1600, height=900, variants=widths)

        page = desk.get(LIST).content.decode()

        assert '<img src="/media/a/480.webp" width="480" height="270" alt=""' in page

    def test_a_card_says_how_large_the_picture_is(self, desk):
        images.store(picture(size=(40, 30)), alt="Teal")

        page = desk.get(LIST).content.decode()

        assert re.search(r"40 × 30 · \d+\xa0bytes", page)

    def test_a_card_asks_no_storage(self, desk):
        asset = images.store(picture(size=(40, 30)), alt="Teal")
        Path(asset.file.path).unlink()

        page = desk.get(LIST).content.decode()

        assert re.search(r"40 × 30 · \d+\xa0bytes", page)

    def test_a_card_says_nothing_of_bytes_that_nobody_has_noted(self, desk):
        make_asset("Old", width=40, height=30)

        page = desk.get(LIST).content.decode()

        assert "40 × 30" in page
        assert "bytes" not in page

    def test_a_missing_file_is_said(self, desk):
        there, gone = images.store(picture(), alt="Teal"), make_asset("Gone")

        assert "the file is missing" in desk.get(screen(gone)).content.decode()
        assert "the file is missing" not in desk.get(screen(there)).content.decode()

    def test_the_words_of_a_picture_are_no_html(self, desk):
        make_asset("<b>x</b>", caption="<i>y</i>", credit="<u>z</u>")

        page = desk.get(LIST).content.decode()

        assert all(f"<{tag}>" not in page for tag in ("b", "i", "u"))


class TestItsPage:
    def test_it_says_where_the_picture_is_used(self, desk):
        asset = make_asset("Cat")
        issue = make_issue(5, YESTERDAY, [{"title": "Tip", "body": showing(asset)}], title="Pets")
        make_section(title="Waiting", body=showing(asset))

        page = desk.get(screen(asset)).content.decode()

        section = issue.sections.get()
        place = reverse("admin:issues_section_change", args=[section.pk])
        assert f'<a href="{place}">Tip</a> in #5 Pets' in page
        assert ">Waiting</a> in the inbox" in page

    def test_titles_that_one_may_not_see_stay_hidden(self, client, author):
        asset = make_asset("Cat")
        make_issue(5, None, [{"title": "Secret", "body": showing(asset)}], title="Embargo")
        client.force_login(author)

        page = client.get(screen(asset)).content.decode()

        assert "1 place that is not shown here" in page
        assert "Secret" not in page
        assert "Embargo" not in page

    @pytest.mark.parametrize(
        "alt", ["", "A cat", r"[[2/x]] *a* _b_ `c` \d ![x](y) <b> &amp; ~~z~~", "a]b[c", "**", "\\"]
    )
    def test_its_markdown_shows_it_with_its_words(self, alt):
        asset = make_asset("Cat", alt=alt)

        [shown] = markdown.pictures(library.markdown_of(asset))

        assert shown == markdown.Picture(asset.file.url, alt, "")

    def test_its_markdown_stands_in_a_field(self, desk):
        asset = make_asset("A “cat”")

        page = desk.get(screen(asset)).content.decode()

        assert f'value="![A “cat”]({asset.file.url})" readonly' in page

    def test_it_asks_as_often_for_1_use_as_for_30(
        self, desk, django_assert_max_num_queries, django_assert_num_queries
    ):
        asset = make_asset("Cat")
        make_issue(1, sections=[{"body": showing(asset)}])
        desk.get(screen(asset))
        with django_assert_max_num_queries(12) as queries:
            desk.get(screen(asset))
        for number in range(2, 31):
            make_issue(number, sections=[{"body": showing(asset)}], cover=asset)

        with django_assert_num_queries(len(queries)):
            assert desk.get(screen(asset)).status_code == 200


class TestWords:
    def changed(self) -> dict:
        return dict(Issue.objects.values_list("number", "updated_at"))

    def test_new_words_make_the_pages_that_show_it_new(self, desk):
        asset = make_asset("Cat")
        make_issue(1, cover=asset)
        make_issue(2, intro=showing(asset))
        make_issue(3, sections=[{"body": showing(asset)}])
        make_issue(4, sections=["Without"])
        make_section(body=showing(asset))
        before, versions = self.changed(), list(Issue.objects.values_list("version"))

        desk.post(screen(asset), {"alt": "Cat", "caption": "Asleep", "credit": ""})

        after = self.changed()
        assert {number for number in after if after[number] != before[number]} == {1, 2, 3}
        assert list(Issue.objects.values_list("version")) == versions

    def test_the_missing_ones_are_written_one_after_the_other(self, desk):
        first, second, third = (make_asset(f"{number}", alt="") for number in range(3))
        make_asset("Described")
        assert screen(third) in desk.get(LIST).content.decode()

        place = screen(third)
        for follower in (second, first):
            assert "_next" in desk.get(place).content.decode()
            response = desk.post(place, {"alt": "Words", "_next": "x"})
            assert response.url == screen(follower)
            place = response.url
        response = desk.post(place, {"alt": "Words", "_next": "x"}, follow=True)

        assert response.redirect_chain[-1][0] == LIST
        assert messages_of(response)[-1] == "Saved. No other picture lacks one."
        assert not library.without_alt().exists()

    def test_one_that_is_left_out_comes_again_in_turn(self, desk):
        first, second = (make_asset(f"{number}", alt="") for number in range(2))

        assert desk.post(screen(second), {"alt": "", "_next": "x"}).url == screen(first)
        assert desk.post(screen(first), {"alt": "", "_next": "x"}).url == screen(second)

    def test_the_filter_that_led_there_is_kept(self, desk):
        first, second = (make_asset(f"{number}", alt="") for number in range(2))
        query = "?_changelist_filters=alt%3Dmissing"

        response = desk.post(screen(second) + query, {"alt": "Words", "_next": "x"})

        assert response.url == screen(first) + query

    def test_who_may_not_change_pictures_is_asked_for_nothing(self, client, author):
        asset = make_asset("0", alt="")
        client.force_login(author)

        assert "one after the other" not in client.get(LIST).content.decode()
        assert "_next" not in client.get(screen(asset)).content.decode()


class TestDeletion:
    def test_what_nothing_uses_is_deleted_with_its_files(
        self, desk, django_capture_on_commit_callbacks
    ):
        asset = images.store(picture(), alt="Teal")
        file = Path(asset.file.path)
        assert asset.variants

        page = desk.get(screen(asset, "delete")).content.decode()
        with django_capture_on_commit_callbacks(execute=True):
            response = desk.post(screen(asset, "delete"), {"post": "yes"})

        assert "Earlier versions in the history" in page
        assert response.url == LIST
        assert not Asset.objects.exists()
        assert list(file.parent.iterdir()) == []

    def test_a_picture_whose_file_is_missing_can_go(self, desk, django_capture_on_commit_callbacks):
        asset = make_asset("Gone")

        with django_capture_on_commit_callbacks(execute=True):
            desk.post(screen(asset, "delete"), {"post": "yes"})

        assert not Asset.objects.exists()

    @pytest.mark.parametrize("use", ["cover", "intro", "section", "inbox"])
    def test_what_is_used_stays_and_it_is_said_where(self, desk, use):
        asset = make_asset("Cat")
        text = showing(asset)
        match use:
            case "cover":
                make_issue(5, None, title="Pets", cover=asset)
            case "intro":
                make_issue(5, TOMORROW, title="Pets", intro=text)
            case "section":
                make_issue(5, YESTERDAY, [{"title": "Pets", "body": text}])
            case "inbox":
                make_section(title="Pets", body=text)

        for response in (
            desk.get(screen(asset, "delete")),
            desk.post(screen(asset, "delete"), {"post": "yes"}),
        ):
            page = response.content.decode()
            assert "Take it out of these places first" in page
            assert re.search(r'<a href="/admin/issues/(issue|section)/\d+/change/">[^<]*Pets', page)
            assert 'name="post"' not in page
        assert Asset.objects.exists()

    def test_who_may_not_delete_an_issue_is_told_of_it_too(self, client):
        asset = make_asset("Cat")
        make_issue(5, YESTERDAY, title="Pets", cover=asset)
        client.force_login(make_colleague("Editor"))

        page = client.post(screen(asset, "delete"), {"post": "yes"}).content.decode()

        assert "Take it out of these places first" in page
        assert "#5 Pets" in page

    def test_a_use_that_is_not_noted_keeps_it(self, desk):
        asset = make_asset("Cat")
        make_section(make_issue(1), "Tip", body=showing(asset))
        AssetUse.objects.all().delete()

        page = desk.post(screen(asset, "delete"), {"post": "yes"}).content.decode()

        assert ">Tip</a> in #1" in page
        assert Asset.objects.exists()

    def test_a_text_that_shows_a_variant_keeps_it(self, desk):
        asset = images.store(picture(), alt="Teal")
        make_section(make_issue(1), "Tip", body=f"![Seen]({asset.variants_of('webp')[0].url})")

        page = desk.post(screen(asset, "delete"), {"post": "yes"}).content.decode()

        assert ">Tip</a> in #1" in page
        assert Asset.objects.exists()

    def test_authors_delete_no_picture(self, client, author):
        asset = make_asset("Cat")
        client.force_login(author)

        assert client.post(screen(asset, "delete"), {"post": "yes"}).status_code == 403
        assert Asset.objects.exists()

    def test_there_is_no_deleting_of_many_at_once(self, desk):
        asset = make_asset("Cat")
        chosen = {"action": "delete_selected", "_selected_action": asset.pk, "post": "yes"}

        desk.post(LIST, chosen)

        assert Asset.objects.exists()

    @pytest.mark.parametrize("key", ["99", "x", "%00", "9" * 30])
    def test_what_is_not_there_is_said(self, desk, key):
        response = desk.post(f"/admin/issues/asset/{key}/delete/", {"post": "yes"}, follow=True)

        assert "Perhaps it was deleted?" in messages_of(response)[0]


@pytest.mark.django_db(transaction=True)
class TestRace:
    """Somebody begins to use a picture while another deletes it."""

    @pytest.fixture(autouse=True)
    def installed(self, transactional_db):
        """Install section types again: a test with transactions of its own leaves none behind."""
        install_rows()

    @pytest.fixture
    def meanwhile(self):
        """Do something at the moment when the deletion has seen that nothing uses the picture."""
        receivers = []

        def during_deletion(act):
            def receive(sender, **kwargs):
                act()

            receivers.append(receive)
            pre_delete.connect(receive, Asset)

        yield during_deletion
        for receive in receivers:
            pre_delete.disconnect(receive, Asset)

    @pytest.mark.parametrize("is_cover", [True, False])
    def test_the_database_keeps_it_and_it_is_said(self, desk, meanwhile, is_cover):
        asset, issue = images.store(picture(), alt="Teal"), make_issue(1, sections=["Tip"])

        def use():
            if is_cover:
                Issue.objects.update(cover=asset)
            else:
                AssetUse.objects.create(asset=asset, section=issue.sections.get())

        meanwhile(use)

        response = desk.post(screen(asset, "delete"), {"post": "yes"}, follow=True)

        assert messages_of(response) == [
            "It was not deleted: something has begun to use it just now."
        ]
        assert response.redirect_chain == [(screen(asset), 302)]
        assert Path(asset.file.path).exists()
        assert Asset.objects.get() == asset

    def test_a_text_whose_picture_goes_meanwhile_is_saved_at_the_second_try(self, desk):
        asset, section = make_asset("Cat"), make_section(make_issue(1, None), "Tip")
        fields = {"title": "Tip", "type": section.type_id, "issue": section.issue_id}
        data = {**fields, "version": section.version, "body": showing(asset)}
        refused = []

        def delete(execute, sql, params, many, context):
            if sql.startswith("INSERT") and "assetuse" in sql and not refused:
                refused.append(sql)
                Asset.objects.all().delete()
            return execute(sql, params, many, context)

        with connection.execute_wrapper(delete):
            url = reverse("admin:issues_section_change", args=[section.pk])
            response = desk.post(url, data, follow=True)

        assert len(refused) == 1
        assert len(messages_of(response)) == 1
        assert "was changed successfully" in messages_of(response)[0]
        assert Section.objects.get().body == showing(asset)
