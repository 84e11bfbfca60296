"""Whether one domain speaks for another (RFC 7489, section 3.1)."""

# Names below the top of a country under which everybody may register: .co.uk, .com.au, .ac.at.
COMMON = {"ac", "co", "com", "edu", "gob", "gov", "go", "gv", "ne", "net", "nom", "or", "org"}


def organisation(domain: str) -> str:
    """Give the part of a domain that somebody has registered, as far as its form tells.

    The list of all public suffixes is long, and changes each week; for our advice this will do.
    """
    labels = domain.lower().rstrip(".").split(".")
    is_shared = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in COMMON
    return ".".join(labels[-3:] if is_shared else labels[-2:])


def is_aligned(one: str, other: str, strict: bool = False) -> bool:
    """Say whether a check of one domain counts for mail that is from the other."""
    if strict:
        return one.lower() == other.lower()
    return organisation(one) == organisation(other)
