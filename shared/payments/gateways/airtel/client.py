"""The Airtel gateway: one push per attempt under our own id, and the enquiry that settles it."""

from __future__ import annotations

from collections.abc import Mapping

from shared.core.clock import Clock
from shared.payments.gateways.airtel.account import (
    FIRST_ENQUIRY_SECONDS,
    MAX_CENTS,
    MIN_CENTS,
    PROVIDER,
    AirtelAccount,
)
from shared.payments.gateways.airtel.answers import enquiry_answer, push_answer, refund_answer
from shared.payments.gateways.airtel.oauth import AirtelOAuth
from shared.payments.gateways.airtel.request import push_body, refund_body, transaction_id
from shared.payments.gateways.airtel.transport import ENQUIRY, PUSH, REFUND, AirtelTransport
from shared.payments.gateways.port import (
    Capabilities,
    CollectRequest,
    Evidence,
    InitiateAnswer,
    NoAnswer,
    PayoutRequest,
    PayoutResult,
    QueryAnswer,
    Rejected,
    Unknown,
)
from shared.payments.gateways.tokens import SharedToken, TokenRefused, TokenStore
from shared.payments.gateways.transport import HttpAnswer, NoHttpAnswer


class AirtelGateway:
    """Airtel Money collection for one app, over UAT, production or the simulated Airtel."""

    provider = PROVIDER
    capabilities = Capabilities(
        min_cents=MIN_CENTS,
        max_cents=MAX_CENTS,
        whole_shillings=True,
        query_floor_seconds=FIRST_ENQUIRY_SECONDS,
        can_list=False,
        can_refund=True,
        partial_refunds=False,
    )

    def __init__(
        self,
        account: AirtelAccount,
        clock: Clock,
        tokens: TokenStore,
        transport: AirtelTransport | None = None,
    ) -> None:
        self._account = account
        self._transport = transport or AirtelTransport(account.base_url)
        oauth = AirtelOAuth(account, self._transport, clock)
        self._token = SharedToken(f"{PROVIDER}:{account.key}", tokens, clock, oauth)

    def known_as(self, attempt_id: str) -> str:
        """Airtel takes our id, so a lost acknowledgement leaves nothing that an enquiry cannot tell."""
        return transaction_id(attempt_id)

    def initiate(self, request: CollectRequest) -> InitiateAnswer:
        """Send the prompt once; raises Invalid ``collect_invalid`` before anything is sent."""
        body = push_body(request)
        try:
            answer = self._call("POST", PUSH, body)
        except TokenRefused as refused:
            return Rejected(refused.code, "Airtel gave no access token", refused.retryable)
        return push_answer(answer, transaction_id(request.attempt_id))

    def query(self, request_id: str) -> QueryAnswer | NoAnswer:
        """Ask how a push ended. Everything short of TS, TF or TE is NoAnswer, never a failure."""
        try:
            answer = self._call("GET", ENQUIRY + transaction_id(request_id))
        except TokenRefused as refused:
            return NoAnswer(refused.code)
        return enquiry_answer(answer, request_id)

    def parse(self, route: str, headers: Mapping[str, str], raw: bytes) -> Evidence:
        """Airtel's one callback."""
        from shared.payments.gateways.airtel.callback import parse_callback

        return parse_callback(raw, self._account.callback_key)

    def refund(self, request: PayoutRequest) -> PayoutResult | Rejected | Unknown:
        """Give the whole payment ``receipt`` back; the answer is the result.

        Airtel knows refunds by the payment that they return, so the same one may be asked for again.
        """
        body = refund_body(request.receipt)
        try:
            answer = self._call("POST", REFUND, body)
        except TokenRefused as refused:
            return Rejected(refused.code, "Airtel gave no access token", refused.retryable)
        return refund_answer(answer, request.request_id)

    def close(self) -> None:
        """Let go of the pooled connections."""
        self._transport.close()

    def _call(self, method: str, path: str, body: object = None) -> HttpAnswer | NoHttpAnswer:
        token = self._token.current()
        answer = self._transport.call(method, path, token, body)
        if isinstance(answer, HttpAnswer) and answer.status == 401:
            # Refused at the door, so nothing was prompted: the only case in which a push is sent again.
            answer = self._transport.call(method, path, self._token.current(refused=token), body)
        return answer
