"""manage.py check_mail: what DNS must say of a domain, in words for who has never edited a zone."""

import io
import json
import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from subscribers.alignment import is_aligned, organisation
from subscribers.mail_check import check
from subscribers.mail_check.facts import Facts, Server
from subscribers.mail_check.findings import txt
from subscribers.mail_check.records import GivenRecords, UnreadableRecords
from subscribers.signing import Signer
from tests import dns_server
from tests.subscribers.test_signing import make_key

pytestmark = pytest.mark.once

SPF = 'example.org. 300 IN TXT "v=spf1 ip4:192.0.2.10 -all"\n'
DMARC = '_dmarc.example.org. 300 IN TXT "v=DMARC1; p=reject; rua=mailto:dmarc@example.org"\n'
MX = "example.org. 300 IN MX 10 mail.example.org.\n"
HOST = "mail.example.org. 300 IN A 192.0.2.10\n"
PTR = "10.2.0.192.in-addr.arpa. 300 IN PTR mail.example.org.\n"


@pytest.fixture(scope="module")
def key(tmp_path_factory) -> str:
    return make_key(tmp_path_factory.mktemp("keys") / "dkim.pem")


@pytest.fixture(autouse=True)
def site(settings, key):
    settings.DKIM_KEY, settings.DKIM_SELECTOR, settings.DKIM_DOMAIN = key, "2026", ""
    settings.DEFAULT_FROM_EMAIL, settings.BOUNCE_ADDRESS = "News <news@example.org>", ""
    settings.SITE_URL, settings.IS_HTTPS, settings.IS_LOCAL = "https://example.org", True, False
    return settings


def dkim(key: str = "", more="") -> str:
    signer = Signer.from_settings()
    key = key or (signer.public_key if signer else "")
    return txt("2026._domainkey.example.org", f"v=DKIM1; k=rsa; {more}p={key}") + "\n"


def zone(**parts: str) -> str:
    """Give a zone in which nothing is missing, but for the parts that are given otherwise."""
    parts = {"spf": SPF, "dkim": dkim(), "dmarc": DMARC, "mx": MX, "host": HOST, "ptr": PTR} | parts
    return "".join(parts.values())


def found(about: str, level: str, server="mail.example.org", **parts: str) -> list:
    """Give what is said of a kind of record in such a zone."""
    facts = Facts.of("example.org", server=Server(server) if server else None)
    findings = check(facts, GivenRecords(zone(**parts), "example.org"), is_online=False)
    return [one for one in findings if (one.about, one.level) == (about, level)]


def run(*arguments: str) -> tuple[str, int]:
    """Run the command; give what it says, and its status."""
    out, status = io.StringIO(), 0
    try:
        call_command("check_mail", *arguments, stdout=out)
    except SystemExit as error:
        status = error.code
    return out.getvalue(), status


def words(text: str) -> str:
    return " ".join(text.split())


class TestTheWhole:
    def test_a_domain_that_has_everything(self, tmp_path):
        file = tmp_path / "records.txt"
        file.write_text(zone())

        text, status = run("example.org", "--records", str(file), "--server", "mail.example.org")

        assert status == 0
        assert text.rstrip().endswith("All that mail needs is there.")
        assert not re.search(r"^  (note|wrong|unknown)", text, re.MULTILINE)

    def test_a_domain_that_has_nothing_is_told_what_to_add(self, tmp_path):
        file = tmp_path / "records.txt"
        file.write_text(HOST + PTR)

        text, status = run("example.org", "--records", str(file), "--server", "mail.example.org")

        assert status == 1
        for subject in ("SPF", "DKIM", "DMARC", "MX"):
            assert f"{subject}: " in text
        assert "4 missing or wrong." in words(text)

    def test_what_it_says_to_add_is_all_that_is_needed(self, tmp_path):
        """The proof that its records are right: with them, nothing is missing."""
        file = tmp_path / "records.txt"
        file.write_text(HOST)
        arguments = ("example.org", "--records", str(file), "--server", "mail.example.org")

        text, _ = run(*arguments)
        added = re.findall(r"^ {4}(\S+\. 3600 IN .*)$", text, re.MULTILINE)
        file.write_text("\n".join([HOST, *added, PTR]))
        text, status = run(*arguments)

        assert status == 0, text
        assert len(added) == 4

    def test_other_programs_read_it_too(self, tmp_path):
        file = tmp_path / "records.txt"
        file.write_text(zone(dmarc=""))

        text, status = run("example.org", "--records", str(file), "--json")

        told = json.loads(text)
        assert (status, told["domain"], told["is_ready"]) == (1, "example.org", False)
        [wrong] = [one for one in told["findings"] if one["level"] == "wrong"]
        assert wrong["about"] == "DMARC"
        assert wrong["record"].startswith('_dmarc.example.org. 3600 IN TXT "v=DMARC1; p=none;')

    def test_lines_are_for_reading(self, tmp_path):
        file = tmp_path / "records.txt"
        file.write_text(HOST)

        text, _ = run("example.org", "--records", str(file))

        wide = [line for line in text.splitlines() if len(line) > 78]
        assert all(" IN TXT " in line for line in wide)
        assert "0.3 %" in text


