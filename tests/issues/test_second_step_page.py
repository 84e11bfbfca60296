"""The second step at sign-in: setting it up, changing it, losing the phone."""

import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django_otp.plugins.otp_totp.models import TOTPDevice

from issues.models import AuditEntry, RecoveryCode
from issues.signing_in import recovery
from tests.builders import code_of, make_device, phone_of
from tests.issues.signing_in import CODE, PAGE, PASSWORD, SIGN_IN, is_in

pytestmark = pytest.mark.django_db


class TestSettingUp:
    @pytest.fixture
    def shown(self, client, author):
        """Open the page, and give what it shows."""
        client.force_login(author)
        return client.get(PAGE)

    def form(self, page, code: str) -> dict:
        return {"do": "set_up", "key": page.context["key"], "code": code}

    def test_the_page_shows_a_picture_and_the_secret_and_keeps_nothing(self, shown, settings):
        html = shown.content.decode()

        assert "<svg width=" in html
        assert "style=" not in html
        assert f"otpauth://totp/{settings.SITE_NAME}%3Aauthor?secret=" in html
        assert "no-store" in shown["Cache-Control"]
        assert not TOTPDevice.objects.exists()

    def test_the_first_code_sets_it_up_and_recovery_codes_are_shown_once(
        self, shown, client, author
    ):
        phone = phone_of(shown)

        page = client.post(PAGE, self.form(shown, code_of(phone)))

        codes = page.context["codes"]
        assert len(codes) == recovery.COUNT
        assert all(code in page.content.decode() for code in codes)
        assert TOTPDevice.objects.get().key == phone.key
        assert is_in(client)
        assert codes[0] not in client.get(PAGE).content.decode()
        assert AuditEntry.objects.get().act == "device_made"

    def test_the_first_code_lets_nobody_in_again(self, shown, client, author):
        code = code_of(phone_of(shown))
        client.post(PAGE, self.form(shown, code))
        another = Client()
        another.force_login(author)

        another.post(CODE, {"code": code})

        assert not is_in(another)

    @pytest.mark.parametrize("code", ["000000", "", "x", "१२३४५६", "\x00", "9" * 999])
    def test_a_wrong_code_keeps_the_picture(self, shown, client, code):
        page = client.post(PAGE, self.form(shown, code))

        assert page.status_code == 200
        assert phone_of(page).key == phone_of(shown).key
        assert not TOTPDevice.objects.exists()

    def test_the_secret_of_somebody_else_or_of_nobody_is_refused(self, shown, client, publisher):
        code = code_of(phone_of(shown))
        client.force_login(publisher)

        for key in (shown.context["key"], "", "x:y:z", "\x00", shown.context["key"][:-1]):
            response = client.post(PAGE, {"do": "set_up", "key": key, "code": code})
            assert (response.status_code, response.url) == (302, PAGE)

        assert not TOTPDevice.objects.exists()

    def test_to_press_the_button_twice_sets_up_one(self, shown, client):
        form = self.form(shown, code_of(phone_of(shown)))
        client.post(PAGE, form)

        assert client.post(PAGE, form).status_code == 302

        assert TOTPDevice.objects.count() == 1
        assert RecoveryCode.objects.count() == recovery.COUNT

    def test_other_sessions_that_were_open_must_give_a_code(self, shown, client, author):
        other = Client()
        other.force_login(author)

        client.post(PAGE, self.form(shown, code_of(phone_of(shown))))

        assert not is_in(other)

    @pytest.mark.parametrize("do", ["", "x", "\x00"])
    def test_what_is_no_deed_is_400(self, shown, client, do):
        assert client.post(PAGE, {"do": do}).status_code == 400

    @pytest.mark.parametrize("do", ["renew", "switch_off"])
    def test_without_a_device_there_is_nothing_to_change(self, shown, client, do):
        assert client.post(PAGE, {"do": do, "off-password": PASSWORD}).url == PAGE

    def test_strangers_and_readers_are_sent_to_the_sign_in(self, client, django_user_model):
        assert client.get(PAGE).url.startswith(SIGN_IN)
        client.force_login(django_user_model.objects.create_user("reader"))
        assert client.get(PAGE).url.startswith(SIGN_IN)


