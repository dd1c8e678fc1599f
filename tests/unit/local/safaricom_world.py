"""A small world for tests: simulated Safaricom and a business's receiver, both on real loopback HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests

from local.safaricom import Fault, Merchant, Options, Safaricom, State, add_fault, build_safaricom
from local.safaricom.certificate import certificate_pem
from local.safaricom.ledger import org_balance
from local.safaricom.model import Push
from local.safaricom.prompts import answer
from local.safaricom.serving import Served
from shared.core.clock import Clock, ManualClock
from shared.core.ids import SeededIds
from shared.payments.gateways.daraja.client import DarajaGateway
from shared.payments.gateways.daraja.initiator import Initiator
from shared.payments.gateways.daraja.request import DarajaAccount
from shared.payments.gateways.daraja.transport import DarajaTransport
from shared.payments.gateways.daraja.urls import callback_url
from shared.payments.gateways.port import Accepted, CollectRequest, PayoutRequest
from shared.payments.gateways.tokens import MemoryTokens

START = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
PHONE = "254712345678"
SECRET = "s" * 32


@dataclass
class Received:
    """One post that the business got."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """The business's side: keeps what is posted and answers what it is told to."""

    posts: list[Received] = field(default_factory=list)
    status: int = 200
    answer: bytes = b'{"ResultCode":"0","ResultDesc":"Accepted"}'
    url: str = ""

    def bodies(self, part: str = "/ipn/stk/") -> list[bytes]:
        return [post.body for post in self.posts if part in post.path]


@dataclass
class World:
    safaricom: Safaricom
    clock: ManualClock
    receiver: Receiver
    url: str
    merchant: Merchant
    tokens: MemoryTokens = field(default_factory=MemoryTokens)

    def account(self, **changes: Any) -> DarajaAccount:
        m = self.merchant
        fields: dict[str, Any] = {
            "base_url": self.url,
            "key": m.key,
            "secret": m.secret,
            "shortcode": m.shortcode,
            "passkey": m.passkey,
            "till": m.till,
            "initiator": self.initiator(),
        }
        return DarajaAccount(**{**fields, **changes})

    def initiator(self, **changes: str) -> Initiator:
        m = self.merchant
        pem = certificate_pem(self.safaricom.sim.state)
        return Initiator(
            **{"name": m.initiator, "password": m.initiator_password, "certificate": pem, **changes}
        )

    def payout(self, request_id: str = "pyo_1", shillings: int = 500, **changes: Any) -> PayoutRequest:
        urls = [
            callback_url(self.receiver.url, r, "biz_1", request_id, SECRET) for r in ("result", "timeout")
        ]
        fields = {"request_id": request_id, "phone": PHONE, "amount_cents": shillings * 100}
        fields |= {"purpose": "refund", "remarks": "Refund", "result_url": urls[0], "timeout_url": urls[1]}
        return PayoutRequest(**{**fields, **changes})

    def hold(self, shillings: int) -> None:
        """What the business's shortcode holds."""
        self.safaricom.sim.state.put("org", self.merchant.shortcode, {"cents": shillings * 100})

    def held(self) -> int:
        return org_balance(self.safaricom.sim, self.merchant.shortcode) // 100

    def gateway(self, clock: Clock | None = None, **changes: Any) -> DarajaGateway:
        account = self.account(**changes)
        transport = DarajaTransport(account.base_url, connect=2.0, read=1.0)
        return DarajaGateway(account, clock or self.clock, self.tokens, transport)

    def request(self, amount: int = 100, attempt: str = "att_1", phone: str = PHONE) -> CollectRequest:
        url = callback_url(self.receiver.url, "stk", "biz_1", attempt, SECRET)
        return CollectRequest(attempt, phone, amount * 100, "INV12", "Invoice 12", url)

    def push(self, **options: Any) -> str:
        """Start a payment and return its CheckoutRequestID."""
        accepted = self.gateway().initiate(self.request(**options))
        assert isinstance(accepted, Accepted), accepted
        return accepted.request_id

    def answer(self, checkout: str, action: str = "pin", pin: str = "1234") -> Push | None:
        return answer(self.safaricom.sim, checkout, action, pin)

    def pay(self, **options: Any) -> str:
        """Start a payment, enter the right PIN, let what is due be delivered."""
        checkout = self.push(**options)
        self.answer(checkout)
        self.deliver()
        return checkout

    def deliver(self, seconds: float = 0) -> int:
        self.clock.advance(seconds)
        return self.safaricom.deliver_due()

    def fault(self, name: str, **fields: Any) -> None:
        add_fault(self.safaricom.sim, Fault(name, **fields))

    def register(self, version: str = "v2", response_type: str = "Completed") -> requests.Response:
        body = {
            "ShortCode": self.merchant.shortcode,
            "ResponseType": response_type,
            "ConfirmationURL": f"{self.receiver.url}/ipn/c2b/confirmation/x",
            "ValidationURL": f"{self.receiver.url}/ipn/c2b/validation/x",
        }
        return self.post(f"/mpesa/c2b/{version}/registerurl", body)

    def post(self, path: str, body: Any) -> requests.Response:
        return requests.post(self.url + path, json=body, headers=self.bearer(), timeout=5)

    def bearer(self) -> dict[str, str]:
        oauth = requests.get(
            f"{self.url}/oauth/v1/generate?grant_type=client_credentials",
            auth=(self.merchant.key, self.merchant.secret),
            timeout=5,
        )
        return {"Authorization": f"Bearer {oauth.json()['access_token']}"}


@contextmanager
def world(state: State | None = None, merchant: Merchant | None = None, **options: Any) -> Iterator[World]:
    """A fresh world; times stand still until the test moves them."""
    clock = ManualClock(START)
    merchant = merchant or Merchant()
    safaricom = build_safaricom(
        state or State(), clock, ids=SeededIds(7), merchants=[merchant], options=Options(**options)
    )
    with receiving() as receiver, Served(safaricom) as served:
        yield World(safaricom, clock, receiver, served.url, merchant)
    safaricom.close()


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver on a port of its own."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.posts.append(Received(self.path, dict(self.headers), body))
            self.send_response(receiver.status)
            self.send_header("Content-Length", str(len(receiver.answer)))
            self.end_headers()
            self.wfile.write(receiver.answer)

        def log_message(self, *_: Any) -> None:
            """Say nothing: the tests look at ``posts``."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
