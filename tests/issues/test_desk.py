"""What the editors' scripts ask for."""

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile

from issues.models import Asset
from tests.builders import make_section, picture

pytestmark = pytest.mark.django_db

PREVIEW, UPLOAD, TAGS = "/admin/desk/preview/", "/admin/desk/upload/", "/admin/desk/tags/"


@pytest.fixture
def colleague(client, django_user_model):
    """Somebody who may sign in to the admin and may do nothing there."""
    user = django_user_model.objects.create_user("colleague", password="x", is_staff=True)
    client.force_login(user)
    return user


class TestPreview:
    def test_renders_as_a_page_would(self, desk):
        response = desk.post(PREVIEW, {"content": "# Hi\n\n<script>x</script>"})

        assert response.content.decode().startswith('<h3 id="preview--hi">Hi</h3>')
        assert "<script>" not in response.content.decode()

    def test_is_not_kept_by_a_browser(self, desk):
        assert "no-store" in desk.post(PREVIEW, {"content": "a"})["Cache-Control"]

    def test_says_why_a_text_cannot_be_rendered(self, desk):
        response = desk.post(PREVIEW, {"content": "[" * 50_000})

        assert response.status_code == 400
        assert "square brackets" in response.content.decode()
        assert response["Content-Type"].startswith("text/plain")

    def test_an_empty_text_is_an_empty_preview(self, desk):
        assert desk.post(PREVIEW).content == b""


class TestUpload:
    def test_stores_a_picture_and_tells_its_address(self, desk):
        response = desk.post(UPLOAD, {"image": picture()})

        assert response.json() == {"url": Asset.objects.get().file.url, "alt": ""}

    @pytest.mark.parametrize(
        ("name", "data", "reason"),
        [
            ("x.gif", b"<script>alert(1)</script>", "no JPEG, PNG, GIF, WebP or AVIF"),
            ("x.svg", b"<svg onload='alert(1)'/>", "no JPEG, PNG, GIF, WebP or AVIF"),
            ("x.png", picture("PNG", (90, 90)).getvalue()[:60], "broken"),
            ("x.png", b"", "no JPEG, PNG, GIF, WebP or AVIF"),
        ],
    )
    def test_refuses_with_a_reason(self, desk, name, data, reason):
        file = SimpleUploadedFile(name, data, content_type="image/png")

        response = desk.post(UPLOAD, {"image": file})

        assert response.status_code == 400
        assert reason in response.json()["error"]
        assert not Asset.objects.exists()

    def test_asks_for_the_field(self, desk):
        assert desk.post(UPLOAD).status_code == 400


class TestTagSuggestions:
    def test_the_most_used_come_first(self, desk):
        make_section(tags=["python", "pytest"])
        make_section(tags=["pytest"], title="Another")

        assert desk.get(TAGS, {"q": "PY"}).json() == {
            "tags": [{"name": "pytest", "count": 2}, {"name": "python", "count": 1}]
        }

    def test_odd_text_is_fine(self, desk):
        make_section(tags=["python"])

        for text in ("%", "_", "'", "\\", "p%n"):
            assert desk.get(TAGS, {"q": text}).json() == {"tags": []}
        for text in ("", "\x00", "p\x00y"):
            [tag] = desk.get(TAGS, {"q": text}).json()["tags"]
            assert tag["name"] == "python"


class TestPermission:
    @pytest.mark.parametrize(
        ("method", "url"), [("post", PREVIEW), ("post", UPLOAD), ("get", TAGS)]
    )
    def test_strangers_and_staff_without_the_right_get_403(self, client, method, url, request):
        assert getattr(client, method)(url).status_code == 403

        request.getfixturevalue("colleague")
        assert getattr(client, method)(url).status_code == 403

    def test_a_right_opens_its_own_door_only(self, client, colleague):
        colleague.user_permissions.add(Permission.objects.get(codename="change_section"))

        assert client.post(PREVIEW, {"content": "a"}).status_code == 200
        assert client.post(UPLOAD, {"image": picture()}).status_code == 403

    @pytest.mark.parametrize("url", [PREVIEW, UPLOAD])
    def test_other_methods_are_refused(self, desk, url):
        assert desk.get(url).status_code == 405

    def test_another_site_cannot_post(self, desk, editor):
        desk.handler.enforce_csrf_checks = True

        assert desk.post(PREVIEW, {"content": "a"}).status_code == 403
