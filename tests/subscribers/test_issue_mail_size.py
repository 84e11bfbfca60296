"""How large the mail of an issue is, and where Gmail would cut it."""

import pytest
from django.utils import timezone

from issues.models import SectionType
from subscribers.issue_mail.building import build
from subscribers.issue_mail.contents import Contents, Piece, Slot
from subscribers.issue_mail.messages import IssueMail
from subscribers.issue_mail.size import ANY_UID, LIMIT, html_size, message_size
from tests.builders import make_issue, make_subscriber
from tests.subscribers.issue_mails import EVERY_RULE

pytestmark = pytest.mark.django_db


def mail_of(*pieces: Piece) -> IssueMail:
    return IssueMail(Contents("Subject", "news@example.org", pieces))


def sized(length: int) -> IssueMail:
    """Make a mail whose HTML is of that many bytes on the wire."""
    lines, rest = divmod(length, 72 + 2)
    html = ("x" * 72 + "\n") * lines
    return mail_of(Piece(html + "x" * (rest - 2) + "\n", "Text\n"))


@pytest.mark.parametrize("length", [LIMIT - 1, LIMIT, LIMIT + 1])
def test_it_is_counted_to_the_byte(length):
    assert html_size(sized(length)) == length


def test_it_is_measured_as_it_is_encoded():
    assert html_size(mail_of(Piece("€=\n", ""))) == len(b"=E2=82=AC=3D\r\n")


def test_it_is_that_of_the_longest_person():
    mail = IssueMail(build(make_issue(sections=[{"title": "Tip", "body": EVERY_RULE}])))
    somebody = mail.recipient(make_subscriber("someone-with-a-long-address@mail.example.org"))

    theirs = mail.variant().html.encoded(somebody.values)

    assert html_size(mail) == len(mail.variant().html.encoded(mail.longest().values))
    assert 0 < html_size(mail) - len(theirs) < 1000


def test_words_on_what_is_left_out_count_where_they_are_longer():
    tip, tool = SectionType.objects.filter(slug__in=["ml-tip", "tool"]).values_list("pk", flat=True)
    rest = Piece(f"<p>{'Left out. ' * 5}{Slot.LEFT_OUT.mark}</p>\n", "", is_if_left_out=True)
    mail = mail_of(Piece("<p>A long tip.</p>\n", "", tip), Piece("<i>\n", "", tool), rest)

    without = mail.variant(frozenset([tool]))

    assert html_size(mail) == len(without.html.encoded(mail.longest().values))
    assert html_size(mail) > len(mail.variant().html.encoded(mail.longest().values))


def test_the_whole_message_is_what_goes_over_the_wire():
    mail = IssueMail(build(make_issue(sections=["Tip"])))

    message = mail.message(ANY_UID, mail.longest(), mail.variant(), timezone.now())

    assert message_size(mail) == len(message.as_bytes())
    assert message_size(mail) > html_size(mail)


def test_an_issue_of_usual_length_stays_far_below_the_limit():
    body = EVERY_RULE * 3 + "Some words of a tip, as long as one is. " * 30
    issue = make_issue(sections=[{"title": f"Tip {number}", "body": body} for number in range(8)])

    assert html_size(IssueMail(build(issue))) < LIMIT
