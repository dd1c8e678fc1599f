"""Money that Safaricom sends for a business: once for each of our ids, told once, late, twice or never."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from shared.core.clock import daraja_timestamp
from shared.payments.gateways.port import Accepted, InitiateAnswer, PayoutRequest, Unknown
from tests.simulation.faults import Faults
from tests.simulation.kernel import Kernel, drawn


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one request: ``code`` "0" when the money went."""

    request: PayoutRequest
    code: str
    receipt: str
    at: str


class Sender:
    """B2C and questions about it. A second request with the same id is refused: Daraja's only idempotency.

    ``sent`` is by the id that we gave, ``went`` by the payout that its address belongs to.
    """

    def __init__(self, kernel: Kernel, faults: Faults, tell: Callable[[str, bytes, int], None]) -> None:
        self._kernel = kernel
        self._faults = faults
        self._tell = tell
        self.sent: dict[str, Sent] = {}
        self.went: dict[str, Sent] = {}
        self.addresses: set[str] = set()

    def pay_out(self, request: PayoutRequest) -> InitiateAnswer:
        return self._kernel.step(f"pay out {request.request_id}", lambda: self._take(request))

    def ask_status(self, request: PayoutRequest) -> InitiateAnswer:
        return self._kernel.step(f"ask about {request.request_id}", lambda: self._asked(request))

    def _take(self, request: PayoutRequest) -> InitiateAnswer:
        faults = self._faults
        if faults.hit("payout_lost"):
            return Unknown("timeout")
        if request.request_id not in self.sent:
            self._send(request)
        if faults.hit("payout_answer_lost"):
            return Unknown("timeout")
        return Accepted(request.request_id)

    def _send(self, request: PayoutRequest) -> None:
        faults = self._faults
        code = "1" if faults.on and faults.random.random() < 0.25 else "0"
        at = daraja_timestamp(self._kernel.true_now())
        sent = self.sent[request.request_id] = Sent(request, code, f"UB2{len(self.sent):07d}", at)
        payout_id = request.result_url.split("/")[-2]
        if self.went.setdefault(payout_id, sent) is not sent:
            self._kernel.broken(f"sent twice for one payout: {payout_id}")
        self._kernel.note(f"sent {request.request_id} {request.amount_cents} code {code}")
        if faults.hit("payout_result_lost"):
            if faults.random.random() < 0.5:
                self._post(request.timeout_url, b"{}", 60)
            return
        delay = 300 if faults.hit("payout_result_late") else 3
        self._post(request.result_url, _result(sent), delay)
        if faults.hit("payout_result_doubled"):
            self._post(request.result_url, _result(sent), delay + 60)

    def _asked(self, request: PayoutRequest) -> InitiateAnswer:
        if self._faults.hit("payout_answer_lost"):
            return Unknown("timeout")
        known = self.sent.get(request.request_id)
        self._post(f"{request.result_url}/status", _status(known), 3)
        return Accepted(f"AG_{self._kernel.steps}")

    def _post(self, url: str, body: bytes, most: float) -> None:
        self.addresses.add(url)
        self._tell(url, body, drawn(self._faults.random, 0.1, most))


def _result(sent: Sent) -> bytes:
    told = {
        "ResultType": 0,
        "ResultCode": int(sent.code),
        "ResultDesc": "said",
        "OriginatorConversationID": sent.request.request_id,
        "ConversationID": "AG_1",
        "TransactionID": sent.receipt,
    }
    if sent.code == "0":
        values = {
            "TransactionAmount": sent.request.amount_cents // 100,
            "TransactionReceipt": sent.receipt,
            "TransactionCompletedDateTime": sent.at,
        }
        items = [{"Key": key, "Value": value} for key, value in values.items()]
        told["ResultParameters"] = {"ResultParameter": items}  # type: ignore[assignment]
    return json.dumps({"Result": told}).encode()


def _status(sent: Sent | None) -> bytes:
    """The answer to a question; of what it never heard of, the question fails."""
    told = {
        "ResultType": 0,
        "ResultCode": 0 if sent else 2032,
        "ResultDesc": "said",
        "ConversationID": "AG_2",
    }
    if sent:
        values = {
            "TransactionStatus": "Completed" if sent.code == "0" else "Failed",
            "ReceiptNo": sent.receipt,
            "Amount": sent.request.amount_cents // 100,
            "FinalisedTime": sent.at,
        }
        items = [{"Key": key, "Value": value} for key, value in values.items()]
        told["ResultParameters"] = {"ResultParameter": items}  # type: ignore[assignment]
    return json.dumps({"Result": told}).encode()
