"""Line arithmetic: every figure is rounded once, on its line, and the header only adds lines up.

VAT bands as KRA's eTIMS names them: A exempt, B 16 %, C zero-rated, D outside VAT, E 8 % (reference:
product 6.3). Prices are VAT-inclusive unless the invoice says otherwise, as eTIMS counts them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from shared.core.errors import Invalid
from shared.core.money import MAX_CENTS, share

Band = Literal["A", "B", "C", "D", "E"]
Prices = Literal["inclusive", "exclusive"]

RATES: dict[Band, int] = {"A": 0, "B": 1600, "C": 0, "D": 0, "E": 800}
"""VAT in basis points of the net amount."""
WHOLE = 10_000


@dataclass(frozen=True, slots=True)
class Item:
    """What is sold: thousandths of a unit at a price in cents, less a discount in cents."""

    description: str
    quantity_milli: int
    unit_cents: int
    discount_cents: int
    vat_band: Band


@dataclass(frozen=True, slots=True)
class Line(Item):
    """An item with its figures in cents; ``net + vat = total`` always."""

    net_cents: int
    vat_cents: int
    total_cents: int


@dataclass(frozen=True, slots=True)
class Totals:
    """The header of an invoice in cents: the sums of its lines."""

    subtotal_cents: int
    vat_cents: int
    total_cents: int


def price(item: Item, prices: Prices = "inclusive") -> Line:
    """Work out one line; raises Invalid ``discount_invalid`` or ``amount_too_large``."""
    worth = share(item.unit_cents, item.quantity_milli, 1000) - item.discount_cents
    if worth < 0 or item.discount_cents < 0:
        raise Invalid("discount_invalid", "a discount is at most the worth of its line")
    rate = RATES[item.vat_band]
    if prices == "inclusive":
        vat = share(worth, rate, WHOLE + rate)
        net, total = worth - vat, worth
    else:
        vat = share(worth, rate, WHOLE)
        net, total = worth, worth + vat
    if total > MAX_CENTS // 100:
        raise Invalid("amount_too_large", "the line is worth more than the books can hold")
    return Line(**asdict(item), net_cents=net, vat_cents=vat, total_cents=total)


def add_up(lines: Sequence[Line]) -> Totals:
    """The header figures: nothing is rounded again."""
    return Totals(
        subtotal_cents=sum(line.net_cents for line in lines),
        vat_cents=sum(line.vat_cents for line in lines),
        total_cents=sum(line.total_cents for line in lines),
    )
