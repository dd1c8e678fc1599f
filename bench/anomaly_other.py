"""Other wrongs, written apart from the rules and never used to set them: how they generalise."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import timedelta

from bench.anomaly_ledger import STAFF, Ledger

LATEST = 12


def bill_paid_again(ledger: Ledger) -> None:
    """The same bill is paid a second time days later, on the same channel."""
    day, payee = _day(ledger), ledger.draw.choice([one for one in ledger.payees[11:] if not one.fixed])
    amount = round(payee.usual * math.exp(ledger.draw.gauss(0.3, 0.2))) + ledger.draw.randrange(1, 90)
    ledger.pay_out(payee.party, amount, ledger.at(day, 10))
    again = ledger.pay_out(payee.party, amount, ledger.at(day + ledger.draw.randrange(3, 8), 15))
    ledger.mark(again, "bill_paid_again")


def digit_slip(ledger: Ledger) -> None:
    """A zero too many."""
    payee = ledger.draw.choice([one for one in ledger.payees[11:] if one.every <= 14])
    amount = 10 * payee.usual * math.exp(ledger.draw.gauss(0, payee.spread))
    ledger.mark(ledger.pay_out(payee.party, amount, ledger.at(_day(ledger), 11)), "digit_slip")


def charged_twice(ledger: Ledger) -> None:
    """A customer is asked twice for one sale, hours apart."""
    payer = ledger.draw.choice([one for one in ledger.payers if not one.fixed])
    amount, at = payer.usual * math.exp(ledger.draw.gauss(0.2, 0.2)) + 7, ledger.at(_day(ledger), 9)
    ledger.pay_in(payer, amount, at)
    again = ledger.pay_in(payer, amount, at + timedelta(minutes=ledger.draw.randrange(50, 420)))
    ledger.mark(again, "charged_twice")


def sunday_dawn(ledger: Ledger) -> None:
    """Money leaves before anybody has come to work."""
    payee = ledger.draw.choice(ledger.payees[11:])
    doc = ledger.pay_out(payee.party, payee.usual * ledger.draw.uniform(1.2, 3), ledger.at(_day(ledger), 5))
    ledger.mark(doc, "sunday_dawn")


def split_among_strangers(ledger: Ledger) -> None:
    """One sum, four new payees, one morning."""
    day = _day(ledger)
    for _ in range(4):
        name = f"2547*****{ledger.draw.randrange(100, 999)} - AGENT {_letters(ledger)} {_letters(ledger)}"
        doc = ledger.pay_out(name, 1000 * ledger.draw.randrange(45, 50), ledger.at(day, 10))
        ledger.mark(doc, "split_among_strangers")


def cashier_favours(ledger: Ledger) -> None:
    """One cashier gives back most of what comes back, the day after, over two months."""
    staff, day = ledger.draw.choice(STAFF), ledger.days // 2
    for step in range(8):
        start = ledger.at(day + 6 * step, 11)
        payment = ledger.pay_in(ledger.draw.choice(ledger.payers), ledger.draw.uniform(900, 4000), start)
        doc = ledger.refund(payment, 1.0, staff, start + timedelta(days=1, hours=2))
        ledger.mark(doc, "cashier_favours")


def more_back_than_paid(ledger: Ledger) -> None:
    """A refund is larger than its payment."""
    start = ledger.at(_day(ledger), 12)
    payment = ledger.pay_in(ledger.draw.choice(ledger.payers), ledger.draw.uniform(700, 3000), start)
    doc = ledger.refund(
        payment, ledger.draw.uniform(1.3, 2.5), ledger.draw.choice(STAFF), start + timedelta(days=2)
    )
    ledger.mark(doc, "more_back_than_paid")


def sleeping_supplier(ledger: Ledger) -> None:
    """A payee of the past, unheard of for months, is sent a large sum in the evening."""
    party = f"Merchant Payment to {ledger.draw.randrange(800000, 900000)} - {_letters(ledger)} Traders"
    for day in (2, 9, 16, 23, 30, 37):
        ledger.pay_out(party, 3000 * math.exp(ledger.draw.gauss(0, 0.2)), ledger.at(day, 11))
    doc = ledger.pay_out(party, ledger.draw.uniform(25_000, 60_000), ledger.at(ledger.days - 20, 21))
    ledger.mark(doc, "sleeping_supplier")


def creeping_bills(ledger: Ledger) -> None:
    """A supplier's bills grow to several times what they were; the last of them are marked."""
    payee = ledger.draw.choice([one for one in ledger.payees[11:] if one.every <= 7])
    day = ledger.days // 2
    for step, times in enumerate((1.6, 2.2, 3.0, 4.2, 5.6)):
        doc = ledger.pay_out(payee.party, payee.usual * times, ledger.at(day + 7 * step, 12))
        if times > 2.5:
            ledger.mark(doc, "creeping_bills")


def _letters(ledger: Ledger) -> str:
    return "".join(ledger.draw.choice("BCDFGJKLMNPRSTVWZ") + ledger.draw.choice("AEIOU") for _ in range(3))


def _day(ledger: Ledger) -> int:
    return ledger.draw.randrange(ledger.days // 3, ledger.days - LATEST)


HELD_BACK: dict[str, Callable[[Ledger], None]] = {
    one.__name__: one
    for one in (
        bill_paid_again,
        digit_slip,
        charged_twice,
        sunday_dawn,
        split_among_strangers,
        cashier_favours,
        more_back_than_paid,
        sleeping_supplier,
        creeping_bills,
    )
}
