"""How a feed is written: Atom (RFC 4287) or JSON Feed 1.1."""

import datetime
import json

from django.utils.feedgenerator import Atom1Feed, SyndicationFeed, rfc3339_date
from django.utils.html import escape

from issues.characters import printable

# When a feed without any entry was last changed.
BEGINNING = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


def cleaned(value):
    """Leave out of texts what would make the whole feed unreadable."""
    if isinstance(value, str):
        return printable(value)
    return [cleaned(one) for one in value] if isinstance(value, list) else value


class CleanFeed(SyndicationFeed):
    """What both formats have in common."""

    extension: str

    def __init__(self, **fields):
        super().__init__(**{name: cleaned(value) for name, value in fields.items()})

    def add_item(self, **fields):
        super().add_item(**{name: cleaned(value) for name, value in fields.items()})

    def latest_post_date(self) -> datetime.datetime:
        return super().latest_post_date() if self.items else BEGINNING


class AtomFeed(CleanFeed, Atom1Feed):
    """Django's Atom, with the whole text of each entry and its summary as plain text."""

    extension = "xml"

    def add_item_elements(self, handler, item):
        # It is announced as HTML.
        super().add_item_elements(handler, item | {"description": escape(item["description"])})
        if item["related"]:
            handler.addQuickElement("link", "", {"rel": "related", "href": item["related"]})
        handler.addQuickElement("content", item["content"], {"type": "html"})


class JSONFeed(CleanFeed):
    """JSON Feed 1.1: https://www.jsonfeed.org/version/1.1/"""

    extension = "json"
    content_type = "application/feed+json; charset=utf-8"

    def write(self, outfile, encoding):
        outfile.write(json.dumps(self.document(), ensure_ascii=False, indent=1))

    def document(self) -> dict:
        feed = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": self.feed["title"],
            "home_page_url": self.feed["link"],
            "feed_url": self.feed["feed_url"],
            "description": self.feed["subtitle"],
            "language": self.feed["language"],
            "authors": [{"name": self.feed["author_name"], "url": self.feed["author_link"]}],
        }
        return without_empty(feed) | {"items": [self.entry(item) for item in self.items]}

    def entry(self, item: dict) -> dict:
        entry = {
            "id": item["unique_id"],
            "url": item["link"],
            "external_url": item["related"],
            "title": item["title"],
            "summary": item["description"],
            "date_published": rfc3339_date(item["pubdate"]),
            "date_modified": rfc3339_date(item["updateddate"]),
            "tags": list(item["categories"]),
        }
        return without_empty(entry) | {"content_html": item["content"]}


def without_empty(fields: dict) -> dict:
    return {name: value for name, value in fields.items() if value}


FORMATS = {one.extension: one for one in (AtomFeed, JSONFeed)}
