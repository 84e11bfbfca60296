"""The whole issue as its readers will see it, from a form that is not saved."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from issues import draft, markdown, pictures, references
from issues.desk.access import for_issue_forms
from issues.draft import Draft, DraftSection
from issues.models import Asset, Issue, Section, Tag, unused_slug


@for_issue_forms
def live(request: HttpRequest, issue: Issue | None) -> HttpResponse:
    """Render what the form of an issue would post."""
    page = page_of(draft.of_form(request.POST, []), issue or Issue())
    return render(
        request, "issues/issue_detail.html", {**page, "preview": True, "is_unsaved": True}
    )


def page_of(written: Draft, issue: Issue) -> dict:
    """Give what the reader's page shows, with the words of a form in place of the stored ones."""
    issue.number = written.number or issue.number or 0
    issue.title, issue.summary, issue.intro = written.title, written.summary, written.intro
    sizes = sizes_of([issue.intro, *(section.body for section in written.sections)])
    issue.intro_html = rendered(issue.intro, "intro-", sizes)
    taken: set[str] = set()
    sections = [section_of(one, issue, sizes, taken) for one in written.sections if one.type]
    references.resolve([issue, *sections], here=sections)
    return {"issue": issue, "sections": sections, "pictures": pictures.resolve([issue, *sections])}


def section_of(written: DraftSection, issue: Issue, sizes: dict, taken: set[str]) -> Section:
    words = {name: getattr(written, name) for name in ("title", "link", "byline")}
    # The key is nobody's: an unsaved section cannot have tags, not even here.
    section = Section(pk=-len(taken) - 1, issue=issue, type=written.type, **words)
    section.slug = unused_slug(written.slug or written.title, taken)
    taken.add(section.slug)
    section.body_html = rendered(written.body, section.slug, sizes)
    tags = [Tag(name=name, slug=Tag().slugify(name)) for name in written.tags]
    section._prefetched_objects_cache = {"tags": tags}
    return section


def sizes_of(sources: list[str]) -> dict[str, markdown.Size]:
    """Look the pictures of all texts up at once."""
    urls = set()
    for source in sources:
        try:
            urls |= {picture.source for picture in markdown.pictures(source)}
        except markdown.UnreadableMarkdown:
            continue  # `rendered` says so in its place
    return Asset.objects.sizes(urls) if urls else {}


def rendered(source: str, prefix: str, sizes: dict) -> str:
    try:
        return markdown.render(source, prefix, sizes).html
    except markdown.UnreadableMarkdown as error:
        return str(error)
