"""Questions that are answered later: how a transaction ended, and what the accounts hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response

from local.safaricom.asked import LOST, Asked, CarryOut, Done, accept, by_originator
from local.safaricom.envelope import break_answer, invalid_field, read_body
from local.safaricom.ledger import org_balance
from local.safaricom.model import Merchant, Transaction
from local.safaricom.oauth import caller
from local.safaricom.result_bodies import number
from local.safaricom.rules import text
from local.safaricom.sending import Outgoing, outgoing, payment
from local.safaricom.sim import Sim
from shared.core.clock import daraja_timestamp, parse_rfc3339
from shared.core.money import format_units

UNKNOWN = "2032"


@dataclass(frozen=True, slots=True)
class _Nothing:
    """No money moved, or not yet."""

    phone: str
    at: str
    receipt: str = ""
    amount_cents: int = 0


Money = Transaction | Outgoing | _Nothing


def routes(sim: Sim) -> Blueprint:
    """Transaction status and account balance."""
    blueprint = Blueprint("questions", __name__)

    @blueprint.post("/mpesa/transactionstatus/v1/query")
    def status() -> Response:
        return break_answer(sim, "status") or ask_status(sim, caller(sim), read_body())

    @blueprint.post("/mpesa/accountbalance/v1/query")
    def balance() -> Response:
        return break_answer(sim, "balance") or ask_balance(sim, caller(sim), read_body())

    return blueprint


def ask_status(sim: Sim, merchant: Merchant, body: dict[str, Any]) -> Response:
    """Accept the question about a receipt or an OriginatorConversationID."""
    named = text(body, "TransactionID") or text(body, "OriginalConversationID")
    if not named:
        raise invalid_field("TransactionID")
    _check(merchant, body, "TransactionStatusQuery")
    return accept(sim, merchant, "status", body)


def ask_balance(sim: Sim, merchant: Merchant, body: dict[str, Any]) -> Response:
    """Accept the question about the accounts of a shortcode."""
    _check(merchant, body, "AccountBalance")
    return accept(sim, merchant, "balance", body)


def tell_status(sim: Sim, merchant: Merchant, asked: Asked) -> Done:
    """What the ledger knows about a receipt or a request; 2032 for what never was."""
    wanted = text(asked.body, "OriginalConversationID")
    if wanted:
        return _about_request(sim, merchant, wanted)
    return _about_receipt(sim, merchant, text(asked.body, "TransactionID").upper())


def _about_request(sim: Sim, merchant: Merchant, originator: str) -> Done:
    request = by_originator(sim, originator)
    if request is None or request.shortcode != merchant.shortcode:
        return Done(UNKNOWN)
    if request.code is None:
        return _told(merchant, _Nothing(request.phone, request.at), "Pending")
    if request.code == LOST:
        return Done(UNKNOWN)
    if request.code != "0":
        return _told(merchant, _Nothing(request.phone, request.at), "Failed")
    return _about_receipt(sim, merchant, request.receipt)


def _about_receipt(sim: Sim, merchant: Merchant, receipt: str) -> Done:
    for sent in outgoing(sim):
        if sent.receipt == receipt and sent.shortcode == merchant.shortcode:
            return _told(merchant, sent, "Completed")
    paid = payment(sim, merchant.shortcode, receipt)
    if paid is None:
        return Done(UNKNOWN)
    return _told(merchant, paid, "Completed")


def _told(merchant: Merchant, money: Money, status: str) -> Done:
    when = int(daraja_timestamp(parse_rfc3339(money.at)))
    party = f"{merchant.shortcode} - {merchant.name}"
    told: list[list[Any]] = [
        ["DebitPartyName", party],
        ["CreditPartyName", f"{money.phone} - CUSTOMER"],
        ["InitiatedTime", when],
        ["DebitAccountType", "Utility Account"],
        ["DebitPartyCharges"],
        ["TransactionReason"],
        ["ReasonType", "Business Payment to Customer via API"],
        ["TransactionStatus", status],
        ["FinalisedTime", when],
        ["Amount", number(format_units(money.amount_cents))],
        ["ReceiptNo", money.receipt],
        ["DebitPartyName", party],
    ]
    return Done("0", money.receipt or "NLJ0000000", told)


def tell_balance(sim: Sim, merchant: Merchant, asked: Asked) -> Done:
    """The accounts as one text: ``Name|KES|current|available|reserved|uncleared&…``."""
    held = format_units(org_balance(sim, merchant.shortcode))
    accounts = (
        "Working Account|KES|0.00|0.00|0.00|0.00",
        "Float Account|KES|0.00|0.00|0.00|0.00",
        f"Utility Account|KES|{held}|{held}|0.00|0.00",
        "Charges Paid Account|KES|0.00|0.00|0.00|0.00",
        "Organization Settlement Account|KES|0.00|0.00|0.00|0.00",
    )
    when = daraja_timestamp(sim.now())
    return Done("0", "", [["AccountBalance", "&".join(accounts)], ["BOCompletedTime", int(when)]])


WORKS: dict[str, CarryOut] = {"status": tell_status, "balance": tell_balance}


def _check(merchant: Merchant, body: dict[str, Any], command: str) -> None:
    checks = {
        "Initiator": bool(text(body, "Initiator")),
        "SecurityCredential": bool(text(body, "SecurityCredential")),
        "CommandID": text(body, "CommandID") == command,
        "PartyA": text(body, "PartyA") == merchant.shortcode,
        "IdentifierType": text(body, "IdentifierType") == "4",
    }
    if wrong := next((name for name, passed in checks.items() if not passed), None):
        raise invalid_field(wrong)
