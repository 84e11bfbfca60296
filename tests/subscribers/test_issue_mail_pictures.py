"""Pictures in the mail of an issue: as JPEG, and there for ever once it is sent."""

import os
import re
from datetime import timedelta

import pytest
from django.db.models import ProtectedError
from django.urls import reverse
from django.utils import timezone

from issues import images
from issues.models import Asset, Issue
from subscribers.issue_mail.building import build, pictures_of
from tests.builders import (
    animation,
    make_asset,
    make_colleague,
    make_issue,
    make_mailing,
    make_section,
    picture,
)
from tests.subscribers.issue_mails import WEB

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def site(settings):
    settings.SITE_URL, settings.SITE_HOST = WEB, "news.example.org"


def stored(image_format="PNG", size=(1300, 650), **words) -> Asset:
    asset = images.store(picture(image_format, size))
    for name, text in words.items():
        setattr(asset, name, text)
    asset.save()
    return asset


def jpeg_of(asset: Asset) -> str:
    return WEB + asset.variants_of("jpeg")[0].url


def piece_of(body: str):
    return build(make_issue(7, sections=[{"title": "Tip", "body": body}])).pieces[1]


class TestInHtml:
    def test_it_is_a_jpeg_no_wider_than_the_column(self):
        asset = stored("WEBP", alt="A sea", caption="At dusk", credit="Mona")

        html = piece_of(f"![]({asset.file.url})").html

        tag = re.search(r"<img [^>]*>", html)[0]
        assert f'src="{jpeg_of(asset)}" alt="A sea" width="550" height="275"' in tag
        assert "max-width:100%;height:auto" in tag
        assert re.search(r">At dusk <small>Mona</small></div>", html)
        assert jpeg_of(asset).endswith(".jpg")

    def test_the_words_of_the_text_come_first(self):
        asset = stored(alt="A sea", caption="At dusk")

        html = piece_of(f'![Waves]({WEB}{asset.file.url} "At noon")').html

        assert f'src="{jpeg_of(asset)}" alt="Waves"' in html
        assert ">At noon</div>" in html
        assert "At dusk" not in html

    def test_a_small_one_keeps_its_size(self):
        asset = stored(size=(40, 30), alt="Dot")

        assert 'width="40" height="30"' in piece_of(f"A ![]({asset.file.url})").html

    def test_one_that_moves_stands_still_and_leads_to_where_it_moves(self):
        asset = images.store(animation(), alt="Two gears")

        html = piece_of(f"![]({asset.file.url})").html

        page = f"{WEB}/issues/7/tip/"
        assert re.search(rf'<a href="{page}"[^>]*><img src="{jpeg_of(asset)}"', html)
        assert re.search(rf'<a href="{page}"[^>]*>It moves on the web.</a>', html)

    def test_until_its_jpeg_is_made_its_own_file_stands_for_it(self):
        asset = make_asset("A sea", width=1100, height=500)

        html = piece_of(f"![]({asset.file.url})").html

        assert f'src="{WEB}{asset.file.url}" alt="A sea" width="550" height="250"' in html

    def test_one_that_is_gone_keeps_its_words(self):
        assert 'alt="A sea"' in piece_of("![A sea](/media/a/gone.png)").html

    def test_the_cover_stands_above_the_introduction(self):
        asset = stored(alt="A sea", caption="At dusk")

        head = build(make_issue(cover=asset, intro="Welcome")).pieces[0]

        assert head.html.index(jpeg_of(asset)) < head.html.index("Welcome")
        assert "At dusk" in head.html
        assert head.text.index("[Picture: A sea]") < head.text.index("Welcome")


class TestInText:
    def test_it_is_its_words(self):
        asset = stored(alt="A sea", caption="At dusk", credit="Mona")

        text = piece_of(f"![]({asset.file.url})\n\nIn ![Waves]({asset.file.url}) line").text

        assert "[Picture: A sea]\nAt dusk Mona\n\nIn [Picture: Waves] line" in text


