"""Bill Manager: invoices sent to phones, paid by the payer, and pushed to the business up to five times."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import Any

from local.safaricom import model
from local.safaricom.c2b_notices import settle_payment
from local.safaricom.callbacks import Delivery, queue
from local.safaricom.sim import Answer, Sim
from local.safaricom.texts import ksh
from shared.core.clock import EAT
from shared.core.money import format_units

PUSHES = 5
AGAIN_SECONDS = 60.0
"""Between pushes; their number is D3's, the pause is ours."""


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice on a phone: ``status`` is open, paid or cancelled."""

    reference: str
    shortcode: str
    phone: str
    amount_cents: int
    body: dict[str, Any]
    status: str = "open"
    receipt: str = ""


def keep_bill(sim: Sim, bill: Bill) -> None:
    """Send an invoice to its phone; the same reference again replaces an open one."""
    known = find_bill(sim, bill.shortcode, bill.reference)
    if known is not None and known.status != "open":
        return
    _save(sim, bill)
    account = sim.account(bill.phone)
    words = f"You have a bill of {ksh(bill.amount_cents)}, account {bill.reference}."
    account.texts = [words, *account.texts][:20]
    sim.save_account(account)


def cancel_bill(sim: Sim, shortcode: str, reference: str) -> bool:
    """Take an open invoice back; False when there is none."""
    bill = find_bill(sim, shortcode, reference)
    if bill is None or bill.status != "open":
        return False
    _save(sim, replace(bill, status="cancelled"))
    return True


def pay_bill(sim: Sim, shortcode: str, reference: str) -> str:
    """The payer pays an open invoice; the receipt, or why not."""
    bill = find_bill(sim, shortcode, reference)
    if bill is None or bill.status != "open":
        return "no open bill"
    order = model.Order(bill.phone, shortcode, shortcode, bill.amount_cents, bill.reference, "c2b")
    with sim.state.unit():
        result = settle_payment(sim, order)
        if isinstance(result, str):
            return f"not paid ({result})"
        _save(sim, replace(bill, status="paid", receipt=result.receipt))
        _push(sim, bill, result)
    return result.receipt


def find_bill(sim: Sim, shortcode: str, reference: str) -> Bill | None:
    fact = sim.state.get("bill", f"{shortcode}/{reference}")
    return Bill(**fact) if fact else None


def bills(sim: Sim) -> list[Bill]:
    """Every invoice."""
    return [Bill(**fact) for _, fact in sim.state.all("bill")]


def pushed(sim: Sim, delivery: Delivery, answer: Answer | None) -> None:
    """After a push: nothing more when the business said ``rescode`` 200, else again, five times in all."""
    with sim.state.unit():
        tries = int((sim.state.get("bill_tries", delivery.subject) or {"n": 0})["n"]) + 1
        sim.state.put("bill_tries", delivery.subject, {"n": tries})
        if not _taken(answer) and tries < PUSHES:
            sim.schedule("send", asdict(replace(delivery, status="", at="")), AGAIN_SECONDS)


def _taken(answer: Answer | None) -> bool:
    if answer is None or answer.status != 200:
        return False
    try:
        said = json.loads(answer.body)
    except ValueError:
        return False
    return isinstance(said, dict) and str(said.get("rescode")) == "200"


def _push(sim: Sim, bill: Bill, paid: model.Transaction) -> None:
    billing = sim.state.get("billing", bill.shortcode)
    if billing is None:
        return
    body = {
        "transactionId": paid.receipt,
        "paidAmount": format_units(paid.amount_cents).removesuffix(".00"),
        "msisdn": f"0{bill.phone[3:]}",
        "dateCreated": sim.now().astimezone(EAT).strftime("%Y-%m-%d"),
        "accountReference": bill.reference,
        "shortCode": int(bill.shortcode),
    }
    delivery = Delivery("bill", billing["url"], json.dumps(body), bill.shortcode, paid.receipt)
    queue(sim, [delivery], bill.phone)


def _save(sim: Sim, bill: Bill) -> None:
    sim.state.put("bill", f"{bill.shortcode}/{bill.reference}", asdict(bill))
