"""The statement that an organisation's portal exports: the true ledger as CSV, newest line first.

Form: reference payments 1.9. Lines above the header name the organisation and its shortcode; payers are shown
as ``2547****0111 - NAME``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, Response, request

from local.safaricom.ledger import org_balance, transactions
from local.safaricom.model import Merchant, Transaction
from local.safaricom.sending import Outgoing, outgoing
from local.safaricom.sim import Sim
from shared.core.clock import EAT, business_day, parse_rfc3339
from shared.core.money import format_units

HEADER = (
    "Receipt No.",
    "Completion Time",
    "Initiation Time",
    "Details",
    "Transaction Status",
    "Paid In",
    "Withdrawn",
    "Balance",
    "Balance Confirmed",
    "Reason Type",
    "Other Party Info",
    "Linked Transaction ID",
    "A/C No.",
)


@dataclass(frozen=True, slots=True)
class Move:
    """One completed line of an account; ``cents`` is signed."""

    receipt: str
    at: str
    cents: int
    reason: str
    details: str
    party: str = ""
    linked: str = ""
    account_no: str = ""


def routes(sim: Sim) -> Blueprint:
    """The export, at ``/control/statements/{shortcode}.csv?from=2026-03-01&to=2026-03-02`` (both days
    included)."""
    blueprint = Blueprint("statement", __name__, url_prefix="/control/statements")

    @blueprint.get("/<shortcode>.csv")
    def export(shortcode: str) -> Response | tuple[str, int]:
        merchant = sim.merchant(shortcode)
        first, last = (request.args.get(name, "") for name in ("from", "to"))
        if merchant is None or not all(_is_day(day) for day in (first, last) if day):
            return "there is no such account, or that is not a day\n", 404
        text = statement_csv(sim, merchant, first or "0001-01-01", last or "9999-12-31")
        return Response(text, mimetype="text/csv")

    return blueprint


def statement_csv(sim: Sim, merchant: Merchant, first_day: str, last_day: str) -> str:
    """The lines of some Nairobi days as the portal writes them, balances running through all that ever
    was."""
    moves = moves_of(sim, merchant)
    opening = org_balance(sim, merchant.shortcode) - sum(move.cents for move in moves)
    return written(merchant, moves, opening, first_day, last_day)


def written(merchant: Merchant, moves: Iterable[Move], opening: int, first_day: str, last_day: str) -> str:
    """The file of these moves, of which those outside the days only move the balance."""
    rows, balance = [], opening
    for move in moves:
        balance += move.cents
        if first_day <= business_day(parse_rfc3339(move.at)) <= last_day:
            rows.append(_row(move, balance))
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerows([["Organization Name:", merchant.name], ["Short Code:", merchant.shortcode], [], HEADER])
    writer.writerows(reversed(rows))
    return out.getvalue()


def moves_of(sim: Sim, merchant: Merchant) -> list[Move]:
    """Everything that came to and left a shortcode, oldest first."""
    came = [_came(t) for t in transactions(sim) if t.shortcode == merchant.shortcode]
    went = [_went(sim, sent) for sent in outgoing(sim) if sent.shortcode == merchant.shortcode]
    return sorted([*came, *went], key=lambda move: move.at)


def _came(paid: Transaction) -> Move:
    party = f"{_masked(paid.phone)} - {paid.name}"
    to_till = paid.party_b != paid.shortcode
    reason = "Customer Merchant Payment" if to_till else "Pay Bill Online"
    words = f"{reason.removesuffix(' Online')} from {party}"
    account_no = "" if to_till else paid.reference
    details = words if to_till else f"{words} Acc. {account_no}"
    return Move(paid.receipt, paid.at, paid.amount_cents, reason, details, party, account_no=account_no)


def _went(sim: Sim, sent: Outgoing) -> Move:
    party = f"{_masked(sent.phone)} - {sim.account(sent.phone).name}"
    reason = "Pay Bill Reversal" if sent.of else "Business Payment to Customer via API"
    return Move(sent.receipt, sent.at, -sent.amount_cents, reason, f"{reason} to {party}", party, sent.of)


def _masked(phone: str) -> str:
    return f"{phone[:4]}****{phone[-4:]}"


def _row(move: Move, balance: int) -> list[str]:
    when = parse_rfc3339(move.at).astimezone(EAT).strftime("%Y-%m-%d %H:%M:%S")
    paid, out = (_money(move.cents), "") if move.cents > 0 else ("", _money(move.cents))
    told = [move.receipt, when, when, move.details, "Completed", paid, out, _money(balance), "true"]
    return [*told, move.reason, move.party, move.linked, move.account_no]


def _money(cents: int) -> str:
    units, point, rest = format_units(abs(cents)).partition(".")
    return f"{'-' if cents < 0 else ''}{int(units):,}{point}{rest}"


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False
