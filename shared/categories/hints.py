"""What a category usually means for VAT and withholding tax: dated hints, never filed figures.

Each row holds from its first day until a later row of the same category. Sources: KRA's questions and answers
on withholding tax (management, professional, training and consultancy fees 5 % for residents, 20 % for
others; contractual fees 3 %; nothing under KES 24,000 a month), the VAT codes of Odoo's Kenyan localisation,
and where ``checked`` is false nobody's word but ours. Rates change with every Finance Act.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

ADVICE = "check with your accountant"
Vat = Literal["standard", "exempt", "outside", "mixed", "blocked", "reverse_charge"]


@dataclass(frozen=True, slots=True)
class Hint:
    """One category's hint: its VAT band, what may be withheld (thousandths), and the words beside it.

    Args:
        vat: ``standard`` 16 %, ``exempt``, ``outside`` the tax, ``blocked`` (input usually not deductible),
            ``reverse_charge`` from abroad, or ``mixed``.
        withhold_milli: share to withhold from a resident, 0 for none known.
        checked: whether a source outside Hesabu says so.
    """

    vat: Vat
    withhold_milli: int
    text: str
    since: date
    checked: bool = False


_SINCE = date(2023, 7, 1)
_ROWS: tuple[tuple[str, Vat, int, str, bool, date], ...] = (
    (
        "stock_cogs",
        "mixed",
        0,
        "16 % input with an eTIMS invoice; unprocessed food often exempt",
        False,
        _SINCE,
    ),
    ("rent", "standard", 100, "commercial rent 16 %; withholding 10 % or 12 % by source", False, _SINCE),
    ("utilities", "mixed", 0, "power 16 %; water of a public utility is not standard-rated", False, _SINCE),
    ("airtime_internet", "standard", 0, "16 %, with excise inside the price", False, _SINCE),
    ("fuel", "standard", 0, "16 % since July 2023", False, _SINCE),
    (
        "transport_delivery",
        "mixed",
        0,
        "fares of passengers exempt; couriers and haulage 16 %",
        False,
        _SINCE,
    ),
    (
        "travel_lodging",
        "blocked",
        0,
        "input on lodging mostly not deductible; air tickets vary",
        False,
        _SINCE,
    ),
    (
        "vehicle_costs",
        "mixed",
        0,
        "input on passenger cars not deductible; county parking has none",
        False,
        _SINCE,
    ),
    ("premises_upkeep", "standard", 30, "16 %; contractual fees 3 % withheld from residents", True, _SINCE),
    ("wages_salaries", "outside", 0, "outside VAT; PAYE is deducted", True, _SINCE),
    ("payroll_statutory", "outside", 0, "outside VAT; due by the 9th of the next month", False, _SINCE),
    ("taxes", "outside", 0, "outside VAT; no input tax", True, _SINCE),
    ("licences_permits", "outside", 0, "outside VAT; no input tax", True, _SINCE),
    (
        "professional_fees",
        "standard",
        50,
        "16 %; withhold 5 %, 20 % abroad, none under KES 24,000 a month",
        True,
        _SINCE,
    ),
    ("marketing", "mixed", 0, "16 %; abroad: reverse charge, and 20 % may be withheld", False, _SINCE),
    ("software_cloud", "mixed", 0, "local 16 %; suppliers abroad: reverse charge", False, _SINCE),
    ("bank_mpesa_fees", "exempt", 0, "exempt; excise inside the fees", False, _SINCE),
    ("loans_finance", "exempt", 0, "exempt; only interest is a cost, the principal is not", False, _SINCE),
    ("insurance", "exempt", 0, "exempt", False, _SINCE),
    ("office_supplies", "standard", 0, "16 %", False, _SINCE),
    ("equipment_furniture", "standard", 0, "16 %; written off by investment allowance", False, _SINCE),
    ("meals_entertainment", "blocked", 0, "input on entertainment is usually not deductible", False, _SINCE),
    (
        "staff_welfare_training",
        "mixed",
        50,
        "input on welfare mostly not deductible; 5 % withheld from trainers",
        True,
        _SINCE,
    ),
    ("owner_transfers", "outside", 0, "no cost: kept out of profit and loss", True, _SINCE),
)


def _dated() -> dict[str, tuple[Hint, ...]]:
    """Every hint of a category, the earliest first: a new rate is a new row with its first day."""
    hints: dict[str, list[Hint]] = {}
    for category, vat, withhold, text, checked, since in _ROWS:
        hints.setdefault(category, []).append(Hint(vat, withhold, text, since, checked))
    return {category: tuple(sorted(rows, key=lambda row: row.since)) for category, rows in hints.items()}


_HINTS = _dated()


def hint_of(category: str, day: date) -> Hint | None:
    """The hint that holds on a day, None before the first one or for another word."""
    return next((hint for hint in reversed(_HINTS.get(category, ())) if hint.since <= day), None)
