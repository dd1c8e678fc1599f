"""Before every call: a budget that two processes cannot overspend, a breaker, and ten seconds in all."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from insights_world import Client, World, seed

from local.readers.wording import honest
from shared.core.breaker import FAILURES, PAUSE
from shared.core.clock import ManualClock
from shared.core.errors import Contended
from shared.core.ids import SeededIds
from shared.events import SYSTEM
from shared.insights import gemini, phraser
from shared.insights.call_budget import SPENT, Caps, pay, spent
from shared.insights.gate import CALL, Gate, NotAsked
from shared.insights.ports import PhraserFailed, PlannerFailed
from shared.insights.recent import Recent
from shared.store import Store
from shared.store.indexes import SCHEMA
from shared.store.sqlite import SqliteAdapter

NOW = datetime(2026, 3, 17, 22, 30, tzinfo=UTC)  # the 18th in Nairobi
REVENUE, UNSURE = "How much revenue this month?", "vitu zimekaa aje kwa duka siku hizi"


def open_store(path: Path, seed: int = 1) -> Store:
    store = Store(SqliteAdapter(path, durable=False), SCHEMA, ManualClock(NOW), SeededIds(seed))
    store.ensure_indexes()
    return store


@pytest.fixture
def own(tmp_path: Path) -> Any:
    """A store of the test's own, whose clock it may move."""
    store = open_store(tmp_path / "gate.db")
    yield store
    store.close()


@dataclass
class Model:
    """Planner and writer in one: takes so long, fails or says what is right."""

    clock: ManualClock
    seconds: float = 0
    ill: bool | None = None
    calls: list[str] = field(default_factory=list)

    def choose(self, masked_question: str, intents: Sequence[str]) -> Mapping[str, Any]:
        self._called("choose", PlannerFailed)
        return {"intent": "revenue_total"}

    def phrase(self, about: Mapping[str, Any]) -> str:
        self._called("phrase", PhraserFailed)
        return honest(about)

    def _called(self, what: str, failure: type[PlannerFailed] | type[PhraserFailed]) -> None:
        self.calls.append(what)
        self.clock.advance(self.seconds)
        if self.ill is not None:
            raise failure("as told", ill=self.ill)


def helped(store: Store, caps: Caps | None = None, business: str = "biz_duka") -> tuple[Client, Model]:
    world = World(store, business)
    seed(world)
    clock = store.clock
    assert isinstance(clock, ManualClock)
    model = Model(clock)
    client = Client(world, planner=model, phraser=model)
    client.ports.model_gate = Gate(clock, caps)
    return client, model


def test_the_caps_of_a_day_and_of_a_month(own: Store) -> None:
    caps = Caps(a_day=3, a_month=5)
    assert [pay(own, "biz_a", caps, NOW) for _ in range(5)] == [True] * 3 + [False] * 2
    assert [pay(own, "biz_b", caps, NOW) for _ in range(3)] == [True, True, False], "the month is everybody's"
    day = NOW + timedelta(days=1)
    assert not pay(own, "biz_a", caps, day)
    month = NOW + timedelta(days=14, hours=-1, minutes=-30)  # 31 March, 21:00 UTC: April in Nairobi
    assert pay(own, "biz_a", caps, month)
    assert (spent(own, "biz_a", month).today, spent(own, "biz_a", month).this_month) == (1, 1)


def test_nothing_is_asked_with_a_cap_of_nothing(own: Store) -> None:
    assert not pay(own, "biz_a", Caps(a_day=0), NOW)
    assert not pay(own, "biz_a", Caps(a_month=0), NOW)


def test_a_clock_that_is_behind_begins_no_day_twice(own: Store) -> None:
    caps = Caps(a_day=1)
    assert pay(own, "biz_a", caps, NOW + timedelta(days=1))
    assert not pay(own, "biz_a", caps, NOW)


@pytest.mark.parametrize("broken", ["many", True, None])
def test_a_count_that_cannot_be_read_allows_nothing(own: Store, broken: Any) -> None:
    own.put("biz_a", SPENT, {"span": "2026-03-18", "calls": broken})
    assert not pay(own, "biz_a", Caps(), NOW)
    assert spent(own, "biz_a", NOW).today == 0