class TestSPF:
    def test_none(self):
        [one] = found("SPF", "wrong", spf="")

        assert "nothing says which machines may send its mail" in one.words
        assert one.record == 'example.org. 3600 IN TXT "v=spf1 ip4:192.0.2.10 -all"'

    def test_none_and_no_machine_of_our_own(self):
        [one] = found("SPF", "wrong", server="", spf="")

        assert "include:spf.provider.example" in one.record

    def test_a_machine_of_which_only_the_name_is_known(self):
        [one] = found("SPF", "wrong", server="out.example.net", spf="")

        assert "a:out.example.net" in one.record

    def test_two_become_one(self):
        both = SPF + 'example.org. 300 IN TXT "v=spf1 include:spf.example.net ~all"\n'

        [one] = found("SPF", "wrong", spf=both)

        assert "2 SPF records, and receivers then use none" in one.words
        assert one.record.endswith('"v=spf1 ip4:192.0.2.10 include:spf.example.net -all"')

    def test_other_texts_are_none_of_them(self):
        others = 'example.org. 300 IN TXT "v=spf10 x"\nexample.org. 300 IN TXT "site-proof=1"\n'

        assert not found("SPF", "wrong", spf=SPF + others)

    @pytest.mark.parametrize(
        ("text", "level", "saying"),
        [
            ("v=spf1 ip4:192.0.2.10 +all", "wrong", "everybody in the world may send"),
            ("v=spf1 ip4:192.0.2.10 all", "wrong", "everybody in the world may send"),
            ("v=spf1 ip4:192.0.2.10 ?all", "note", "says nothing about mail from elsewhere"),
            ("v=spf1 ip4:192.0.2.10", "note", "does not say what is to happen"),
            ("v=spf1 ip4:192.0.2.10 ptr -all", "note", "“ptr” in an SPF record is slow"),
            ("v=spf1 ip4:192.0.2.300 -all", "wrong", "“ip4:192.0.2.300” is no address"),
            ("v=spf1 ip6:192.0.2.10 -all", "wrong", "“ip6:192.0.2.10” is no address"),
            ("v=spf1 ipv4:192.0.2.10 -all", "wrong", "“ipv4:192.0.2.10” is no term of SPF"),
            ("v=spf1 include: -all", "wrong", "“include:” is no term of SPF"),
            ("v=spf1 include -all", "wrong", "“include” names no domain"),
            ("v=spf1 , -all", "wrong", "“,” is no term of SPF"),
            ("v=spf1 -all", "wrong", "does not let 192.0.2.10 send"),
            ("v=spf1 ip4:198.51.100.0/24 ~all", "wrong", "does not let 192.0.2.10 send"),
            ("v=spf1 -ip4:192.0.2.10 a:mail.example.org -all", "wrong", "does not let 192.0.2.10"),
        ],
    )
    def test_what_is_wrong_with_one(self, text, level, saying):
        told = found("SPF", level, spf=f'example.org. 300 IN TXT "{text}"\n')

        assert saying in " ".join(one.words for one in told)

    @pytest.mark.parametrize(
        "text",
        [
            "v=spf1 ip4:192.0.2.0/24 -all",
            "v=spf1 mx -all",
            "v=spf1 a:mail.example.org -all",
            "v=spf1 a:mail.example.org/24 -all",
            "V=SPF1 MX/30//64 ~ALL",
            "v=spf1 include:_spf.example.org -all",
            "v=spf1 redirect=_spf.example.org",
            "v=spf1 include:spf.unseen.example ip4:192.0.2.10 -all",
        ],
    )
    def test_ways_of_letting_a_machine_send(self, text):
        inner = '_spf.example.org. 300 IN TXT "v=spf1 ip4:192.0.2.10 -all"\n'

        told = found("SPF", "ok", spf=f'example.org. 300 IN TXT "{text}"\n{inner}')

        assert told[-1].words == "It lets 192.0.2.10 send (mail.example.org)."

    def test_what_to_put_in_its_place_lets_it_send(self):
        elsewhere = 'example.org. 300 IN TXT "v=spf1 ip4:198.51.100.7 ~all"\n'

        [one] = found("SPF", "wrong", spf=elsewhere)

        assert one.record.endswith('"v=spf1 ip4:192.0.2.10 ip4:198.51.100.7 ~all"')
        assert not found("SPF", "wrong", spf=one.record + "\n")

    def test_an_include_that_nobody_can_see_may_let_it_send(self):
        text = 'example.org. 300 IN TXT "v=spf1 include:spf.unseen.example -all"\n'

        [one] = found("SPF", "unknown", spf=text)
        [note] = found("SPF", "note", spf=text)

        assert "whether it lets 192.0.2.10 send" in one.words
        assert "not counted what is in: spf.unseen.example" in note.words

    def test_too_many_questions(self):
        """RFC 7208, section 4.6.4: receivers give up after ten, and the record is worth nothing."""
        names = [f"s{number}.example.org" for number in range(6)]
        text = " ".join(f"include:{name}" for name in names)
        spf = f'example.org. 300 IN TXT "v=spf1 {text} -all"\n'
        inner = "".join(f'{name}. 300 IN TXT "v=spf1 mx -all"\n' for name in names)

        [one] = found("SPF", "wrong", spf=spf + inner)

        assert "ask DNS 12 times, and they stop after 10" in one.words

    @pytest.mark.parametrize(
        ("inner", "saying"),
        [
            ("", "which has no SPF record"),
            ('s.example.org. IN TXT "v=spf1 include:example.org -all"\n', "it includes itself"),
            ('s.example.org. IN TXT "v=spf1 nonsense -all"\n', "is no term of SPF"),
            (
                's.example.org. IN TXT "v=spf1 -all"\ns.example.org. IN TXT "v=spf1 ~all"\n',
                "has 2 SPF records",
            ),
        ],
    )
    def test_an_include_that_breaks_it(self, inner, saying):
        spf = 'example.org. 300 IN TXT "v=spf1 include:s.example.org -all"\n'

        [one] = found("SPF", "wrong", spf=spf + inner)

        assert saying in one.words

    def test_a_tree_without_end_is_left(self):
        names = [f"s{number}.example.org" for number in range(12)]
        below = [" ".join([f"include:{name}"] * 8) for name in names[1:]]
        spf = "".join(
            f'{name}. IN TXT "v=spf1 {text} -all"\n'
            for name, text in zip(names, below, strict=False)
        )
        start = 'example.org. IN TXT "v=spf1 include:s0.example.org -all"\n'
        end = f'{names[-1]}. IN TXT "v=spf1 mx -all"\n'

        [one] = found("SPF", "wrong", spf=start + spf + end)

        assert "they stop after 10" in one.words

    def test_the_domain_of_bounces_is_the_one_that_counts(self, site):
        site.BOUNCE_ADDRESS = "b+{}@bounces.example.org"

        [one] = found("SPF", "wrong")

        assert one.words.startswith("bounces.example.org has no SPF record")


