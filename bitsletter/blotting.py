"""What must not leave in a log or a report: who our readers are, and what opens their pages.

It blots out rather too much than too little. What it looks at may be anything: an address of a
page, what a mail server said, a traceback.
"""

import re

BLOT = "…"

# Anything around an at sign, also of an address within an address: `paula%40example.org`. A name
# and password before a host, as in `smtp://name:password@host`, look alike.
ADDRESS = re.compile(
    r"""(?: [^\s<>",;(\[@]{1,254} | "[^"\n]{1,254}" ) (?: [@＠﹫] | %(?:25){0,9}40 )
        (?: \[[^\]\s]{1,64}\] | [^\s<>"',;()\[\]{}/?&=:\\]+ )""",
    re.VERBOSE,
)
AT = re.compile(r"[@＠﹫]|%(?:25){0,9}40")  # looked for first, since it is quick to find
# What we sign: whatever comes before the signature (HMAC with SHA-256) says for whom it is.
SIGNED = re.compile(r"(?:[\w-]{1,300}(?:[.:]|%3[Aa])){1,2}[A-Za-z0-9_-]{43,}")
SIGNATURE = re.compile(r"(?:[.:]|%3[Aa])[A-Za-z0-9_-]{43}")
# A link of a person, whole or cut off by a mail program.
PERSONAL = re.compile(
    r"""\b((?:confirm/address|confirm|preferences|unsubscribe|share)/)[^\s"'<>]+"""
)
# As gunicorn names whoever sent what is no request.
CALLER = re.compile(r"\bip=[0-9A-Fa-f.:]+")
SECRET = re.compile(r"(?i)\b(sessionid|csrftoken|csrfmiddlewaretoken|password)=[^\s;&,'\"]+")


def blot(text: str) -> str:
    """Give a text without what is nobody's business."""
    if AT.search(text):
        text = ADDRESS.sub(BLOT, text)
    text = PERSONAL.sub(rf"\1{BLOT}", text)
    if SIGNATURE.search(text):
        text = SIGNED.sub(BLOT, text)
    text = CALLER.sub(f"ip={BLOT}", text)
    return SECRET.sub(rf"\1={BLOT}", text)


def blotted(value):
    """Give a value, such as of JSON, with all its texts blotted; what is no such value as a text.

    Keys too: a mail server's refusals come by address.
    """
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, dict):
        return {blot(str(key)): blotted(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [blotted(one) for one in value]
    return blot(str(value))
