"""Sealing and verification on every store: two sealers at once, and tampering found."""

from __future__ import annotations

import json
import threading
import uuid
from pathlib import Path
from typing import Any

import pytest

from shared.books import known_balance, seal_journal, sealing, trial_balance
from shared.books.blocks import blocks
from shared.books.journal import JournalEntry, Leg, marker, post
from shared.books.rollups import all_rollups, same
from shared.core.clock import SystemClock
from shared.core.errors import Refused
from shared.core.ids import SystemIds
from shared.store import Doc, Key, Query, Store, Tx
from shared.store.indexes import SCHEMA
from shared.store.sqlite import SqliteAdapter
from tests.contract.conftest import ADAPTERS
from tools.books.rollups import rebuilt
from tools.books.verify import Verification

POSTED, UNMARKED, SMALL = 50, 20, 40
"""Entries, how many of them an older version wrote, and how many make a block here."""


def entry(n: int) -> JournalEntry:
    return JournalEntry(
        id=f"fee-{n:04d}",
        kind="gateway_fee",
        currency="KES",
        effective_at=f"2026-{1 + n % 3:02d}-01T09:00:00.000Z",
        recorded_at=f"2026-03-01T09:00:00.{n:03d}Z",
        legs=(Leg("fees:mpesa", 100 + n), Leg("clearing:mpesa:600123", -100 - n)),
        source=Key("payments", f"mpesa-{n:04d}"),
        actor="test",
    )


def posted(store: Store) -> str:
    """A business of its own with ``POSTED`` entries, of which the first ``UNMARKED`` have no markers."""
    business = f"biz_{uuid.uuid4().hex[:12]}"

    def write(tx: Tx) -> None:
        for n in range(POSTED):
            post(tx, entry(n))

    store.transaction(business, write)
    store.discard(business, [marker(entry(n).id) for n in range(UNMARKED)])
    return business


def test_books_are_sealed_once_and_verify(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "BLOCK", SMALL)
    business = posted(store)
    failures: list[Exception] = []

    def work() -> None:
        try:
            seal_journal(store, business)
        except Exception as error:  # noqa: BLE001 - told below
            failures.append(error)

    sealers = [threading.Thread(target=work) for _ in range(2)]
    for sealer in sealers:
        sealer.start()
    for sealer in sealers:
        sealer.join()
    assert failures == []
    seal_journal(store, business)
    sealed = [one["id"] for block in blocks(store, business) for one in block.data["entries"]]
    assert sorted(sealed) == [entry(n).id for n in range(POSTED)]
    assert store.query(business, Query("unsealed", (), "recorded_at")).docs == []
    months, _ = rebuilt(store, business)
    assert len(months) == 3
    assert all(same(doc.data, months[doc.id]) for doc in all_rollups(store, business))
    assert known_balance(store, business).accounts == trial_balance(store, business).folded()
    verification = Verification(store, business)
    assert list(verification.run()) == []
    assert verification.entries == POSTED


@pytest.mark.parametrize(("collection", "id_"), [("journal", "fee-0003"), ("blocks", "0000000001")])
def test_what_was_written_once_cannot_be_changed_unseen(store: Store, collection: str, id_: str) -> None:
    """SQLite refuses by triggers; the other stores have no such rule, and verification names what changed."""
    business = posted(store)
    seal_journal(store, business)
    key = Key(collection, id_)
    before = store.require(business, key)
    with pytest.raises(Refused, match="written once"):
        store.put(business, key, {**before.data, "memo": "mended"})
    with pytest.raises(Refused, match="written once"):
        store.discard(business, [key])
    if isinstance(store._adapter, SqliteAdapter):
        with pytest.raises(Refused, match="written once"):
            store._adapter.commit(business, {}, {key: _changed(before)})
        assert store.require(business, key) == before
        return
    store._adapter.commit(business, {}, {key: _changed(before)})
    verification = Verification(store, business)
    assert any(id_ in str(finding) for finding in verification.run())
    assert verification.first_broken is not None
    assert verification.first_broken[0] == 1


def _changed(doc: Doc) -> Doc:
    data: dict[str, Any] = json.loads(json.dumps(doc.data))
    data["kind" if "kind" in data else "sealed_at"] = "2026-03-02T09:00:00.001Z"
    return Doc(doc.key, data, "e_tampered", doc.version + 1, doc.created_at, doc.updated_at)


def test_the_stores_that_can_refuse_do(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """SQLite refuses under the store as well: by triggers, made when it is opened."""
    opened = Store(ADAPTERS["sqlite"].opens(tmp_path, request), SCHEMA, SystemClock(), SystemIds())
    opened.ensure_indexes()
    opened.create("biz", Key("blocks", "0000000001"), {"number": 1})
    with pytest.raises(Refused, match="blocks is written once"):
        opened._adapter.commit("biz", {}, {Key("blocks", "0000000001"): None})
    opened.close()