class TestDKIM:
    def test_none(self):
        [one] = found("DKIM", "wrong", dkim="")

        assert "no key at 2026._domainkey.example.org" in one.words
        assert one.record + "\n" == dkim()

    def test_none_of_a_provider(self, site):
        site.DKIM_KEY = ""

        [one] = found("DKIM", "wrong", dkim="")

        assert "Your relay or provider shows the record" in one.words
        assert one.record == ""

    def test_no_selector(self, site):
        site.DKIM_KEY = site.DKIM_SELECTOR = ""

        [one] = found("DKIM", "wrong")

        assert "--selector" in one.words

    def test_ours(self):
        [one] = found("DKIM", "ok")

        assert one.words.endswith("is that of DKIM_KEY.")

    def test_that_of_a_provider(self, site):
        record = dkim()
        site.DKIM_KEY = ""

        [one] = found("DKIM", "ok", dkim=record)

        assert one.words == "There is a key at 2026._domainkey.example.org."

    def test_an_alias_in_the_file(self, site):
        site.DKIM_KEY = ""
        alias = "2026._domainkey.example.org. IN CNAME key.provider.example.\n"

        [one] = found("DKIM", "unknown", dkim=alias)

        assert "nothing about key.provider.example" in one.words

    def test_that_of_another_key(self, tmp_path, site):
        mine, site.DKIM_KEY = dkim(), make_key(tmp_path / "other.pem")

        [one] = found("DKIM", "wrong", dkim=mine)

        assert "not the one that DKIM_KEY signs with" in one.words
        assert one.record + "\n" == dkim()

    @pytest.mark.parametrize(
        ("text", "saying"),
        [
            ("v=DKIM1; p=", "was withdrawn"),
            ("v=DKIM1; k=rsa", "it has no p="),
            ("v=DKIM1; p=AAAA", "damaged or cut off"),
            ("v=DKIM1; p=not base64!", "damaged or cut off"),
            ("v=DKIM2; p=AAAA", "begins with v=DKIM2"),
            ("v=DKIM1; k=dsa; p=AAAA", "keys of the kind dsa"),
            ("v=DKIM1; k=ed25519; p=AAAA", "it is cut off"),
            ("v=DKIM1; h=sha1; p=AAAA", "does not allow sha256"),
            ("v=DKIM1; s=tlsrpt; p=AAAA", "not for e-mail"),
        ],
    )
    def test_what_is_wrong_with_one(self, text, saying):
        record = txt("2026._domainkey.example.org", text) + "\n"

        [one] = found("DKIM", "wrong", dkim=record)

        assert saying in one.words
        assert one.record + "\n" == dkim()

    @pytest.mark.parametrize(("bits", "level"), [(768, "wrong"), (1024, "note"), (2048, "ok")])
    def test_how_long_it_is(self, site, tmp_path, bits, level):
        path = Path(make_key(tmp_path / "key.pem", bits))
        key = Signer(path.read_bytes(), "", "").public_key
        site.DKIM_KEY = ""

        told = found("DKIM", level, dkim=dkim(key))

        assert len(told) == 1

    def test_two(self):
        [one] = found("DKIM", "wrong", dkim=dkim() + dkim("AAAA"))

        assert "2 records" in one.words

    def test_one_that_only_tests(self):
        [one] = found("DKIM", "note", dkim=dkim(more="t=y; "))

        assert "testing" in one.words

    def test_one_of_another_domain(self, site):
        site.DKIM_DOMAIN = "mailer.example"
        record = dkim().replace("example.org", "mailer.example")

        [one] = found("DKIM", "wrong", dkim=record)

        assert "do not count for mail from example.org" in one.words


