"""A small world for tests: simulated Airtel and a business's receiver, both on real loopback HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from local.airtel import Airtel, Fault, Merchant, Options, add_fault, build_airtel
from local.airtel.model import Payment
from local.airtel.payments import answer
from local.safaricom.serving import Served
from local.safaricom.state import State
from shared.core.clock import ManualClock
from shared.core.ids import SeededIds
from shared.payments.gateways.airtel.account import AirtelAccount
from shared.payments.gateways.airtel.client import AirtelGateway
from shared.payments.gateways.airtel.transport import AirtelTransport
from shared.payments.gateways.port import (
    Accepted,
    CollectRequest,
    Evidence,
    NoAnswer,
    PayoutRequest,
    QueryAnswer,
)
from shared.payments.gateways.tokens import MemoryTokens
from tests.unit.local.safaricom_world import Receiver, receiving

START = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
PHONE, NINE = "254733000111", "733000111"
PATH = "/ipn/airtel/token"


@dataclass
class World:
    airtel: Airtel
    clock: ManualClock
    receiver: Receiver
    url: str
    tokens: MemoryTokens = field(default_factory=MemoryTokens)

    def gateway(self, **changes: str) -> AirtelGateway:
        merchant = self.airtel.sim.merchant
        fields = {"base_url": self.url, "key": merchant.key, "secret": merchant.secret}
        account = AirtelAccount(**{**fields, "callback_key": merchant.callback_key, **changes})
        transport = AirtelTransport(account.base_url, connect=2.0, read=1.0)
        return AirtelGateway(account, self.clock, self.tokens, transport)

    def request(self, amount: int = 100, attempt: str = "att_1a2b", phone: str = PHONE) -> CollectRequest:
        return CollectRequest(attempt, phone, amount * 100, "INV12", "Invoice 12", "")

    def push(self, **options: Any) -> str:
        """Start a payment and return its id."""
        accepted = self.gateway().initiate(self.request(**options))
        assert isinstance(accepted, Accepted), accepted
        return accepted.request_id

    def answer(self, id_: str, action: str = "pin", pin: str = "1234") -> Payment | None:
        return answer(self.airtel.sim, id_, action, pin)

    def pay(self, **options: Any) -> str:
        """Start a payment, enter the right PIN, let what is due be delivered."""
        id_ = self.push(**options)
        self.answer(id_)
        self.deliver()
        return id_

    def ask(self, id_: str) -> Evidence | str:
        """What an enquiry proves, or why nothing."""
        answer = self.gateway().query(id_)
        assert isinstance(answer, QueryAnswer | NoAnswer)
        return answer.evidence if isinstance(answer, QueryAnswer) else answer.reason

    def deliver(self, seconds: float = 0) -> int:
        self.clock.advance(seconds)
        return self.airtel.deliver_due()

    def fault(self, name: str, **fields: Any) -> None:
        add_fault(self.airtel.sim, Fault(name, **fields))

    def callbacks(self) -> list[bytes]:
        return self.receiver.bodies(PATH)

    def truth(self) -> Payment:
        """The one payment there is, as Airtel knows it."""
        (payment,) = self.airtel.sim.payments()
        return payment

    def refund(self, receipt: str) -> Any:
        return self.gateway().refund(PayoutRequest("pyo_1", PHONE, 0, "refund", "x", receipt))


@contextmanager
def world(callback_key: str = "", **options: Any) -> Iterator[World]:
    """A fresh world; times stand still until the test moves them."""
    clock = ManualClock(START)
    with receiving() as receiver:
        merchant = Merchant(callback_url=receiver.url + PATH, callback_key=callback_key)
        airtel = build_airtel(State(), clock, ids=SeededIds(7), merchant=merchant, options=Options(**options))
        with Served(airtel) as served:
            yield World(airtel, clock, receiver, served.url)
        airtel.close()
