"""Repair UTF-8 that was read as ISO 8859-7 (Greek), where the repair is certain.

UTF-8 writes a character beyond ASCII as a lead byte (C2–F4) and one to three bytes from 80 to
BF. ISO 8859-7 knows every byte from A0 on (but AE, D2 and FF) as a Greek letter or a sign; 80 to
9F are C1 control characters, which the programs on the way dropped. Hence:

    ’     E2 80 99     β, nothing, nothing    “β”: so become – — “ ” and most other signs
    …     E2 80 A6     β, nothing, ¦          “β¦”
    é     C3 A9        Γ, ©                   “Γ©”: both bytes survived
    🧠    F0 9F A7 A0  π, nothing, §, NBSP    “π§”: every emoji of F0 9F begins with π
    VS16  EF B8 8F     ο, Έ, nothing          “οΈ” at the end of an emoji

What lost a byte cannot be computed back, only recognised: β between a Latin word and the end of
an English contraction was an apostrophe, β¦ was an ellipsis, and π… before the name of a section
type was its emoji. Everything else stays as it is and is reported, and even that only in a file
which certain signs show to be broken: Greek that is meant to be Greek is left in peace.
"""

import re
from collections.abc import Callable, Collection

from issues.importing.lines import Line
from issues.importing.parsed import Note
from issues.importing.typenames import TypeNames

Replace = Callable[[re.Match], str | None]


def shown(*bounds: int) -> str:
    """Give the characters that ISO 8859-7 shows for a range of bytes."""
    return bytes(range(*bounds)).decode("iso8859_7", "ignore")


LATIN = "A-Za-zÀ-ÖØ-öø-ɏ"
GREEK_LETTER = re.compile("[Ͱ-ͳͶͷͻ-ͽΆΈ-Ͽἀ-῿]")
LATIN_LETTER = re.compile(f"[{LATIN}]")
TRAIL = shown(0xA0, 0xC0)
# Signs that people write after Greek letters on purpose: Γ², π·r, β±1.
MATHS = "°±²³·"

SURVIVED = re.compile(
    f"(?:[{shown(0xF0, 0xF5)}][{TRAIL}]{{3}}|[{shown(0xE0, 0xF0)}][{TRAIL}]{{2}}"
    f"|[{shown(0xC2, 0xE0)}][{TRAIL}])+"
)
CONTRACTION = re.compile(rf"(?<!\w)([{LATIN}]++)β((?i:s|t|m|re|ve|ll|d))(?!\w)")
ELLIPSIS = re.compile("β¦")
WRECKAGE = re.compile(rf"(?:[πβ][{TRAIL}]*+|οΈ)++")
# No Greek text has these, yet they do not tell which emoji stood there.
EMOJI = re.compile("π[§€₯¨©¬½¤¦]|ππ|οΈ")
SIGN = re.compile(f"β[^πβοΈ{MATHS}]")
LOST_LETTER = re.compile(rf"(?<![{LATIN}])[{LATIN}]++[ΓΕ][{LATIN}{TRAIL}]+")
# A dash does not follow these words, a letter's name does: "the β distribution".
BEFORE_A_NAME = re.compile(
    r"(?:^|\W)(?:an?|the|this|that|each|of|with|by|where|if|and|or|for|from|to|in|on|is|are)\s+$",
    re.IGNORECASE,
)


def repair(
    lines: list[Line], names: TypeNames, code: Collection[int] = ()
) -> tuple[list[Line], list[Note]]:
    """Repair the lines but those whose indexes are in `code`, and report what is doubtful."""
    texts = [line for index, line in enumerate(lines) if index not in code]
    # Hardly any file is broken: look for what all wreckage holds before looking closely.
    if not any(WRECKAGE.search(line.text) or SURVIVED.search(line.text) for line in texts):
        return lines, []
    heading = heading_wreckage(names)
    is_broken = any(shows_damage(line.text, heading) for line in texts)
    result, notes = [], []
    for index, line in enumerate(lines):
        if index not in code:
            line, found = repaired_line(line, heading, is_broken)
            notes += found
        result.append(line)
    return result, notes


def heading_wreckage(names: TypeNames) -> re.Pattern:
    return re.compile(
        rf"(?P<hashes>^\s*(?:\#{{1,6}}\s+)?)(?P<wreckage>{WRECKAGE.pattern})\s*+"
        rf"(?=(?i:{names.beginning}))"
    )


def shows_damage(text: str, heading: re.Pattern) -> bool:
    """Say whether a line proves that the file is broken."""
    return bool(
        ELLIPSIS.search(text)
        or EMOJI.search(text)
        or heading.search(text)
        or any(apostrophe(found, False) for found in CONTRACTION.finditer(text))
        or any(reread(found, False) for found in SURVIVED.finditer(text))
    )


