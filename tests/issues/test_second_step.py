"""A code of the phone at sign-in, where somebody has set it up or has to."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from issues.models import RecoveryCode
from issues.signing_in import devices, recovery
from tests.builders import code_of, make_colleague, phone_of
from tests.issues.signing_in import CODE, INDEX, PAGE, PASSWORD, SIGN_IN, is_in

pytestmark = pytest.mark.django_db


def give_password(client, name="author", **data):
    return client.post(SIGN_IN, {"username": name, "password": PASSWORD, **data})


class TestSigningIn:
    def test_without_a_device_the_password_is_enough(self, client, author):
        response = give_password(client)

        assert response.url == INDEX
        assert is_in(client)

    def test_with_one_a_code_is_asked_for_and_then_the_way_goes_on(self, client, device):
        first = give_password(client, next="/admin/desk/inbox/")

        assert first.url == f"{CODE}?next=%2Fadmin%2Fdesk%2Finbox%2F"
        assert not is_in(client)

        second = client.post(first.url, {"code": code_of(device), "next": "/admin/desk/inbox/"})

        assert (second.status_code, second.url) == (302, "/admin/desk/inbox/")
        assert is_in(client)

    def test_a_wrong_password_tells_nothing_of_a_device(self, client, author, device):
        make_colleague("Editor")
        pages = [
            client.post(SIGN_IN, {"username": name, "password": "guess"})
            for name in ("author", "editor", "nobody")
        ]

        htmls = {re.sub(r'value="[^"]*"', "", page.content.decode()) for page in pages}
        assert len(htmls) == 1
        assert {page.status_code for page in pages} == {200}

    def test_every_session_asks_by_itself(self, arrived, author, device):
        arrived.post(CODE, {"code": code_of(device)})
        another = Client()
        another.force_login(author)

        assert is_in(arrived)
        assert not is_in(another)

    def test_the_session_gets_another_key(self, arrived, device, settings):
        before = arrived.cookies[settings.SESSION_COOKIE_NAME].value

        arrived.post(CODE, {"code": code_of(device)})

        assert arrived.cookies[settings.SESSION_COOKIE_NAME].value != before

    def test_the_sign_in_leads_whoever_owes_a_code_there(self, arrived):
        response = arrived.get(f"{SIGN_IN}?next=/admin/desk/inbox/")

        assert response.url == f"{CODE}?next=%2Fadmin%2Fdesk%2Finbox%2F"

    def test_one_may_begin_again_as_somebody_else(self, arrived):
        response = arrived.post(CODE, {"leave": "yes"})

        assert response.url.startswith(SIGN_IN)
        assert arrived.get(CODE).url == INDEX
        assert arrived.get(SIGN_IN).status_code == 200

    @pytest.mark.parametrize(
        "where", ["https://evil.example/", "//evil.example", "javascript:1", "\x00"]
    )
    def test_it_leads_nobody_away_from_the_site(self, arrived, device, where):
        response = arrived.post(CODE, {"code": code_of(device), "next": where})

        assert response.url == INDEX

    @pytest.mark.parametrize("where", ["inbox", "admin", "?page=2", "#top"])
    def test_what_is_no_whole_address_is_one_all_the_same(self, arrived, device, where):
        """Django's `redirect` would take it for the name of a view."""
        response = arrived.post(CODE, {"code": code_of(device), "next": where})

        assert (response.status_code, response.url) == (302, where)
        assert arrived.get(CODE, {"next": where}).url == where

    def test_who_is_in_or_a_stranger_has_no_code_to_give(self, client, author):
        assert client.get(CODE).url == INDEX
        client.force_login(author)
        assert client.get(CODE).url == INDEX


