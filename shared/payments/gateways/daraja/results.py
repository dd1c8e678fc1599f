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
    """One row: the outcome, and the message key that tells the cashier what to do next."""

    code: str
    outcome: Outcome
    next_step: str

    @property
    def may_be_overturned(self) -> bool:
        """A failure that a later success is known to follow (the phone answered after all)."""
        return self.code in {"1037", "1019"}


_ROWS = (
    ("0", Outcome.SUCCESS, "stk.confirm_payment"),
    ("1", Outcome.FAILED_RETRYABLE, "stk.top_up_and_retry"),
    ("2", Outcome.FAILED_FINAL, "stk.amount_below_minimum"),
    ("3", Outcome.FAILED_FINAL, "stk.amount_above_maximum"),
    ("4", Outcome.FAILED_FINAL, "stk.daily_limit_reached"),
    ("8", Outcome.FAILED_FINAL, "stk.balance_limit_reached"),
    ("17", Outcome.UNKNOWN, "stk.same_payment_within_two_minutes"),
    ("26", Outcome.UNKNOWN, "stk.provider_busy"),
    ("1001", Outcome.UNKNOWN, "stk.payer_busy_wait_one_minute"),
    ("1019", Outcome.FAILED_RETRYABLE, "stk.expired_retry"),
    ("1025", Outcome.UNKNOWN, "stk.prompt_not_sent"),
    ("1032", Outcome.FAILED_RETRYABLE, "stk.cancelled_ask_payer"),
    ("1037", Outcome.FAILED_RETRYABLE, "stk.no_answer_retry"),
    ("2001", Outcome.FAILED_RETRYABLE, "stk.wrong_pin_retry"),
    ("2028", Outcome.CONFIG, "stk.check_shortcode_product"),
    ("4999", Outcome.PENDING, "stk.wait"),
    ("8006", Outcome.CONFIG, "stk.unlock_credential"),
    ("9999", Outcome.UNKNOWN, "stk.prompt_not_sent"),
    ("SFC_IC0003", Outcome.CONFIG, "stk.check_operator"),
)
STK_RESULTS = {code: StkResult(code, outcome, next_step) for code, outcome, next_step in _ROWS}


def stk_result(code: str | int) -> StkResult:
    """The row of a code, as number or text; a code outside the table is unknown, never failed."""
    text = str(code).strip()
    return STK_RESULTS.get(text, StkResult(text, Outcome.UNKNOWN, "stk.ask_support"))
