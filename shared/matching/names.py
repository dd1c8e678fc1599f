"""Names of people and firms: words compared with room for one slip, order and titles ignored."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

from rapidfuzz.distance import OSA

_WORD = re.compile(r"(?<!\w)[^\W\d_]+(?:'[^\W\d_]+)?(?!\w)")
_TITLES = "LTD LIMITED CO COMPANY KENYA EA GROUP AND SONS THE OF BY FROM MR MRS MS MISS DR ENG"
_CLUBS = "SELF HELP WOMEN YOUTH WELFARE CHAMA SACCO"
_PURPOSES = (
    "PAYMENT PAY INVOICE INV NO NA ACC ACCOUNT RENT FEES SCHOOL HOUSE WATER BILL DEPOSIT BALANCE PART FULL"
)
_MORE_PURPOSES = "ARREARS KODI KARO MALIPO ADA"
_BANK = "EFT RTGS PESALINK TT INWARD CASH DEP TRANSFER TRF MPESA"
_EMPTY = frozenset(" ".join((_TITLES, _CLUBS, _PURPOSES, _MORE_PURPOSES, _BANK)).split())
FUZZY_LEAST = 5
"""Shorter words differ by one letter too often (ANN, JANE) to forgive a slip."""


@lru_cache(maxsize=16384)
def name_words(text: str) -> tuple[str, ...]:
    """The telling words of a name, upper case, without accents, titles, company forms and payment words."""
    cut = text[:120]
    if cut.isascii():
        plain = cut.upper()
        if plain.replace(" ", "").isalpha():  # nothing but words and spaces, as nearly all names are
            return tuple([word for word in plain.split() if word not in _EMPTY])
    else:
        plain = "".join(c for c in unicodedata.normalize("NFKD", cut).upper() if not unicodedata.combining(c))
    return tuple([word for word in _WORD.findall(plain) if word not in _EMPTY])


def same_word(one: str, other: str) -> bool:
    """Equal, or long enough and one slip apart."""
    if one == other:
        return True
    if min(len(one), len(other)) < FUZZY_LEAST:
        return False
    return OSA.distance(one, other, score_cutoff=1) <= 1


def shared_words(one: str, other: str) -> int:
    """How many telling words two names have in common; each word counts once."""
    return common_words(name_words(one), name_words(other))


def common_words(one: Iterable[str], other: Sequence[str]) -> int:
    """The same of words that were read before."""
    left = list(other)
    shared = 0
    for word in one:
        size = len(word)
        if size < 2:
            continue
        for k, candidate in enumerate(left):
            # ``same_word``, spelt out: two names of strangers are compared twenty times for each payment
            if word == candidate or (
                size >= FUZZY_LEAST
                and len(candidate) >= FUZZY_LEAST
                and -1 <= size - len(candidate) <= 1
                and OSA.distance(word, candidate, score_cutoff=1) <= 1
            ):
                del left[k]
                shared += 1
                break
    return shared
