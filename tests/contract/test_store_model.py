"""A store and a plain dict, given the same random history, always say the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from shared.core.errors import AlreadyExists, Conflict, NotFound
from shared.store import Key, Query, Where
from shared.store.model import Adapter
from tests.support.box import Box
from tests.support.broken import LosesTies

IDS = st.sampled_from(["a", "b", "B", "c-1", "c.1", "d_1", "zz"])
KINDS = st.sampled_from(["x", "y", "é"])
RANKS = st.integers(-2, 2) | st.sampled_from([-(2**53), 2**53, 2**31])
THINGS = st.fixed_dictionaries({"kind": KINDS, "open": st.booleans(), "rank": RANKS})
PAGE = st.integers(1, 4)


class StoreMachine(RuleBasedStateMachine):
    """Creates, changes, removes and pages through things; the dict is what must be there."""

    adapter: Adapter

    @initialize()
    def begin(self) -> None:
        self.box = Box(self.adapter)
        self.right: dict[str, dict[str, Any]] = {}
        self.etags: dict[str, list[str]] = {}

    def _wrote(self, id_: str, data: dict[str, Any], etag: str) -> None:
        assert etag not in self.etags.setdefault(id_, [])
        self.etags[id_].append(etag)
        self.right[id_] = data

    @rule(id_=IDS, data=THINGS)
    def create(self, id_: str, data: dict[str, Any]) -> None:
        try:
            made = self.box.store.create(self.box.business, Key("things", id_), data)
        except AlreadyExists:
            assert id_ in self.right
        else:
            assert id_ not in self.right
            self._wrote(id_, data, made.etag)

    @rule(id_=IDS, data=THINGS)
    def put(self, id_: str, data: dict[str, Any]) -> None:
        self._wrote(id_, data, self.box.store.put(self.box.business, Key("things", id_), data).etag)

    @rule(id_=IDS, rank=RANKS, stale=st.booleans())
    def update(self, id_: str, rank: int, stale: bool) -> None:
        known = self.etags.get(id_, ["e_none"])
        expected = known[0] if stale else known[-1]
        try:
            doc = self.box.store.update(self.box.business, Key("things", id_), {"rank": rank}, expected)
        except NotFound:
            assert id_ not in self.right
        except Conflict:
            assert expected != known[-1]
        else:
            assert expected == known[-1]
            self._wrote(id_, {**self.right[id_], "rank": rank}, doc.etag)

    @rule(id_=IDS, blindly=st.booleans())
    def remove(self, id_: str, blindly: bool) -> None:
        if blindly:
            self.box.store.discard(self.box.business, [Key("things", id_)])
        else:
            self.box.store.delete(self.box.business, Key("things", id_))
        self.right.pop(id_, None)

    @rule(source=IDS, goal=IDS, fails=st.booleans())
    def move(self, source: str, goal: str, fails: bool) -> None:
        def swap(tx: Any) -> list[Any]:
            docs = tx.get_many([Key("things", source), Key("things", goal)])
            written = [
                (id_, tx.put(Key("things", id_), doc.data))
                for id_, doc in zip((goal, source), docs, strict=True)
                if doc is not None
            ]
            if fails:
                raise ZeroDivisionError
            return written

        try:
            written = self.box.store.transaction(self.box.business, swap)
        except ZeroDivisionError:
            return
        for id_, doc in dict(written).items():
            self._wrote(id_, doc.data, doc.etag)

    @rule(kind=st.none() | KINDS, low=st.none() | RANKS, descending=st.booleans(), limit=PAGE)
    def page_through(self, kind: str | None, low: int | None, descending: bool, limit: int) -> None:
        where = [Where("kind", "==", kind)] if kind else []
        where += [Where("rank", ">=", low)] if low is not None else []
        found, cursor = [], None
        while True:
            query = Query("things", tuple(where), "-rank" if descending else "rank", limit, cursor)
            page = self.box.store.query(self.box.business, query)
            found += [(doc.data["rank"], doc.id) for doc in page.docs]
            cursor = page.next
            if cursor is None:
                break
        right = [
            (data["rank"], id_)
            for id_, data in self.right.items()
            if kind in (None, data["kind"]) and (low is None or data["rank"] >= low)
        ]
        assert found == sorted(right, reverse=descending)

    @invariant()
    def everything_is_there(self) -> None:
        if hasattr(self, "box"):
            stored = {doc.id: doc.data for doc in self.box.store.all(self.box.business, Query("things"))}
            assert stored == self.right


def test_random_histories_agree_with_a_dict(adapter: Adapter, histories: int) -> None:
    machine = type("Machine", (StoreMachine,), {"adapter": adapter})
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine,
        settings=settings(
            max_examples=histories,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_machine_notices_a_lost_tie(adapter: Adapter) -> None:
    machine = type("Machine", (StoreMachine,), {"adapter": LosesTies(adapter)})
    with pytest.raises(AssertionError):
        run_state_machine_as_test(  # type: ignore[no-untyped-call]
            machine,
            settings=settings(max_examples=200, deadline=None, database=None, phases=[Phase.generate]),
        )
