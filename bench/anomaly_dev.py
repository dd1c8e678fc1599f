"""Wrongs that the rules were developed against; each puts records into a clean ledger and marks them."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import timedelta

from bench.anomaly_ledger import STAFF, Ledger

LATEST = 4
"""Days before the end after which nothing begins."""


def paid_in_twice(ledger: Ledger) -> None:
    """A customer's payment came twice within minutes."""
    day = _late_day(ledger)
    payer = ledger.draw.choice([one for one in ledger.payers if not one.fixed])
    amount = 10 * round(payer.usual * math.exp(ledger.draw.gauss(0, 0.2)) / 10)
    at = ledger.at(day, 13)
    ledger.pay_in(payer, amount, at)
    again = ledger.pay_in(payer, amount, at + timedelta(minutes=ledger.draw.randrange(1, 13)))
    ledger.mark(again, "paid_in_twice")


def paid_by_bank_too(ledger: Ledger) -> None:
    """A supplier's bill was paid by M-Pesa and by bank."""
    day = _late_day(ledger)
    payee = ledger.draw.choice(ledger.payees[11:])
    amount = payee.usual * math.exp(ledger.draw.gauss(0, 0.2)) + 3
    ledger.pay_out(payee.party, amount, ledger.at(day, 11))
    again = ledger.pay_out(
        payee.party, amount, ledger.at(day + ledger.draw.randrange(1, 4), 12), "bank_equity"
    )
    ledger.mark(again, "paid_by_bank_too")


def far_too_much(ledger: Ledger) -> None:
    """Somebody known is sent many times what they usually are."""
    payee = ledger.draw.choice([one for one in ledger.payees[11:] if one.every <= 10])
    amount = payee.usual * ledger.draw.uniform(7, 18)
    ledger.mark(ledger.pay_out(payee.party, amount, ledger.at(_late_day(ledger), 14)), "far_too_much")


def burst(ledger: Ledger) -> None:
    """One payee is sent money again and again within an hour."""
    payee = ledger.draw.choice(ledger.payees[11:])
    at = ledger.at(_late_day(ledger), 15)
    for step in range(ledger.draw.randrange(3, 6)):
        amount = payee.usual * ledger.draw.uniform(0.5, 1.4)
        doc = ledger.pay_out(payee.party, amount, at + timedelta(minutes=11 * step))
        ledger.mark(doc, "burst")


def below_the_limit(ledger: Ledger) -> None:
    """Round amounts just under fifty thousand to one payee, a day or two apart."""
    day = _late_day(ledger) - 4
    party = f"Merchant Payment to {ledger.draw.randrange(200000, 300000)} - NEWCO Supplies"
    for step in range(ledger.draw.randrange(3, 5)):
        amount = 1000 * ledger.draw.randrange(46, 50)
        ledger.mark(ledger.pay_out(party, amount, ledger.at(day + step, 10)), "below_the_limit")


def at_night(ledger: Ledger) -> None:
    """Money leaves between one and four in the morning."""
    payee = ledger.draw.choice(ledger.payees[11:])
    amount = payee.usual * ledger.draw.uniform(1.0, 2.5)
    at = ledger.at(_late_day(ledger), ledger.draw.randrange(1, 5))
    ledger.mark(ledger.pay_out(payee.party, amount, at), "at_night")


def large_to_stranger(ledger: Ledger) -> None:
    """The first payment to somebody, larger than nearly all."""
    name = f"2547*****{ledger.draw.randrange(100, 999)} - MYSTERY PERSON {ledger.draw.randrange(999)}"
    amount = ledger.draw.uniform(60_000, 140_000)
    ledger.mark(ledger.pay_out(name, amount, ledger.at(_late_day(ledger), 16)), "large_to_stranger")


def refund_ring(ledger: Ledger) -> None:
    """One of the staff takes payments back minutes after they came."""
    day, staff = _late_day(ledger), ledger.draw.choice(STAFF)
    for step in range(3):
        payment = ledger.pay_in(
            ledger.draw.choice(ledger.payers), ledger.draw.uniform(800, 5000), ledger.at(day + step, 12)
        )
        at = ledger.at(day + step, 13)
        ledger.mark(ledger.refund(payment, 1.0, staff, at), "refund_ring")


def _late_day(ledger: Ledger) -> int:
    """A day of the second half or so: rules need a past."""
    return ledger.draw.randrange(ledger.days // 3, ledger.days - LATEST)


DEVELOPED_ON: dict[str, Callable[[Ledger], None]] = {
    one.__name__: one
    for one in (
        paid_in_twice,
        paid_by_bank_too,
        far_too_much,
        burst,
        below_the_limit,
        at_night,
        large_to_stranger,
        refund_ring,
    )
}
