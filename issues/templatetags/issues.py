"""What several pages of the archive need."""

from urllib.parse import urlencode

from django import template

from issues.inbox import age, host

register = template.Library()
register.filter("age", age)
register.filter("host", host)


@register.inclusion_tag("issues/_pages.html", takes_context=True)
def pages(context):
    """Link to the other pages of a list, leaving out the middle of a long row."""
    page = context["page_obj"]
    return {
        "request": context["request"],
        "page_obj": page,
        "page_range": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
    }


@register.simple_tag(takes_context=True)
def canonical(context, *names: str) -> str:
    """Give the page's one address: of its query only the parameters called `names` count."""
    chosen = {name: context["request"].GET.get(name, "") for name in names}
    chosen = {name: value for name, value in chosen.items() if value and (name, value) != FIRST}
    return context["page_url"] + (f"?{urlencode(chosen)}" if chosen else "")


FIRST = ("page", "1")
