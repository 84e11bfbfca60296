"""What stands in the head of each public page for search engines and for sharing."""

from django import template

from issues import metadata
from issues.templatetags.issues import canonical

register = template.Library()
head = register.inclusion_tag("issues/_metadata.html", takes_context=True)


def page(context, facts: metadata.Metadata) -> dict:
    return {"site_name": context["site_name"], "page": facts}


@head
def home_metadata(context):
    return page(context, metadata.of_home(context["page_url"]))


@head
def archive_metadata(context):
    return page(context, metadata.of_archive(context["year"], canonical(context, "year", "page")))


@head
def issue_metadata(context):
    return page(context, metadata.of_issue(context["issue"], context["sections"]))


@head
def section_metadata(context):
    return page(context, metadata.of_section(context["section"]))


@head
def tags_metadata(context):
    return page(context, metadata.of_tags(canonical(context)))


@head
def search_metadata(context):
    return page(context, metadata.of_search(canonical(context)))


@head
def tag_metadata(context):
    return page(context, metadata.of_tag(context["tag"], canonical(context)))


@head
def type_metadata(context):
    return page(context, metadata.of_type(context["type"], canonical(context, "page")))