class TestDMARC:
    def test_none(self):
        [one] = found("DMARC", "wrong", dmarc="")

        assert "Gmail and Yahoo ask for one" in one.words
        assert '"v=DMARC1; p=none; rua=mailto:dmarc@example.org"' in one.record

    @pytest.mark.parametrize(
        ("text", "level", "saying"),
        [
            ("v=DMARC1; rua=mailto:a@example.org", "wrong", "has no policy"),
            ("v=DMARC1; p=maybe", "wrong", "has no policy"),
            ("v=DMARC1; p=none; rua=mailto:a@example.org", "note", "do nothing about forged mail"),
            ("v=DMARC1; p=reject", "note", "Nobody gets its reports"),
            ("v=DMARC1; p=reject; rua=a@example.org", "wrong", "write mailto: before it"),
        ],
    )
    def test_what_is_wrong_with_one(self, text, level, saying):
        [one] = found("DMARC", level, dmarc=f'_dmarc.example.org. IN TXT "{text}"\n')

        assert saying in one.words
        if one.record:
            assert not found("DMARC", level, dmarc=one.record + "\n") or level == "note"

    def test_two(self):
        other = '_dmarc.example.org. IN TXT "v=DMARC1; p=none"\n'

        [one] = found("DMARC", "wrong", dmarc=DMARC + other)

        assert "2 DMARC records, and receivers then use none" in one.words

    def test_that_of_the_domain_above_holds_for_those_below(self):
        records = GivenRecords(DMARC.replace("p=reject", "p=reject; sp=quarantine"), "example.org")
        told = check(Facts.of("news.example.org"), records, is_online=False)

        [one, *_] = [one for one in told if (one.about, one.level) == ("DMARC", "ok")]
        assert one.words == "example.org has a DMARC record; it says: quarantine."

    def test_strict_alignment_and_a_domain_for_bounces(self, site):
        site.BOUNCE_ADDRESS = "b+{}@bounces.example.org"
        strict = DMARC.replace("p=reject", "p=reject; aspf=s")

        [one] = found("DMARC", "note", dmarc=strict)

        assert "it hangs on DKIM alone" in one.words
        assert not found("DMARC", "note")

    def test_nothing_that_counts(self, site):
        site.BOUNCE_ADDRESS, site.DKIM_DOMAIN = "b+{}@mailer.example", "mailer.example"

        [one] = found("DMARC", "wrong")

        assert "Neither SPF (mailer.example) nor DKIM (mailer.example)" in one.words


