"""Telling Daraja where to announce money, and that we want to pull it (D3 CustomerToBusiness, Pull)."""

from __future__ import annotations

from shared.payments.gateways.daraja.request import DarajaAccount
from shared.payments.gateways.daraja.transport import error_code, error_message
from shared.payments.gateways.daraja.urls import check_callback_url
from shared.payments.gateways.port import NoAnswer, Registered, Rejected
from shared.payments.gateways.transport import HttpAnswer, NoHttpAnswer

ADDRESSES = {"v1": "/mpesa/c2b/v1/registerurl", "v2": "/mpesa/c2b/v2/registerurl"}
"""v1 announces a payer by the SHA-256 of the number and the whole name, v2 masked and by the first name."""
LISTING = "/pulltransactions/v1/register"
ALREADY = "500.003.1001"
"""``Urls are already registered``: production takes them once; its other meaning is an internal error."""


def address_body(account: DarajaAccount, confirmation_url: str, validation_url: str) -> dict[str, str]:
    """The C2B registration; money that we cannot be asked about in time is accepted (``Completed``).

    Raises Invalid ``callback_url_invalid`` for addresses that Daraja would refuse.
    """
    return {
        "ShortCode": account.shortcode,
        "ResponseType": "Completed",
        "ConfirmationURL": check_callback_url(confirmation_url),
        "ValidationURL": check_callback_url(validation_url),
    }


def listing_body(account: DarajaAccount, callback_url: str, phone: str) -> dict[str, str]:
    """The registration for Pull Transactions; Safaricom writes to the nominated number about it."""
    return {
        "ShortCode": account.shortcode,
        "RequestType": "Pull",
        "NominatedNumber": phone,
        "CallBackURL": callback_url,
    }


def registered(answer: HttpAnswer | NoHttpAnswer) -> Registered | Rejected | NoAnswer:
    """What an answer to either registration says."""
    if isinstance(answer, NoHttpAnswer):
        return NoAnswer(answer.reason)
    already = error_code(answer) == ALREADY and "already registered" in error_message(answer).lower()
    code = str(answer.body.get("ResponseCode") or answer.body.get("ResponseStatus") or "")
    if already or (answer.status == 200 and code in {"0", "00", "1000"}):
        return Registered()
    if error_code(answer).startswith("4"):
        return Rejected(error_code(answer), error_message(answer))
    return NoAnswer(error_code(answer) or f"http_{answer.status}")
