"""What is typed and ticked on several pages is read in the same way on all of them."""

import pytest
from django.core.exceptions import ValidationError

from issues.models import SectionType
from subscribers.addresses import read_address
from subscribers.admin.forms import CheckForm, InviteForm, PersonForm
from subscribers.fields import AddressField
from subscribers.forms import AddressForm, TypesForm
from subscribers.sign_up import SignUpForm
from tests.builders import make_subscriber

pytestmark = pytest.mark.django_db


def reason(field, text: str) -> str:
    """Give why a field refuses a text."""
    with pytest.raises(ValidationError) as refused:
        field.clean(text)
    return " ".join(refused.value.messages)


def address_fields() -> list[AddressField]:
    person = make_subscriber()
    another, at_the_desk = AddressForm(subscriber=person), PersonForm(instance=person)
    return [
        SignUpForm().fields["email"],
        InviteForm().fields["email"],
        CheckForm().fields["email"],
        another.fields["new_email"],
        at_the_desk.fields["address"],
    ]


class TestAddresses:
    @pytest.mark.parametrize(
        "text", ["nobody", "a\0@example.org", "\ud800@example.org", f"{'a' * 300}@example.org"]
    )
    def test_every_form_says_why_it_is_none(self, text):
        reasons = {reason(field, text) for field in address_fields()}

        assert len(reasons) == 1
        assert "address" in reasons.pop()

    @pytest.mark.parametrize("text", [None, "", " \t"])
    def test_nothing_is_only_enough_where_nothing_is_needed(self, text):
        *needed, optional = address_fields()

        assert {reason(field, text) for field in needed} == {"Type an e-mail address."}
        assert optional.clean(text) is None

    def test_every_form_reads_it_alike(self):
        found = {field.clean(" Ada@Bücher.example ") for field in address_fields()}

        assert found == {read_address("Ada@bücher.example")}


class TestTypes:
    def test_every_form_offers_the_same_and_ticks_what_is_wanted(self):
        person = make_subscriber(unwanted=["news"])
        own, at_the_desk = TypesForm(subscriber=person), PersonForm(instance=person)

        assert own["types"].value() == at_the_desk["wanted"].value()
        assert "news" not in own["types"].value()
        assert own.fields["types"].choices == at_the_desk.fields["wanted"].choices
        assert len(own.fields["types"].choices) == SectionType.objects.count()

    def test_every_form_gives_the_kinds_and_misses_none_that_has_gone(self):
        person = make_subscriber()
        own, at_the_desk = TypesForm(subscriber=person), PersonForm(instance=person)
        fields = [own.fields["types"], at_the_desk.fields["wanted"]]

        found = [field.clean(["news", "gone", "\0"]) for field in fields]

        assert found == [[SectionType.objects.get(slug="news")]] * 2