class TestMX:
    def test_none(self):
        [one] = found("MX", "wrong", mx="")

        assert "answers, and what cannot be delivered would be lost" in one.words.lower()
        assert one.record == "example.org. 3600 IN MX 10 mail.example.org."

    def test_none_but_an_address(self):
        [one] = found("MX", "note", mx="example.org. IN A 192.0.2.1\n")

        assert "goes to the machine of that name" in one.words

    @pytest.mark.parametrize(
        ("record", "saying"),
        [
            ("example.org. IN MX 0 .\n", "takes no mail at all"),
            ("example.org. IN MX 10 192.0.2.1.\n", "must name a host, not the address"),
            (
                "example.org. IN MX 10 nowhere.example.org.\nnowhere.example.org. IN TXT x\n",
                "has no address",
            ),
        ],
    )
    def test_what_is_wrong_with_one(self, record, saying):
        [one] = found("MX", "wrong", mx=record)

        assert saying in one.words

    @pytest.mark.parametrize("name", ["mx.example.org", "mx.example.net"])
    def test_a_host_of_which_the_file_tells_nothing_is_unknown(self, name):
        [one] = found("MX", "unknown", mx=f"example.org. IN MX 10 {name}.\n")

        assert f"which addresses {name} has: the file holds nothing about {name}" in one.words
        assert not found("MX", "wrong", mx=f"example.org. IN MX 10 {name}.\n")

    def test_one_that_dns_does_not_know_is_wrong(self):
        with dns_server.running(zone(host="")) as names:
            text, _ = run("example.org", "--resolver", names.address, "--json")

        told = [one for one in json.loads(text)["findings"] if one["about"] == "MX"]
        assert [one["level"] for one in told] == ["ok", "wrong"]

    def test_bounces_need_one_too(self, site):
        site.BOUNCE_ADDRESS = "b+{}@bounces.example.org"

        [one] = found("MX", "wrong", host=HOST + "bounces.example.org. IN TXT x\n")

        assert one.words.startswith("bounces.example.org takes no mail")


class TestTheMachine:
    def test_no_name(self):
        facts = Facts.of("example.org", server=Server("mail.example.org"))
        records = GivenRecords(zone(ptr="10.2.0.192.in-addr.arpa. IN TXT x\n"), "example.org")

        told = check(facts, records, is_online=False)

        [one] = [one for one in told if one.about == "PTR"]
        assert one.level == "wrong"
        assert one.record == "10.2.0.192.in-addr.arpa. 3600 IN PTR mail.example.org."

    def test_a_name_that_leads_elsewhere(self):
        host = HOST + "other.example.org. IN A 192.0.2.11\n"

        [one] = found("PTR", "wrong", ptr=PTR.replace("mail.", "other."), host=host)

        assert "does not lead back to it" in one.words
        assert one.record == "other.example.org. 3600 IN A 192.0.2.10"

    def test_a_name_of_which_the_file_tells_nothing_is_unknown(self):
        [one] = found("PTR", "unknown", ptr=PTR.replace("mail.", "other."))

        assert "192.0.2.10 is called other.example.org; nobody can say whether" in one.words

    def test_an_address_instead_of_a_name(self):
        [one] = found("PTR", "ok", server="192.0.2.10")

        assert one.words.startswith("192.0.2.10 is called mail.example.org")

    def test_of_ipv6(self):
        host = HOST + "mail.example.org. IN AAAA 2001:db8::1\n"

        assert "2001:db8::1 send" in found("SPF", "wrong", host=host)[0].words

    def test_no_address(self):
        host = HOST + "none.example.org. IN TXT x\n"

        [one] = found("PTR", "wrong", server="none.example.org", host=host)

        assert "has no address" in one.words

    def test_an_address_of_which_the_file_tells_nothing_is_unknown(self):
        [one] = found("PTR", "unknown", server="none.example.org")

        assert "which addresses none.example.org has" in one.words

    def test_that_of_a_provider_is_not_our_affair(self):
        [one] = found("PTR", "note", server="")

        assert "--server" in one.words

    def test_it_is_asked_whether_it_encrypts(self, mail_server):
        with dns_server.running(zone()) as names:
            arguments = ("--server", f"127.0.0.1:{mail_server.port}", "--json")
            text, _ = run("example.org", "--resolver", names.address, *arguments)

        told = [one for one in json.loads(text)["findings"] if one["about"] == "TLS"]
        assert "offers no encryption (STARTTLS)" in told[0]["words"]

    def test_nobody_there_to_be_asked(self, mail_server):
        mail_server.stop()
        with dns_server.running(zone()) as names:
            server = f"127.0.0.1:{mail_server.port}"
            text, status = run("example.org", "--resolver", names.address, "--server", server)

        assert status == 1
        assert "cannot be asked: [Errno 111] Connection refused" in words(text)


