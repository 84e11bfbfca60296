"""Words that lose their endings in several threads at once, as in a web worker."""

import string
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from snowballstemmer import stemmer

from issues.search import analysis

WORDS = [
    f"{first}{middle}{ending}"
    for first in string.ascii_lowercase
    for middle in ("ort", "elat", "omin")
    for ending in ("ing", "ations", "fulness", "ed", "ies", "ously")
]


@pytest.fixture
def hasty_threads():
    """Let threads take turns as often as they can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


def test_words_asked_for_at_once_get_their_own_stems(hasty_threads):
    alone = {word: stemmer("english").stemWord(word) for word in WORDS}
    analysis.forms.cache_clear()

    with ThreadPoolExecutor(4) as threads:
        stems = list(threads.map(analysis.fold, WORDS))

    assert dict(zip(WORDS, stems, strict=True)) == alone
