"""The life of one payment: the phone shows it, somebody answers or nobody does, and it ends once."""

from __future__ import annotations

from local.airtel.callbacks import announce
from local.airtel.faults import take_fault
from local.airtel.model import EXPIRED, LIMIT, NO_PIN, OK, POOR, WRONG_PIN, Account, Payment
from local.airtel.sim import Sim
from local.safaricom.texts import ksh
from shared.core.clock import rfc3339

ACTIONS = ("pin", "cancel", "ignore")
MAX_CENTS = 250_000_00


def begin(sim: Sim, payment: Payment) -> None:
    """Show the prompt."""
    with sim.state.unit():
        account = sim.account(payment.phone)
        account.prompts.append(payment.id)
        sim.save_account(account)
        sim.save_payment(payment)
        sim.schedule("expire", {"id": payment.id}, sim.options.prompt_seconds)
        if take_fault(sim, "early_callback", payment.phone):
            announce(sim, payment, "TF")
        mode = account.mode or default_mode(sim)
        if mode != "ask":
            sim.schedule("auto", {"id": payment.id, "mode": mode}, sim.options.answer_seconds)


def answer(sim: Sim, id_: str, action: str, pin: str = "") -> Payment | None:
    """Answer a prompt: ``pin`` with a PIN, ``cancel`` or ``ignore``. None when no prompt is shown."""
    with sim.state.unit():
        payment = sim.payment(id_)
        if payment is None or payment.status != "TIP":
            return None
        if action == "pin":
            _enter_pin(sim, payment, pin)
        elif action == "cancel":
            finish(sim, payment, "TF", NO_PIN)
        else:
            payment.ignored = True
            sim.save_payment(payment)
        return payment


def answer_automatically(sim: Sim, id_: str, mode: str) -> None:
    """Answer as the phone's mode says: pay, wrong_pin, cancel or ignore."""
    payment = sim.payment(id_)
    pin = sim.account(payment.phone).pin if payment else ""
    if mode == "wrong_pin":
        pin = "x" + pin
    answer(sim, id_, mode if mode in {"cancel", "ignore"} else "pin", pin)


def expire(sim: Sim, id_: str) -> None:
    """End a prompt that nobody answered in time: TE, which is called back as TF."""
    payment = sim.payment(id_)
    if payment is not None and payment.status == "TIP":
        finish(sim, payment, "TE", EXPIRED)


def pay_late(sim: Sim, id_: str) -> None:
    """The success that follows a failure: the phone's answer reached Airtel after all."""
    payment = sim.payment(id_)
    if payment is not None and payment.status in {"TF", "TE"}:
        _take_money(sim, payment)


def default_mode(sim: Sim) -> str:
    """How phones answer that have no mode of their own."""
    return str((sim.state.get("setting", "mode") or {"value": "ask"})["value"])


def finish(sim: Sim, payment: Payment, status: str, code: str) -> None:
    """Write how a payment ended and queue its callback."""
    with sim.state.unit():
        payment.status, payment.code, payment.done_at = status, code, rfc3339(sim.now())
        sim.save_payment(payment)
        account = sim.account(payment.phone)
        account.prompts = [id_ for id_ in account.prompts if id_ != payment.id]
        sim.save_account(account)
        announce(sim, payment, "TS" if status == "TS" else "TF")


def refund(sim: Sim, payment: Payment) -> bool:
    """Give a payment back, whole and once; False when it was given back before."""
    with sim.state.unit():
        if payment.refunded_at:
            return False
        payment.refunded_at = rfc3339(sim.now())
        sim.save_payment(payment)
        account = sim.account(payment.phone)
        account.balance_cents += payment.amount_cents
        _text(
            account, f"{ksh(payment.amount_cents)} returned by {sim.merchant.name}. Ref {payment.money_id}."
        )
        sim.save_account(account)
    return True


def _enter_pin(sim: Sim, payment: Payment, pin: str) -> None:
    if pin != sim.account(payment.phone).pin:
        finish(sim, payment, "TF", WRONG_PIN)
    elif fault := take_fault(sim, "success_after_failure", payment.phone):
        finish(sim, payment, "TF", NO_PIN)
        sim.schedule("pay_late", {"id": payment.id}, fault.seconds)
    else:
        _take_money(sim, payment)


def _take_money(sim: Sim, payment: Payment) -> None:
    account = sim.account(payment.phone)
    if payment.amount_cents > MAX_CENTS:
        finish(sim, payment, "TF", LIMIT)
    elif account.balance_cents < payment.amount_cents:
        finish(sim, payment, "TF", POOR)
    else:
        account.balance_cents -= payment.amount_cents
        payment.money_id = sim.next_money_id()
        left = ksh(account.balance_cents)
        paid = (
            f"{ksh(payment.amount_cents)} sent to {sim.merchant.name}, ref {payment.reference}. Bal {left}."
        )
        _text(account, f"Trans. ID {payment.money_id}. {paid}")
        sim.save_account(account)
        finish(sim, payment, "TS", OK)


def _text(account: Account, words: str) -> None:
    account.texts = [words, *account.texts][:20]
