"""The Daraja gateway: one STK push per attempt, never repeated, and the query that settles doubts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from shared.core.clock import Clock
from shared.core.errors import FieldError, Invalid
from shared.payments.gateways.daraja.initiator import Credentials
from shared.payments.gateways.daraja.line import Line
from shared.payments.gateways.daraja.oauth import OAuth
from shared.payments.gateways.daraja.registering import (
    ADDRESSES,
    LISTING,
    address_body,
    listing_body,
    registered,
)
from shared.payments.gateways.daraja.request import (
    MAX_CENTS,
    MIN_CENTS,
    DarajaAccount,
    push_body,
    query_body,
)
from shared.payments.gateways.daraja.results import PROVIDER, stk_result
from shared.payments.gateways.daraja.sending import (
    BALANCE,
    PAYOUT,
    REVERSAL,
    STATUS,
    TOKEN_REFUSED,
    Body,
    acknowledgement,
    balance_body,
    payout_body,
    payout_faults,
    reversal_body,
    reversal_faults,
    status_body,
    status_faults,
    url_faults,
)
from shared.payments.gateways.daraja.transport import DarajaTransport, error_code, error_message
from shared.payments.gateways.port import (
    Accepted,
    Capabilities,
    CollectRequest,
    Evidence,
    InitiateAnswer,
    NoAnswer,
    Outcome,
    PayoutRequest,
    QueryAnswer,
    Registered,
    Rejected,
    Unknown,
)
from shared.payments.gateways.tokens import SharedToken, TokenRefused, TokenStore
from shared.payments.gateways.transport import HttpAnswer, NoHttpAnswer

PUSH = "/mpesa/stkpush/v1/processrequest"
QUERY = "/mpesa/stkpushquery/v1/query"


class DarajaGateway:
    """M-Pesa collection for one account, over the sandbox, production or the simulated Safaricom."""

    provider = PROVIDER
    capabilities = Capabilities(
        min_cents=MIN_CENTS,
        max_cents=MAX_CENTS,
        whole_shillings=True,
        query_floor_seconds=0,
        can_list=True,
        can_refund=True,
        partial_refunds=True,
    )

    def __init__(
        self,
        account: DarajaAccount,
        clock: Clock,
        tokens: TokenStore,
        transport: DarajaTransport | None = None,
        *,
        calls_per_second: int = 0,
    ) -> None:
        self._account = account
        self._clock = clock
        self._transport = Line(transport or DarajaTransport(account.base_url), clock, calls_per_second)
        oauth = OAuth(account, self._transport, clock)
        self._token = SharedToken(f"{PROVIDER}:{account.key}", tokens, clock, oauth)
        self._credentials = Credentials(account.initiator, clock)

    def known_as(self, attempt_id: str) -> str:
        """Nothing yet: Daraja gives a CheckoutRequestID of its own."""
        return ""

    def parse(self, route: str, headers: Mapping[str, str], raw: bytes) -> Evidence:
        """A callback of an STK push, or a paybill or till notice."""
        from shared.payments.gateways.daraja.payloads import parse_notice  # who only prompts reads none

        return parse_notice(route, raw)

    def initiate(self, request: CollectRequest) -> InitiateAnswer:
        """Send the prompt once; raises Invalid ``collect_invalid`` before anything is sent."""
        body = push_body(self._account, request, self._clock.now())
        try:
            answer = self._post(PUSH, body)
        except TokenRefused as refused:
            return Rejected(refused.code, "Daraja gave no access token", refused.retryable)
        return push_answer(answer)

    def query(self, request_id: str) -> QueryAnswer | NoAnswer:
        """Ask how a push ended. Everything short of a definite answer is NoAnswer, never a failure."""
        body = query_body(self._account, request_id, self._clock.now())
        try:
            answer = self._post(QUERY, body)
        except TokenRefused as refused:
            return NoAnswer(refused.code)
        return query_answer(answer, request_id, self._account.shortcode)

    def register(
        self, confirmation_url: str, validation_url: str, phone: str
    ) -> Registered | Rejected | NoAnswer:
        """Register the C2B addresses and switch Pull Transactions on; what is registered already is fine."""
        bodies = (
            (
                ADDRESSES[self._account.c2b_version],
                address_body(self._account, confirmation_url, validation_url),
            ),
            (LISTING, listing_body(self._account, confirmation_url, phone)),
        )
        for path, body in bodies:
            try:
                outcome = registered(self._post(path, body))
            except TokenRefused as refused:
                return NoAnswer(refused.code)
            if not isinstance(outcome, Registered):
                return outcome
        return Registered()

    def list_since(self, since: datetime, until: datetime) -> list[Evidence] | NoAnswer:
        """What this shortcode received, from Pull Transactions: the last 48 hours at most."""
        from shared.payments.gateways.daraja.pull import pull_window

        try:
            return pull_window(self._post, self._account.shortcode, since, until)
        except TokenRefused as refused:
            return NoAnswer(refused.code)

    def pay_out(self, request: PayoutRequest) -> InitiateAnswer:
        """B2C v3. After Unknown it may be sent again: Daraja refuses a second request with our id."""
        return self._send(PAYOUT, request, payout_body, payout_faults(request), request.request_id)

    def reverse(self, request: PayoutRequest) -> InitiateAnswer:
        """Give a payment back; Daraja reverses each payment once, and answers R000001 the second time."""
        return self._send(REVERSAL, request, reversal_body, reversal_faults(request))

    def ask_status(self, request: PayoutRequest) -> InitiateAnswer:
        """Ask how a request of ours, or a payment, ended; the answer comes to the result address."""
        return self._send(STATUS, request, status_body, status_faults(request))

    def ask_balance(self, result_url: str, timeout_url: str) -> InitiateAnswer:
        """Ask what our accounts at M-Pesa hold; the answer comes to the result address."""
        question = PayoutRequest("", "", 0, "", "Balance", result_url=result_url, timeout_url=timeout_url)
        return self._send(BALANCE, question, balance_body, url_faults(question))

    @property
    def account(self) -> DarajaAccount:
        """Whom it collects for."""
        return self._account

    def call(self, path: str, body: Any) -> HttpAnswer | NoHttpAnswer:
        """One of Daraja's other products (products.py); without a token nothing is sent."""
        try:
            return self._post(path, body)
        except TokenRefused as refused:
            return NoHttpAnswer(refused.code, sent=False)

    def close(self) -> None:
        """Let go of the pooled connections."""
        self._transport.close()

    def _send(
        self,
        path: str,
        request: PayoutRequest,
        make: Callable[[DarajaAccount, PayoutRequest, str], Body],
        faults: Sequence[FieldError],
        request_id: str = "",
    ) -> InitiateAnswer:
        """Sign as the initiator and send; whatever stops it on our side is Rejected, since nothing left."""
        if faults:
            return Rejected("payout_invalid", "; ".join(f"{f.pointer} {f.detail}" for f in faults))
        try:
            body = make(self._account, request, self._credentials.encrypted())
            return acknowledgement(self._post(path, body), request_id)
        except Invalid as unusable:
            return Rejected(unusable.code, unusable.message)
        except TokenRefused as refused:
            return Rejected(refused.code, "Daraja gave no access token", refused.retryable)

    def _post(self, path: str, body: Mapping[str, Any]) -> HttpAnswer | NoHttpAnswer:
        token = self._token.current()
        answer = self._transport.post(path, body, token)
        if isinstance(answer, HttpAnswer) and error_code(answer) in TOKEN_REFUSED:
            # Refused at the door, so nothing was prompted: the only case in which a push is sent again.
            answer = self._transport.post(path, body, self._token.current(refused=token))
        return answer


