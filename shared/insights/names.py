"""Names of people and companies that a question mentions."""

from __future__ import annotations

import re

from shared.insights.dates import is_date_word
from shared.insights.lexicon import is_known
from shared.insights.text import clean

_CAPITALISED = re.compile(r"(?:[A-Z][\w'&.-]*)(?: (?:[A-Z&][\w'&.-]*|and|na|wa|ya))*")


def names_in(question: str) -> tuple[str, ...]:
    """Runs of capitalised words that are no words of the trade; a question all in capitals has none."""
    text = clean(question)
    if text == text.upper():
        return ()
    found = (_trimmed(match[0], match.start() == 0) for match in _CAPITALISED.finditer(text))
    return tuple(name for name in found if name and not any(map(str.isdigit, name)))


def _trimmed(run: str, opening: bool) -> str:
    """The run without the known words around the name, and without the word a sentence begins with."""
    words = [word.removesuffix("'s").strip(".") for word in run.split()]
    if opening:
        words = words[1:]
    while words and (is_known(words[0].casefold()) or is_date_word(words[0].casefold())):
        words = words[1:]
    while words and (is_known(words[-1].casefold()) or words[-1].casefold() in {"and", "na", "wa", "ya"}):
        words = words[:-1]
    return " ".join(words)