class TestThoseThatStay:
    def test_are_all_that_it_shows_or_links_to(self):
        cover, intro, shown, linked = (make_asset(name) for name in "abcd")
        make_asset("unused")
        body = f"![]({shown.file.url}) [here]({WEB}{linked.file.url}) ![]({shown.file.url})"
        issue = make_issue(
            cover=cover, intro=f"![]({intro.file.url})", sections=[{"body": body, "title": "T"}]
        )
        make_section(body=f"![]({make_asset('elsewhere').file.url})")

        assert set(pictures_of(issue)) == {cover, intro, shown, linked}
        assert len(pictures_of(issue)) == 4

    def test_of_an_issue_without_pictures_are_none(self):
        assert pictures_of(make_issue(sections=["Tip"])) == []


class TestOfMailThatWasSent:
    @pytest.fixture
    def sent(self) -> Asset:
        """A picture that went out by mail, and that no text shows any more."""
        asset = stored(alt="A sea")
        body = f"![]({asset.file.url})"
        issue = make_issue(1, sections=[{"title": "Tip", "body": body}])
        make_mailing(issue, build(issue)).pictures.set(pictures_of(issue))
        section = issue.sections.get()
        section.body = "Without it"
        section.save()
        return asset

    def test_the_library_says_in_words_that_it_stays(self, desk, sent):
        url = reverse("admin:issues_asset_delete", args=[sent.pk])

        asked, pressed = desk.get(url), desk.post(url, {"post": "yes"})

        for answer in (asked, pressed):
            assert answer.status_code == 200
            assert "keeps it for good" in answer.content.decode()
            assert "#1 Issue number 1" in answer.content.decode()
            assert "Take it out of these places" not in answer.content.decode()
        assert Asset.objects.get() == sent

    def test_so_it_does_to_editors(self, client, sent):
        client.force_login(make_colleague("Editor"))

        answer = client.get(reverse("admin:issues_asset_delete", args=[sent.pk]))

        assert "keeps it for good" in answer.content.decode()

    def test_the_database_keeps_it(self, sent):
        with pytest.raises(ProtectedError):
            images.discard(sent)

        assert Asset.objects.get() == sent

    def test_the_library_still_shows_it(self, desk, sent):
        assert desk.get(reverse("admin:issues_asset_changelist")).status_code == 200
        assert desk.get(reverse("admin:issues_asset_change", args=[sent.pk])).status_code == 200

    def test_its_file_outlives_new_variants_and_sweeping(self, sent, media_folder, monkeypatch):
        mailed = sent.variants_of("jpeg")[0].name
        monkeypatch.setitem(images.encoding.VARIANT_OPTIONS["jpeg"], "quality", 40)
        monkeypatch.setitem(images.encoding.VARIANT_OPTIONS["webp"], "quality", 40)

        images.renew(Asset.objects.get())
        later = timezone.now() + timedelta(days=3)
        Asset.objects.update(renewed_at=timezone.now() - timedelta(days=3))
        for file in media_folder.rglob("*.*"):
            os.utime(file, (later.timestamp() - 9e5,) * 2)
        swept = images.sweep()

        assert swept > 0
        assert Asset.storage().exists(mailed)
        assert Asset.objects.get().variants_of("jpeg")[0].name == mailed

    def test_new_words_of_it_are_no_other_file(self, desk, sent):
        url = reverse("admin:issues_asset_change", args=[sent.pk])

        desk.post(url, {"alt": "Waves", "caption": "", "credit": "", "upload": picture()})

        after = Asset.objects.get()
        assert after.alt == "Waves"
        assert after.file_names() == sent.file_names()


class TestDeletingTheIssue:
    def test_is_answered_in_words(self, desk):
        issue = make_mailing().issue
        url = reverse("admin:issues_issue_delete", args=[issue.pk])

        asked, pressed = desk.get(url), desk.post(url, {"post": "yes"})

        assert [asked.status_code, pressed.status_code] == [200, 200]
        assert Issue.objects.get() == issue

    def test_among_others_it_is_too(self, desk):
        issue = make_mailing().issue
        chosen = {"action": "delete_selected", "_selected_action": [issue.pk], "post": "yes"}

        answer = desk.post(reverse("admin:issues_issue_changelist"), chosen)

        assert answer.status_code in (200, 302)
        assert Issue.objects.get() == issue
