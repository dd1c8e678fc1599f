"""Invoices: a draft has no number; finalising gives it one, books it and makes it payable, in one commit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from shared.books.journal import entry_id, post, read_entry
from shared.books.keys import index_invoice, unindex_invoice
from shared.books.lines import add_up, price
from shared.books.model import NewInvoice
from shared.books.numbering import next_serial, print_number
from shared.books.places import CUSTOMERS, INVOICES, JOURNAL
from shared.books.postings import invoice_issued, reversal
from shared.core.clock import business_day, parse_rfc3339
from shared.core.errors import Refused
from shared.store import Doc, Key, Page, Query, Store, Tx, Where


def draft_invoice(tx: Tx, invoice_id: str, new: NewInvoice) -> Doc:
    """Write a draft with its figures worked out.

    Raises NotFound for an unknown customer, Invalid ``discount_invalid`` and ``amount_too_large``.
    """
    customer = tx.require(Key(CUSTOMERS, new.customer_id))
    lines = [price(line.item(), new.prices) for line in new.lines]
    totals = add_up(lines)
    return tx.create(
        Key(INVOICES, invoice_id),
        {
            "status": "draft",
            "number": "",
            "serial": 0,
            "customer_id": customer.id,
            "customer_name": customer.data["name"],
            "currency": new.currency,
            "prices": new.prices,
            "lines": [asdict(line) for line in lines],
            **asdict(totals),
            "balance_cents": 0,
            "due_date": new.due_date,
            "notes": new.notes,
            "issued_on": "",
            "created_on": tx.now,
            "paid_on": "",
        },
    )


def finalise_invoice(tx: Tx, invoice_id: str, *, actor: str) -> Doc:
    """Give a draft its number and make it owed: serial, journal entry, matching keys and status together.

    Raises NotFound; Refused ``invoice_not_draft``, ``invoice_empty`` when it comes to nothing.
    """
    key = Key(INVOICES, invoice_id)
    draft = tx.require(key).data
    if draft["status"] != "draft":
        raise Refused("only a draft can be finalised", code="invoice_not_draft")
    if draft["total_cents"] <= 0:
        raise Refused("the invoice comes to nothing: there is nothing to pay", code="invoice_empty")
    serial = next_serial(tx)
    changes = {
        "status": "open",
        "number": print_number(serial),
        "serial": serial,
        "balance_cents": draft["total_cents"],
        "issued_on": tx.now,
        "due_date": draft["due_date"] or business_day(parse_rfc3339(tx.now)),
    }
    invoice = tx.update(key, changes)
    post(tx, invoice_issued(invoice_id, invoice.data, tx.now, actor))
    index_invoice(tx, invoice)
    return invoice


def void_invoice(tx: Tx, invoice_id: str, *, actor: str) -> Doc:
    """Withdraw a draft, or an open invoice of which nothing is paid; its number stays used.

    Raises NotFound; Refused ``invoice_closed``, ``invoice_partly_paid``.
    """
    invoice = tx.require(Key(INVOICES, invoice_id))
    if invoice.data["status"] not in ("draft", "open"):
        raise Refused(f"the invoice is {invoice.data['status']}", code="invoice_closed")
    if invoice.data["status"] == "open":
        if invoice.data["balance_cents"] != invoice.data["total_cents"]:
            raise Refused("part of the invoice is paid: undo that first", code="invoice_partly_paid")
        issued = read_entry(tx.require(Key(JOURNAL, entry_id("issue", invoice_id))))
        post(tx, reversal(issued, tx.now, actor))
        unindex_invoice(tx, invoice)
    return tx.update(invoice.key, {"status": "void", "balance_cents": 0})


def open_invoices(store: Store, business: str, customer_id: str) -> list[Doc]:
    """A customer's invoices that are still owed, the oldest due first."""
    where = (Where("customer_id", "==", customer_id), Where("status", "==", "open"))
    return store.all(business, Query(INVOICES, where, "due_date"))


def open_invoices_of(store: Store, business: str, customer_ids: Sequence[str]) -> list[Doc]:
    """What several customers still owe, at most 30 of them, the oldest due first: one query for all."""
    if not customer_ids:
        return []
    whose = Where("customer_id", "in", list(customer_ids))
    return store.all(business, Query(INVOICES, (whose, Where("status", "==", "open")), "due_date"))


def list_invoices(
    store: Store,
    business: str,
    *,
    status: str | None = None,
    customer_id: str | None = None,
    limit: int = 20,
    cursor: str | None = None,
) -> Page:
    """One page of invoices: by due date when narrowed down, else the newest first."""
    given = {"customer_id": customer_id, "status": status}
    where = tuple(Where(name, "==", value) for name, value in given.items() if value is not None)
    order = "due_date" if where else "-created_on"
    return store.query(business, Query(INVOICES, where, order, limit, cursor))
