"""Suppressed addresses at the desk: a list that nobody can read, and a question."""

import pytest
from django.urls import reverse

from issues.models import AuditEntry
from subscribers.addresses import read_address
from subscribers.models import Suppression
from subscribers.models.suppression import digests

pytestmark = pytest.mark.django_db

LIST = reverse("admin:subscribers_suppression_changelist")
CHECK = reverse("admin:subscribers_suppression_check")
LIFT = reverse("admin:subscribers_suppression_lift")
ADA = read_address("ada@example.org")


def suppress(email: str, reason="blocked") -> Suppression:
    Suppression.objects.add(read_address(email), reason)
    return Suppression.objects.of(read_address(email)).get()


class TestList:
    def test_it_shows_the_beginning_of_each_hash_alone(self, desk):
        row = suppress(ADA.email)

        html = desk.get(LIST).content.decode()

        assert f"{row.digest[:12]}…" in html
        assert row.digest[:13] not in html

    @pytest.mark.parametrize("reason", Suppression.Reason)
    def test_it_is_filtered_by_reason(self, desk, reason):
        for one in Suppression.Reason:
            suppress(f"{one}@example.org", one)

        found = desk.get(f"{LIST}?reason={reason}").context["cl"].result_list

        assert [row.reason for row in found] == [reason]

    @pytest.mark.parametrize("value", ["x", "%00", "%ED%A0%80", "9" * 400])
    def test_a_reason_that_there_is_not_keeps_everything(self, desk, value):
        suppress(ADA.email)

        found = desk.get(f"{LIST}?reason={value}").context["cl"].result_list

        assert len(found) == 1

    def test_no_other_question_is_answered(self, desk):
        assert desk.get(f"{LIST}?digest__startswith=a").status_code == 400

    def test_it_asks_as_often_for_1_row_as_for_30(
        self, desk, django_assert_max_num_queries, django_assert_num_queries
    ):
        suppress("0@example.org")
        desk.get(LIST)
        with django_assert_max_num_queries(5) as queries:
            desk.get(LIST)
        for number in range(1, 30):
            suppress(f"{number}@example.org")

        with django_assert_num_queries(len(queries)):
            assert len(desk.get(LIST).context["cl"].result_list) == 30

    @pytest.mark.parametrize("data", [{"post": "yes"}, {"reason": "erased"}, {}])
    def test_no_row_is_deleted_or_changed_by_its_number(self, desk, data):
        row = suppress(ADA.email)

        answers = [
            desk.post(reverse(f"admin:subscribers_suppression_{name}", args=[row.pk]), data)
            for name in ("delete", "change")
        ]

        assert [one.status_code for one in answers] == [403, 403]
        assert Suppression.objects.get().reason == "blocked"


class TestAsking:
    @pytest.mark.parametrize("typed", ["ada@example.org", " ADA@Example.ORG "])
    def test_a_suppressed_address_is_found_however_it_is_typed(self, desk, typed):
        suppress(ADA.email, Suppression.Reason.COMPLAINED)

        html = desk.post(CHECK, {"email": typed}).content.decode()

        assert "is suppressed" in html
        assert "Complained" in html

    def test_one_of_a_former_secret_is_found_too(self, desk, settings):
        settings.SECRET_KEY_FALLBACKS = ["former"]
        Suppression.objects.create(digest=digests(ADA)[1], reason="blocked")

        assert "is suppressed" in desk.post(CHECK, {"email": ADA.email}).content.decode()

    def test_another_address_is_not(self, desk):
        suppress("mona@example.org")

        html = desk.post(CHECK, {"email": ADA.email}).content.decode()

        assert "is not suppressed" in html
        assert LIFT not in html

    def test_an_address_in_the_query_is_no_question(self, desk):
        suppress(ADA.email)

        html = desk.get(CHECK, {"email": ADA.email}).content.decode()

        assert ADA.email not in html
        assert "is suppressed" not in html

    @pytest.mark.parametrize("url", [CHECK, LIFT])
    @pytest.mark.parametrize("typed", ["", "nobody", "\0", "x" * 60_000, "a\0@example.org", "@"])
    def test_no_address_is_said_in_the_form(self, desk, url, typed):
        page = desk.post(url, {"email": typed})

        assert page.status_code == 200
        assert page.context["form"].errors

    @pytest.mark.parametrize("url", [CHECK, LIFT])
    @pytest.mark.parametrize("kind", ["multipart/form-data", "application/json", "text/plain"])
    def test_a_body_that_is_no_form_is_answered(self, desk, url, kind):
        answer = desk.generic("POST", url, b"\xff\x00{", content_type=kind)

        assert answer.status_code in (200, 400)


class TestInternationalDomain:
    def test_an_answer_shows_its_letters(self, desk):
        html = desk.post(CHECK, {"email": "ada@xn--bcher-kva.example"}).content.decode()

        assert "ada@bücher.example is not suppressed" in html


class TestLifting:
    def test_the_address_may_be_written_to_again(self, desk, editor):
        suppress(ADA.email)

        page = desk.post(LIFT, {"email": "Ada@example.org"}, follow=True)

        assert not Suppression.objects.exists()
        assert "It is lifted" in page.content.decode()
        entry = AuditEntry.objects.get()
        assert (entry.user, entry.act) == (editor, AuditEntry.Act.SUPPRESSION_LIFTED)
        assert (entry.subject, entry.detail) == ("", "")

    def test_another_address_stays_suppressed(self, desk):
        suppress("mona@example.org")

        page = desk.post(LIFT, {"email": ADA.email}, follow=True)

        assert Suppression.objects.count() == 1
        assert "Nothing stood against this address." in page.content.decode()
        assert not AuditEntry.objects.exists()

    def test_looking_lifts_nothing(self, desk):
        suppress(ADA.email)

        assert desk.get(LIFT, {"email": ADA.email}).status_code == 405
        assert Suppression.objects.exists()
