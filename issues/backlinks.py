"""Which public sections mention a section, by a cross-reference or an ordinary link."""

from issues.models import FormerAddress, Section, SectionLink

MOST = 10


def mentions_of(section: Section) -> list[Section]:
    """Give the newest public sections that lead to this one, also by an address it once had."""
    former = FormerAddress.objects.filter(section=section).values_list("path", flat=True)
    links = SectionLink.objects.filter(address__in=[section.get_absolute_url(), *former])
    mentioning = Section.objects.published().filter(pk__in=links.values("section"))
    return list(mentioning.exclude(pk=section.pk).newest_first().for_label()[:MOST])
