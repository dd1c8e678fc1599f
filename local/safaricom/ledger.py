"""Money of the simulated world: phones pay shortcodes, under M-Pesa's limits, and nothing else makes money.

Limits: D3 MpesaExpressSimulate (250,000 a transaction, 500,000 a day) and its table of result codes.
"""

from __future__ import annotations

from datetime import timedelta

from local.safaricom.model import Account, Merchant, Order, Transaction
from local.safaricom.receipts import receipt_number
from local.safaricom.sim import Sim
from local.safaricom.texts import paid_text
from shared.core.clock import business_day, parse_rfc3339, rfc3339

MAX_CENTS = 250_000_00
DAILY_CENTS = 500_000_00
SAME_PAYMENT = timedelta(minutes=2)


def pay(sim: Sim, order: Order, merchant: Merchant) -> Transaction | str:
    """Move an order's money from phone to merchant; the transaction, or the result code of the refusal."""
    with sim.state.unit():
        account = sim.account(order.phone)
        _new_day(sim, account)
        if code := refusal(sim, account, order):
            return code
        return _move(sim, account, merchant, order)


def next_receipt(sim: Sim) -> str:
    """A receipt number that nobody else gets."""
    return receipt_number(sim.now(), sim.state.count("receipt"))


def refusal(sim: Sim, account: Account, order: Order) -> str | None:
    """The result code that M-Pesa would refuse this payment with, or None."""
    cents = order.amount_cents
    last = account.recent.get(_same(order))
    if order.kind == "stk" and last is not None and sim.now() - parse_rfc3339(last) < SAME_PAYMENT:
        return "17"
    if cents > MAX_CENTS:
        return "3"
    if account.spent_cents + cents > DAILY_CENTS:
        return "4"
    return "1" if account.balance_cents < cents else None


def org_balance(sim: Sim, shortcode: str) -> int:
    """What a shortcode holds, in cents."""
    return int((sim.state.get("org", shortcode) or {"cents": 0})["cents"])


def transactions(sim: Sim) -> list[Transaction]:
    """Every payment ever made, oldest first."""
    return [Transaction(**fact) for _, fact in sim.state.all("transaction")]


def _new_day(sim: Sim, account: Account) -> None:
    today = business_day(sim.now())
    if account.day != today:
        account.day, account.spent_cents, account.recent = today, 0, _still_recent(sim, account)


def _still_recent(sim: Sim, account: Account) -> dict[str, str]:
    edge = rfc3339(sim.now() - SAME_PAYMENT)
    return {what: when for what, when in account.recent.items() if when > edge}


def _same(order: Order) -> str:
    return f"{order.shortcode}:{order.amount_cents}"


def _move(sim: Sim, account: Account, merchant: Merchant, order: Order) -> Transaction:
    now = rfc3339(sim.now())
    balance = org_balance(sim, order.shortcode) + order.amount_cents
    transaction = Transaction(
        receipt=order.receipt or next_receipt(sim),
        at=now,
        phone=order.phone,
        shortcode=order.shortcode,
        party_b=order.party_b,
        amount_cents=order.amount_cents,
        reference=order.reference,
        kind=order.kind,
        name=account.name,
        org_balance_cents=balance,
    )
    account.balance_cents -= order.amount_cents
    account.spent_cents += order.amount_cents
    account.recent[_same(order)] = now
    account.texts = [paid_text(transaction, merchant, account.balance_cents), *account.texts][:20]
    sim.save_account(account)
    sim.state.put("org", order.shortcode, {"cents": balance})
    sim.state.put("transaction", f"{sim.state.count('transaction'):012d}", transaction.fact())
    return transaction
