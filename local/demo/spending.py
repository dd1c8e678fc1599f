"""What the demo shop spends: outgoing lines for most of its receipts, and costs that come without one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from local.demo.receipts import ReceiptSpec, demo_specs
from shared.core.clock import EAT
from shared.core.ids import derived_id

CATEGORIES = {
    "cement": "stock_cogs",
    "paint": "stock_cogs",
    "timber": "stock_cogs",
    "plumbing": "stock_cogs",
    "fuel": "fuel",
    "electricity": "utilities",
    "rent": "rent",
    "transport": "transport_delivery",
    "stationery": "office_supplies",
    "lunch": "meals_entertainment",
    "airtime": "airtime_internet",
    "casual_labour": "wages_salaries",
}
"""What the owner files each receipt under."""
_CODED_BY_TILL = ("timber", "transport", "stationery")
"""Paid by M-Pesa to tills that print CASH on every receipt; their receipts carry no code."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One line of money out; ``category`` only where no receipt will come."""

    provider: str
    receipt: str
    amount_cents: int
    party: str
    details: str
    at: datetime
    category: str = ""

    @property
    def id(self) -> str:
        """The transaction's id, as the books derive it."""
        return derived_id("txn", self.provider, self.receipt)


def outgoing(today: date) -> list[Outgoing]:
    """Every line up to ``today``: what receipts prove, wages, earlier rent, charges."""
    paid = [line for spec in demo_specs(today) if (line := _of_receipt(spec))]
    return [*paid, *_without_receipt(today)]


def _of_receipt(spec: ReceiptSpec) -> Outgoing | None:
    at = _at(spec.day, spec.time or "12:00")
    if spec.payment == "mpesa":
        return Outgoing("mpesa", spec.mpesa_code, spec.total_cents, spec.merchant, "Buy goods", at)
    if spec.payment == "card":
        return Outgoing("bank", f"CRD{spec.number:06d}", spec.total_cents, spec.merchant, "Card purchase", at)
    if spec.name in _CODED_BY_TILL:
        return Outgoing("mpesa", f"TJ{spec.number:08d}", spec.total_cents, spec.merchant, "Buy goods", at)
    return None


def _without_receipt(today: date) -> list[Outgoing]:
    lines = [
        (84, "bank", "FT00000084", 31_250_000, "Nyumba Steel & Cement Ltd", "Stock delivery", "stock_cogs"),
        (58, "bank", "FT00000058", 28_400_000, "Nyumba Steel & Cement Ltd", "Stock delivery", "stock_cogs"),
        (37, "bank", "FT00000037", 26_980_000, "Nyumba Steel & Cement Ltd", "Stock delivery", "stock_cogs"),
        (14, "bank", "FT00000014", 22_600_000, "Nyumba Steel & Cement Ltd", "Stock delivery", "stock_cogs"),
        (81, "mpesa", "TJA0000081", 4_500_000, "Jirani Properties Ltd", "Rent", "rent"),
        (50, "mpesa", "TJB0000050", 4_500_000, "Jirani Properties Ltd", "Rent", "rent"),
        (62, "mpesa", "TJC0000062", 2_400_000, "Kevin Njuguna Kamau", "Wages", "wages_salaries"),
        (32, "mpesa", "TJD0000032", 2_400_000, "Kevin Njuguna Kamau", "Wages", "wages_salaries"),
        (2, "mpesa", "TJE0000002", 2_400_000, "Kevin Njuguna Kamau", "Wages", "wages_salaries"),
        (34, "bank", "CHG0000034", 128_500, "Bank", "Ledger fees", "bank_mpesa_fees"),
    ]
    return [
        Outgoing(provider, receipt, cents, party, details, _at(today - timedelta(days=ago), "17:10"), kind)
        for ago, provider, receipt, cents, party, details, kind in lines
    ]


def _at(day: date, clock: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), EAT)
