"""Signing up: the form on every page, and what answers it."""

import datetime
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from issues import sharing
from subscribers import consent, stamps
from subscribers.models import ConsentEvent, Letter, Limit, Subscriber
from tests.builders import make_issue, make_subscriber
from tests.subscribers.signing_up import post, ripe_stamp

pytestmark = pytest.mark.django_db

FORM = re.compile(r'<form class="sign-up".*?</form>', re.DOTALL)


def form_of(client, path: str) -> str:
    [form] = FORM.findall(client.get(path).content.decode())
    return form


class TestForm:
    PATHS = ("/", "/issues/", "/issues/1/", "/issues/1/one/", "/tags/", "/search/", "/privacy/")

    @pytest.fixture(autouse=True)
    def issue(self):
        return make_issue(1, sections=["One"])

    @pytest.mark.parametrize("path", [*PATHS, "/subscribe/"])
    def test_it_stands_on_every_page_and_knows_which(self, client, path):
        form = form_of(client, path)

        assert 'method="post" action="/subscribe/"' in form
        assert f'name="page" value="{path}"' in form
        assert consent.words() in form

    def test_it_is_otherwise_the_same_for_everybody(self, client):
        forms = {form_of(client, path).replace(f'value="{path}"', "") for path in self.PATHS}

        assert len(forms) == 1

    @pytest.mark.parametrize("takes_all", [True, False])
    def test_browsers_refuse_no_address_that_the_server_takes(self, client, settings, takes_all):
        settings.SMTPUTF8 = takes_all

        assert (" novalidate" in form_of(client, "/")) is takes_all

    def test_it_has_one_field_for_people(self, client):
        fields = re.findall(r"<input[^>]*>", form_of(client, "/"))

        shown = [field for field in fields if 'type="hidden"' not in field]
        [email, decoy] = shown
        for attribute in ('type="email"', 'autocomplete="email"', 'maxlength="254"', "required"):
            assert attribute in email
        assert 'tabindex="-1" autocomplete="off"' in decoy

    @pytest.mark.parametrize("path", ["/nothing/", "/admin/login/", "/share/2:x/"])
    def test_it_stands_neither_on_errors_nor_on_the_desk(self, client, path):
        assert not FORM.search(client.get(path).content.decode())

    def test_a_draft_that_is_shared_does_not_put_its_link_into_a_form(self, client, editor):
        link = sharing.address(sharing.make(make_issue(2, None), editor))

        assert not FORM.search(client.get(link).content.decode())

    def test_the_page_of_its_own_leads_to_a_sample(self, client):
        html = client.get("/subscribe/").content.decode()

        assert '<a href="/issues/1/">Issue number 1</a>, the latest issue' in html


class TestAsking:
    def test_an_address_is_asked_to_confirm(self, client):
        response = post(client, "Ada@Example.org", page="/issues/1/")

        ada = Subscriber.objects.get()
        assert response.status_code == 200
        assert "Look into your mailbox" in response.content.decode()
        assert (ada.email, ada.state) == ("Ada@example.org", "pending")
        assert Letter.objects.get().kind == Letter.Kind.CONFIRMATION

    def test_it_is_proven_where_and_to_what_the_person_said_yes(self, client):
        post(client, "ada@example.org", page="/issues/1/")

        event = ConsentEvent.objects.get()
        assert (event.kind, event.form, event.page) == ("asked", "sign-up", "/issues/1/")
        assert (event.words, event.policy_version) == (consent.words(), consent.POLICY_VERSION)
        assert event.network is None

    def test_the_network_is_kept_if_the_law_asks_for_it(self, client, settings):
        settings.CONSENT_KEEPS_NETWORK, settings.PROXIES = True, 1

        post(client, "ada@example.org", headers={"X-Forwarded-For": "192.0.2.9, 2001:db8::7:1"})

        assert ConsentEvent.objects.get().network == "2001:db8::"

    def test_no_answer_is_kept_or_sets_a_cookie(self, client):
        for fields in ({}, {"email": "x"}, {"stamp": ""}, {"website": "x"}):
            response = post(client, **{"email": "ada@example.org", **fields})

            assert response["Cache-Control"] == "no-store"
            assert response["X-Robots-Tag"] == "noindex"
            assert not response.cookies
            assert "Cookie" not in response.headers.get("Vary", "")

    @pytest.mark.parametrize("method", ["get", "head"])
    def test_reading_changes_nothing(self, client, method):
        fields = {"email": "ada@example.org", "stamp": ripe_stamp()}

        assert getattr(client, method)("/subscribe/", fields).status_code == 200
        assert not Subscriber.objects.exists()

    @pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
    def test_other_methods_are_refused(self, client, method):
        assert getattr(client, method)("/subscribe/").status_code == 405

    def test_no_token_is_asked_for(self):
        assert post(Client(enforce_csrf_checks=True), "ada@example.org").status_code == 200

    @pytest.mark.parametrize(
        "headers",
        [{}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}],
    )
    def test_a_form_of_another_site_is_refused_with_the_reason(self, client, headers):
        fields = {"email": "ada@example.org", "stamp": ripe_stamp()}

        response = client.post("/subscribe/", fields, headers=headers)

        assert response.status_code == 403
        assert "This did not come from our own form" in response.content.decode()
        assert not Subscriber.objects.exists()