class TestOurSettings:
    def test_another_sender(self, site):
        site.DEFAULT_FROM_EMAIL = "news@example.net"

        [one] = found("Settings", "note")

        assert (
            one.words == "Mail is from news@example.net (MAIL_FROM), and that is not example.org."
        )

    def test_links_that_one_click_cannot_use(self, site):
        site.SITE_URL, site.IS_HTTPS = "http://news.example.org", False

        [one] = found("Settings", "wrong")

        assert "needs https" in one.words


class TestByDNS:
    def test_it_is_asked(self):
        with dns_server.running(zone()) as names:
            text, status = run(
                *("example.org", "--resolver", names.address, "--server", "mail.example.org")
            )

        assert status == 0, text
        assert len(names.asked) == len(set(names.asked))  # each question once

    def test_an_alias_is_followed(self, site):
        record = dkim().replace("2026._domainkey.example.org", "key.provider.example")
        site.DKIM_KEY = ""
        alias = "2026._domainkey.example.org. 300 IN CNAME key.provider.example.\n"

        with dns_server.running(zone(dkim=alias + record)) as names:
            text, _ = run("example.org", "--resolver", names.address)

        assert "There is a key at 2026._domainkey.example.org." in words(text)

    def test_no_such_domain(self):
        with dns_server.running() as names:
            text, status = run("example.org", "--resolver", names.address)

        assert status == 1
        assert "example.org has no SPF record" in words(text)

    def test_a_server_that_fails(self):
        with dns_server.running(zone()) as names:
            names.fails.add("_dmarc.example.org")
            text, status = run("example.org", "--resolver", names.address)

        assert status == 1
        assert "the name servers of the domain fail" in words(text)

    def test_a_server_that_says_nothing(self, monkeypatch):
        monkeypatch.setattr("subscribers.mail_check.records.SECONDS", 0.1)
        with dns_server.running(zone()) as names:
            names.is_silent = True
            text, status = run("example.org", "--resolver", names.address)

        assert status == 1
        assert "DNS did not answer within 0.1 seconds" in words(text)
        assert "could not be found out" in text


