"""The mail of an issue as somebody reads it, for tests."""

import email
from email.policy import SMTP
from uuid import UUID

from django.utils import timezone

from issues.models import Issue
from subscribers.issue_mail.building import build
from subscribers.issue_mail.messages import IssueMail, Recipient
from subscribers.issue_mail.variants import Filled
from tests.builders import make_issue

WEB = "https://news.example.org"
ADA = Recipient("ada@example.org", "https://choose.example/ada", "https://leave.example/ada")
EVERY_RULE = """Some *words* and **more**, ~~fewer~~, `code` and [a link](https://example.com/a?b=1&c=2).
A second line[^1], see <https://example.net/>.

### A heading

- one
- two
  1. two a

- [x] done
- [ ] to do

> Quoted words

```python
def f(x):  # why
    return "s", 1
```

| Head | Right |
| --- | ---: |
| a | 1 |

![Waves](https://example.com/w.png "A caption"){width=1100 height=500}

***

[^1]: A note.
"""


def rich_issue(**fields) -> Issue:
    """Make an issue with all that Markdown knows, and a section of each of three types."""
    return make_issue(
        7,
        intro="Welcome to [a place](/tags/).",
        summary="What this issue is about, in a sentence of some words.",
        sections=[
            {"title": "A <tip> & more", "body": EVERY_RULE, "tags": ["css"]},
            {
                "title": "A paper",
                "type": "research-paper",
                "link": "https://arxiv.org/abs/1706.03762",
                "byline": "Ada & Bo",
                "body": "See [[7/a-tip-more]] and [[7]].",
            },
            {"title": "A tool", "type": "tool", "body": "Words of a tool."},
        ],
        **fields,
    )


def filled(issue: Issue, unwanted=(), to: Recipient = ADA) -> Filled:
    """Give what somebody gets who left types out, before it is encoded."""
    return Filled(IssueMail(build(issue)).variant(frozenset(unwanted)), to.values)


def html_of(issue: Issue, **options) -> str:
    return filled(issue, **options).html


def text_of(issue: Issue, **options) -> str:
    return filled(issue, **options).text


def received(mail: IssueMail, unwanted=(), to: Recipient = ADA) -> tuple[str, str]:
    """Give the text and the HTML of the message that arrives, as a mail program reads them."""
    message = mail.message(UUID(int=7), to, mail.variant(frozenset(unwanted)), timezone.now())
    parsed = email.message_from_bytes(message.as_bytes(), policy=SMTP)
    text, html = parsed.iter_parts()
    assert not any(part.defects for part in parsed.walk())
    return tuple(part.get_content().replace("\r\n", "\n") for part in (text, html))
