"""Words that everything which books lines shares: a line with its key, what became of it, whom it names."""

from __future__ import annotations

from dataclasses import dataclass

from shared.core.errors import Permanent
from shared.core.phone import parse_phone
from shared.payments.gateways.port import HintKind, PayerHint
from shared.payments.statements.model import StatementLine

Keyed = tuple[str, StatementLine]


@dataclass(frozen=True, slots=True)
class Booked:
    """What became of a line: an outcome, the payment or payout it speaks of, why it waits for a person."""

    outcome: str
    payment_id: str = ""
    reasons: tuple[str, ...] = ()
    payout_id: str = ""


def payer_of(party: str) -> PayerHint:
    """``2547****0111 - NAME``, a whole number with or without a name, or a name alone."""
    number, dash, name = party.partition(" - ")
    number, name = (number.strip(), name.strip()) if dash else ("", party.strip())
    if not number and party[:1].isdigit():
        number, _, name = party.partition(" ")
    if "*" in number:
        return PayerHint(HintKind.MASKED, number, name)
    try:
        return PayerHint(HintKind.PHONE, parse_phone(number), name)
    except Permanent:
        return PayerHint(name=name or number)
