"""The text of a section as HTML that mail programs show.

What comes in is the HTML of the page, which our sanitiser wrote. Mail programs know no inputs and
no captions, keep no ids that a link could lead to, and scroll no boxes.
"""

import re
from html.parser import HTMLParser

from django.utils.html import escape, format_html, format_html_join, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from bitsletter.site import joined
from issues.links import completed, host_of
from subscribers.issue_mail.pictures import Pictures, Shown

SAME = (
    *("blockquote", "em", "h3", "h4", "h5", "h6", "li", "p", "pre", "s", "strong", "sup"),
    *("tbody", "td", "th", "thead", "tr", "ul", "ol"),
)
OTHERS = {
    "figure": ('<div class="figure">', "</div>"),
    "section": ('<div class="notes">', "</div>"),
    "table": ('<table class="data" cellpadding="0" cellspacing="0" border="0">', "</table>"),
}
LEFT_OUT = ("", "")  # a box that scrolls, the label of a task
CLASSES = {"contains-task-list": "tasks", "align-center": "center", "align-right": "right"}
CHECKED, UNCHECKED = "\u2611", "\u2610"

ADDRESS = re.compile(r"\s*(?:https?://|www\.)", re.I)

# The colours of code, as in site.css, by Pygments' classes.
COLORS = {
    "dim": "c c1 cm ch cs",
    "violet": "k kc kd kn kr kt ow nt cp",
    "green": "s s1 s2 sa sb sd se sh si sx sr na gi",
    "orange": "m mi mf mh il mb mo",
    "blue": "nf fm nc nd nb bp",
    "red": "gd err",
}
COLOR_OF = {name: color for color, names in COLORS.items() for name in names.split()}
# Neighbours of one colour: no span of code holds a tag.
RUN = re.compile(r'<span class="(\w+)">[^<]*(?:</span>\s*<span class="\1">[^<]*)+')
BETWEEN = re.compile(r'</span>(\s*)<span class="\w+">')


def body(html: str, page_url: str, web_url: str, pictures: Pictures) -> SafeString:
    """Give for mail a text that stands on the page `page_url`.

    What moves stands still in mail; it leads to `web_url`, where it moves.
    """
    writer = Writer(page_url, web_url, pictures)
    writer.feed(html)
    writer.close()
    whole = "".join(writer.out).strip()
    runs_joined = RUN.sub(lambda run: BETWEEN.sub(r"\1", run[0], count=0), whole)
    return mark_safe(runs_joined)  # nosec B308 B703


def figure(shown: Shown, web_url: str) -> SafeString:
    """Give a picture that stands alone, such as a cover."""
    words = caption(shown, escape(shown.caption), web_url)
    image = linked(img(shown), web_url) if shown.moves else img(shown)
    return format_html('<div class="figure">{}{}</div>', image, words)


def img(shown: Shown, title: str = "") -> SafeString:
    height = format_html(' height="{}"', shown.height) if shown.height else ""
    title = format_html(' title="{}"', title) if title else ""
    return format_html(
        '<img src="{}" alt="{}" width="{}"{}{}>',
        *(shown.address, shown.alt, shown.width, height, title),
    )


def caption(shown: Shown, words: SafeString, web_url: str) -> SafeString:
    credit = format_html("<small>{}</small>", shown.credit) if shown.credit else ""
    motion = linked(_("It moves on the web."), web_url) if shown.moves else ""
    all_words = format_html_join(" ", "{}", ((one,) for one in (words, credit, motion) if one))
    return format_html('<div class="caption">{}</div>', all_words) if all_words else all_words


