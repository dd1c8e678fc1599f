"""Ninety days of the demo shop: who bought when, and how and when they paid.

A row is one visit: a customer, how many days ago, what was bought (one invoice each), and the payments that
followed. Rows without a purchase are money that came unasked.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from local.demo.goods import Size


@dataclass(frozen=True, slots=True)
class Paid:
    """One payment.

    Args:
        how: the name of its situation.
        after: days after the purchase.
        milli: which share of the total in thousandths; 0 is what earlier payments of the visit left.
        more: cents on top, of the total.
        cents: the amount itself, where no purchase gives one.
        by: who pays, when it is not the customer.
        naming: the invoice that is named when it is not one of the visit: customer and count, ``mutua-1``.
        seen_again: days until the same receipt is told a second time; 0 for never.
    """

    how: str
    after: int
    milli: int = 1000
    more: int = 0
    cents: int = 0
    by: str = ""
    naming: str = ""
    seen_again: int = 0


@dataclass(frozen=True, slots=True)
class Visit:
    """A customer's purchases of one day and what was paid for them."""

    customer: str
    days_ago: int
    bought: tuple[Size, ...] = ()
    paid: tuple[Paid, ...] = ()
    due_days: int = field(default=14)


def _v(customer: str, days_ago: int, bought: str, *paid: Paid) -> Visit:
    sizes: dict[str, Size] = {"s": "small", "m": "medium", "l": "large", "b": "bulk"}
    return Visit(customer, days_ago, tuple(sizes[letter] for letter in bought), paid)


STORY: tuple[Visit, ...] = (
    # references as printed, by payers whose phone is hashed, shown or masked
    _v("wanjiku", 90, "m", Paid("exact", 2)),
    _v("simba", 88, "l", Paid("exact", 6, seen_again=1)),
    _v("otieno", 86, "s", Paid("exact_phone", 1)),
    _v("akinyi", 83, "m", Paid("exact_masked", 3)),
    _v("wanjiku", 58, "s", Paid("exact", 4)),
    _v("kibet", 24, "m", Paid("exact", 2, seen_again=2)),
    _v("mwende", 9, "s", Paid("exact_phone", 9)),
    # the number spelled in other ways
    _v("mutua", 85, "m", Paid("prefixed", 5)),
    _v("chebet", 80, "s", Paid("spoken", 2)),
    _v("njoroge", 74, "m", Paid("grouped", 7)),
    _v("kilele", 66, "l", Paid("dashed", 9)),
    _v("waweru", 19, "m", Paid("prefixed", 3)),
    # one slip of the finger
    _v("barasa", 71, "m", Paid("typo", 3)),
    _v("moraa", 36, "s", Paid("swapped", 2)),
    # who pays is named instead: account number, name, phone
    _v("muthoni", 78, "m", Paid("account", 4)),
    _v("tumaini", 63, "l", Paid("account", 12)),
    _v("jepkosgei", 69, "m", Paid("name", 3)),
    _v("atieno", 41, "s", Paid("name", 5)),
    _v("kiprop", 67, "m", Paid("phone", 2, by="sister")),
    _v("gathoni", 30, "s", Paid("phone", 3, by="foreman")),
    # nothing useful is typed
    _v("abdi", 64, "m", Paid("words", 2)),
    _v("wairimu", 55, "m", Paid("blank", 4)),
    _v("musyoka", 49, "s", Paid("cement", 1)),
    _v("omondi", 46, "m", Paid("words", 6)),
    # tills carry no reference and mask the payer
    _v("nafula", 61, "s", Paid("till", 0)),
    _v("mto", 44, "m", Paid("till", 1)),
    _v("mavuno", 27, "s", Paid("till", 2)),
    # somebody else pays: named once, then recognised
    _v("baraka", 76, "m", Paid("exact", 5, by="brother")),
    _v("baraka", 47, "m", Paid("blank", 6, by="brother")),
    _v("elgon", 72, "m", Paid("exact", 4, by="foreman")),
    _v("elgon", 39, "m", Paid("blank", 3, by="foreman")),
    # in parts, two together, more than is owed
    _v("pwani", 68, "l", Paid("exact", 3, milli=500), Paid("exact", 17, milli=0)),
    _v("jua", 53, "m", Paid("exact", 2, milli=400), Paid("exact", 12, milli=300), Paid("exact", 25, milli=0)),
    _v("upendo", 33, "l", Paid("exact", 6, milli=600)),
    _v("amani", 59, "mm", Paid("both", 5)),
    _v("nuru", 51, "ml", Paid("blank", 8)),
    _v("simiyu", 57, "m", Paid("exact", 3, more=500_00)),
    _v("chebet", 22, "m", Paid("exact", 3, more=1_000_00)),
    # short by a charge, or by tax withheld
    _v("njoroge", 43, "m", Paid("fee_short", 2)),
    _v("nuru", 20, "l", Paid("fee_short", 4)),
    _v("simba", 48, "l", Paid("withheld_vat", 13)),
    _v("tumaini", 31, "l", Paid("withheld_income", 9)),
    # banks, Airtel, and more than M-Pesa takes at once
    _v("kilele", 29, "l", Paid("bank", 7)),
    _v("otieno", 35, "s", Paid("airtel", 2)),
    _v("muthoni", 17, "s", Paid("airtel_blank", 1)),
    _v("pwani", 18, "b", Paid("exact", 2, milli=600), Paid("exact", 3, milli=0)),
    # money that needs a person
    _v("mutua", 16, "s", Paid("exact", 1), Paid("exact", 2)),
    _v("ochieng", 15, "m", Paid("blank", 2)),
    _v("kariuki", 13, "s", Paid("words", 3)),
    _v("zawadi", 12, "m", Paid("old_book", 2)),
    _v("wanjiku", 14, "s", Paid("exact", 1, naming="wanjiku-2")),
    _v("hamisi", 11, "s", Paid("exact", 2, naming="upendo-1")),
    _v("", 26, "", Paid("words", 0, cents=1_850_00, by="stranger")),
    _v("", 8, "", Paid("old_book", 0, cents=3_400_00, by="passer")),
    _v("", 10, "", Paid("settlement", 0, cents=61_500_00, by="stranger")),
    # not paid yet
    _v("nyambura", 25, "s"),
    _v("jua", 14, "m"),
    _v("wairimu", 6, "m"),
    _v("omondi", 4, "s"),
    _v("halima", 3, "m"),
    _v("gathoni", 1, "s"),
)