def push_answer(answer: HttpAnswer | NoHttpAnswer) -> InitiateAnswer:
    """What an answer to the push proves.

    Only a 4xx code of Daraja's own envelope, or a connection that never opened, proves that nothing was
    prompted; 5xx codes are overloaded (D3) and time-outs say nothing.
    """
    if isinstance(answer, NoHttpAnswer):
        if answer.sent:
            return Unknown(answer.reason)
        return Rejected("unreachable", f"Daraja cannot be reached: {answer.reason}", retryable=True)
    if error_code(answer):
        return _push_error(answer)
    request_id = answer.text("CheckoutRequestID")
    if answer.status == 200 and request_id and answer.text("ResponseCode") == "0":
        return Accepted(request_id, answer.text("MerchantRequestID"))
    return Unknown(f"http_{answer.status}", answer.text("ResponseCode"))


def _push_error(answer: HttpAnswer) -> Rejected | Unknown:
    code = error_code(answer)
    if code.startswith("4") and answer.status < 500 and answer.status != 408:
        return Rejected(code, error_message(answer), retryable=code in TOKEN_REFUSED)
    return Unknown(f"http_{answer.status}", code)


def query_answer(
    answer: HttpAnswer | NoHttpAnswer, request_id: str, shortcode: str
) -> QueryAnswer | NoAnswer:
    """What an answer to the query proves; an answer about another request proves nothing."""
    if isinstance(answer, NoHttpAnswer):
        return NoAnswer(answer.reason)
    code = answer.text("ResultCode")
    if error_code(answer) or answer.status != 200 or not code:
        return NoAnswer(error_code(answer) or f"http_{answer.status}")
    if answer.text("CheckoutRequestID") != request_id:
        return NoAnswer("another_request")
    result = stk_result(code)
    if result.outcome is Outcome.PENDING:
        return NoAnswer("in_flight")
    return QueryAnswer(
        Evidence(
            provider=PROVIDER,
            kind="query",
            outcome=result.outcome,
            code=result.code,
            description=answer.text("ResultDesc"),
            request_id=request_id,
            shortcode=shortcode,
            failure=result.failure,
        )
    )
