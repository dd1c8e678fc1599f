"""What is taken out of a question before a model sees it: numbers of people, codes, and names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shared.insights.dates import is_date_word
from shared.insights.lexicon import is_known
from shared.insights.text import clean
from shared.store import Query, Store

_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("[EMAIL]", re.compile(r"\S+@\S+")),
    ("[LINK]", re.compile(r"(?i)\b(?:https?://|www\.)\S+")),
    ("[PIN]", re.compile(r"(?i)\b[ap]\d{9}[a-z]\b")),
    ("[PHONE]", re.compile(r"(?<!\w)\+?(?:\d[\s().-]?){8,14}\d(?!\w)")),
    ("[CODE]", re.compile(r"(?i)\b(?=[a-z-]*\d)(?=[\d-]*[a-z])[a-z0-9-]{6,}\b")),
    ("[NUMBER]", re.compile(r"\d[\d,.]{3,}\d")),
)
_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_SAFE = re.compile(r"\[(?:EMAIL|LINK|PIN|PHONE|CODE|NUMBER|NAME)\]")
MOST_CUSTOMERS = 20_000


def mask(question: str, names: frozenset[str]) -> str:
    """The question with phones, e-mails, links, PINs, codes, long numbers and names replaced.

    Args:
        names: every word of every customer's name, case folded (``name_words``).

    A word is a name when it is one of ``names``, or written with a capital where no sentence begins, and
    the lexicon does not know it. Words of the lexicon pass: "fuel" is no secret because of Fuel Station Ltd.
    """
    text = clean(question)
    for replacement, pattern in _PATTERNS:
        text = pattern.sub(replacement, text)
    pieces, last = [], 0
    for match in _SAFE.finditer(text):
        pieces += [_without_names(text[last : match.start()], names, last == 0), match[0]]
        last = match.end()
    return "".join([*pieces, _without_names(text[last:], names, last == 0)])


def _without_names(text: str, names: frozenset[str], opening: bool) -> str:
    def word(match: re.Match[str]) -> str:
        plain = match[0].casefold().removesuffix("'s")
        begins = opening and not text[: match.start()].strip()
        suspect = plain in names or (match[0][0].isupper() and not begins)
        return "[NAME]" if suspect and not is_known(plain) and not is_date_word(plain) else match[0]

    return _WORD.sub(word, text)


def name_words(store: Store, business: str) -> frozenset[str]:
    """Every word of every customer's name of a business, case folded."""
    docs = store.all(business, Query("customers", (), "name_sort"), MOST_CUSTOMERS)
    return frozenset(word for doc in docs for word in _words(doc.data["name"]))


def _words(name: str) -> Iterator[str]:
    return (match[0].casefold() for match in _WORD.finditer(name))
