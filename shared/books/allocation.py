"""Allocation: which invoices a payment pays. Balances, credit and journal change in one commit.

An allocation entry only ever moves money out of suspense, and undoing one link moves exactly that link back:
so any order of allocations and undos leaves the books as if only what still stands had happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shared.books.invariants import hold
from shared.books.journal import merge, post, read_entry
from shared.books.parts import due_after
from shared.books.places import CUSTOMERS, INVOICES, JOURNAL, PAYMENTS, SPENDABLE
from shared.books.postings import Part, allocation, on_account, receivable, reversal
from shared.core.errors import Invalid, NotFound, Refused
from shared.store import Doc, Key, Tx

MAX_LINKS = 15
"""With suspense, write-off and on-account legs an entry stays within its 20."""
Link = dict[str, Any]


def allocate(
    tx: Tx,
    payment_id: str,
    links: Sequence[tuple[str, int]],
    *,
    customer_id: str,
    matching: str,
    actor: str,
    writeoff: int = 0,
) -> Doc:
    """Give a payment's money its purpose: cents to open invoices, the rest on the customer's account.

    Args:
        links: invoice ids and cents of this payment's money; may be empty with a customer (all on account).
        customer_id: who paid, ``""`` when not known: then the rest stays in suspense. Money of this payment
            that lies on this customer's account is used as well.
        matching: ``auto`` or ``manual``, kept on the payment.
        writeoff: cents forgiven on the linked invoices, in order, beyond the money (charges, shillings).

    Returns the payment. Raises NotFound; Invalid ``links_invalid``; Refused ``payment_not_settled``,
    ``over_allocated``, ``invoice_closed``, ``currency_differs``, ``credit_of_other_customer``,
    ``nothing_to_allocate``.
    """
    _check(links, matching, writeoff)
    payment = spendable(tx, payment_id)
    if customer_id:
        tx.require(Key(CUSTOMERS, customer_id))
    payment = off_account(tx, payment, customer_id, actor)
    invoices = [_payable(tx, invoice_id, cents, payment) for invoice_id, cents in links]
    rest = _left_after(payment, links)
    parts = _parts(invoices, links, writeoff)
    kept = rest if customer_id else 0
    parts += [Part(on_account(customer_id), kept)] if kept else []
    if not parts:
        raise Refused("the payment has no money left to give a purpose", code="nothing_to_allocate")
    n = payment.data.get("postings", 0) + 1
    entry = post(tx, allocation(payment_id, payment.data, parts, n=n, now=tx.now, actor=actor))
    made = [_link(doc, part, entry.id) for doc, part in zip(invoices, parts, strict=False)]
    for link in made:
        _owe(tx, link, -1)
    _credit(tx, customer_id, kept)
    return rewrite(
        tx,
        payment,
        [*payment.data["allocations"], *made],
        matching=matching,
        customer_id=customer_id or payment.data["customer_id"],
        postings=n,
        on_account_cents=kept,
        on_account_entry=entry.id if kept else "",
    )


def unallocate(tx: Tx, payment_id: str, *, actor: str, invoice_id: str | None = None) -> Doc:
    """Undo a payment's link to one invoice, or everything that was decided about its money.

    Balances return exactly, by reversal entries; the payment waits in review again. Undoing everything also
    forgets the customer. Raises NotFound when there is no such payment or link, Refused ``not_allocated``.
    """
    payment = tx.require(Key(PAYMENTS, payment_id))
    links: list[Link] = payment.data["allocations"]
    undone = [link for link in links if invoice_id in (None, link["invoice_id"])]
    if invoice_id is not None and not undone:
        raise NotFound(f"payment '{payment_id}' has no link to invoice '{invoice_id}'")
    whole = invoice_id is None
    if not undone and not payment.data.get("on_account_cents"):
        raise Refused("nothing of this payment is allocated", code="not_allocated")
    _reverse(tx, payment, undone, actor, with_account=whole)
    for link in undone:
        _owe(tx, link, +1)
    changes: dict[str, Any] = {"matching": "review"}
    if whole:
        _credit(tx, payment.data["customer_id"], -payment.data.get("on_account_cents", 0))
        changes |= {"customer_id": "", "on_account_cents": 0, "on_account_entry": ""}
    return rewrite(tx, payment, [link for link in links if link not in undone], **changes)


def _check(links: Sequence[tuple[str, int]], matching: str, writeoff: int) -> None:
    ids = {invoice_id for invoice_id, _ in links}
    if len(ids) != len(links) or len(links) > MAX_LINKS:
        raise Invalid("links_invalid", f"link each invoice once, at most {MAX_LINKS} at a time")
    if any(type(cents) is not int or cents <= 0 for _, cents in links):
        raise Invalid("links_invalid", "a link is a whole number of cents above zero")
    if type(writeoff) is not int or writeoff < 0 or (writeoff and not links):
        raise Invalid("links_invalid", "a write-off is cents above zero on linked invoices")
    if matching not in ("auto", "manual"):
        raise Invalid("links_invalid", "matching is auto or manual")


def spendable(tx: Tx, payment_id: str) -> Doc:
    """A payment with money in the books; raises NotFound, Refused ``payment_not_settled``."""
    payment = tx.require(Key(PAYMENTS, payment_id))
    if payment.data["status"] not in SPENDABLE:
        raise Refused("the payment is not settled", code="payment_not_settled")
    return payment


def off_account(tx: Tx, payment: Doc, customer_id: str, actor: str) -> Doc:
    """Bring what lies on the customer's account back to suspense, to be given out anew."""
    lying = payment.data.get("on_account_cents", 0)
    if not lying:
        return payment
    if customer_id != payment.data["customer_id"]:
        raise Refused("it is another customer's credit: undo that first", code="credit_of_other_customer")
    _reverse(tx, payment, [], actor, with_account=True)
    _credit(tx, customer_id, -lying)
    return rewrite(tx, payment, payment.data["allocations"], on_account_cents=0, on_account_entry="")