def linked(words: str, address: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', address, words)


class Writer(HTMLParser):
    """Writes a text anew, tag by tag."""

    def __init__(self, page_url: str, web_url: str, pictures: Pictures):
        super().__init__()
        self.page_url, self.web_url, self.pictures = page_url, web_url, pictures
        self.out: list[str] = []
        self.open: list[tuple[str, str]] = []  # the tags that are, with what closes each
        self.linked: tuple[str, int] | None = None  # where the open link leads, and its beginning
        self.shown: Shown | None = None  # the picture of a figure whose caption is to come
        self.is_silent = False  # inside of what is left out

    def handle_starttag(self, tag, attrs):
        attributes = {name: value or "" for name, value in attrs}
        if tag in ("br", "hr"):
            self.out.append(f"<{tag}>")
        elif tag == "input":
            self.out.append(CHECKED if "checked" in attributes else UNCHECKED)
        elif tag == "img":
            self.out.append(self.picture(attributes))
        else:
            start, end = self.around(tag, attributes, attributes.get("class", "").split())
            self.out.append(start)
            self.open.append((tag, end))

    def around(self, tag: str, attributes: dict, classes: list[str]) -> tuple[str, str]:
        """Give what stands for a tag, and for its end."""
        if tag == "a":
            return self.link(attributes, classes)
        if tag == "span":
            color = next((COLOR_OF[name] for name in classes if name in COLOR_OF), "")
            return (f'<span class="{color}">', "</span>") if color else LEFT_OUT
        if tag == "code":
            return LEFT_OUT if "highlight" in classes else ("<code>", "</code>")
        if tag in SAME:
            return f"<{tag}{kept(attributes, classes)}>", f"</{tag}>"
        return OTHERS.get(tag, LEFT_OUT)

    def link(self, attributes: dict, classes: list[str]) -> tuple[str, str]:
        """Give a link to the web; those to notes and back lead nowhere in mail."""
        self.is_silent = "footnote-backref" in classes
        address = joined(self.page_url, attributes.get("href", ""))
        if self.is_silent or self.is_inside("sup") or "href" not in attributes:
            return LEFT_OUT
        self.linked = address, len(self.out)
        title = f' title="{escape(attributes["title"])}"' if "title" in attributes else ""
        return f'<a href="{escape(address)}"{title}>', "</a>"

    def picture(self, attributes: dict) -> str:
        names = ("src", "alt", "width", "height")
        shown = self.pictures.shown(*(attributes.get(name, "") for name in names))
        if self.is_inside("figure"):
            self.shown = shown
        image = img(shown, attributes.get("title", ""))
        if not shown.is_safe:
            image = escape(shown.words)
        if self.is_inside("a") or (shown.is_safe and not shown.moves):
            return image
        return linked(image, self.web_url if shown.moves else shown.address)

    def is_inside(self, tag: str) -> bool:
        return any(name == tag for name, _end in self.open)

    def handle_data(self, data):
        if self.shown and self.is_inside("figcaption"):
            self.put_caption(escape(data))
        elif not self.is_silent:
            self.out.append(escape(data))

    def handle_endtag(self, tag):
        if tag == "figure" and self.shown:
            self.put_caption(escape(self.shown.caption))
        self.out.append(self.open.pop()[1])
        if tag == "a":
            self.end_link()

    def end_link(self) -> None:
        """Say where a link leads whose words are the address of another host."""
        self.is_silent = False
        if self.linked:
            address, begin = self.linked
            words = strip_tags("".join(self.out[begin:]))
            if ADDRESS.match(words) and bare_host(words) != bare_host(address):
                self.out.append(escape(f" ({host_of(address)})"))
        self.linked = None

    def put_caption(self, words: SafeString) -> None:
        """End a figure with what is said of its picture."""
        self.out.append(caption(self.shown, words, self.web_url))
        self.shown = None


def bare_host(address: str) -> str:
    return host_of(completed(address)).removeprefix("www.")


def kept(attributes: dict, classes: list[str]) -> str:
    """Give the attributes that serve something in mail."""
    start = f' start="{escape(attributes["start"])}"' if "start" in attributes else ""
    names = [CLASSES[name] for name in classes if name in CLASSES]
    return start + (f' class="{names[0]}"' if names else "")
