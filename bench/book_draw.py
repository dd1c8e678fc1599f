"""A book of any size and payments for it, drawn from a seed: for how cost grows, not for accuracy."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from shared.books import print_number

_FIRST = """Grace Peter Mary John Halima Brian Faith Kevin Amina David Joyce Samuel Ruth Daniel Esther
    Paul Mercy Collins Sharon Dennis Lilian Victor Purity Hassan"""
_LAST = """Wanjiku Otieno Achieng Kamau Hassan Mutua Njoroge Chebet Kiprono Wafula Nafula Omondi Mwangi
    Muthoni Barasa Kariuki Atieno Maina Wekesa Jepkosgei Odhiambo Nyambura Kilonzo Mbugua Auma Simiyu Cherono
    Ndungu"""
FIRST, LAST = _FIRST.split(), _LAST.split()
INVOICES_EACH = 5
STYLES = ("own", "inv")


class Drawn:
    """``invoices`` invoices of a fifth as many customers; style ``own`` (check digit) or ``inv`` (dense)."""

    def __init__(self, invoices: int, style: str = "own") -> None:
        self.invoices, self.people, self.style = invoices, max(1, invoices // INVOICES_EACH), style

    def customer(self, n: int) -> dict[str, Any]:
        draw = random.Random(n)  # each by itself: no table in memory
        name = f"{draw.choice(FIRST)} {draw.choice(LAST)} {draw.choice(LAST)}"
        phone = f"2547{(n * 61_803_399 + 7) % 100_000_000:08d}"
        return {"customer_id": f"cus_{n}", "name": name, "phones": [phone], "account_no": f"A{n:06d}"}

    def invoice(self, n: int) -> dict[str, Any]:
        draw = random.Random(-n - 1)
        total = draw.randrange(500, 60_000) * 100
        number = print_number(n + 1) if self.style == "own" else f"INV-2025-{n:05d}"
        return {
            "invoice_id": f"inv_{n}",
            "number": number,
            "customer_id": f"cus_{n % self.people}",
            "total_cents": total,
            "opening_cents": total if draw.random() < 0.5 else 0,
            "currency": "KES",
            "due_at": f"2025-{1 + n % 12:02d}-{1 + n % 28:02d}",
            "issued_at": f"2025-{1 + n % 12:02d}-01",
        }

    def customers(self) -> Iterator[dict[str, Any]]:
        return (self.customer(n) for n in range(self.people))

    def all_invoices(self) -> Iterator[dict[str, Any]]:
        return (self.invoice(n) for n in range(self.invoices))

    def payments(self, count: int, seed: int = 0) -> Iterator[dict[str, Any]]:
        """Rows as of the generator: numbers exact and mistyped, accounts, phones, names alone."""
        draw = random.Random(seed)
        for k in range(count):
            invoice = self.invoice(draw.randrange(self.invoices))
            payer = self.customer(int(invoice["customer_id"].removeprefix("cus_")))
            number = invoice["number"]
            wrong = number[:-2] + draw.choice("0123456789") + number[-1]
            typed = draw.choice([number, number, number, wrong, payer["account_no"], "", "rent"])
            shown = draw.choice([payer["phones"][0], "2547*****" + payer["phones"][0][-3:]])
            amount = draw.choice([invoice["total_cents"], invoice["total_cents"], 100_000])
            yield {
                "payment_id": f"P{k:07d}",
                "trans_id": f"TX{k:08d}",
                "channel": "mpesa_paybill",
                "type": "payment",
                "amount_cents": amount,
                "paid_at": "2025-12-31T12:00:00+03:00",
                "received_at": "2025-12-31T12:00:00+03:00",
                "bill_ref": typed,
                "msisdn": shown,
                "payer_name": payer["name"],
                "narration": None,
                "reverses": None,
            }
