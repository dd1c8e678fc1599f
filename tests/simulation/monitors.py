"""The promises, checked at every commit: a wrong state is found when it is written, not only if it stays.

Sums are kept as commits come in, so that a check costs what the commit changed and not what the books hold.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from shared.store.model import Doc, Key
from tests.simulation.kernel import Kernel
from tests.simulation.memory import Memory
from tests.simulation.provider import Row, Safaricom

Docs = Mapping[Key, Doc | None]
_ENDED = frozenset({"succeeded"})
"""States of an attempt that nothing but a reversal may leave."""


class Monitors:
    """Watches one business's commits; every broken promise ends the schedule with its name."""

    def __init__(self, kernel: Kernel, memory: Memory, provider: Safaricom, business: str) -> None:
        self._kernel = kernel
        self._memory = memory
        self._provider = provider
        self._business = business
        self.accounts: Counter[str] = Counter()
        self.suspense: Counter[str] = Counter()
        self.booked: dict[str, str] = {}
        self.paid_out: dict[str, int] = {}
        self.notices: dict[tuple[str, str, str], str] = {}
        self.emitted: set[str] = set()
        self.commits = 0
        self.sealed: set[str] = set()
        self._undone: set[str] = set()
        for doc in memory.collection(business, "journal").values():
            self._add_up(doc.data)

    def watch(self, business: str, before: Docs, now: Docs) -> None:
        """Check one commit; raises Violation."""
        if business != self._business:
            return
        self.commits += 1
        self._undone = set()
        for key, doc in now.items():
            if key.collection == "journal":
                self._entry(key, before[key], doc)
        for key, doc in now.items():
            check = _CHECKS.get(key.collection)
            if check is not None:
                check(self, key, before[key], doc)
        self._receivables(now)

    def broken(self, promise: str) -> None:
        self._kernel.broken(promise)

    # ---- the journal
    def _entry(self, key: Key, before: Doc | None, doc: Doc | None) -> None:
        if before is not None or doc is None:
            self.broken(f"the journal was changed: {key.id}")
            return
        legs = doc.data["legs"]
        if sum(leg["amount"] for leg in legs) != 0:
            self.broken(f"an entry does not sum to zero: {key.id}")
        self._add_up(doc.data)
        if doc.data["reverses"]:
            self._undone |= {leg["account"] for leg in legs}
        if doc.data["kind"] == "payment_received":
            self._money_in(doc)
        elif doc.data["kind"] == "payout_sent":
            self._money_out(doc)
        elif doc.data["kind"] == "payment_received_reversed":
            for receipt in [r for r, payment in self.booked.items() if payment == doc.data["source"]["id"]]:
                del self.booked[receipt]

    def _add_up(self, entry: dict[str, Any]) -> None:
        for leg in entry["legs"]:
            self.accounts[leg["account"]] += leg["amount"]
            if leg["account"] == "suspense:unmatched":
                self.suspense[entry["source"]["id"]] += leg["amount"]

    def _money_in(self, entry: Doc) -> None:
        """Money is booked that the provider moved, with its amount, and no more than once."""
        payment = self._memory.find(self._business, Key("payments", entry.data["source"]["id"]))
        if payment is None:
            self.broken(f"booked without a payment: {entry.id}")
            return
        row = self._provider.truth(payment.data["receipt"] or payment.data["money_id"])
        if row is None:
            self.broken(f"booked, but nobody paid it: {payment.id}")
            return
        cents = sum(leg["amount"] for leg in entry.data["legs"] if leg["account"].startswith("clearing:"))
        if cents != row.cents:
            self.broken(f"booked {cents} cents of {row.receipt}, which moved {row.cents}")
        self._take(row, payment)

    def _take(self, row: Row, payment: Doc) -> None:
        """A payment takes a line of the provider's ledger, which no other payment may have.

        Money proven by its request alone names no line, and a notice may have given the line of one request
        to another of the same payer and sum: whichever of two names none takes an equal line that is free.
        """
        for receipt in [r for r, booked in self.booked.items() if booked == payment.id]:
            del self.booked[receipt]
        holder = self.booked.get(row.receipt, payment.id)
        self.booked[row.receipt] = payment.id
        if holder == payment.id:
            return
        held = self._memory.find(self._business, Key("payments", holder))
        nameless = [p.id for p in (held, payment) if p is not None and not p.data["receipt"]]
        free = [r for r in self._provider.ledger.values() if r.receipt not in self.booked and _equal(r, row)]
        if not nameless or not free:
            self.broken(f"booked twice: {row.receipt} as {holder} and {payment.id}")
        self.booked[row.receipt] = payment.id if nameless[0] == holder else holder
        self.booked[free[0].receipt] = nameless[0]

    def _money_out(self, entry: Doc) -> None:
        """Money is booked as sent that the provider sent, once."""
        payout_id = entry.data["source"]["id"]
        sent = self._provider.sender.went.get(payout_id)
        cents = -sum(leg["amount"] for leg in entry.data["legs"] if leg["account"].startswith("clearing:"))
        if sent is None or sent.code != "0" or cents != sent.request.amount_cents:
            self.broken(f"booked as sent, but {cents} cents did not go: {payout_id}")
        if payout_id in self.paid_out:
            self.broken(f"sent money booked twice: {payout_id}")
        self.paid_out[payout_id] = cents

    # ---- payments
    def _payment(self, key: Key, before: Doc | None, doc: Doc | None) -> None:
        if doc is None:
            self.broken(f"a payment was removed: {key.id}")
            return
        data = doc.data
        was = before.data if before is not None else {}
        if was.get("status") == "settled":
            if data["status"] not in {"settled", "reversed"}:
                self.broken(f"settled money became {data['status']}: {key.id}")
            if data["amount_cents"] != was["amount_cents"]:
                self.broken(f"the amount of settled money changed: {key.id}")
        if (
            was.get("matching") in {"auto", "manual"}
            and data["matching"] != was["matching"]
            and not self._undone
        ):
            self.broken(f"a match was forgotten: {key.id} is {data['matching']}")
        if was.get("receipt") and data["receipt"] != was["receipt"]:
            self.broken(f"a payment changed its receipt: {key.id}")
        if data["status"] == "settled":
            if data["receipt"] and not was.get("receipt", "-"):
                self._named(doc)
            self._settled(doc)
        elif self.suspense[key.id]:
            self.broken(f"money of a payment that is {data['status']} lies in the books: {key.id}")

    def _named(self, payment: Doc) -> None:
        """Money proven by its request gets a receipt: maybe another one of the same payer and amount."""
        row = self._provider.ledger.get(payment.data["receipt"])
        if row is None or row.cents != payment.data["amount_cents"]:
            self.broken(f"booked money was named after other money: {payment.id}")
            return
        self._take(row, payment)

    def _settled(self, payment: Doc) -> None:
        data = payment.data
        lying = data.get("on_account_cents", 0)
        shares = (data["allocated_cents"], lying, data["unallocated_cents"])
        if sum(shares) != data["amount_cents"] or min(shares) < 0:
            self.broken(f"shares {shares} of {data['amount_cents']} cents: {payment.id}")
        if self.suspense[payment.id] != -data["unallocated_cents"]:
            self.broken(f"suspense holds {-self.suspense[payment.id]}, not {shares[2]} cents: {payment.id}")
        if data["allocated_cents"] != sum(link["cents"] for link in data["allocations"]):
            self.broken(f"links and allocated cents differ: {payment.id}")
        named = self.booked.get(data["receipt"]) == payment.id
        if not (named if data["receipt"] else payment.id in self.booked.values()):
            self.broken(f"settled and not booked under its own receipt: {payment.id}")

    # ---- invoices and customers
    def _receivables(self, now: Docs) -> None:
        """What is owed on an invoice is the same in its document and in the ledger."""
        invoices = {key.id for key in now if key.collection == "invoices"}
        for key, doc in now.items():
            if key.collection == "journal" and doc is not None:
                invoices |= {leg["account"][3:] for leg in doc.data["legs"] if leg["account"][:3] == "ar:"}
        for invoice_id in invoices:
            invoice = self._memory.find(self._business, Key("invoices", invoice_id))
            owed = invoice.data["balance_cents"] if invoice is not None else 0
            if owed != self.accounts[f"ar:{invoice_id}"]:
                self.broken(f"{invoice_id} owes {owed}, the ledger {self.accounts[f'ar:{invoice_id}']}")

    def _invoice(self, key: Key, before: Doc | None, doc: Doc | None) -> None:
        if doc is None:
            self.broken(f"an invoice was removed: {key.id}")
            return
        data = doc.data
        if not 0 <= data["balance_cents"] <= data["total_cents"]:
            self.broken(f"over-allocated: {key.id} owes {data['balance_cents']} of {data['total_cents']}")
        if (data["status"] == "paid") != (data["balance_cents"] == 0):
            self.broken(f"{key.id} is {data['status']} and owes {data['balance_cents']}")
        grew = before is not None and data["balance_cents"] > before.data["balance_cents"]
        if grew and before.data["status"] in {"open", "paid"} and f"ar:{key.id}" not in self._undone:
            self.broken(f"paid became unpaid: {key.id}")

    def _customer(self, key: Key, _before: Doc | None, doc: Doc | None) -> None:
        credit = doc.data["credit_cents"] if doc is not None else 0
        if credit != -self.accounts[f"unapplied:{key.id}"] or credit < 0:
            self.broken(
                f"{key.id} has {credit} cents of credit, the ledger {-self.accounts[f'unapplied:{key.id}']}"
            )

    # ---- attempts, messages, events
    def _attempt(self, key: Key, before: Doc | None, doc: Doc | None) -> None:
        if doc is None:
            self.broken(f"an attempt was removed: {key.id}")
            return
        was = before.data["status"] if before is not None else ""
        if was in _ENDED and doc.data["status"] != was:
            self.broken(f"success was taken back: {key.id} became {doc.data['status']}")

    def _message(self, key: Key, before: Doc | None, doc: Doc | None) -> None:
        if doc is None:
            self.broken(f"a message was forgotten: {key.id}")
            return
        what = (doc.data["template"], doc.data["subject"], doc.data["recipient"])
        if self.notices.setdefault(what, key.id) != key.id:
            self.broken(f"two messages of one kind: {what[0]} about {what[1]}")
        if before is not None and before.data["status"] == "sent" and doc.data["status"] != "sent":
            self.broken(f"a sent message became {doc.data['status']}: {key.id}")

    def _block(self, key: Key, before: Doc | None, doc: Doc | None) -> None:
        """A block is written once, and an entry is in one block."""
        if before is not None or doc is None:
            self.broken(f"a block was changed: {key.id}")
            return
        for entry in doc.data["entries"]:
            known = self._memory.find(self._business, Key("journal", entry["id"]))
            if entry["id"] in self.sealed or known is None:
                self.broken(f"sealed twice or never written: {entry['id']}")
            self.sealed.add(entry["id"])

    def _outbox_row(self, _key: Key, _before: Doc | None, doc: Doc | None) -> None:
        if doc is not None:
            self.emitted.add(doc.data["event"]["id"])


def _equal(one: Row, other: Row) -> bool:
    return (one.cents, one.phone) == (other.cents, other.phone)


_CHECKS: dict[str, Any] = {
    "payments": Monitors._payment,
    "invoices": Monitors._invoice,
    "customers": Monitors._customer,
    "attempts": Monitors._attempt,
    "blocks": Monitors._block,
    "messages": Monitors._message,
    "outbox": Monitors._outbox_row,
}
