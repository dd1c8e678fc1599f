"""Telling a shortcode's registered URLs about payments: validation before, confirmation after.

A payment by STK is announced here too (D3 lists the NI push among the C2B sources): the C2B twin.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from local.safaricom.callbacks import Delivery, queue
from local.safaricom.ledger import next_receipt, pay
from local.safaricom.model import Order, Transaction
from local.safaricom.payloads import c2b_notice, c2b_question
from local.safaricom.sim import Answer, Sim
from shared.core.clock import rfc3339


def registered(sim: Sim, shortcode: str) -> dict[str, Any] | None:
    """The URLs of a shortcode: confirmation, validation, response_type, version, validate."""
    return sim.state.get("c2b", shortcode)


def announce_payment(sim: Sim, transaction: Transaction, third_party_id: str = "") -> None:
    """Queue the confirmation of a payment, where URLs are registered."""
    urls = registered(sim, transaction.shortcode)
    if urls is None:
        return
    body = c2b_notice(transaction, urls["version"], _till(sim, transaction.shortcode), third_party_id)
    queue(sim, [_delivery(sim, "c2b", urls["confirmation"], body, transaction)], transaction.phone)


def begin_payment(sim: Sim, order: Order) -> Transaction | str | None:
    """A customer pays a shortcode; asks the validation URL first where that is switched on.

    Returns the transaction, the result code of a refusal, or None while the validation is asked.
    """
    urls = registered(sim, order.shortcode)
    if urls is None or not urls["validate"]:
        return settle_payment(sim, order)
    with sim.state.unit():
        receipt = next_receipt(sim)
        facts = {**asdict(order), "receipt": receipt, "at": rfc3339(sim.now())}
        facts["name"] = sim.account(order.phone).name
        body = c2b_question(facts, urls["version"], _till(sim, order.shortcode)).decode()
        subject = json.dumps({**asdict(order), "receipt": receipt})
        question = Delivery("validation", urls["validation"], body, order.shortcode, subject)
        sim.schedule("send", asdict(question))
    return None


def validated(sim: Sim, question: Delivery, answer: Answer | None) -> Transaction | str | None:
    """Go on after the validation URL answered, or after it did not (ResponseType decides then)."""
    order = Order(**json.loads(question.subject))
    verdict = _verdict(answer)
    urls = registered(sim, order.shortcode) or {"response_type": "Completed"}
    if verdict is None:
        verdict = {"ResultCode": "0" if urls["response_type"] == "Completed" else "C2B00016"}
    if str(verdict.get("ResultCode")) != "0":
        _refuse(sim, order, str(verdict.get("ResultCode")))
        return str(verdict.get("ResultCode"))
    return settle_payment(sim, order, str(verdict.get("ThirdPartyTransID") or ""))


def settle_payment(sim: Sim, order: Order, third_party_id: str = "") -> Transaction | str:
    """Move the money and announce it; a refusal goes to the payer's phone only."""
    merchant = sim.merchant(order.shortcode)
    if merchant is None:
        return "2028"
    with sim.state.unit():
        result = pay(sim, order, merchant)
        if isinstance(result, Transaction):
            announce_payment(sim, result, third_party_id)
        else:
            _refuse(sim, order, result)
    return result


def _verdict(answer: Answer | None) -> dict[str, Any] | None:
    if answer is None or answer.status != 200:
        return None
    try:
        verdict = json.loads(answer.body)
    except ValueError:
        return None
    return verdict if isinstance(verdict, dict) else None


def _refuse(sim: Sim, order: Order, code: str) -> None:
    with sim.state.unit():
        account = sim.account(order.phone)
        text = f"Failed. Your payment to {order.party_b} was not accepted ({code}). No money was taken."
        account.texts = [text, *account.texts][:20]
        sim.save_account(account)


def _till(sim: Sim, shortcode: str) -> bool:
    merchant = sim.merchant(shortcode)
    return merchant is not None and bool(merchant.till)


def _delivery(sim: Sim, target: str, url: str, body: bytes, transaction: Transaction) -> Delivery:
    return Delivery(
        target=target,
        url=url,
        body=body.decode(),
        shortcode=transaction.shortcode,
        subject=transaction.receipt,
        delay=sim.options.callback_seconds,
    )
