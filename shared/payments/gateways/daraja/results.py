"""What Daraja's STK result codes mean for the money. Codes are matched, prose never is.

Source: Daraja 3.0 portal, MpesaExpressSimulate and MpesaExpressQuery; 4999 as observed on the sandbox.
The same code arrives with different sentences per channel, so the sentence decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.payments.gateways.port import Outcome

PROVIDER = "mpesa"
"""The first half of the key of M-Pesa money; the second is the receipt number."""


@dataclass(frozen=True, slots=True)
class StkResult:
    """One row: the outcome, and for a definite failure our word for why nothing was paid (else "")."""

    code: str
    outcome: Outcome
    failure: str


_ROWS = (
    ("0", Outcome.SUCCESS, ""),
    ("1", Outcome.FAILED_RETRYABLE, "insufficient_funds"),
    ("2", Outcome.FAILED_FINAL, "amount_too_small"),
    ("3", Outcome.FAILED_FINAL, "amount_too_large"),
    ("4", Outcome.FAILED_FINAL, "limit"),
    ("8", Outcome.FAILED_FINAL, "limit"),
    ("17", Outcome.UNKNOWN, ""),
    ("26", Outcome.UNKNOWN, ""),
    ("1001", Outcome.UNKNOWN, ""),
    ("1019", Outcome.FAILED_RETRYABLE, "expired"),
    ("1025", Outcome.UNKNOWN, ""),
    ("1032", Outcome.FAILED_RETRYABLE, "cancelled"),
    ("1037", Outcome.FAILED_RETRYABLE, "no_answer"),
    ("2001", Outcome.FAILED_RETRYABLE, "wrong_pin"),
    ("2028", Outcome.CONFIG, ""),
    ("4999", Outcome.PENDING, ""),
    ("8006", Outcome.CONFIG, ""),
    ("9999", Outcome.UNKNOWN, ""),
    ("SFC_IC0003", Outcome.CONFIG, ""),
)
STK_RESULTS = {code: StkResult(code, outcome, failure) for code, outcome, failure in _ROWS}


def stk_result(code: str | int) -> StkResult:
    """The row of a code, as number or text; a code outside the table is unknown, never failed."""
    text = str(code).strip()
    return STK_RESULTS.get(text, StkResult(text, Outcome.UNKNOWN, ""))
