"""Money of a payment that goes back: set aside before it is sent, booked when it went, let go when it did
not.

What a payment received is always the sum of what is allocated, on account, in suspense
(``unallocated_cents``), set aside (``held_cents``, in suspense too) and gone again (``returned_cents``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shared.books.allocation import Link, allocate, off_account, rewrite, spendable, unallocate
from shared.books.journal import Leg, post
from shared.books.places import INVOICES, PAYMENTS, SPENDABLE
from shared.books.postings import SUSPENSE, Outgoing, clearing, fact_of, refund_sent
from shared.books.receiving import return_payment
from shared.core.errors import Refused
from shared.store import Data, Doc, Key, Tx


def remaining(payment: Data) -> int:
    """Cents of a payment that are neither gone nor set aside."""
    return int(payment["amount_cents"] - payment.get("held_cents", 0) - payment.get("returned_cents", 0))


def set_aside(
    tx: Tx, payment_id: str, cents: int, *, actor: str, invoices: Sequence[str] = ()
) -> tuple[Doc, Data]:
    """Hold cents of a payment, so that nobody can allocate them while they are on their way back.

    Taken from what is unallocated, then from the customer's account, then from the invoices it paid, the last
    one first: those are owed again. With ``invoices`` from these alone, in that order.

    What was freed and is not needed goes back where it was. Returns the payment, and what ``put_back`` needs
    to undo it. Raises NotFound, Refused ``payment_not_settled``, ``over_refunded`` when so much is not left
    (of those invoices).
    """
    payment = spendable(tx, payment_id)
    if cents > remaining(payment.data):
        raise Refused("that is more than is left of the payment", code="over_refunded")
    taken: Data = {name: payment.data[name] for name in ("matching", "customer_id")} | {"account_cents": 0}
    owner = payment.data["customer_id"] if payment.data.get("on_account_cents") else ""
    need = cents if invoices else cents - payment.data["unallocated_cents"]
    if not invoices:
        payment, need, taken["account_cents"] = _off_account(tx, payment, need, owner, actor)
    taken["links"], surplus = _unlink(tx, payment, need, invoices, actor)
    payment = tx.require(payment.key)
    held = payment.data.get("held_cents", 0) + cents
    payment = rewrite(tx, payment, payment.data["allocations"], held_cents=held)
    how = taken["matching"] if taken["matching"] in ("auto", "manual") else "manual"
    if surplus or (owner and not payment.data["on_account_cents"] and payment.data["unallocated_cents"]):
        payment = allocate(tx, payment_id, surplus, customer_id=owner, matching=how, actor=actor)
    return tx.update(payment.key, {"matching": _matching(payment.data, taken["matching"])}), taken


def _off_account(tx: Tx, payment: Doc, need: int, owner: str, actor: str) -> tuple[Doc, int, int]:
    if need <= 0 or not owner:
        return payment, need, 0
    used = min(need, payment.data["on_account_cents"])
    return off_account(tx, payment, owner, actor), need - used, used


def _unlink(
    tx: Tx, payment: Doc, need: int, invoices: Sequence[str], actor: str
) -> tuple[list[Link], list[tuple[str, int]]]:
    """Undo links until ``need`` is free; what was taken of each, and what of the last was not needed."""
    links = _by_invoice(payment.data["allocations"])
    taken, surplus = [], []
    for invoice_id in invoices or list(reversed(links)):
        if need <= 0:
            break
        if invoice_id not in links:
            raise Refused(f"the payment pays nothing of invoice '{invoice_id}'", code="over_refunded")
        link = links[invoice_id]
        unallocate(tx, payment.id, actor=actor, invoice_id=invoice_id)
        used = min(need, link["cents"])
        taken.append({"invoice_id": invoice_id, "cents": used, "writeoff_cents": link["writeoff_cents"]})
        surplus += [(invoice_id, link["cents"] - used)] if link["cents"] > used else []
        need -= used
    if need > 0:
        raise Refused("that is more than the payment gave these invoices", code="over_refunded")
    return taken, surplus


def _by_invoice(links: Sequence[Link]) -> dict[str, Link]:
    """What each invoice got, the last one last; an invoice may be paid in several steps."""
    sums: dict[str, Link] = {}
    for link in links:
        before = sums.pop(link["invoice_id"], {"cents": 0, "writeoff_cents": 0})
        sums[link["invoice_id"]] = {name: before[name] + link[name] for name in before}
    return sums


def _matching(payment: Data, before: str) -> str:
    if payment["allocations"] or payment.get("on_account_cents"):
        return before
    if not payment["unallocated_cents"]:
        return "none"
    return before if before in ("waiting", "review", "none") else "review"


def put_back(tx: Tx, payment_id: str, cents: int, taken: Data, *, actor: str) -> Doc:
    """Let go of what ``set_aside`` held: invoices that are still owed are paid by it again.

    The rest lies in suspense. Returns the payment. Raises NotFound.
    """
    payment = tx.require(Key(PAYMENTS, payment_id))
    cents = min(cents, payment.data.get("held_cents", 0))  # the provider may have taken some of it back
    if not cents or payment.data["status"] not in SPENDABLE:
        return payment
    held = payment.data["held_cents"] - cents
    payment = rewrite(tx, payment, payment.data["allocations"], held_cents=held)
    links, forgiven = _still_owed(tx, taken["links"], payment.data["unallocated_cents"])
    lying = payment.data.get("on_account_cents", 0)
    owner = taken["customer_id"] if taken["account_cents"] or lying else ""
    if not links and not taken["account_cents"]:
        return tx.update(payment.key, {"matching": _let_go(payment.data, taken["matching"])})
    how = taken["matching"] if taken["matching"] in ("auto", "manual") else "manual"
    return allocate(tx, payment.id, links, customer_id=owner, matching=how, actor=actor, writeoff=forgiven)


def _let_go(payment: Data, before: str) -> str:
    if payment["allocations"] or payment.get("on_account_cents"):
        return str(payment["matching"])
    return before if before in ("waiting", "none") else "review"


def _still_owed(tx: Tx, links: list[Link], left: int) -> tuple[list[tuple[str, int]], int]:
    """The undone links as far as their invoices are open still, and what may be forgiven on them again."""
    made, forgiven = [], 0
    for link in links:
        invoice = tx.require(Key(INVOICES, link["invoice_id"])).data
        owed = invoice["balance_cents"] if invoice["status"] == "open" else 0
        if cents := min(owed, link["cents"], left):
            made.append((link["invoice_id"], cents))
            left -= cents
            forgiven += min(owed - cents, link["writeoff_cents"])
    return made, forgiven


def send_back(tx: Tx, payment_id: str, out: Outgoing, held: int) -> tuple[Doc, int]:
    """Book that a refund went out, from the ``held`` cents that were set aside for it.

    The provider is believed: money that it sent after what was held had been let go is taken from what the
    payment still has, and what it has no more is lost (``bad_debt``) until a person gets it back.

    Returns the payment, and the cents that were lost.
    """
    payment = tx.require(Key(PAYMENTS, payment_id))
    own = min(held, out.cents, payment.data.get("held_cents", 0))
    if short := min(out.cents - own, remaining(payment.data) if payment.data["status"] in SPENDABLE else 0):
        payment, _ = set_aside(tx, payment_id, short, actor=out.actor)
        own += short
    lost = out.cents - own
    post(tx, refund_sent(out, [leg for leg in (Leg(SUSPENSE, own), Leg("bad_debt", lost)) if leg.amount]))
    return gone(tx, payment, own, "refunded"), lost


def take_back(tx: Tx, payment_id: str, cents: int, *, n: int, at: str, actor: str) -> tuple[Doc, int]:
    """Book that the provider took money of a payment back; its matches are undone as far as they must be.

    The whole of a payment is the exact reversal of its entry. A part is an entry of its own, the ``n``-th.
    What a refund had taken before is lost (``bad_debt``): the payer has it twice. Returns the payment and
    what was lost.
    """
    payment = tx.require(Key(PAYMENTS, payment_id))
    returned = payment.data.get("returned_cents", 0)
    if cents == payment.data["amount_cents"] and not returned:
        payment = return_payment(tx, payment_id, actor=actor)
        return tx.update(payment.key, {"returned_cents": cents, "held_cents": 0}), 0
    own = min(cents, payment.data["amount_cents"] - returned)
    if free := min(own, remaining(payment.data)):
        payment, _ = set_aside(tx, payment_id, free, actor=actor)
    out = Outgoing(
        fact=f"{fact_of(payment.data)}-{n}",
        source=payment.key,
        account=clearing(payment.data),
        cents=cents,
        currency=payment.data["currency"],
        at=at,
        now=tx.now,
        actor=actor,
    )
    legs = [leg for leg in (Leg(SUSPENSE, own), Leg("bad_debt", cents - own)) if leg.amount]
    post(tx, out.entry("taken", "payment_taken_back", legs))
    return gone(tx, payment, own, "reversed"), cents - own


def gone(tx: Tx, payment: Doc, cents: int, how: str) -> Doc:
    """Count cents that were set aside as gone again; ``how`` names a payment of which nothing is left."""
    if not cents:
        return payment
    returned = payment.data.get("returned_cents", 0) + cents
    held = payment.data.get("held_cents", 0) - cents
    over = returned >= payment.data["amount_cents"]
    status = how if over else "partially_refunded" if returned else payment.data["status"]
    figures: dict[str, Any] = {"held_cents": held, "returned_cents": returned, "status": status}
    payment = rewrite(tx, payment, payment.data["allocations"], **figures)
    return tx.update(payment.key, {"matching": "none"}) if over else payment