class TestCodes:
    @pytest.mark.parametrize("typed", ["{}", " {} ", "{0:.3} {0:>.3}"])
    def test_it_may_be_typed_as_the_app_shows_it(self, arrived, device, typed):
        code = code_of(device)
        shown = f"{code[:3]} {code[3:]}" if "." in typed else typed.format(code)

        arrived.post(CODE, {"code": shown})

        assert is_in(arrived)

    @pytest.mark.parametrize("steps", [-1, 1])
    def test_a_clock_may_be_half_a_minute_off(self, arrived, device, steps):
        arrived.post(CODE, {"code": code_of(device, steps)})

        assert is_in(arrived)

    def test_an_older_one_is_refused(self, arrived, device):
        response = arrived.post(CODE, {"code": code_of(device, steps=-4)})

        assert "or it was used before" in response.content.decode()
        assert not is_in(arrived)

    def test_none_works_twice(self, arrived, author, device):
        code = code_of(device)
        arrived.post(CODE, {"code": code})
        another = Client()
        another.force_login(author)

        response = another.post(CODE, {"code": code})

        assert response.status_code == 200
        assert not is_in(another)

    def test_who_guesses_waits_although_the_next_is_right(self, arrived, device):
        for _ in range(4):
            TOTPDevice.objects.update(throttling_failure_timestamp=None)
            arrived.post(CODE, {"code": "000000"})

        response = arrived.post(CODE, {"code": code_of(device)})

        assert response.status_code == 429
        assert 1 <= int(response["Retry-After"]) <= 9
        assert "too many wrong codes" in response.content.decode()
        assert not is_in(arrived)

    def test_nobody_is_kept_out_for_days_by_who_knows_the_password(self, arrived, device):
        TOTPDevice.objects.update(
            throttling_failure_count=40, throttling_failure_timestamp=timezone.now()
        )

        response = arrived.post(CODE, {"code": code_of(device)})

        assert int(response["Retry-After"]) <= 2 ** (devices.MOST_FAILURES - 1)

    def test_of_a_device_that_has_just_been_taken_away_there_is_none(self, author, device):
        code = code_of(device)
        device.delete()

        with pytest.raises(devices.WrongCode):
            devices.take(author, code)

    @pytest.mark.parametrize(
        "typed",
        ["", "1", "x", "\x00", "१२३४५६", "-12345", "1_2_34", "9" * 64, "9" * 9999, "é" * 64],
    )
    @pytest.mark.parametrize("field", ["code", "recovery"])
    def test_no_text_is_too_strange(self, arrived, field, typed):
        response = arrived.post(CODE, {field: typed})

        assert response.status_code == 200
        assert not is_in(arrived)


class TestRecoveryCodes:
    @pytest.fixture
    def codes(self, author, device) -> list[str]:
        return recovery.renew(author)

    def test_each_lets_in_once(self, arrived, author, codes):
        page = arrived.post(CODE, {"recovery": codes[0].upper()}, follow=True)
        another = Client()
        another.force_login(author)

        assert "You have 9 left" in page.content.decode()
        assert is_in(arrived)
        assert another.post(CODE, {"recovery": codes[0]}).status_code == 200
        TOTPDevice.objects.update(throttling_failure_timestamp=None)
        assert another.post(CODE, {"recovery": codes[1]}).status_code == 302

    def test_none_can_be_read_from_the_database(self, codes):
        kept = str(list(RecoveryCode.objects.values()))

        assert len(set(codes)) == RecoveryCode.objects.count() == recovery.COUNT
        for code in codes:
            assert code not in kept
            assert code.replace("-", "") not in kept

    def test_those_of_another_are_of_no_use(self, arrived, publisher):
        foreign = recovery.renew(publisher)

        arrived.post(CODE, {"recovery": foreign[0]})

        assert not is_in(arrived)
        assert recovery.left(publisher) == recovery.COUNT

    def test_a_wrong_one_makes_wait_as_a_wrong_code_does(self, arrived, codes):
        arrived.post(CODE, {"recovery": "x" * 16})

        assert arrived.post(CODE, {"recovery": codes[0]}).status_code == 429
        assert recovery.left(get_user_model().objects.get()) == recovery.COUNT


class TestRequired:
    @pytest.fixture(autouse=True)
    def required(self, settings):
        settings.REQUIRE_TOTP = True

    def test_who_has_no_device_is_led_to_set_one_up_and_then_goes_on(self, client, author):
        first = give_password(client, next="/admin/desk/inbox/")

        assert first.url == f"{PAGE}?next=%2Fadmin%2Fdesk%2Finbox%2F"
        assert not is_in(client)
        page = client.get(first.url)
        assert "asks everybody at the desk" in page.content.decode()
        assert "Welcome," not in page.content.decode()

        phone = phone_of(page)
        data = {"do": "set_up", "key": page.context["key"], "code": code_of(phone)}
        done = client.post(first.url, data)

        assert 'href="/admin/desk/inbox/"' in done.content.decode()
        assert is_in(client)

    def test_the_sign_in_and_the_code_lead_there_too(self, client, author):
        client.force_login(author)

        assert client.get(SIGN_IN).url.startswith(PAGE)
        assert client.get(CODE).url.startswith(PAGE)
        assert client.get(INDEX).url.startswith(SIGN_IN)

    def test_who_has_one_gives_a_code(self, arrived, device):
        assert arrived.get(PAGE).url.startswith(CODE)

        arrived.post(CODE, {"code": code_of(device)})

        assert is_in(arrived)

    def test_switching_it_off_leads_back_to_setting_it_up(self, arrived, device):
        arrived.post(CODE, {"code": code_of(device, steps=-1)})
        data = {"do": "switch_off", "off-password": PASSWORD, "off-code": code_of(device)}

        arrived.post(PAGE, data)

        assert not is_in(arrived)
        assert arrived.get(PAGE).status_code == 200