class TestWrongAddress:
    def test_the_reason_is_tied_to_the_field_and_the_text_is_still_there(self, client):
        response = post(client, "ada@@example", page="/issues/1/", stamp="")

        [form] = FORM.findall(response.content.decode())
        assert response.status_code == 400
        assert 'value="ada@@example" aria-describedby="problem- agreed-" aria-invalid' in form
        assert re.search('<p class="problem" id="problem-">This is no e-mail address', form)
        assert 'name="page" value="/issues/1/"' in form

    def test_it_costs_nobody_anything(self, client):
        post(client, "ada")

        assert not Limit.objects.exists()

    def test_what_was_typed_is_escaped_and_cut(self, client):
        text = post(client, '"><script>' + "x" * 100_000).content.decode()

        assert '"><script>' not in text
        assert len(text) < 20_000


class TestRobots:
    def test_whoever_fills_in_what_people_do_not_see_gets_the_ordinary_answer(self, client):
        ordinary = post(client, "ada@example.org")

        robot = post(client, "bob@example.org", website="https://spam.example", stamp="")

        assert robot.content == ordinary.content
        assert Subscriber.objects.count() == 1

    @pytest.mark.parametrize("stamp", ["", "x", "1.x"])
    def test_without_a_stamp_one_more_press_is_asked_for(self, client, stamp):
        response = post(client, "ada@example.org", stamp=stamp, page="/issues/1/")

        [form] = FORM.findall(response.content.decode())
        assert response.status_code == 200
        assert "One more press" in response.content.decode()
        assert 'value="ada@example.org"' in form
        assert 'name="page" value="/issues/1/"' in form
        assert not Subscriber.objects.exists()

    def test_the_second_press_is_the_last(self, client):
        first = post(client, "ada@example.org", stamp="").content.decode()
        stamp = re.search('name="stamp" value="([^"]+)"', first)[1]
        later = timezone.now() + datetime.timedelta(seconds=3)

        assert stamps.holds(stamp, later)

    def test_who_presses_too_soon_keeps_the_stamp(self, client):
        stamp = stamps.make()

        again = post(client, "ada@example.org", stamp=stamp).content.decode()

        assert f'name="stamp" value="{stamp}"' in again

    def test_the_script_gets_a_stamp_that_nobody_keeps(self, client):
        response = client.get("/subscribe/stamp/")

        later = timezone.now() + datetime.timedelta(seconds=3)
        assert stamps.holds(response.content.decode(), later)
        assert response["Content-Type"] == "text/plain; charset=utf-8"
        assert response["Cache-Control"] == "no-store"
        assert client.post("/subscribe/stamp/").status_code == 405


class TestLimits:
    def test_a_network_has_so_many_an_hour(self, client, settings):
        settings.SIGN_UPS_PER_NETWORK = 2

        answers = [post(client, f"a{number}@example.org") for number in range(3)]

        assert [one.status_code for one in answers] == [200, 200, 429]
        assert answers[-1]["Retry-After"] == "3600"
        assert "Please try again in an hour" in answers[-1].content.decode()
        assert post(client, "b@example.org", REMOTE_ADDR="192.0.2.9").status_code == 200
        assert Subscriber.objects.count() == 3

    def test_all_networks_together_have_so_many(self, client, settings):
        settings.SIGN_UPS_PER_HOUR = 2

        answers = [
            post(client, f"a{number}@example.org", REMOTE_ADDR=f"192.0.2.{number}").status_code
            for number in range(3)
        ]

        assert answers == [200, 200, 429]

    def test_whose_address_it_is_makes_no_difference(self, client, settings):
        settings.SIGN_UPS_PER_NETWORK = 1
        make_subscriber("ada@example.org")
        post(client, "first@example.org")

        known, unknown = (post(client, f"{name}@example.org") for name in ("ada", "bob"))

        assert (known.status_code, known.content) == (429, unknown.content)

    def test_no_network_can_be_read_from_what_is_counted(self, client):
        post(client, "ada@example.org", REMOTE_ADDR="192.0.2.77")

        names = " ".join(Limit.objects.values_list("name", flat=True))
        assert "192.0.2.77" not in names
        assert "ada@" not in names


