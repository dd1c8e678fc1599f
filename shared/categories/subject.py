"""What is to be filed: a line of text, and by which marks its payee would be known again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from shared.categories.features import Line, read_line
from shared.categories.numbers import SHARED
from shared.categories.text import MOST_CHARACTERS, clean, is_number, tokens

MOST_MARKS = 4
_LONGEST_NAME = 80
_FORM_WORDS = frozenset(
    (
        "sent",
        "send",
        "customer",
        "transfer",
        "business",
        "payment",
        "funds",
        "mpesa",
        "m",
        "pesa",
        "airtel",
        "money",
    )
)
_NUMBER = re.compile(
    r"(?:pay ?bill|buy goods|merchant payment|till|business)"
    r"(?: (?:online|no\.?|number|payment))?(?: to)?:? (\d{5,7})(?!\d)"
)
_ACCOUNT = re.compile(r"\bacc(?:ount|t)?\b\.?(?: no\.?)?:? ?([a-z0-9*/-]{2,24})")
_PERSON = re.compile(r"(?:2547|2541|07|01)\d{0,2}[*x]{3,}(\d{3})")


@dataclass(frozen=True)
class Subject:
    """Money that went out, as far as it is known; all but ``text`` may be empty.

    Args:
        text: the narration, or what a receipt says was bought.
        payee: who was paid, where a field says so.
        pin: the payee's KRA PIN.
        number: paybill or till that was paid; else looked for in the text.
        channel: ``mpesa_paybill``, ``mpesa_till``, ``mpesa_send``, ``mpesa_fee``, ``airtel``, ``bank``,
        ``card``,
            ``receipt``; guessed from the text where it is empty.
    """

    text: str
    payee: str = ""
    pin: str = ""
    number: str = ""
    channel: str = ""

    @cached_property
    def said(self) -> str:
        """Payee and text in one bounded line."""
        payee = self.payee[: MOST_CHARACTERS // 2].strip()
        return f"{payee} {self.text[:MOST_CHARACTERS]}".strip()

    @cached_property
    def line(self) -> Line:
        return read_line(self.said)

    @cached_property
    def paid_number(self) -> str:
        """The paybill or till that was paid, "" where none is told."""
        found = _NUMBER.search(self._folded)
        return self.number or (found[1] if found else "")

    @cached_property
    def way(self) -> str:
        """The channel, as told or as the text's form tells it."""
        return self.channel or _guess(self._folded)

    @cached_property
    def marks(self) -> tuple[str, ...]:
        """By what the payee is known again, the surest first; none for a line that names nobody."""
        return tuple(dict.fromkeys(mark for mark in self._marks() if mark))[:MOST_MARKS]

    @property
    def to_person(self) -> bool:
        """Whether a masked phone says that somebody was sent money."""
        return _PERSON.search(self._folded) is not None

    @property
    def _folded(self) -> str:
        return " ".join(self.said[:MOST_CHARACTERS].casefold().split())

    def _marks(self) -> Iterator[str]:
        if self.pin:
            yield f"pin {self.pin.upper()[:11]}"
        if number := self.paid_number:
            account = _ACCOUNT.search(self._folded)
            if account and "*" not in account[1] and any(char.isdigit() for char in account[1]):
                yield f"account {number} {account[1]}"
            if number not in SHARED:
                yield f"number {number}"
        if tail := _PERSON.search(self._folded):
            yield f"person {tail[1]} {_person_name(self.payee or self.text)}".rstrip()
        elif name := payee_name(self.payee or self.text):
            yield f"name {name}"


def payee_name(text: str) -> str:
    """A name without numbers, places, dates and ways of paying, by which it is the same tomorrow."""
    return " ".join(read_line(text).telling)[:_LONGEST_NAME]


def _person_name(text: str) -> str:
    """Whose masked phone it is: the words before it, after those of the form, else the words after it."""
    folded = " ".join(text[:MOST_CHARACTERS].casefold().split())
    found = _PERSON.search(folded)
    before, after = (folded[: found.start()], folded[found.end() :]) if found else (folded, "")
    parts = ([word for word in tokens(clean(part)) if _in_name(word)] for part in (before, after))
    return " ".join(next((words for words in parts if words), [])[:3])[:_LONGEST_NAME]


def _in_name(word: str) -> bool:
    return word not in _FORM_WORDS and not is_number(word)


_FORMS = (
    ("mpesa_paybill", re.compile(r"\bpay ?bill\b")),
    ("mpesa_till", re.compile(r"\bmerchant payment|\bbuy goods\b|\btill\b")),
    ("mpesa_fee", re.compile(r"^(?:.{0,40})\bcharge\b")),
    ("mpesa_send", re.compile(r"\bsent to\b|\bcustomer transfer\b|\bbusiness payment\b|\bsend money\b")),
    ("airtel", re.compile(r"\bairtel money\b")),
    ("bank", re.compile(r"\b(?:eft|rtgs|cheque|standing order|swift|pesalink)\b")),
    ("card", re.compile(r"\b(?:visa|mastercard|pos purchase)\b")),
)


def _guess(folded: str) -> str:
    return next((channel for channel, form in _FORMS if form.search(folded)), "")
