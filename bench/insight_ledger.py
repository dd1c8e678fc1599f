"""A seeded ledger of a year for the benchmark of questions: payments, expenses, invoices and tries to
collect."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from shared.core.clock import EAT, rfc3339
from shared.store import Key, Store, Tx

TODAY = date(2026, 3, 18)
DAYS = 365
BATCH = 200
CATEGORIES = (
    "stock_cogs",
    "rent",
    "fuel",
    "utilities",
    "wages_salaries",
    "transport_delivery",
    "owner_transfers",
)
Row = tuple[Key, dict[str, Any]]


def load(store: Store, business: str, transactions: int, seed: int = 1) -> None:
    """Write a year of so many transactions: of ten, six payments, two expenses, one invoice, one try to
    collect."""
    draw = random.Random(seed)
    customers = max(transactions // 40, 10)
    rows = [
        (
            Key("customers", f"cus_{n:05d}"),
            {"name": f"Customer {n:05d}", "name_sort": f"customer {n:05d}", "phones": []},
        )
        for n in range(customers)
    ]
    write(store, business, rows)
    write(store, business, [row for n in range(transactions) for row in _row(draw, n, customers)])


def write(store: Store, business: str, rows: list[Row]) -> None:
    """Write documents in commits of ``BATCH``."""
    for start in range(0, len(rows), BATCH):
        some = rows[start : start + BATCH]

        def put(tx: Tx, some: list[Row] = some) -> None:
            for key, data in some:
                tx.set(key, data)

        store.transaction(business, put)


def _row(draw: random.Random, n: int, customers: int) -> Iterator[Row]:
    day = TODAY - timedelta(days=draw.randrange(DAYS))
    moment = datetime(day.year, day.month, day.day, draw.randrange(7, 21), draw.randrange(60), tzinfo=EAT)
    match n % 10:
        case 0 | 1 | 2 | 3 | 4 | 5:
            yield payment(draw, n, moment, customers)
        case 6 | 7:
            yield _expense(draw, n, day)
        case 8:
            yield _invoice(draw, n, moment, customers)
        case _:
            yield _attempt(draw, n, moment)


def payment(draw: random.Random, n: int, moment: datetime, customers: int) -> Row:
    """Money that came: mostly known customers, most of it matched."""
    cents = draw.randrange(5_000, 2_000_000)
    provider = draw.choices(("mpesa", "airtel", "bank_equity_0123"), (8, 1, 1))[0]
    matched = draw.random() < 0.9
    return Key("payments", f"{provider}-TX{n:08d}"), {
        "provider": provider,
        "receipt": f"TX{n:08d}",
        "channel": "paybill",
        "status": draw.choices(("settled", "claimed", "reversed", "partially_refunded"), (94, 2, 2, 2))[0],
        "matching": "auto" if matched else draw.choice(("none", "none", "none", "review")),
        "amount_cents": cents,
        "currency": "KES",
        "shortcode": "600123",
        "customer_id": f"cus_{draw.randrange(customers):05d}" if matched else "",
        "allocated_cents": cents if matched else 0,
        "unallocated_cents": 0 if matched else cents,
        "allocations": [
            {"invoice_id": f"inv_{n}", "cents": cents, "writeoff_cents": 0, "entry_id": f"alloc-{n}"}
        ]
        * matched,
        "payer_name": "Somebody Somewhere",
        "payer_phone": "254712345678",
        "reference": f"INV-{n:06d}",
        "narration": "",
        "paid_at": rfc3339(moment),
        "business_day": moment.date().isoformat(),
        "evidence": [
            {"kind": "c2b", "id": f"ev_{n}", "code": "0", "at": rfc3339(moment), "grade": "claimed"}
        ],
        "polling": False,
        "poll_at": "",
        "created_on": rfc3339(moment),
    }


def _expense(draw: random.Random, n: int, day: date) -> Row:
    cents = draw.randrange(2_000, 800_000)
    category = draw.choice(CATEGORIES)
    return Key("expenses", f"exp_{n}"), {
        "category": category,
        "custom_category": "",
        "category_source": "dictionary",
        "category_milli": 900,
        "merchant": f"Supplier {draw.randrange(80)}",
        "amount_cents": cents,
        "vat_cents": cents * 16 // 116 if draw.random() < 0.5 else 0,
        "currency": "KES",
        "business_day": day.isoformat(),
        "receipt_id": f"rcp_{n}",
        "transaction_id": "",
        "created_on": f"{day.isoformat()}T09:00:00.000Z",
    }


def _invoice(draw: random.Random, n: int, moment: datetime, customers: int) -> Row:
    cents, day = draw.randrange(50_000, 5_000_000), moment.date()
    due = day + timedelta(days=draw.choice((7, 14, 30)))
    paid = day + timedelta(days=draw.randrange(1, 45))
    done = paid <= TODAY and draw.random() < 0.97
    return Key("invoices", f"inv_{n}"), {
        "status": "paid" if done else "open",
        "number": f"INV-{n:06d}",
        "customer_id": f"cus_{draw.randrange(customers):05d}",
        "customer_name": "A customer",
        "currency": "KES",
        "lines": [
            {"description": "Cement", "unit_cents": cents, "quantity_milli": 1000, "total_cents": cents}
        ],
        "subtotal_cents": cents - cents * 16 // 116,
        "vat_cents": cents * 16 // 116,
        "total_cents": cents,
        "balance_cents": 0 if done else cents,
        "due_date": due.isoformat(),
        "issued_on": rfc3339(moment),
        "created_on": rfc3339(moment),
        "paid_on": f"{paid.isoformat()}T09:00:00.000Z" if done else "",
    }


def _attempt(draw: random.Random, n: int, moment: datetime) -> Row:
    status, code, failure = draw.choices(
        (
            ("succeeded", "0", ""),
            ("failed", "1032", "cancelled"),
            ("failed", "1", "insufficient_funds"),
            ("failed", "1037", "no_answer"),
            ("pending", "", ""),
        ),
        (70, 12, 8, 8, 2),
    )[0]
    return Key("attempts", f"att_{n}"), {
        "status": status,
        "provider": "mpesa",
        "phone": "254712345678",
        "amount_cents": draw.randrange(10_000, 500_000),
        "currency": "KES",
        "invoice_id": f"inv_{n - draw.randrange(3)}",
        "customer_id": "",
        "reference": f"INV-{n:06d}",
        "request_id": f"ws_{n}",
        "result_code": code,
        "result_class": "success" if status == "succeeded" else "",
        "failure": failure,
        "created_on": rfc3339(moment),
        "polling": False,
        "poll_at": "",
        "polls": 1,
        "history": [],
    }