class TestChanging:
    @pytest.fixture
    def inside(self, arrived, device):
        """Give a session of somebody who has signed in whole, with the last code."""
        arrived.post(CODE, {"code": code_of(device, steps=-1)})
        return arrived

    def test_new_recovery_codes_take_the_place_of_the_old(self, inside, author, device):
        old = recovery.renew(author)

        page = inside.post(PAGE, {"do": "renew", "renew-code": code_of(device)})

        assert len(page.context["codes"]) == recovery.COUNT
        assert not set(page.context["codes"]) & set(old)
        assert recovery.left(author) == recovery.COUNT
        assert not recovery.use(author, old[0].replace("-", ""))
        assert AuditEntry.objects.get().act == "codes_renewed"

    def test_they_ask_for_a_code(self, inside, author):
        codes = recovery.renew(author)

        inside.post(PAGE, {"do": "renew", "renew-code": "000000"})

        assert recovery.use(author, codes[0].replace("-", ""))

    def test_it_is_switched_off_with_the_password_and_a_code(self, inside, author, device):
        data = {"do": "switch_off", "off-password": PASSWORD, "off-code": code_of(device)}

        response = inside.post(PAGE, data, follow=True)

        assert "your password alone lets you in" in response.content.decode()
        assert not TOTPDevice.objects.exists()
        assert recovery.left(author) == 0
        assert is_in(inside)
        assert AuditEntry.objects.get().act == "device_dropped"

    @pytest.mark.parametrize(
        ("password", "code"), [("guess", None), (PASSWORD, "000000"), ("", "")]
    )
    def test_not_without_one_of_them(self, inside, device, password, code):
        data = {"do": "switch_off", "off-password": password, "off-code": code or code_of(device)}

        assert inside.post(PAGE, data).status_code == 200

        assert TOTPDevice.objects.exists()

    def test_guessing_the_password_there_is_counted_with_the_sign_in(self, inside, settings):
        data = {"do": "switch_off", "off-password": "guess", "off-code": "000000"}

        answers = [inside.post(PAGE, data).status_code for _ in range(settings.SIGN_IN_FAILURES)]

        assert answers[-1] == 429
        assert TOTPDevice.objects.get().throttling_failure_count == 0


class TestLostPhone:
    @pytest.fixture
    def url(self, author, device) -> str:
        return reverse("admin:auth_user_take_away", args=[author.pk])

    def test_a_superuser_takes_the_device_away_and_is_named_for_it(self, desk, url, author):
        recovery.renew(author)
        change = reverse("admin:auth_user_change", args=[author.pk])

        assert url in desk.get(change).content.decode()
        assert "Take it away" in desk.get(url).content.decode()
        assert TOTPDevice.objects.exists()

        page = desk.post(url, follow=True)

        assert "now signs in by password alone" in page.content.decode()
        assert not TOTPDevice.objects.exists()
        assert not RecoveryCode.objects.exists()
        assert url not in page.content.decode()
        entry = AuditEntry.objects.get()
        assert (entry.name, entry.act, entry.subject) == (
            "editor",
            "device_taken",
            "author",
        )

    def test_ones_own_is_not_taken_away_without_password_and_code(self, desk, editor):
        make_device(editor)
        desk.post(CODE, {"code": code_of(TOTPDevice.objects.get(user=editor))})

        response = desk.post(reverse("admin:auth_user_take_away", args=[editor.pk]))

        assert response.url == PAGE
        assert TOTPDevice.objects.filter(user=editor).exists()

    def test_a_second_time_there_is_nothing_to_take(self, desk, url):
        desk.post(url)

        assert "has no second step" in desk.post(url, follow=True).content.decode()
        assert AuditEntry.objects.count() == 1

    def test_whoever_may_change_accounts_alone_may_not(self, client, url, publisher):
        names = ("change_user", "view_user")
        publisher.user_permissions.set(Permission.objects.filter(codename__in=names))
        client.force_login(publisher)

        assert client.post(url).status_code == 403
        assert TOTPDevice.objects.exists()

    def test_the_list_of_accounts_says_who_has_one(self, desk, device, django_assert_num_queries):
        page = desk.get(reverse("admin:auth_user_changelist"))

        rows = {user.username: user.has_second_step for user in page.context["cl"].result_list}
        assert rows == {"author": True, "editor": False}

    def test_a_command_lets_the_last_superuser_in_again(self, device, capsys):
        call_command("forget_device", "author")

        assert "signs in by password alone" in capsys.readouterr().out
        assert not TOTPDevice.objects.exists()
        assert AuditEntry.objects.get().name == "command line"

    @pytest.mark.parametrize("name", ["author", "nobody"])
    def test_the_command_says_where_there_is_nothing_to_forget(self, author, name):
        with pytest.raises(CommandError, match=name):
            call_command("forget_device", name)

    def test_secrets_of_devices_stand_nowhere_at_the_desk(self, desk, device):
        assert desk.get("/admin/otp_totp/totpdevice/").status_code == 404
        assert desk.get("/admin/axes/accessattempt/").status_code == 404
