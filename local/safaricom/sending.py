"""Money that a business sends: B2C payouts and reversals, out of what its shortcode holds."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

from flask import Blueprint, Response

from local.safaricom.asked import Asked, CarryOut, Done, accept
from local.safaricom.envelope import break_answer, invalid_field, read_body
from local.safaricom.ledger import next_receipt, org_balance, transactions
from local.safaricom.model import Merchant, Transaction
from local.safaricom.oauth import caller
from local.safaricom.result_bodies import number
from local.safaricom.rules import amount, text
from local.safaricom.sim import Sim
from local.safaricom.texts import ksh
from shared.core.clock import EAT, daraja_timestamp, rfc3339
from shared.core.money import format_units

COMMANDS = ("BusinessPayment", "SalaryPayment", "PromotionPayment")
LEAST_SHILLINGS = 10
_PHONE = re.compile(r"254[17][0-9]{8}")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Money that left a shortcode: ``kind`` is payout or reversal, ``of`` the receipt that was reversed."""

    receipt: str
    at: str
    shortcode: str
    phone: str
    amount_cents: int
    kind: str
    originator: str
    of: str = ""


@dataclass(frozen=True, slots=True)
class Gift:
    """What is about to be sent, and the receipt that it gives back, if any."""

    phone: str
    cents: int
    of: str = ""


def routes(sim: Sim) -> Blueprint:
    """B2C and reversal."""
    blueprint = Blueprint("sending", __name__)

    @blueprint.post("/mpesa/b2c/<any(v1,v3):version>/paymentrequest")
    def payout(version: str) -> Response:
        return break_answer(sim, "payout") or ask_payout(sim, caller(sim), read_body(), version)

    @blueprint.post("/mpesa/reversal/v1/request")
    def reversal() -> Response:
        return break_answer(sim, "reversal") or ask_reversal(sim, caller(sim), read_body())

    return blueprint


def ask_payout(sim: Sim, merchant: Merchant, body: dict[str, Any], version: str) -> Response:
    """Accept a payout; v3 takes each OriginatorConversationID once, v1 has none."""
    originator = text(body, "OriginatorConversationID") if version == "v3" else ""
    shillings = amount(body)
    checks = {
        "OriginatorConversationID": version == "v1" or bool(originator),
        "InitiatorName": bool(text(body, "InitiatorName")),
        "SecurityCredential": bool(text(body, "SecurityCredential")),
        "CommandID": text(body, "CommandID") in COMMANDS,
        "Amount": shillings is not None and shillings >= LEAST_SHILLINGS,
        "PartyA": text(body, "PartyA") == merchant.shortcode,
        "PartyB": _PHONE.fullmatch(text(body, "PartyB")) is not None,
        "Remarks": 1 < len(text(body, "Remarks")) <= 100,
    }
    _check(checks)
    return accept(sim, merchant, "payout", body, originator)


def ask_reversal(sim: Sim, merchant: Merchant, body: dict[str, Any]) -> Response:
    """Accept a reversal; whether there is such a payment is told later."""
    checks = {
        "Initiator": bool(text(body, "Initiator")),
        "CommandID": text(body, "CommandID") == "TransactionReversal",
        "TransactionID": bool(text(body, "TransactionID")),
        "Amount": amount(body) is not None,
        "ReceiverParty": text(body, "ReceiverParty") == merchant.shortcode,
        "RecieverIdentifierType": text(body, "RecieverIdentifierType") == "11",
        "Remarks": 1 < len(text(body, "Remarks")) <= 100,
    }
    _check(checks)
    return accept(sim, merchant, "reversal", body)


