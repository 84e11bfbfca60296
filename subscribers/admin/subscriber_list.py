"""The list of subscribers: what it is searched for, and filtered by."""

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from issues.admin.filters import ChoiceFilter, PeriodFilter, since
from issues.models import SectionType
from subscribers.addresses import MAX_LENGTH, ascii_domain, key_of, read_address
from subscribers.models import Letter, Subscriber

MOST_WORDS = 5


def matching(people, text: str):
    """Keep those of whom each word is in the address or the name.

    An address, or how one begins, is looked up by the index; other words are looked for
    everywhere.
    """
    words = text.split()
    if len(words) > MOST_WORDS or any(len(word) > MAX_LENGTH for word in words):
        return people.none()
    for word in words:
        if "@" in word[1:]:
            people = people.filter(key__startswith=as_key(word))
        else:
            people = people.filter(in_address(word) | Q(name__icontains=word))
    return people


def in_address(word: str) -> Q:
    """Look for a word anywhere in an address; for a part of its domain as DNS knows it, too."""
    at = "@" if word.startswith("@") else ""
    domain = ascii_domain(word.removeprefix("@"))
    return Q(key__contains=key_of(word)) | Q(key__contains=key_of(at + domain))


def as_key(word: str) -> str:
    """Give a typed address as it is kept for comparison; half of one will do."""
    try:
        return read_address(word).key
    except ValidationError:
        local, _at, domain = word.rpartition("@")
        return key_of(f"{local}@{ascii_domain(domain)}")


class StateFilter(ChoiceFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return Subscriber.State.choices

    def keep(self, people, value):
        return people.filter(state=value)


class PausedFilter(ChoiceFilter):
    title = _("pause")
    parameter_name = "paused"

    def lookups(self, request, model_admin):
        return [("yes", _("Paused now")), ("no", _("Getting letters now"))]

    def keep(self, people, value):
        return people.paused() if value == "yes" else people.receiving()


class LeftOutFilter(ChoiceFilter):
    title = _("left out")
    parameter_name = "without"

    def lookups(self, request, model_admin):
        return [(one.slug, str(one)) for one in SectionType.objects.all()]

    def keep(self, people, value):
        return people.filter(unwanted_types__slug=value)


class JoinedFilter(PeriodFilter):
    title = _("joined")
    parameter_name = "joined"
    field = "confirmed_at"


class LeftFilter(PeriodFilter):
    title = _("left")
    parameter_name = "left"
    field = "left_at"


class FailedFilter(PeriodFilter):
    """Keeps those to whom a letter could not be sent, which was written in that time."""

    title = _("letter that failed")
    parameter_name = "failed"

    def keep(self, people, value):
        failed = Letter.objects.filter(state=Letter.State.FAILED, created_at__gte=since(value))
        return people.filter(pk__in=failed.values("subscriber"))
