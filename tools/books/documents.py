"""Documents against the journal: invoices, customers and payments, each with both figures where they
differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from shared.books.parts import due_after
from shared.books.places import CUSTOMERS, INVOICES, PAYMENTS
from shared.books.postings import SUSPENSE, invoice_memo, invoice_proof, on_account, payment_id, receivable
from shared.store import Data, Doc, Query, Store
from tools.books.findings import PAGE, Finding, carefully, section
from tools.books.scratch import Scratch

_LOOSE = """
SELECT account, cents FROM sums WHERE NOT seen AND (account LIKE 'ar:%' OR account LIKE 'unapplied:%')
"""
_UNKNOWN = """
SELECT kind, subject, entry FROM facts WHERE NOT seen AND kind IN ('payment_received', 'invoice_issued')
"""
_ADD_LINK = """
INSERT INTO links (invoice, cents) VALUES (?, ?) ON CONFLICT DO UPDATE SET cents = cents + excluded.cents
"""
_SHARES = ("on_account_cents", "held_cents", "returned_cents")
"""What of a payment's money is neither linked nor unallocated: lying, on its way back, gone again."""
_BOOKED = frozenset({"settled", "partially_refunded", "refunded"})
Fact = tuple[str, int, str, str, str]
"""Of the entry about a document: its id, cents, currency, proof and memo."""
Check = Callable[[Doc], Iterable[Finding]]


class Documents:
    """The documents that keep a balance beside the journal.

    Args:
        scratch: what the whole journal came to, already added up.
        started: documents changed after this moment are passed over (``moved`` counts them).
    """

    def __init__(self, store: Store, business: str, scratch: Scratch, started: str) -> None:
        self._store, self._business = store, business
        self._scratch, self._started = scratch, started
        self._left = 0
        self.moved = 0

    def findings(self) -> Iterator[Finding]:
        """Everything that differs; payments first, because what they link is compared with invoices."""
        yield from self._all("payment", Query(PAYMENTS, (), "paid_at"), self._payment)
        yield from self._all("invoice", Query(INVOICES, (), "created_on"), self._invoice)
        yield from self._all("customer", Query(CUSTOMERS, (), "name_sort"), self._customer)
        yield from section("journal", self._nobodys)

    def _all(self, word: str, query: Query, check: Check) -> Iterator[Finding]:
        def each() -> Iterator[Finding]:
            for doc in self._store.each(self._business, replace(query, limit=PAGE)):
                yield from carefully(f"{word} {doc.id}", lambda: check(doc))  # noqa: B023 - used at once

        yield from section(f"{word}s", each)

    def _has_moved(self, doc: Doc) -> bool:
        self.moved += doc.updated_at > self._started
        return doc.updated_at > self._started

    # --- payments
    def _payment(self, doc: Doc) -> Iterator[Finding]:
        data, subject = doc.data, f"payment {doc.id}"
        paid = self._scratch.fact("payment_received", doc.id)
        undone = self._scratch.fact("payment_received_reversed", doc.id)
        moved = self._has_moved(doc)
        allocations = data["allocations"]
        for link in allocations:
            self._scratch.do(_ADD_LINK, link["invoice_id"], link["cents"] + link["writeoff_cents"])
        if paid is not None:
            self._left += data["unallocated_cents"] + data.get("held_cents", 0)
        if moved:
            return
        yield from _booked(subject, doc, paid, undone)
        linked = sum(link["cents"] for link in allocations)
        if linked != data["allocated_cents"]:
            yield Finding(subject, f"it says {data['allocated_cents']} cents allocated, its links {linked}")
        shares = [linked, data["unallocated_cents"], *(data.get(name, 0) for name in _SHARES)]
        whole = (
            sum(shares) <= data["amount_cents"]
            if data["status"] == "reversed"
            else sum(shares) == data["amount_cents"]
        )
        if not whole or min(shares) < 0:
            yield Finding(subject, f"it has {data['amount_cents']} cents, its parts come to {sum(shares)}")

    # --- invoices
    def _invoice(self, doc: Doc) -> Iterator[Finding]:
        data, subject = doc.data, f"invoice {doc.id} ({doc.data.get('number')})"
        booked = self._scratch.balance(receivable(doc.id))
        issued = self._scratch.fact("invoice_issued", doc.id)
        self._scratch.fact("invoice_issued_reversed", doc.id)
        if self._has_moved(doc):
            return
        if data["status"] == "draft":
            if issued or any(booked.values()):
                yield Finding(subject, "it is a draft, and the journal has it issued")
            return
        if issued is None:
            yield Finding(subject, f"it is {data['status']}, and the journal does not have it issued")
            return
        balance = booked.pop(data["currency"], 0)
        if balance != data["balance_cents"] or any(booked.values()):
            yield Finding(subject, f"it says {data['balance_cents']} cents are owed, the journal {balance}")
        yield from self._terms(subject, doc, issued, balance)

    def _terms(self, subject: str, doc: Doc, issued: Fact, balance: int) -> Iterator[Finding]:
        data = doc.data
        entry, cents, currency, proof, memo = issued
        if (cents, currency) != (data["total_cents"], data["currency"]):
            yield Finding(
                subject,
                f"it comes to {data['currency']} {data['total_cents']}, {entry} says {currency} {cents}",
            )
        if proof and proof != (again := invoice_proof(data)):
            yield Finding(subject, f"its text has the hash {again}, {entry} was written with {proof}")
        yield from _due(subject, data, entry, memo if proof else "")
        expected = "void" if data["status"] == "void" and not balance else "open" if balance else "paid"
        if data["status"] != expected:
            yield Finding(subject, f"it says it is {data['status']}, by the journal it is {expected}")
        (linked,) = self._scratch.one("SELECT ifnull(sum(cents), 0) FROM links WHERE invoice = ?", doc.id)
        paid = 0 if data["status"] == "void" else data["total_cents"] - data["balance_cents"]
        if linked != paid:
            yield Finding(subject, f"{paid} cents of it are paid, payments link {linked} to it")
        (last,) = self._scratch.one("SELECT max(last) FROM sums WHERE account = ?", receivable(doc.id))
        if data["paid_on"] != (when := last if expected == "paid" else ""):
            yield Finding(subject, f"it says it was paid on '{data['paid_on']}', the journal '{when}'")

    # --- customers, and what belongs to nobody
    def _customer(self, doc: Doc) -> Iterator[Finding]:
        booked = self._scratch.balance(on_account(doc.id))
        credit = -sum(booked.values())
        if not self._has_moved(doc) and credit != doc.data["credit_cents"]:
            yield Finding(
                f"customer {doc.id}",
                f"it says {doc.data['credit_cents']} cents of credit, the journal {credit}",
            )

    def _nobodys(self) -> Iterator[Finding]:
        if self.moved:
            return  # documents made meanwhile belong to entries made meanwhile
        for account, cents in self._scratch.rows(_LOOSE):
            yield Finding(account, f"the journal has {cents} cents of something that is not there")
        for kind, subject, entry in self._scratch.rows(_UNKNOWN):
            yield Finding(f"entry {entry}", f"it is {kind} of {subject}, which is not there")
        waits = -sum(self._scratch.balance(SUSPENSE).values())
        if waits != self._left:
            yield Finding(SUSPENSE, f"the journal has {waits} cents without a purpose, payments {self._left}")


