"""How payers really pay, one situation a name: what they type, what the network shows, how much they send.

The situations are those of Kenyan shops (reference: reconciliation 2): references spelled in every way or
missing, hashed and masked payers, other people's phones, charges and tax taken off, twice or too much.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from local.demo.people import Person
from shared.core.money import share

Shown = Literal["hash", "masked", "phone", "nobody"]
Channel = Literal["paybill", "till", "bank", "airtel"]
Spell = Callable[[tuple[str, ...], Person], str]
"""From the numbers of the invoices that are meant, and the customer, to what is typed."""


@dataclass(frozen=True, slots=True)
class Situation:
    """One way to pay.

    Args:
        typed: what stands in the reference, or in the narration of a bank line.
        shown: how much the network shows of the payer.
        channel: where the money comes in.
        less: what the payer keeps back of a total, in cents.
    """

    typed: Spell
    shown: Shown = "hash"
    channel: Channel = "paybill"
    less: Callable[[int], int] = lambda _: 0

    @property
    def provider(self) -> str:
        """Who tells of the money and numbers it."""
        return self.channel if self.channel in ("bank", "airtel") else "mpesa"


def _as_printed(numbers: tuple[str, ...], _: Person) -> str:
    return " ".join(numbers)


def _with_prefix(numbers: tuple[str, ...], _: Person) -> str:
    return f"INV{numbers[0]}"


def _spoken(numbers: tuple[str, ...], _: Person) -> str:
    return f"Invoice no. {numbers[0]}"


def _grouped(numbers: tuple[str, ...], _: Person) -> str:
    return f"{numbers[0][:3]} {numbers[0][3:]}"


def _dashed(numbers: tuple[str, ...], _: Person) -> str:
    return f"inv-{numbers[0].lstrip('0')}"


def _slipped(numbers: tuple[str, ...], _: Person) -> str:
    """One wrong digit: the check digit sees to it that this is no other invoice."""
    number = numbers[0]
    return number[:2] + str((int(number[2]) + 4) % 10) + number[3:]


def _swapped(numbers: tuple[str, ...], _: Person) -> str:
    """Two neighbours that differ, swapped."""
    number = numbers[0]
    at = next(i for i in range(len(number) - 2, 0, -1) if number[i] != number[i + 1])
    return number[:at] + number[at + 1] + number[at] + number[at + 2 :]


def _account(_: tuple[str, ...], who: Person) -> str:
    return who.account.lower().replace("-", " ")


def _name(_: tuple[str, ...], who: Person) -> str:
    return who.name.lower()[:20]


def _phone(_: tuple[str, ...], who: Person) -> str:
    return who.phone


def _words(text: str) -> Spell:
    return lambda _numbers, _who: text


def _bank(numbers: tuple[str, ...], who: Person) -> str:
    return f"RTGS BY {who.name.upper()} INV {numbers[0]}"


def _charge(cents: int) -> int:
    """What a payer takes off for the PayBill charge of their band (reference: reconciliation 2)."""
    return 3_400 if cents < 5_000_00 else 5_700


def _withheld(milli: int) -> Callable[[int], int]:
    """A share of the net held back for the tax office, in whole shillings."""
    return lambda cents: 100 * round(share(cents, milli, 1160) / 100)


SITUATIONS: dict[str, Situation] = {
    "exact": Situation(_as_printed),
    "exact_phone": Situation(_as_printed, "phone"),
    "exact_masked": Situation(_as_printed, "masked"),
    "prefixed": Situation(_with_prefix),
    "spoken": Situation(_spoken, "masked"),
    "grouped": Situation(_grouped),
    "dashed": Situation(_dashed),
    "typo": Situation(_slipped),
    "swapped": Situation(_swapped, "masked"),
    "account": Situation(_account),
    "name": Situation(_name),
    "phone": Situation(_phone),
    "words": Situation(_words("malipo ya vifaa")),
    "cement": Situation(_words("saruji"), "masked"),
    "blank": Situation(_words("")),
    "till": Situation(_words(""), "masked", "till"),
    "both": Situation(_as_printed),
    "fee_short": Situation(_as_printed, less=_charge),
    "withheld_vat": Situation(_as_printed, less=_withheld(20)),
    "withheld_income": Situation(_bank, "nobody", "bank", less=_withheld(50)),
    "bank": Situation(_bank, "nobody", "bank"),
    "airtel": Situation(_as_printed, "phone", "airtel"),
    "airtel_blank": Situation(_words(""), "phone", "airtel"),
    "old_book": Situation(_words("INV-2024-0117")),
    "settlement": Situation(_words("MPESA SETTLEMENT 174379"), "nobody", "bank"),
}