def _payable(tx: Tx, invoice_id: str, cents: int, payment: Doc) -> Doc:
    invoice = tx.require(Key(INVOICES, invoice_id))
    if invoice.data["status"] != "open" or invoice.data["balance_cents"] < cents:
        owed = invoice.data["balance_cents"] if invoice.data["status"] == "open" else 0
        raise Refused(f"invoice '{invoice_id}' is owed {owed} cents, not {cents}", code="invoice_closed")
    if invoice.data["currency"] != payment.data["currency"]:
        raise Refused("the payment and the invoice differ in currency", code="currency_differs")
    return invoice


def _left_after(payment: Doc, links: Sequence[tuple[str, int]]) -> int:
    left = int(payment.data["unallocated_cents"]) - sum(cents for _, cents in links)
    if left < 0:
        raise Refused(f"the links are {-left} cents more than the payment has left", code="over_allocated")
    return left


def _parts(invoices: Sequence[Doc], links: Sequence[tuple[str, int]], writeoff: int) -> list[Part]:
    """The links as parts, the write-off spread over what they leave open, in order."""
    parts = []
    for invoice, (invoice_id, cents) in zip(invoices, links, strict=True):
        forgiven = min(writeoff, invoice.data["balance_cents"] - cents)
        writeoff -= forgiven
        parts.append(Part(receivable(invoice_id), cents, forgiven))
    if writeoff:
        raise Refused(f"{writeoff} cents more are forgiven than the invoices owe", code="over_allocated")
    return parts


def _link(invoice: Doc, part: Part, entry_id: str) -> Link:
    return {
        "invoice_id": invoice.id,
        "number": invoice.data["number"],
        "cents": part.cents,
        "writeoff_cents": part.writeoff,
        "entry_id": entry_id,
    }


def _owe(tx: Tx, link: Link, sign: int) -> None:
    """Lower (-1) or raise (+1) what an invoice is owed by a link, and its status with it."""
    key = Key(INVOICES, link["invoice_id"])
    invoice = tx.require(key).data
    balance = invoice["balance_cents"] + sign * (link["cents"] + link["writeoff_cents"])
    hold(0 <= balance <= invoice["total_cents"], f"invoice '{key.id}' would be owed {balance} cents")
    paid_on = tx.now if balance == 0 else ""
    standing = {"balance_cents": balance, "status": "paid" if paid_on else "open", "paid_on": paid_on}
    tx.update(key, {**standing, **due_after(invoice, balance)})


def _credit(tx: Tx, customer_id: str, cents: int) -> None:
    if cents:
        key = Key(CUSTOMERS, customer_id)
        credit = tx.require(key).data["credit_cents"] + cents
        hold(credit >= 0, f"customer '{customer_id}' would have {credit} cents of credit")
        tx.update(key, {"credit_cents": credit})


def rewrite(tx: Tx, payment: Doc, links: list[Link], **changes: Any) -> Doc:
    """Store a payment with other links: what is allocated and what is left follow from them.

    What is held for a refund, or has been given back, is neither.
    """
    allocated = sum(link["cents"] for link in links)
    lying = changes.get("on_account_cents", payment.data.get("on_account_cents", 0))
    now = {**payment.data, **changes}
    left = now["amount_cents"] - allocated - lying - now.get("held_cents", 0) - now.get("returned_cents", 0)
    hold(min(left, lying, allocated) >= 0, f"payment '{payment.id}' would give out more than it has")
    figures = {"allocations": links, "allocated_cents": allocated, "unallocated_cents": left}
    return tx.update(payment.key, {**changes, **figures})


def _reverse(tx: Tx, payment: Doc, links: list[Link], actor: str, *, with_account: bool) -> None:
    """Reverse some links and, with it, the on-account part; an entry undone whole is reversed whole."""
    by_entry: dict[str, list[Part]] = {}
    for link in links:
        part = Part(receivable(link["invoice_id"]), link["cents"], link["writeoff_cents"])
        by_entry.setdefault(link["entry_id"], []).append(part)
    if with_account and (lying := payment.data.get("on_account_cents", 0)):
        part = Part(on_account(payment.data["customer_id"]), lying)
        by_entry.setdefault(payment.data["on_account_entry"], []).append(part)
    for entry_id, parts in by_entry.items():
        original = read_entry(tx.require(Key(JOURNAL, entry_id)))
        if set(merge(leg for part in parts for leg in part.legs)) == set(original.legs):
            post(tx, reversal(original, tx.now, actor))
        else:
            for part in parts:
                post(tx, reversal(original, tx.now, actor, part=part))