class TestFiles:
    def test_what_dig_prints(self, tmp_path):
        file = tmp_path / "records.txt"
        file.write_text(
            "; <<>> DiG 9.18.28 <<>> example.org TXT\n;; ANSWER SECTION:\n"
            + SPF.replace(" ", "\t", 3)
            + "\n;; Query time: 12 msec\n"
        )

        text, _ = run("example.org", "--records", str(file))

        assert "example.org has one SPF record" in words(text)

    @pytest.mark.parametrize(
        "text",
        [
            '$TTL 1h\n$ORIGIN example.org.\n@ IN TXT "v=spf1 mx -all"\n',
            '@ 3600 TXT "v=spf1" " mx -all"\n',
            'example.org IN TXT "v=spf1 mx -all"\n',  # a dot is missing at the end of the name
            'EXAMPLE.ORG. IN TXT ("v=spf1 mx "\n  "-all") ; mail\n',
            '$ORIGIN org.\nexample IN TXT "v=spf1 mx -all"\n$ORIGIN a.example.\nb A 192.0.2.1\n',
            "@ IN TXT v=spf1\\032mx\\032-all\n",
        ],
    )
    def test_ways_of_writing_a_record(self, text):
        records = GivenRecords(text, "example.org")

        assert records.find("example.org", "TXT") == ["v=spf1 mx -all"]

    def test_one_that_is_written_twice_is_two(self):
        text = 'example.org. IN TXT "v=spf1 -all"\nexample.org IN TXT "v=spf1 mx -all"\n'

        assert len(GivenRecords(text, "example.org").find("example.org", "TXT")) == 2

    def test_short_names_of_hosts(self):
        records = GivenRecords("@ IN MX 10 mail\nmail IN A 192.0.2.10\n", "example.org")

        assert records.find("example.org", "MX") == ["10 mail.example.org."]
        assert records.find("mail.example.org", "A") == ["192.0.2.10"]

    @pytest.mark.parametrize(
        "text", ["Hello there\n", 'a IN TXT "x\n', "$ORIGIN a..b\n@ A 192.0.2.1\n"]
    )
    def test_what_is_no_record_is_named(self, tmp_path, text):
        file = tmp_path / "records.txt"
        file.write_text(text)

        with pytest.raises(CommandError, match=r"records\.txt cannot be read: "):
            run("example.org", "--records", str(file))

    @pytest.mark.parametrize("content", [b"\xff\xfe\x00", None])
    def test_a_file_that_is_none(self, tmp_path, content):
        file = tmp_path / "records.txt"
        if content:
            file.write_bytes(content)

        with pytest.raises(CommandError, match="cannot be read"):
            run("example.org", "--records", str(file))

    @given(st.text(st.characters(exclude_categories=["Cs"])))
    def test_any_file_is_read_or_refused(self, text):
        try:
            records = GivenRecords(text, "example.org")
        except UnreadableRecords:
            return
        check(Facts.of("example.org"), records, is_online=False)

    @given(
        st.sampled_from(["v=spf1 ", "v=DMARC1; "]),
        st.text('spfa:=;/+-~?%{}mxinclude.1 ,"\\', max_size=60),
    )
    def test_any_record_is_judged(self, start, text):
        records = "".join(
            txt(name, start + text) + "\n" for name in ("example.org", "_dmarc.example.org")
        )

        facts = Facts.of("example.org", server=Server("192.0.2.10"))
        assert check(facts, GivenRecords(records, "example.org"), is_online=False)


class TestArguments:
    @pytest.mark.parametrize(
        "arguments",
        [
            ["nonsense"],
            [""],
            ["a b.example"],
            ["x" * 64 + ".example"],
            ["example.org", "--selector", "a b"],
            ["example.org", "--resolver", "dns.example.org"],
            ["example.org", "--resolver", "127.0.0.1:99999999999"],
            ["example.org", "--server", "mail.example.org:http"],
        ],
    )
    def test_nonsense_is_refused_in_words(self, arguments):
        with pytest.raises(CommandError, match="is no "):
            run(*arguments)

    def test_an_international_domain_is_read(self, tmp_path):
        file = tmp_path / "records.txt"
        file.write_text('xn--bcher-kva.example. IN TXT "v=spf1 mx -all"\n')

        text, _ = run("Bücher.example.", "--records", str(file))

        assert "xn--bcher-kva.example has one SPF record" in words(text)

    def test_a_key_that_is_of_no_use(self, site):
        site.DKIM_KEY = "/nowhere"

        with pytest.raises(CommandError, match="DKIM_KEY is of no use"):
            call_command("check_mail", "example.org", skip_checks=True)


class TestAlignment:
    @pytest.mark.parametrize(
        ("domain", "known"),
        [
            ("example.org", "example.org"),
            ("a.news.example.org", "example.org"),
            ("news.example.co.uk", "example.co.uk"),
            ("example.co.uk", "example.co.uk"),
            ("co.uk", "co.uk"),
            ("news.example.de", "example.de"),
            ("localhost", "localhost"),
        ],
    )
    def test_what_somebody_has_registered(self, domain, known):
        assert organisation(domain) == known

    def test_relaxed_and_strict(self):
        assert is_aligned("bounces.example.org", "news.example.org")
        assert not is_aligned("bounces.example.org", "example.org", strict=True)
        assert not is_aligned("a.co.uk", "b.co.uk")
