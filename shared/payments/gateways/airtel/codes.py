"""What Airtel's codes mean for the money. Codes are matched, prose never is.

Source: response codes and transaction statuses of Airtel's collection API (reference: payments 2).
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.payments.gateways.port import Outcome

FAMILY = "DP00800001"
SUCCESS, IN_PROCESS = "001", "006"
NOT_FOUND = "025"
DUPLICATE = frozenset({"ESB000041"})
"""The id was sent before: Airtel knows this payment, so it is asked about and never sent again."""
UNREADABLE = frozenset({"ESB000008", "ESB000033", "ESB000034", "ESB000035", "ESB000036", "ESB000039"})
"""Refused before any phone was prompted: a field, the number, country, currency or our app is wrong."""
DONE = "ESB000010"


@dataclass(frozen=True, slots=True)
class AirtelResult:
    """One row: the outcome of a failed transaction (TF), and our word for why nothing was paid."""

    outcome: Outcome
    failure: str = ""


_RETRYABLE, _FINAL = Outcome.FAILED_RETRYABLE, Outcome.FAILED_FINAL
_AMBIGUOUS = AirtelResult(Outcome.UNKNOWN)
FAILURES = {
    "000": _AMBIGUOUS,
    "001": _AMBIGUOUS,
    "002": AirtelResult(_RETRYABLE, "wrong_pin"),
    "003": AirtelResult(_FINAL, "limit"),
    "004": AirtelResult(_FINAL, "amount_invalid"),
    "005": AirtelResult(_RETRYABLE, "no_answer"),
    "006": _AMBIGUOUS,
    "007": AirtelResult(_RETRYABLE, "insufficient_funds"),
    "008": AirtelResult(_RETRYABLE, "refused"),
    "009": AirtelResult(_FINAL, "refused"),
    "010": AirtelResult(_FINAL, "barred"),
    "024": _AMBIGUOUS,
    "025": _AMBIGUOUS,
    "026": AirtelResult(_FINAL, "refused"),
    "029": AirtelResult(_RETRYABLE, "expired"),
}
"""By the last three digits of the response code. Ambiguous ones prove nothing, whatever else is said."""
NEVER_PROMPTED = frozenset({"003", "004", "010", "026"})
"""As the answer to a push: the request was turned down before the phone showed anything."""


def short(code: str) -> str:
    """``DP00800001007`` -> ``007``; "" for what is no response code."""
    return code.removeprefix(FAMILY) if code.startswith(FAMILY) and len(code) == len(FAMILY) + 3 else ""


def failed(code: str) -> AirtelResult:
    """What a failed transaction (TF) with this response code proves.

    Airtel is sure of TF itself, so a code outside the table, or none, is a failure like any other.
    """
    return FAILURES.get(short(code), AirtelResult(_RETRYABLE, "failed"))
