"""The ports of collecting over any store, with a provider that answers at once and nobody on the bus."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import SecretStr

from shared.app import store_adapter
from shared.bus import Outbox
from shared.core.clock import SystemClock, daraja_timestamp
from shared.core.ids import SystemIds
from shared.core.settings import Settings
from shared.payments.attempts import Ask, start
from shared.payments.evidence import Address, keep
from shared.payments.gateways.daraja.client import DarajaGateway
from shared.payments.gateways.daraja.payloads import parse_notice
from shared.payments.gateways.port import Accepted, CollectRequest, Evidence, Outcome, QueryAnswer
from shared.payments.settlement import process_callback
from shared.store import Data, Doc, Key, Once, Query, Store, Where
from shared.store.indexes import SCHEMA
from shared.store.model import Adapter, Scan, Schema

BUSINESS = "biz_bench"
SECRET = SecretStr("bench" * 8)


class Counting:
    """An adapter that counts what is asked of it."""

    def __init__(self, inner: Adapter, calls: Counter[str]) -> None:
        self.inner, self.calls, self._lock = inner, calls, threading.Lock()

    def _count(self, what: str) -> None:
        with self._lock:
            self.calls[what] += 1

    def get_many(self, business: str, keys: Sequence[Key]) -> list[Doc | None]:
        self._count("reads")
        return self.inner.get_many(business, keys)

    def query(self, business: str, scan: Scan) -> list[Doc]:
        self._count("queries")
        return self.inner.query(business, scan)

    def commit(
        self,
        business: str,
        reads: Mapping[Key, str | None],
        writes: Mapping[Key, Doc | None],
        *,
        durable: bool = True,
    ) -> None:
        self._count("commits" if durable else "discards")
        self.inner.commit(business, reads, writes, durable=durable)

    def ensure_indexes(self, schema: Schema) -> None:
        self.inner.ensure_indexes(schema)

    def close(self) -> None:
        self.inner.close()


class SilentBus:
    """Takes every event and tells nobody.

    Args:
        collects_outbox: it reads the outbox's rows itself, as the embedded bus does; else they are discarded
            once they are published, as with Pub/Sub.
    """

    def __init__(self, *, collects_outbox: bool) -> None:
        self.collects_outbox = collects_outbox

    def wake(self) -> None:
        return

    def publish(self, events: Sequence[Data]) -> None:
        return

    def close(self) -> None:
        return


class Provider:
    """Accepts every prompt, and says of every request that it was paid."""

    provider = "mpesa"
    capabilities = DarajaGateway.capabilities

    def known_as(self, attempt_id: str) -> str:
        return ""

    def initiate(self, request: CollectRequest) -> Accepted:
        return Accepted(f"ws_CO_{request.attempt_id}", "m-1")

    def query(self, request_id: str) -> QueryAnswer:
        return QueryAnswer(Evidence("mpesa", "query", Outcome.SUCCESS, "0", request_id=request_id))

    def parse(self, route: str, headers: Mapping[str, str], raw: bytes) -> Evidence:
        return parse_notice(route, raw)


class Desk:
    """Ports of the room over ``url``; ``calls`` counts what the store is asked."""

    def __init__(self, url: str) -> None:
        self.calls: Counter[str] = Counter()
        self.clock, self.ids = SystemClock(), SystemIds()
        self.settings = Settings(auth_secret=SECRET, callback_secret=SECRET, daraja_shortcode="174379")
        self.store = Store(Counting(store_adapter(url), self.calls), SCHEMA, self.clock, self.ids)
        self.store.ensure_indexes()
        self.store.put(BUSINESS, Key("profile", "business"), {"name": "Bench", "shortcode": "174379"})
        self.outbox = Outbox(self.store, SilentBus(collects_outbox=url.startswith("sqlite:")))
        self.gateway = Provider()
        self.airtel = self.blobs = self.tokens = None
        self._receipts = iter(range(1, 10**6))
        self._phones = iter(range(10**8))

    def ask(self, key: str) -> str:
        """Prompt a payer of their own; returns the attempt's id."""
        phone = f"2547{next(self._phones):08d}"
        ask = Ask(phone, 116_000, "", key.upper(), "Bench")
        return start(self, BUSINESS, "usr_bench", ask, Once(f"{BUSINESS}/{key}", "f")).id  # type: ignore[arg-type]

    def settle(self, attempt_id: str) -> None:
        """From the callback's arrival to the books."""
        address = Address("stk", BUSINESS, attempt_id)
        kept = keep(self, address, self._callback(attempt_id), {"content-type": "application/json"})  # type: ignore[arg-type]
        process_callback(self, BUSINESS, kept)  # type: ignore[arg-type]

    def _callback(self, attempt_id: str) -> bytes:
        now = self.clock.now()
        values: dict[str, Any] = {
            "Amount": 1160.0,
            "MpesaReceiptNumber": f"UKQ{next(self._receipts):07d}",
            "TransactionDate": int(daraja_timestamp(now)),
        }
        told = {
            "MerchantRequestID": "m-1",
            "CheckoutRequestID": f"ws_CO_{attempt_id}",
            "ResultCode": 0,
            "ResultDesc": "The service request is processed successfully.",
            "CallbackMetadata": {"Item": [{"Name": n, "Value": v} for n, v in values.items()]},
        }
        return json.dumps({"Body": {"stkCallback": told}}).encode()

    def settled(self) -> int:
        """How many payments are settled, each with its entry in the journal."""
        where = (Where("status", "==", "settled"),)
        payments = self.store.all(BUSINESS, Query("payments", where, "paid_at"))
        entries = self.store.all(BUSINESS, Query("journal", (), "recorded_at"))
        return min(len(payments), len(entries))

    def close(self) -> None:
        self.store.close()
