"""The life of one STK push: the phone shows it, somebody answers or nobody does, and it ends once."""

from __future__ import annotations

from local.safaricom.c2b_notices import announce_payment
from local.safaricom.callbacks import announce_push
from local.safaricom.faults import take_fault
from local.safaricom.ledger import pay
from local.safaricom.model import Order, Push, Transaction
from local.safaricom.sim import Sim
from local.safaricom.texts import LONGEST_PROMPT, prompt_text
from shared.core.clock import rfc3339

ACTIONS = ("pin", "cancel", "ignore")


def begin(sim: Sim, push: Push) -> None:
    """Show the prompt, or end the push at once where the phone can never show it."""
    with sim.state.unit():
        if code := unsendable(sim, push):
            finish(sim, push, code)
            return
        account = sim.account(push.phone)
        account.prompts.append(push.checkout)
        sim.save_account(account)
        sim.save_push(push)
        sim.schedule("expire", {"checkout": push.checkout}, sim.options.prompt_seconds)
        mode = account.mode or default_mode(sim)
        if mode != "ask":
            sim.schedule("auto", {"checkout": push.checkout, "mode": mode}, sim.options.answer_seconds)


def unsendable(sim: Sim, push: Push) -> str | None:
    """2028 for a receiver that is not the merchant's, 1025 for words that do not fit a prompt."""
    merchant = sim.merchant(push.shortcode)
    if merchant is None or push.party_b != (merchant.till or merchant.shortcode):
        return "2028"
    return "1025" if len(prompt_text(push, merchant)) > LONGEST_PROMPT else None


def answer(sim: Sim, checkout: str, action: str, pin: str = "") -> Push | None:
    """Answer a prompt: ``pin`` with a PIN, ``cancel`` or ``ignore``. None when no prompt is shown."""
    with sim.state.unit():
        push = sim.push(checkout)
        if push is None or push.code is not None:
            return None
        if action == "pin":
            _enter_pin(sim, push, pin)
        elif action == "cancel":
            finish(sim, push, "1032")
        else:
            push.ignored = True
            sim.save_push(push)
        return push


def answer_automatically(sim: Sim, checkout: str, mode: str) -> None:
    """Answer as the phone's mode says: pay, wrong_pin, cancel or ignore."""
    push = sim.push(checkout)
    pin = sim.account(push.phone).pin if push else ""
    if mode == "wrong_pin":
        pin = "x" + pin
    answer(sim, checkout, mode if mode in {"cancel", "ignore"} else "pin", pin)


def expire(sim: Sim, checkout: str) -> None:
    """End a prompt that nobody answered in time: result 1037."""
    push = sim.push(checkout)
    if push is not None and push.code is None:
        finish(sim, push, "1037")


def finish(sim: Sim, push: Push, code: str, transaction: Transaction | None = None) -> None:
    """Write how a push ended and queue everything that tells about it."""
    with sim.state.unit():
        push.code, push.done_at = code, rfc3339(sim.now())
        push.receipt = transaction.receipt if transaction else None
        sim.save_push(push)
        _take_off_screen(sim, push)
        announce_push(sim, push)
        if transaction is not None:
            announce_payment(sim, transaction)


def pay_late(sim: Sim, checkout: str) -> None:
    """The success that follows a failure: the phone's answer reached M-Pesa after all."""
    push = sim.push(checkout)
    if push is not None and push.code not in {None, "0"}:
        _take_money(sim, push)


def default_mode(sim: Sim) -> str:
    """How phones answer that have no mode of their own."""
    return str((sim.state.get("setting", "mode") or {"value": "ask"})["value"])


def _enter_pin(sim: Sim, push: Push, pin: str) -> None:
    if pin != sim.account(push.phone).pin:
        finish(sim, push, "2001")
    elif fault := take_fault(sim, "success_after_failure", push.phone):
        finish(sim, push, fault.code or "1037")
        sim.schedule("pay_late", {"checkout": push.checkout}, fault.seconds)
    else:
        _take_money(sim, push)


def _take_money(sim: Sim, push: Push) -> None:
    merchant = sim.merchant(push.shortcode)
    if merchant is None:
        finish(sim, push, "2028")
        return
    order = Order(push.phone, push.shortcode, push.party_b, push.amount_cents, push.reference, "stk")
    result = pay(sim, order, merchant)
    if isinstance(result, Transaction):
        finish(sim, push, "0", result)
    else:
        finish(sim, push, result)


def _take_off_screen(sim: Sim, push: Push) -> None:
    account = sim.account(push.phone)
    if push.checkout in account.prompts:
        account.prompts.remove(push.checkout)
        sim.save_account(account)