def repaired_line(line: Line, heading: re.Pattern, is_broken: bool) -> tuple[Line, list[Note]]:
    changes: list[str] = []
    text = line.text
    if found := heading.search(text):
        changes.append(f"“{found['wreckage'].strip()}” dropped")
        text = heading.sub(r"\g<hashes>", text)
    for pattern, replace in (
        (ELLIPSIS, lambda found: "…"),
        (SURVIVED, lambda found: reread(found, is_broken)),
        (CONTRACTION, lambda found: apostrophe(found, is_broken)),
    ):
        text = replaced(pattern, replace, text, changes)
    notes = []
    if changes:
        notes.append(Note(line.number, listed(changes), "repaired"))
    if is_broken and (doubts := doubtful(text)):
        words = listed([f"“{doubt}”" for doubt in doubts])
        notes.append(Note(line.number, f"perhaps broken, left as it is: {words}", "doubtful"))
    return line._replace(text=text), notes


def replaced(pattern: re.Pattern, replace: Replace, text: str, changes: list[str]) -> str:
    """Replace what the function has an answer for, and write down each change."""

    def answer(found: re.Match) -> str:
        new = replace(found)
        if new is None:
            return found[0]
        before, after = around(found, 20)
        before, after = re.search(r"\w*$", before)[0], re.match(r"\w*", after)[0]
        changes.append(f"“{before}{found[0]}{after}” → “{before}{new}{after}”")
        return new

    return pattern.sub(answer, text)


def listed(items: list[str], most: int = 12) -> str:
    rest = f" and {len(items) - most} more" if len(items) > most else ""
    return ", ".join(items[:most]) + rest


def apostrophe(found: re.Match, is_broken: bool) -> str | None:
    """Give a contraction its apostrophe; None where β may be a letter, as in TGFβs."""
    stem, ending = found[1], found[2].lower()
    if ending == "t" and stem[-1] not in "nN" or ending == "m" and stem not in ("I", "i"):
        return None
    if stem.isupper() and stem != "I" and not is_broken:
        return None
    return f"{stem}’{found[2]}"


def reread(found: re.Match, is_broken: bool) -> str | None:
    """Decode characters all of whose bytes survived, if they stand in a Latin word."""
    run, (before, after) = found[0], around(found, 1)
    if GREEK_LETTER.match(before) or GREEK_LETTER.match(after):
        return None
    # A no-break space may also follow a Greek letter that numbers something.
    beside = before if "\xa0" in run else before + after
    if not LATIN_LETTER.search(beside):
        return None
    try:
        letters = run.encode("iso8859_7").decode()
    except UnicodeDecodeError:
        return None
    if not letters.isalpha():
        return letters if is_broken else None
    return letters if len(latin_word(found, letters)) > 2 or not set(run) & set(MATHS) else None


def latin_word(found: re.Match, letters: str) -> str:
    before, after = around(found, 3)
    return re.search(f"[{LATIN}]*$", before)[0] + letters + re.match(f"[{LATIN}]*", after)[0]


def around(found: re.Match, size: int) -> tuple[str, str]:
    """Give a few characters on both sides; the whole sides would cost quadratic time."""
    text, start, end = found.string, found.start(), found.end()
    return text[max(0, start - size) : start], text[end : end + size]


def doubtful(text: str) -> list[str]:
    """Find what may be wreckage, each with the word that it stands in."""
    places = [found for found in WRECKAGE.finditer(text) if is_doubtful(found)]
    places += LOST_LETTER.finditer(text)
    return list(dict.fromkeys(word_around(found) for found in places))


def is_doubtful(found: re.Match) -> bool:
    run, (before, after) = found[0], around(found, 20)
    if GREEK_LETTER.match(before[-1:]) or GREEK_LETTER.match(after[:1]):
        return False
    if EMOJI.search(run) or SIGN.search(run):
        return True
    if "β" in run and (LATIN_LETTER.match(before[-1:]) or LATIN_LETTER.match(after[:1])):
        return True
    if not before.strip() and found.start() < 20:
        # An emoji before a phrase; "π = 3.14" and "β is small" are no such thing.
        return bool(re.match(r"\s+[^\W\d_a-z]", after))
    is_between_words = before[-1:].isspace() and bool(re.match(rf"\s+[{LATIN}]", after))
    return "β" in run and is_between_words and not BEFORE_A_NAME.search(before)


def word_around(found: re.Match) -> str:
    before, after = around(found, 20)
    return (re.search(r"\S*$", before)[0] + found[0][:40] + re.match(r"\S*", after)[0]).strip()