def pay_out(sim: Sim, merchant: Merchant, asked: Asked) -> Done:
    """Move money from the shortcode to the phone, or result 1 when it does not hold so much."""
    cents = (amount(asked.body) or 0) * 100
    if org_balance(sim, merchant.shortcode) < cents:
        return Done("1")
    sent = _send(sim, merchant, asked, Gift(asked.phone, cents))
    account = sim.account(asked.phone)
    left = format_units(org_balance(sim, merchant.shortcode))
    told: list[list[Any]] = [
        ["TransactionAmount", cents // 100],
        ["TransactionReceipt", sent.receipt],
        ["B2CRecipientIsRegisteredCustomer", "Y"],
        ["B2CChargesPaidAccountAvailableFunds", number("0.00")],
        ["ReceiverPartyPublicName", f"{asked.phone} - {account.name}"],
        ["TransactionCompletedDateTime", sim.now().astimezone(EAT).strftime("%d.%m.%Y %H:%M:%S")],
        ["B2CUtilityAccountAvailableFunds", number(left)],
        ["B2CWorkingAccountAvailableFunds", number("0.00")],
    ]
    return Done("0", sent.receipt, told)


def reverse(sim: Sim, merchant: Merchant, asked: Asked) -> Done:
    """Give a payment back: R000002 for one that is not ours, R000001 for one that was given back before."""
    receipt = text(asked.body, "TransactionID").upper()
    paid = payment(sim, merchant.shortcode, receipt)
    if paid is None:
        return Done("R000002")
    if any(sent.of == receipt for sent in outgoing(sim)):
        return Done("R000001")
    cents = (amount(asked.body) or 0) * 100
    if cents > paid.amount_cents:
        return Done("R000002")
    if org_balance(sim, merchant.shortcode) < cents:
        return Done("1")
    sent = _send(sim, merchant, asked, Gift(paid.phone, cents, receipt))
    left = format_units(org_balance(sim, merchant.shortcode))
    told: list[list[Any]] = [
        ["DebitAccountBalance", f"Utility Account|KES|{left}|{left}|0.00|0.00"],
        ["Amount", number(format_units(cents))],
        ["TransCompletedTime", int(daraja_timestamp(sim.now()))],
        ["OriginalTransactionID", receipt],
        ["Charge", number("0.00")],
        ["CreditPartyPublicName", f"{paid.phone} - {paid.name}"],
        ["DebitPartyPublicName", f"{merchant.shortcode} - {merchant.name}"],
    ]
    return Done("0", sent.receipt, told)


WORKS: dict[str, CarryOut] = {"payout": pay_out, "reversal": reverse}


def payment(sim: Sim, shortcode: str, receipt: str) -> Transaction | None:
    """Money that a shortcode received, by its receipt."""
    mine = (t for t in transactions(sim) if t.shortcode == shortcode)
    return next((t for t in mine if t.receipt == receipt), None)


def outgoing(sim: Sim) -> list[Outgoing]:
    """Everything that ever left a shortcode, oldest first."""
    return [Outgoing(**fact) for _, fact in sim.state.all("outgoing")]


def _send(sim: Sim, merchant: Merchant, asked: Asked, gift: Gift) -> Outgoing:
    sent = Outgoing(
        receipt=next_receipt(sim),
        at=rfc3339(sim.now()),
        shortcode=merchant.shortcode,
        phone=gift.phone,
        amount_cents=gift.cents,
        kind=asked.kind,
        originator=asked.originator,
        of=gift.of,
    )
    account = sim.account(gift.phone)
    account.balance_cents += gift.cents
    told = f"{sent.receipt} Confirmed. {ksh(gift.cents)} received from {merchant.name}."
    account.texts = [told, *account.texts][:20]
    sim.save_account(account)
    sim.state.put("org", merchant.shortcode, {"cents": org_balance(sim, merchant.shortcode) - gift.cents})
    sim.state.put("outgoing", f"{sim.state.count('outgoing'):012d}", asdict(sent))
    return sent


def _check(checks: dict[str, bool]) -> None:
    if wrong := next((name for name, passed in checks.items() if not passed), None):
        raise invalid_field(wrong)