class TestAnything:
    """Whatever is sent is answered, and never by an error of ours."""

    TEXTS = (
        *("", " ", "\x00", "a\x00@example.org", "\ufffe", "🧠@example.org", "é@example.org"),
        *("x" * 300_000, "a@" + "x." * 200 + "org", "ada@xn--0.org", "a@[127.0.0.1]", "%00"),
        *("a@b\r\nBcc: c@example.org", "ada@example.org\r\n", "<ada@example.org>", "{{ 7 }}"),
    )

    @pytest.mark.parametrize("name", ["email", "page", "stamp", "website", "other", "\x00"])
    def test_any_text_in_any_field(self, client, name):
        for text in self.TEXTS:
            response = post(client, **{"email": "ada@example.org", name: text})

            assert response.status_code in (200, 400), text

    def test_what_is_no_path_is_no_proof(self, client):
        for number, page in enumerate(["\x00/a\x00b", "//x" * 500, "javascript:", ""]):
            post(client, f"a{number}@example.org", page=page)

        pages = ConsentEvent.objects.order_by("pk").values_list("page", flat=True)
        assert list(pages) == ["/ab", ("//x" * 500)[:300], "", ""]

    @pytest.mark.parametrize(
        ("body", "kind"),
        [
            (b"", "application/x-www-form-urlencoded"),
            (b"email=%ED%A0%80&email=%00&=&&;", "application/x-www-form-urlencoded"),
            (b"email=ada", "application/x-www-form-urlencoded; charset=utf-16"),
            (b"email=ada", "application/x-www-form-urlencoded; charset=no-such"),
            (b'{"email": "ada@example.org"}', "application/json"),
            (b"--x\r\n", "multipart/form-data; boundary=x"),
            (b"--x", "multipart/form-data"),
            (b"\xff\xfe\x00", "multipart/form-data; boundary=\xff"),
            (b"&".join(b"a=1" for _ in range(6000)), "application/x-www-form-urlencoded"),
            (b"email=" + b"x" * 13_000_000, "application/x-www-form-urlencoded"),
            (b"", ""),
        ],
    )
    def test_a_body_that_is_no_form_is_refused(self, client, body, kind):
        headers = {"Sec-Fetch-Site": "same-origin"}

        response = client.generic("POST", "/subscribe/", body, kind, headers=headers)

        assert response.status_code == 400

    @pytest.mark.parametrize("charset", ["unicode_escape", "utf-7", "base64", "utf-16", "x"])
    def test_a_form_of_parts_is_read_as_it_always_is(self, client, charset):
        parts = {"email": "ada@example.org", "stamp": ripe_stamp(), "page": r"/\ud800"}
        body = "".join(
            f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
            for name, text in parts.items()
        )
        kind = f"multipart/form-data; boundary=x; charset={charset}"
        headers = {"Sec-Fetch-Site": "same-origin"}

        response = client.generic("POST", "/subscribe/", body + "--x--", kind, headers=headers)

        assert response.status_code == 200
        assert ConsentEvent.objects.get().page == r"/\ud800"

    def test_files_are_read_over(self, client, tmp_path, settings):
        settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "does-not-exist"
        large = SimpleUploadedFile("email", b"x" * 3_000_000)

        response = client.post(
            "/subscribe/",
            {"email": ["ada@example.org"], "stamp": ripe_stamp(), "file": large},
            headers={"Sec-Fetch-Site": "same-origin"},
        )

        assert response.status_code == 200

    def test_of_a_field_that_comes_twice_the_last_one_counts(self, client):
        post(client, ["bob@example.org", "ada@example.org"])

        assert Subscriber.objects.get().email == "ada@example.org"
