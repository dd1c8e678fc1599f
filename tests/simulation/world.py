"""A world around the App: the composition root as it is; its store, bus and providers fail by seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from shared.app import App
from shared.blobs import Blob
from shared.core import context
from shared.core.context import Context
from shared.core.errors import HesabuError, NotFound
from shared.core.ids import SeededIds, derived_id
from shared.events import SYSTEM, SweepDue, new_event
from shared.http import Call
from shared.http.auth import Actor
from shared.payments import ipn
from shared.payments.attempts import Ask, attempt_id_of, start
from shared.payments.payout_requests import PayoutAsk, approve, ask_payout
from shared.payments.registration import register_c2b
from shared.payments.timer import sweep_consumer
from shared.store import Key, Once, Store
from shared.store.indexes import SCHEMA
from tests.simulation.channels import SimulatedChannel
from tests.simulation.faults import Faults
from tests.simulation.kernel import SECOND, Crash, Kernel, KernelClock, drawn
from tests.simulation.memory import Memory, SimulatedStore
from tests.simulation.monitors import Monitors
from tests.simulation.provider import Safaricom
from tests.simulation.queue import CONSUMERS, SimulatedBus
from tests.simulation.setting import BUSINESS, SHORTCODE, Setting

_NOBODY = Actor("", "", "")
_BEHAVIOURS = ("pays", "cancels", "poor", "wrong_pin", "away", "nothing")
_WEIGHTS = (58, 10, 5, 5, 14, 8)
MOST_REQUESTS = 6
"""How often a client asks again with the same key before it gives up."""


class NoFiles:
    """A bucket with nothing in it: receipts are not what is simulated here."""

    bucket = "bucket"

    def list(self, prefix: str = "", after: str = "") -> Iterator[Blob]:
        return iter(())


class World:
    """One business, its payers and its providers, and everything the deployed functions do for them."""

    def __init__(
        self, seed: int, setting: Setting, faults: Faults, kernel: Kernel, behaviours: tuple[str, ...] = ()
    ) -> None:
        self.setting = setting
        self.to_the_end = seed % 4 == 0
        self.faults = faults
        self.random = faults.random
        self.kernel = kernel
        self.memory = Memory(setting.rows)
        self._behaviours = list(behaviours)
        self.provider = Safaricom(kernel, faults, self.post, SHORTCODE, setting.till, self._behaviour)
        self.bus = SimulatedBus(kernel, faults, self._consume)
        self.sms = SimulatedChannel(kernel, faults, "sms")
        self.app = self._compose(seed)
        register_c2b(self.app, BUSINESS)
        self.monitors = Monitors(kernel, self.memory, self.provider, BUSINESS)
        self.memory.watch = self.monitors.watch
        self.poison: set[str] = set()
        self.garbled: set[str] = set()

    def _compose(self, seed: int) -> App:
        clock, ids = KernelClock(self.kernel), SeededIds(seed)
        app = App(self.setting.settings, clock=clock, ids=ids)
        adapter = SimulatedStore(self.kernel, self.memory, self.faults)
        app.built |= {
            "store": Store(adapter, SCHEMA, clock, ids),
            "bus": self.bus,
            "blobs": NoFiles(),
            "gateway": self.provider,
            "airtel": None,
            "sms": self.sms,
            "email": self.sms,
        }
        return app

    def _behaviour(self) -> str:
        if self._behaviours:
            return self._behaviours.pop(0)
        return self.random.choices(_BEHAVIOURS, _WEIGHTS)[0]

    def _skew(self) -> int:
        return drawn(self.random, -90, 90) if self.faults.hit("clock_skew") else 0

    # ---- what the deployed functions do
    def _consume(self, consumer: str, event: dict[str, Any]) -> None:
        CONSUMERS[consumer].handle(self.app, event)

    def sweep(self, delay: int = 0, ended: Callable[[BaseException | None], None] | None = None) -> None:
        """The timer ticks."""
        tick = new_event(SYSTEM, "timer/sweep", self.kernel.steps, "2026-03-02T07:00:00.000Z", SweepDue())
        work = partial(sweep_consumer.handle, self.app, tick.to_cloud_event())
        self.kernel.spawn("sweep", work, delay=delay, skew=self._skew(), ended=ended)

    def post(self, url: str, body: bytes, delay: int, tries: int = 1) -> None:
        """Somebody posts a body to a callback address; without an answer it may be posted again."""
        forged = url not in self.provider.addresses
        ended = partial(self._posted, url, body, forged, tries)
        work = partial(self._answer, url, body)
        self.kernel.spawn("ipn", work, delay=delay, skew=self._skew(), ended=ended)

    def _answer(self, url: str, body: bytes) -> None:
        path = url.removeprefix(self.setting.settings.public_url)
        for route in ipn.api.routes:
            match = route.pattern.fullmatch(path)
            if match is not None:
                request_id = self.app.ids.new("req")
                with context.entered(Context("mpesa_callback", request_id)):
                    route.handler(Call(self.app, _NOBODY, request_id, match.groupdict(), body, {}))
                return
        raise NotFound("there is no such address")

    def _posted(self, url: str, body: bytes, forged: bool, tries: int, failure: BaseException | None) -> None:
        if forged:
            if failure is None:
                self.kernel.broken("an address that proves nothing was answered")
            return
        if failure is None:
            self._kept(url, body)
        elif not isinstance(failure, Crash) and not _tries_help(failure):
            self.kernel.broken(f"a callback was refused: {failure!r}")
        elif tries < 3 and self.random.random() < 0.5:
            self.faults.counts["callback_posted_again"] += 1
            self.post(url, body, drawn(self.random, 5, 120), tries + 1)

    def _kept(self, url: str, body: bytes) -> None:
        """What was answered 200 must never be lost again."""
        for prompt in self.provider.prompts.values():
            if prompt.request.callback_url == url and prompt.receipt and prompt.receipt.encode() in body:
                prompt.told_paid = prompt.told_paid or _whole(body)

    # ---- what people do
    def collect(self, key: str, ask: Ask, delay: int, tries: int = 1) -> None:
        """A client asks for money, and asks again with the same key when it got no answer."""
        work = partial(start, self.app, BUSINESS, "usr", ask, _once(key))
        ended = partial(self._collected, key, ask, tries)
        self.kernel.spawn(f"stk_push:{key}#{tries}", work, delay=delay, skew=self._skew(), ended=ended)

    def attempt_id(self, key: str) -> str:
        return attempt_id_of(BUSINESS, _once(key))

    def _collected(self, key: str, ask: Ask, tries: int, failure: BaseException | None) -> None:
        if failure is None:
            return
        code = getattr(failure, "code", "")
        again = isinstance(failure, Crash) or _tries_help(failure) or code == "idempotency_in_flight"
        if again and tries < MOST_REQUESTS:
            self.faults.counts["request_after_no_answer"] += 1
            # at once, as a program does, or minutes later, as a person does
            self.collect(key, ask, drawn(self.random, 1, self.random.choice((10, 40, 300))), tries + 1)
        elif not again and not isinstance(failure, HesabuError):
            self.kernel.broken(f"a request crashed: {failure!r}")
        elif not again and self.memory.find(BUSINESS, Key("attempts", self.attempt_id(key))) is not None:
            self.kernel.broken(f"a repeated request got {code} instead of its attempt")

    def pay_out(self, key: str, ask: PayoutAsk, delay: int, tries: int = 1) -> None:
        """Somebody asks for money to go out, again with the same key without an answer; another approves."""
        once = Once(f"http|{BUSINESS}|POST /v1/payouts|{key}", "fingerprint", days=30)
        work = partial(ask_payout, self.app, BUSINESS, "usr", ask, once)

        def ended(failure: BaseException | None) -> None:
            if failure is not None and tries < MOST_REQUESTS:
                self.pay_out(key, ask, drawn(self.random, 1, 40), tries + 1)

        self.kernel.spawn(f"payouts:{key}#{tries}", work, delay=delay, skew=self._skew(), ended=ended)
        payout = derived_id("pyo", BUSINESS, once.key)
        for _ in range(3):  # what was approved already is not approved again
            then = delay + drawn(self.random, 1, 300)
            self.act("approve", lambda: approve(self.app, BUSINESS, payout, "usr_other"), then)

    def act(self, name: str, work: Callable[[], object], delay: int) -> None:
        """A person does something once; what is refused or goes wrong is not tried again."""
        self.kernel.spawn(name, work, delay=delay, ended=self._acted)

    def _acted(self, failure: BaseException | None) -> None:
        if failure is not None and not isinstance(failure, Crash | HesabuError):
            self.kernel.broken(f"a person's request crashed: {failure!r}")


def _once(key: str) -> Once:
    """The idempotency key of a client's request, as the HTTP edge makes it."""
    return Once(f"http|{BUSINESS}|POST /v1/attempts|{key}", "fingerprint", days=30)


def _tries_help(failure: BaseException) -> bool:
    return isinstance(failure, HesabuError) and failure.status >= 500


__all__ = ["SECOND", "World"]


def _whole(body: bytes) -> bool:
    """Whether a body was not cut short, be it behind a brace."""
    return body.count(b"{") == body.count(b"}")
