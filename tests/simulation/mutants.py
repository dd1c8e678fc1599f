"""The product with one promise taken out, each by a patch on the real code: every one must be noticed.

The first thirteen are those of the prototype (docs/decisions/0024); the others are our own. A mutant that
survives says that the world around the handlers is too kind, or that nobody looks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import count
from typing import Any
from unittest.mock import patch

from shared import books
from shared.bus import Outbox
from shared.bus.outbox import OUTBOX
from shared.core.errors import Retryable, UnknownOutcome
from shared.matching import reconcile
from shared.messages import claims, delivery
from shared.messages.claims import MESSAGES, Standing
from shared.payments import attempts, ipn, money, payout_sending, pulling, settlement, sweep, timer
from shared.payments.evidence import Address
from shared.payments.payout_states import TRANSITIONS as PAYOUT_TRANSITIONS
from shared.payments.payout_states import PayoutState
from shared.payments.payout_states import Signal as PayoutSignal
from shared.payments.states import TRANSITIONS, Signal, State
from shared.store import Key, Once, Store, Tx
from tests.simulation import world
from tests.simulation.memory import Memory, SimulatedStore

Mutation = Callable[[ExitStack], None]
MUTANTS: dict[str, Mutation] = {}


def mutant(name: str) -> Callable[[Mutation], Mutation]:
    def register(mutation: Mutation) -> Mutation:
        MUTANTS[name] = mutation
        return mutation

    return register


@contextmanager
def mutated(name: str) -> Iterator[None]:
    """The product with this mutant in it."""
    with ExitStack() as stack:
        MUTANTS[name](stack)
        yield


def _set(stack: ExitStack, owner: Any, name: str, value: Any) -> None:
    stack.enter_context(patch.object(owner, name, value))


def _once_key(once: Once) -> Key:
    return Key("once", hashlib.sha256(once.key.encode()).hexdigest())


# ---- the prototype's thirteen
class _Doubling:
    """A transaction in which each telling of money is money of its own."""

    def __init__(self, tx: Tx, told: str) -> None:
        self._tx = tx
        self._mark = hashlib.sha256(told.encode()).hexdigest()[:6]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tx, name)

    def create(self, key: Key, data: dict[str, Any]) -> Any:
        if key.collection == "money":
            return self._tx.set(key, data)
        marked = {**data, "money_id": f"{data['money_id']}-{self._mark}"}
        return self._tx.create(Key(key.collection, f"{key.id}-{self._mark}"), marked)


@mutant("callback without idempotency")
def _(stack: ExitStack) -> None:
    real = money.open_payment
    _set(stack, money, "find", lambda tx, evidence: None)
    _set(stack, money, "open_payment", lambda tx, e, c, i, a: real(_Doubling(tx, i), e, c, i, a))


@mutant("idempotency record after the commit")
def _(stack: ExitStack) -> None:
    real = Store.transaction

    def transaction(self: Store, business: str, fn: Any, *, once: Once | None = None, **more: Any) -> Any:
        if once is None:
            return real(self, business, fn, **more)
        done = self.get(business, _once_key(once))
        if done is not None:
            once.replayed = True
            return done.data["result"]
        result = real(self, business, fn, **more)
        real(self, business, lambda tx: tx.put(_once_key(once), {"fingerprint": "", "result": result}))
        return result

    _set(stack, Store, "transaction", transaction)


@mutant("publish without outbox")
def _(stack: ExitStack) -> None:
    real = Tx.set

    def set_(self: Tx, key: Key, data: dict[str, Any]) -> Any:
        if key.collection != OUTBOX:
            return real(self, key, data)
        return self.__dict__.setdefault("told", []).append(data["event"])

    def publish(self: Outbox, tx: Tx) -> None:
        if told := tx.__dict__.get("told"):
            try:
                self._bus.publish(told)
            except Retryable:
                return

    _set(stack, Tx, "set", set_)
    _set(stack, Outbox, "_publish", publish)


@mutant("no sweep and no status query")
def _(stack: ExitStack) -> None:
    _set(stack, timer, "sweep", lambda ports: sweep.Swept())
    _set(stack, settlement, "ask_provider", lambda *_, **__: None)


@mutant("last status wins")
def _(stack: ExitStack) -> None:
    for state in (State.SUCCEEDED, State.CLAIMED):
        stack.enter_context(patch.dict(TRANSITIONS[state], {Signal.FAILURE: State.FAILED}))


def _unverified(stack: ExitStack, blind: Callable[[Key], bool]) -> None:
    real = Memory.holds

    def holds(self: Memory, business: str, reads: dict[Key, str | None]) -> bool:
        return real(self, business, {key: etag for key, etag in reads.items() if not blind(key)})

    _set(stack, Memory, "holds", holds)


@mutant("blind allocation write")
def _(stack: ExitStack) -> None:
    _unverified(stack, lambda key: key.collection == "invoices")


@mutant("unknown commit treated as success")
def _(stack: ExitStack) -> None:
    real = SimulatedStore.commit

    def commit(self: SimulatedStore, *given: Any, **named: Any) -> None:
        try:
            real(self, *given, **named)
        except UnknownOutcome:
            return

    _set(stack, SimulatedStore, "commit", commit)


@mutant("closed by the clock, late success ignored")
def _(stack: ExitStack) -> None:
    real = settlement._paid

    def paid(ports: Any, tx: Tx, attempt: Any, evidence: Any, evidence_id: str) -> None:
        if State(attempt.data["status"]) not in {State.EXPIRED, State.FAILED}:
            real(ports, tx, attempt, evidence, evidence_id)

    _set(stack, settlement, "_paid", paid)


@mutant("amount of the request, not of the callback")
def _(stack: ExitStack) -> None:
    real = settlement._paid

    def paid(ports: Any, tx: Tx, attempt: Any, evidence: Any, evidence_id: str) -> None:
        told = evidence.amount_cents and attempt.data["amount_cents"]
        real(ports, tx, attempt, replace(evidence, amount_cents=told), evidence_id)

    _set(stack, settlement, "_paid", paid)


@mutant("store without version check")
def _(stack: ExitStack) -> None:
    _unverified(stack, lambda _key: True)


@mutant("random notification key")
def _(stack: ExitStack) -> None:
    numbers = count()
    _set(stack, delivery, "message_key", lambda notice, recipient: Key(MESSAGES, f"msg_{next(numbers)}"))


@mutant("publish before commit")
def _(stack: ExitStack) -> None:
    def run(self: Outbox, business: str, fn: Any, *, once: Once | None = None) -> Any:
        def early(tx: Tx) -> Any:
            result = fn(tx)
            rows = [doc.data["event"] for key, doc in tx.writes.items() if key.collection == OUTBOX and doc]
            if rows:
                self._bus.publish(rows)
            return result

        return self._store.transaction(business, early, once=once)

    _set(stack, Outbox, "run", run)


@mutant("attempt written only after the push")
def _(stack: ExitStack) -> None:
    def start(ports: Any, business: str, actor: str, ask: Any, once: Once) -> Any:
        done = ports.store.get(business, _once_key(once))
        if done is not None:
            return ports.store.require(business, Key("attempts", done.data["result"]["attempt_id"]))
        draft = Tx(ports.store, business)
        key = attempts._write_intent(ports, draft, actor, ask, once).key
        answer = attempts._ask_provider(ports, business, draft.writes[key])

        def write(tx: Tx) -> Any:
            attempts._write_intent(ports, tx, actor, ask, once)
            attempts._write_outcome(tx, key, answer)
            return {"attempt_id": key.id}

        ports.store.transaction(business, write, once=once)
        return ports.store.require(business, key)

    _set(stack, world, "start", start)


# ---- our own
@mutant("no idempotency key")
def _(stack: ExitStack) -> None:
    real, numbers = Store.transaction, count()

    def transaction(self: Store, business: str, fn: Any, *, once: Any = None, **more: Any) -> Any:
        return real(self, business, fn, **more)

    _set(stack, Store, "transaction", transaction)
    _set(stack, attempts, "attempt_id_of", lambda business, once: f"att_{next(numbers)}")


@mutant("a callback address proves nothing")
def _(stack: ExitStack) -> None:
    _set(
        stack,
        ipn,
        "authenticate",
        lambda ports, route, business, subject, token: Address(route, business, subject),
    )


@mutant("a claim is taken for proof")
def _(stack: ExitStack) -> None:
    _set(stack, settlement, "_trusted", lambda policy, evidence: True)


@mutant("expiry overturns success")
def _(stack: ExitStack) -> None:
    def plan(ports: Any, tx: Tx, key: Key) -> None:
        attempt = tx.require(key)
        if sweep.expired(attempt.data["created_on"], ports.clock.now()):
            tx.update(key, {"status": State.EXPIRED.value, "polling": False})

    _set(stack, sweep, "_plan_next", plan)


@mutant("twins are not recognised")
def _(stack: ExitStack) -> None:
    _set(stack, settlement, "twin_of", lambda tx, evidence: None)
    _set(stack, settlement, "loose_for", lambda tx, attempt: None)


@mutant("a message without an outcome is sent again")
def _(stack: ExitStack) -> None:
    real = claims.standing

    def standing(message: Any, now: Any) -> Standing:
        found = real(message, now)
        return Standing.OURS if found is Standing.LOST else found

    _set(stack, claims, "standing", standing)
    _set(stack, delivery, "standing", standing)


@mutant("the outbox is not relayed")
def _(stack: ExitStack) -> None:
    _set(stack, Outbox, "relay", lambda self, business: 0)


@mutant("listings do not overlap")
def _(stack: ExitStack) -> None:
    _set(stack, pulling, "OVERLAP", pulling.OVERLAP * 0)


@mutant("a dead submitter's push is sent again")
def _(stack: ExitStack) -> None:
    def again(ports: Any, business: str, attempt_id: str) -> None:
        attempt = ports.store.require(business, Key("attempts", attempt_id))
        ports.gateway.initiate(attempts._request(ports, business, attempt))

    _set(stack, sweep, "lose_submitter", again)


@mutant("the entry is written after the commit")
def _(stack: ExitStack) -> None:
    real, commit = books.receive_payment, Store._commit

    def later(tx: Tx, payment: dict[str, Any]) -> None:
        tx.__dict__.setdefault("later", []).append(payment)

    def committed(self: Store, tx: Tx) -> None:
        commit(self, tx)
        for payment in tx.__dict__.pop("later", []):
            self.transaction(tx.business, lambda one, p=payment: real(one, p))

    _set(stack, books, "receive_payment", later)
    _set(stack, Store, "_commit", committed)


@mutant("sealers do not see each other")
def _(stack: ExitStack) -> None:
    _unverified(stack, lambda key: key.collection in {"blocks", "unsealed"})


@mutant("matched without looking again")
def _(stack: ExitStack) -> None:
    _set(stack, reconcile, "_waits", lambda payment: payment.data["status"] == "settled")


@mutant("a payout is sent under a new id each time")
def _(stack: ExitStack) -> None:
    real, numbers = payout_sending._request, count()

    def request(ports: Any, business: str, payout: Any, known: str) -> Any:
        return replace(real(ports, business, payout, known), request_id=f"{known}-{next(numbers)}")

    _set(stack, payout_sending, "_request", request)


@mutant("an unknown payout is taken for failed")
def _(stack: ExitStack) -> None:
    for state in (PayoutState.SENDING, PayoutState.SENT):
        changed = {PayoutSignal.SILENCE: PayoutState.FAILED, PayoutSignal.TIMEOUT: PayoutState.FAILED}
        stack.enter_context(patch.dict(PAYOUT_TRANSITIONS[state], changed))
