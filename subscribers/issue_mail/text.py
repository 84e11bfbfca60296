"""The text of a section for those who read letters without HTML, written from its Markdown.

Links are numbered, and their addresses stand below; code stays as it is, however wide.
"""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from markdown_it.tree import SyntaxTreeNode

from bitsletter.site import joined
from issues import markdown
from issues.links import is_web
from issues.references import Links
from subscribers import plain
from subscribers.issue_mail import tables
from subscribers.issue_mail.pictures import Pictures, Shown

NARROWEST = 20  # columns, however deep lists are nested
CODE_INDENT = "    "
AROUND = {"strong": "*", "em": "_", "s": "~~"}


class Writer:
    """Writes texts that stand on the page `page_url`, and collects where their links lead."""

    def __init__(self, page_url: str, links: Links, pictures: Pictures):
        self.page_url, self.references, self.pictures = page_url, links, pictures
        self.addresses: list[str] = []

    def body(self, source: str) -> str:
        tokens, _env = markdown.parse(source)
        return self.blocks(SyntaxTreeNode(tokens).children, plain.WIDTH)

    def links(self) -> str:
        """Give the list of the addresses so far."""
        lines = [f"[{number}] {one}" for number, one in enumerate(self.addresses, start=1)]
        return "\n".join(line for one in lines for line in plain.wrap(one))

    def number(self, address: str) -> str:
        """Give what stands behind the words of a link."""
        if address not in self.addresses:
            self.addresses.append(address)
        return f"[{self.addresses.index(address) + 1}]"

    # Blocks: each gives lines of at most `width` columns ----------------------------------------

    def blocks(self, nodes: Iterable[SyntaxTreeNode], width: int, between: str = "\n\n") -> str:
        width = max(width, NARROWEST)
        return between.join(filter(None, (self.block(node, width) for node in nodes)))

    def block(self, node: SyntaxTreeNode, width: int) -> str:
        match node.type:
            case "paragraph":
                return self.paragraph(node, width)
            case "heading":
                lines = wrapped(self.words(node), width)
                return "\n".join([*lines, "-" * max(map(plain.columns, lines), default=0)])
            case "fence" | "code_block":
                return indented(node.content.rstrip("\n"), CODE_INDENT)
            case "blockquote":
                return indented(self.blocks(node.children, width - 2), "> ", "> ")
            case "bullet_list" | "ordered_list":
                return self.list(node, width)
            case "table":
                rows = [row for part in node.children for row in part.children]
                cells = [[self.words(cell) for cell in row.children] for row in rows]
                return tables.written(cells, width)
            case "footnote_block":
                notes = [self.note(note, width) for note in node.children]
                return "\n\n".join(["* * *", *notes])
            case "hr":
                return "* * *"
            case _:
                return ""

    def paragraph(self, node: SyntaxTreeNode, width: int) -> str:
        first, *_more = node.children[0].children or [None]
        if first is not None and first.meta.get("in_figure"):
            shown = self.shown(first)
            words = " ".join(filter(None, [shown.caption, shown.credit]))
            return "\n".join(wrapped(f"{shown.words}\n{words}", width))
        return "\n".join(wrapped(self.words(node), width))

    def list(self, node: SyntaxTreeNode, width: int) -> str:
        is_tight = any(child.hidden for item in node.children for child in item.children)
        between = "\n" if is_tight else "\n\n"
        start = int(node.attrs.get("start", 1))
        is_ordered = node.type == "ordered_list"
        items = []
        for number, item in enumerate(node.children, start=start):
            marker = f"{number}. " if is_ordered else "- "
            text = self.blocks(item.children, width - len(marker), between)
            items.append(hanging(marker, text))
        return between.join(items)

    def note(self, node: SyntaxTreeNode, width: int) -> str:
        marker = f"{note_mark(node)} "
        return hanging(marker, self.blocks(node.children, width - len(marker)))

    # What stands within a line ------------------------------------------------------------------

    def words(self, node: SyntaxTreeNode) -> str:
        """Give the words of a block; a line ends where its author wants it to."""
        return "".join(map(self.inline, node.children)).strip()

    def inline(self, node: SyntaxTreeNode) -> str:
        match node.type:
            case "text":
                return node.content
            case "code_inline":
                return f"`{node.content}`"
            case "softbreak":
                return " "
            case "hardbreak":
                return "\n"
            case "image":
                return self.shown(node).words
            case "link":
                return self.link(node)
            case "reference":
                return self.reference(node)
            case "footnote_ref":
                return f" {note_mark(node)}"
            case "html_inline":  # the parser lets none of the source through
                return check_mark(node.content)
            case _:
                mark = AROUND.get(node.type, "")
                return mark + "".join(map(self.inline, node.children)) + mark

    def link(self, node: SyntaxTreeNode) -> str:
        words = "".join(map(self.inline, node.children))
        address = joined(self.page_url, str(node.attrs["href"]))
        shown = address.removeprefix("mailto:")
        leads_somewhere = is_web(address) or shown != address
        if words == shown or not leads_somewhere:
            return words
        return f"{words} {self.number(shown)}".strip()

    def reference(self, node: SyntaxTreeNode) -> str:
        reference = node.meta["reference"]
        address = self.references.addresses.get(reference)
        if address is None:
            return node.content
        has_own_words = node.meta["has_own_words"]
        words = node.content if has_own_words else self.references.names[reference]
        return f"{words} {self.number(joined(self.page_url, address))}"

    def shown(self, node: SyntaxTreeNode) -> Shown:
        """Give a picture, with the caption that the text gives it, if it does."""
        picture = markdown.picture(node.token)
        shown = self.pictures.shown(picture.source, picture.alt)
        return shown._replace(caption=picture.caption or shown.caption)


def note_mark(node: SyntaxTreeNode) -> str:
    return _("[note %d]") % (node.meta["id"] + 1)


def check_mark(html: str) -> str:
    if not html.startswith("<input"):
        return ""
    return "[x]" if "checked=" in html else "[ ]"


def wrapped(text: str, width: int) -> list[str]:
    """Give the lines of a text without empty ones."""
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return [part for line in lines if line for part in plain.wrap(line, width)]


def hanging(marker: str, text: str) -> str:
    """Put a marker before a text, and all its further lines behind it."""
    return (marker + indented(text, " " * len(marker))[len(marker) :]).rstrip()


def indented(text: str, prefix: str, of_empty: str = "") -> str:
    lines = (prefix + line if line else of_empty for line in text.split("\n"))
    return "\n".join(line.rstrip() for line in lines)
