"""What an e-mail address is."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from subscribers.addresses import MAX_LENGTH, read_address, shown

pytestmark = pytest.mark.once

LONGEST_LOCAL = "a" * 64
LONGEST = f"{LONGEST_LOCAL}@{'b' * 63}.{'c' * 63}.{'d' * 57}.com"


class TestAddress:
    @pytest.mark.parametrize(
        ("typed", "email"),
        [
            ("ada@example.org", "ada@example.org"),
            ("  Ada.Lovelace@Example.ORG \r\n", "Ada.Lovelace@example.org"),
            ("ada+letters@example.co.uk", "ada+letters@example.co.uk"),
            ("o'neil@example.org", "o'neil@example.org"),
            ("ada@bücher.example.com", "ada@xn--bcher-kva.example.com"),
            ("ada@BÜCHER.example.com", "ada@xn--bcher-kva.example.com"),
            ("ada@xn--bcher-kva.example.com", "ada@xn--bcher-kva.example.com"),
            ("ada@straße.example.com", "ada@xn--strae-oqa.example.com"),
            ("ada@例え.jp", "ada@xn--r8jz45g.jp"),
            (LONGEST, LONGEST),
        ],
    )
    def test_is_kept_as_typed_with_its_domain_as_dns_knows_it(self, typed, email):
        address = read_address(typed)

        assert (address.email, address.key) == (email, email.lower())

    @pytest.mark.parametrize(
        "typed",
        [
            *("", "   ", "ada", "ada@", "@example.org", "ada@example", "ada@@example.org"),
            *("ada@example..org", ".ada@example.org", "ada.@example.org", "a da@example.org"),
            *("ada@example.org, bob@example.org", "Ada <ada@example.org>", "ada@[192.0.2.1]"),
            *("ada@192.0.2.1", "ada@localhost", "ada@-example.org", "ada@exa_mple.org"),
            *("ada@example.org\nBcc: bob@example.org", "ada\x00@example.org"),
            *("ada\ud800@example.org", "\ud800@\ud800.org", "ada@exam\u200bple.org\u2028x"),
            *(f"a{LONGEST}", "a" * 65 + "@example.org", "ä" * 90 + "@" + "ü" * 90 + ".org"),
            *("ada@" + "ü" * 50 + "." + "ü" * 50 + "." + "ü" * 50 + "." + "ü" * 50 + ".org",),
            '"ada lovelace"@example.org',
        ],
    )
    def test_that_is_none_is_refused_with_a_reason(self, typed):
        with pytest.raises(ValidationError) as refused:
            read_address(typed)

        [reason] = refused.value.messages
        assert len(reason) > 20

    @pytest.mark.parametrize("typed", ["josé@example.org", "用户@example.org", "İ@example.org"])
    def test_beyond_ascii_before_the_at_needs_a_mail_server_that_takes_it(self, typed, settings):
        with pytest.raises(ValidationError, match="before the @") as refused:
            read_address(typed)
        assert refused.value.code == "not_ascii"

        settings.SMTPUTF8 = True

        assert read_address(typed).email == typed

    @given(st.text(max_size=MAX_LENGTH + 20))
    def test_whatever_is_typed_is_one_or_is_refused(self, typed):
        try:
            address = read_address(typed)
        except ValidationError:
            return

        assert address.email.isascii()
        assert len(address.email) <= MAX_LENGTH
        assert read_address(address.email) == address


class TestShown:
    @pytest.mark.parametrize(
        ("email", "words"),
        [
            ("Ada@example.org", "Ada@example.org"),
            ("ada@xn--bcher-kva.example.com", "ada@bücher.example.com"),
            ("xn--bcher-kva@xn--strae-oqa.example.com", "xn--bcher-kva@straße.example.com"),
            ("ada@xn--r8jz45g.jp", "ada@例え.jp"),
            ("ada@xn--e1afmkfd.xn--80akhbyknj4f", "ada@пример.испытание"),
            ("ada@xn--e1afmkfd.org", "ada@пример.org"),
            ("josé@xn--caf-dma.example", "josé@café.example"),
        ],
    )
    def test_a_domain_is_in_its_own_letters(self, email, words):
        assert shown(email) == words

    @pytest.mark.parametrize(
        "email",
        [
            "ada@xn--pple-43d.com",  # Cyrillic and Latin in one name
            "ada@xn--ls8h.example",  # no letters
            "ada@xn--.example",
            "ada@xn--a.example",
            "ada@xn--bcher-kva-.example",
            "ada@exa_mple.org",
            "ada@ab--cd.org",
            *("ada", "", "@", "a@b@", "\ud800@\ud800", "\0@\0.org", "x" * 5000 + "@" + "y" * 5000),
        ],
    )
    def test_what_cannot_or_should_not_be_read_stays_as_it_is(self, email):
        assert shown(email) == email

    @given(st.text(max_size=MAX_LENGTH + 20))
    def test_whatever_is_shown_is_the_address(self, typed):
        try:
            address = read_address(typed)
        except ValidationError:
            assert isinstance(shown(typed), str)
        else:
            assert read_address(shown(address.email)) == address