def test_two_processes_never_make_the_same_last_call(tmp_path: Path) -> None:
    stores = [open_store(tmp_path / "two.db", number) for number in range(2)]
    paid: list[bool] = []

    def spend(store: Store) -> None:
        for _ in range(40):
            paid.append(pay(store, "biz_a", Caps(a_day=25), NOW))

    threads = [threading.Thread(target=spend, args=(store,)) for store in stores for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counted = spent(stores[0], "biz_a", NOW)
    assert counted.today == 25
    assert sum(paid) <= 25
    for store in stores:
        store.close()


def test_a_count_that_is_contended_fails_no_answer(own: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    client, model = helped(own)

    def contended(*_: Any, **__: Any) -> None:
        raise Contended("others were faster")

    monkeypatch.setattr(own, "transaction", contended)
    answer = client.ask(REVENUE)
    assert (answer["kind"], answer["guard"], model.calls) == ("answered", "not_used", [])
    assert client.ports.model_gate.breaker.allows(), "nothing was learnt of the provider"


def test_over_the_cap_answers_are_those_without_a_model(own: Store) -> None:
    client, model = helped(own, Caps(a_day=2))
    plain = Client(World(own, "biz_duka"))
    assert client.ask(UNSURE)["method"] == "gemini"
    assert model.calls == ["choose", "phrase"]
    client.ports.model_gate.plans = Recent(1)
    client.ports.model_gate.texts = Recent(1)
    for question in (UNSURE, REVENUE):
        assert client.ask(question) == plain.ask(question)
    assert model.calls == ["choose", "phrase"]


def test_what_was_answered_lately_costs_nothing(own: Store) -> None:
    client, model = helped(own, Caps(a_day=2))
    first = client.ask(UNSURE)
    assert client.ask(UNSURE) == first
    assert model.calls == ["choose", "phrase"]
    own.clock.sleep(24 * 3600)
    tomorrow = Client(client.world, planner=model, phraser=model)
    tomorrow.ports.model_gate = client.ports.model_gate
    assert tomorrow.ask(UNSURE)["method"] == "gemini", "another day is another plan"
    assert model.calls == ["choose", "phrase"] * 2


@pytest.mark.parametrize(("seconds", "calls"), [(3, ["choose", "phrase"]), (5, ["choose"]), (6, ["choose"])])
def test_a_question_waits_ten_seconds_at_most(own: Store, seconds: float, calls: list[str]) -> None:
    client, model = helped(own)
    model.seconds = seconds
    began = own.clock.now()
    answer = client.ask(UNSURE)
    assert model.calls == calls
    assert answer["guard"] == ("passed" if len(calls) == 2 else "not_used")
    assert own.clock.now() - began <= timedelta(seconds=10)
    assert spent(own, "biz_duka", own.clock.now()).today == len(calls), "what is not asked is not counted"


def test_the_breaker_is_one_for_both_and_rests(own: Store) -> None:
    client, model = helped(own)
    model.ill = True
    for _ in range(FAILURES):
        assert client.ask(REVENUE)["guard"] == "fell_back"
    assert client.ask(UNSURE)["method"] == "router"
    assert client.ask(REVENUE)["guard"] == "not_used"
    assert model.calls == ["phrase"] * FAILURES
    assert spent(own, "biz_duka", NOW).today == FAILURES
    model.ill = None
    own.clock.sleep(PAUSE.total_seconds())
    assert client.ask(REVENUE)["guard"] == "passed"
    assert client.ports.model_gate.breaker.state == "closed"


def test_a_model_that_talks_nonsense_is_not_ill(own: Store) -> None:
    client, model = helped(own)
    model.ill = False
    for _ in range(FAILURES + 1):
        assert client.ask(REVENUE)["guard"] == "fell_back"
    assert client.ports.model_gate.breaker.state == "closed"


def test_whatever_breaks_inside_a_call_leaves_the_breaker_usable(own: Store) -> None:
    gate = Gate(ManualClock(NOW))
    with pytest.raises(ZeroDivisionError):
        gate.turn(own, "biz_a").ask("phrase", lambda: 1 // 0)
    assert gate.turn(own, "biz_a").ask("phrase", lambda: "fine") == "fine"


def test_the_gate_and_both_clients_mean_the_same_seconds() -> None:
    assert gemini.TIMEOUT_SECONDS == phraser.TIMEOUT_SECONDS == CALL.total_seconds()


def test_a_turn_says_why_it_did_not_ask(own: Store) -> None:
    gate = Gate(ManualClock(NOW), Caps(a_day=0))
    with pytest.raises(NotAsked) as refused:
        gate.turn(own, "biz_a").ask("phrase", lambda: "never")
    assert refused.value.code == "over_cap"


def test_the_status_tells_todays_calls_the_caps_and_the_breaker(own: Store) -> None:
    client, model = helped(own, Caps(a_day=7, a_month=70))
    client.ask(UNSURE)
    other, _ = helped(own, Caps(a_day=7, a_month=70), "biz_next")
    status = other("GET", "/ai/status")[1]
    assert status["calls"] == {"today": 0, "a_day": 7, "this_month": 2, "a_month": 70, "breaker": "closed"}
    status = client("GET", "/ai/status")[1]
    assert status["calls"]["today"] == 2
    assert status["phraser"] == {"switched_on": False, "used": True}
    model.ill = True
    for _ in range(FAILURES):
        client.ports.model_gate.texts = Recent(1)
        client.ask(REVENUE)
    assert client("GET", "/ai/status")[1]["calls"]["breaker"] == "open"


def test_the_months_count_lies_with_no_business(own: Store) -> None:
    assert pay(own, "biz_a", Caps(), NOW)
    assert own.require(SYSTEM, SPENT).data == {"span": "2026-03", "calls": 1}
    assert own.require("biz_a", SPENT).data == {"span": "2026-03-18", "calls": 1}


def test_what_is_kept_is_bounded_and_the_oldest_goes() -> None:
    kept: Recent[int] = Recent(2)
    for number in range(3):
        kept.put(number, number)
        kept.get(1)
    assert [kept.get(number) for number in range(3)] == [None, 1, 2]
    assert len(kept) == 2