def _due(subject: str, data: Data, entry: str, memo: str) -> Iterator[Finding]:
    """The day an invoice is due follows from its instalments; without any it is that of its issue."""
    parts = data.get("parts")
    if parts:
        if (total := sum(part["cents"] for part in parts)) != data["total_cents"]:
            yield Finding(subject, f"its instalments come to {total} cents, it to {data['total_cents']}")
        due = due_after(data, data["balance_cents"])["due_date"]
        if due != data["due_date"] and data["status"] != "void":
            yield Finding(subject, f"it says it is due on {data['due_date']}, by its instalments on {due}")
    elif memo and memo != (again := invoice_memo(data)):
        yield Finding(subject, f"it reads '{again}', {entry} says '{memo}'")


def _booked(subject: str, doc: Doc, paid: Fact | None, undone: Fact | None) -> Iterator[Finding]:
    """A payment is settled exactly if the journal received its amount, and reversed if it was taken back."""
    data = doc.data
    status, cents = data["status"], data["amount_cents"]
    if payment_id(data) != doc.id:
        yield Finding(subject, f"its receipt is that of {payment_id(data)}")
    if status in _BOOKED and paid is None:
        yield Finding(subject, f"{cents} cents are {status}, the journal received nothing")
    if status not in {*_BOOKED, "reversed"} and paid is not None:
        yield Finding(subject, f"it is {status}, the journal received {paid[1]} cents ({paid[0]})")
    if paid is not None and (paid[1], paid[2]) != (cents, data["currency"]):
        yield Finding(
            subject,
            f"it says {data['currency']} {cents}, the journal received {paid[2]} {paid[1]} ({paid[0]})",
        )
    if undone is not None and status != "reversed":
        yield Finding(subject, f"it is {status}, and the journal gave it back ({undone[0]})")
    if paid and not undone and status == "reversed" and data.get("returned_cents", 0) < cents:
        yield Finding(subject, "it is reversed, and the journal kept it")
