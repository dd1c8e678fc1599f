"""Sealing: every entry in one block exactly once, chained, with its rollups, whoever seals and however
often."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from books_world import Books, RecordingBus
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.books import allocate, known_balance, seal_journal, seal_when_due, trial_balance, unallocate
from shared.books import sealing as sealing_module
from shared.books.blocks import GENESIS, block_key, blocks, last_block
from shared.books.journal import JournalEntry, Leg, intact, marker, post, seal
from shared.books.rollups import all_rollups, cells, fold, same
from shared.books.sealing import ADOPTION, BLOCK, mark_strays, unsealed
from shared.core.errors import Refused
from shared.store import Doc, Key, Query, Store

FAR = timedelta(days=1)


def entry(n: int, cents: int = 100, day: str = "2026-03-01", currency: str = "KES") -> JournalEntry:
    return JournalEntry(
        id=f"pay-R{n:05d}",
        kind="payment_received",
        currency=currency,
        effective_at=f"{day}T09:00:00.000Z",
        recorded_at=f"2026-03-01T09:00:{n // 1000:02d}.{n % 1000:03d}Z",
        legs=(Leg("clearing:mpesa:600123", cents), Leg("suspense:unmatched", -cents)),
        source=Key("payments", f"mpesa-R{n:05d}"),
        actor="test",
    )


def post_many(books: Books, numbers: Sequence[int], **fields: Any) -> None:
    def write(tx: Any) -> None:
        for n in numbers:
            post(tx, entry(n, **fields))

    books.run(write)


def chain(books: Books) -> list[Doc]:
    return list(blocks(books.store, books.business))


def journal(books: Books) -> list[Doc]:
    return books.store.all(books.business, Query("journal", (), "recorded_at"))


def waiting(books: Books) -> list[str]:
    return [doc.id for doc in books.store.all(books.business, Query("unsealed", (), "recorded_at"))]


def rebuilt(books: Books) -> dict[str, dict[str, Any]]:
    """The rollups made anew from blocks and entries."""
    months: dict[str, dict[str, Any]] = {}
    for block in chain(books):
        keys = [Key("journal", sealed["id"]) for sealed in block.data["entries"]]
        found = [doc for doc in books.store.get_many(books.business, keys) if doc is not None]
        assert len(found) == len(keys)
        months |= fold(months, found, block.data["number"])
    return months


def check(books: Books) -> None:
    """All is sealed exactly once, in a whole chain, and every sum is the journal's."""
    everything = {doc.id: doc.data["sha256"] for doc in journal(books)}
    sealed = [(one["id"], one["sha256"]) for block in chain(books) for one in block.data["entries"]]
    assert len(sealed) == len(everything)
    assert dict(sealed) == everything
    assert waiting(books) == []
    previous = GENESIS
    for number, block in enumerate(chain(books), start=1):
        assert (block.id, block.data["number"]) == (block_key(number).id, number)
        assert block.data["previous"] == previous
        assert block.data["sha256"] == seal(block.id, block.data)
        previous = block.data["sha256"]
    stored = {doc.id: doc.data for doc in all_rollups(books.store, books.business)}
    again = rebuilt(books)
    assert stored.keys() == again.keys()
    assert all(same(stored[month], again[month]) for month in stored)
    known, whole = known_balance(books.store, books.business), trial_balance(books.store, books.business)
    assert known.accounts == whole.folded()
    assert (known.entries, known.sealed) == (whole.entries, whole.entries)


def test_entries_are_chained_in_blocks_and_nothing_waits(books: Books) -> None:
    post_many(books, range(BLOCK + 10))
    assert len(waiting(books)) == BLOCK + 10
    assert seal_journal(books.store, books.business) == BLOCK + 10
    assert [len(block.data["entries"]) for block in chain(books)] == [BLOCK, 10]
    check(books)
    assert seal_journal(books.store, books.business) == 0
    assert len(chain(books)) == 2


def test_a_block_says_what_it_holds_and_what_everything_comes_to(books: Books) -> None:
    post_many(books, range(3), cents=500)
    post_many(books, [7], cents=9, currency="USD")
    seal_journal(books.store, books.business)
    post_many(books, [8], cents=40)
    seal_journal(books.store, books.business)
    first, second = chain(books)
    assert first.data["totals"]["KES"] == {"clearing:mpesa:600123": 1_500, "suspense:unmatched": -1_500}
    assert second.data["totals"] == {"KES": {"clearing:mpesa:600123": 40, "suspense:unmatched": -40}}
    assert second.data["balances"]["KES"]["clearing:mpesa:600123"] == 1_540
    assert second.data["balances"]["USD"]["suspense:unmatched"] == -9
    assert (first.data["count"], second.data["count"]) == (4, 5)


def test_blocks_are_written_once(books: Books) -> None:
    post_many(books, [1])
    seal_journal(books.store, books.business)
    with pytest.raises(Refused):
        books.store.update(books.business, block_key(1), {"count": 0})
    with pytest.raises(Refused):
        books.store.delete(books.business, block_key(1))


def test_rollups_tell_each_day_by_kind_and_account(books: Books) -> None:
    post_many(books, [1, 2], cents=100, day="2026-02-28")
    post_many(books, [3], cents=250, day="2026-03-01")
    seal_journal(books.store, books.business)
    february, march = all_rollups(books.store, books.business)
    told = [(cell.day, cell.kind, cell.account, cell.n, cell.cents) for cell in cells(february.data)]
    assert told == [
        ("2026-02-28", "payment_received", "clearing:mpesa:600123", 2, 200),
        ("2026-02-28", "payment_received", "suspense:unmatched", 2, -200),
    ]
    assert (february.data["entries"], march.data["entries"]) == (2, 1)
    assert [cell.cents for cell in cells(march.data)] == [250, -250]


def test_balances_of_an_earlier_day_come_from_rollups_and_what_waits(books: Books) -> None:
    for n, day in enumerate(["2025-12-31", "2026-02-28", "2026-03-01", "2026-03-02"]):
        post_many(books, [n], cents=10**n, day=day)
    for sealed in (False, True):
        if sealed:
            seal_journal(books.store, books.business)
        for day in ("2025-12-30", "2025-12-31", "2026-02-28", "2026-03-01", "2027-01-01"):
            known = known_balance(books.store, books.business, day)
            whole = trial_balance(books.store, books.business, day)
            assert (known.accounts, known.entries) == (whole.folded(), whole.entries)
    assert known_balance(books.store, books.business, "2026-02-28").of("suspense:unmatched") == -11


def test_too_many_months_wait_for_the_next_block(books: Books) -> None:
    for n in range(30):
        post_many(books, [n], day=f"20{10 + n // 12:02d}-{1 + n % 12:02d}-01")
    assert seal_journal(books.store, books.business) == 30
    assert [len(block.data["entries"]) for block in chain(books)] == [24, 6]
    check(books)


def test_an_entry_changed_before_it_was_sealed_never_is(books: Books) -> None:
    post_many(books, range(BLOCK + 2))
    damaged = {**entry(0).data(), "memo": "a word more"}
    tamper(books.store, books.business, "pay-R00000", damaged)
    assert seal_journal(books.store, books.business) == BLOCK + 1
    assert waiting(books) == ["pay-R00000"]
    assert not intact(books.store.require(books.business, Key("journal", "pay-R00000")))


def tamper(store: Store, business: str, id_: str, data: dict[str, Any]) -> None:
    """Change an entry behind the store's back, as somebody with the database file can."""
    path = store._adapter._file._path  # type: ignore[attr-defined]
    with sqlite3.connect(path) as db:
        db.execute('DROP TRIGGER "once_journal_UPDATE"')
        text = json.dumps(data, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
        db.execute("UPDATE docs SET body = ? WHERE b = ? AND c = 'journal' AND id = ?", (text, business, id_))
    db.close()
    store.ensure_indexes()


# --- several sealers, and journals from before there were markers
def test_sealers_at_the_same_time_seal_every_entry_once(books: Books) -> None:
    post_many(books, range(3 * BLOCK))
    counts: list[int] = []

    def work() -> None:
        counts.append(seal_journal(books.store, books.business))

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    seal_journal(books.store, books.business)
    check(books)
    assert sum(counts) <= 3 * BLOCK


def test_the_second_of_two_sealers_begins_anew(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    post_many(books, range(5))
    seal_journal(books.store, books.business)
    post_many(books, range(5, 9))
    chosen = sealing_module._choose
    raced: list[int] = []

    def choose_and_lose(store: Store, business: str) -> Any:
        found = chosen(store, business)
        if not raced:
            raced.append(1)
            raced.append(seal_journal(store, business))
            post_many(books, [10])
        return found

    monkeypatch.setattr(sealing_module, "_choose", choose_and_lose)
    assert seal_journal(books.store, books.business) == 1
    assert raced == [1, 4]
    check(books)


def forget_markers(books: Books) -> None:
    """The journal as an older Hesabu left it."""
    books.store.discard(books.business, [marker(id_) for id_ in waiting(books)])


def test_entries_from_before_there_were_markers_are_adopted_once(books: Books) -> None:
    post_many(books, range(2 * BLOCK + 5))
    forget_markers(books)
    post_many(books, [900, 901])
    assert known_balance(books.store, books.business).entries == 2 * BLOCK + 7
    assert seal_journal(books.store, books.business) == 2 * BLOCK + 7
    check(books)
    state = books.doc(*ADOPTION)
    assert state["adopted"] is True


def test_adoption_goes_on_where_it_was_cut_off(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    post_many(books, range(2 * BLOCK + 5))
    forget_markers(books)
    marked = sealing_module._mark

    def once(*given: Any, **named: Any) -> None:
        marked(*given, **named)
        monkeypatch.setattr(sealing_module, "_mark", cut)

    def cut(*_given: Any, **_named: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sealing_module, "_mark", once)
    with pytest.raises(KeyboardInterrupt):
        seal_journal(books.store, books.business)
    assert chain(books) == []
    monkeypatch.setattr(sealing_module, "_mark", marked)
    assert seal_journal(books.store, books.business) == 2 * BLOCK + 5
    check(books)


def test_two_that_adopt_at_once_mark_nothing_that_is_sealed(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    post_many(books, range(BLOCK + 5))
    forget_markers(books)
    marked = sealing_module._mark
    raced: list[int] = []

    def late(*given: Any, **named: Any) -> None:
        if not raced:
            raced.append(0)
            raced[0] = seal_journal(books.store, books.business)
        marked(*given, **named)

    monkeypatch.setattr(sealing_module, "_mark", late)
    assert seal_journal(books.store, books.business) == 0
    assert raced == [BLOCK + 5]
    check(books)


def test_one_that_adopts_while_another_does_starts_nothing_over(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    post_many(books, range(5))
    forget_markers(books)
    read, raced = books.store.get, []

    def overtaken(business: str, key: Key) -> Doc | None:
        found = read(business, key)
        if key == ADOPTION and not raced:
            raced.append(0)  # the other one adopts and seals everything right after this read
            raced[0] = seal_journal(books.store, books.business)
        return found

    monkeypatch.setattr(books.store, "get", overtaken)
    assert (seal_journal(books.store, books.business), raced) == (0, [5])
    check(books)


def test_strays_are_sealed_when_they_are_named(books: Books) -> None:
    post_many(books, range(3))
    seal_journal(books.store, books.business)
    post_many(books, [5])
    forget_markers(books)
    assert seal_journal(books.store, books.business) == 0
    mark_strays(books.store, books.business, ["pay-R00005"])
    assert seal_journal(books.store, books.business) == 1
    check(books)


# --- any history
actions = st.lists(
    st.one_of(
        st.tuples(st.just("pay"), st.integers(1, 5_000)),
        st.tuples(st.just("give"), st.integers(1, 5_000)),
        st.tuples(st.just("take"), st.just(0)),
        st.tuples(st.just("seal"), st.just(0)),
    ),
    max_size=14,
)
_histories = iter(range(10**6))


@settings(max_examples=40)
@given(actions=actions, block=st.integers(1, 5))
def test_any_history_is_told_by_blocks_as_by_the_whole_journal(
    store: Store, actions: list[tuple[str, int]], block: int
) -> None:
    books = Books(store, RecordingBus(), f"biz_sealed_{next(_histories)}")
    books.customer("cus_a")
    books.invoice("inv_1", 4_000)
    paid: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sealing_module, "BLOCK", block)
        for what, cents in actions:
            step(books, what, cents, paid)
            known, whole = known_balance(store, books.business), trial_balance(store, books.business)
            assert (known.accounts, known.entries) == (whole.folded(), whole.entries)
            assert known.totals == {"KES": 0}
        seal_journal(store, books.business)
    check(books)


def step(books: Books, what: str, cents: int, paid: list[str]) -> None:
    try:
        if what == "pay":
            paid.append(books.payment(f"R{len(paid)}", cents))
        elif what == "give" and paid:
            books.run(
                lambda tx: allocate(
                    tx, paid[-1], [("inv_1", cents)], customer_id="cus_a", matching="auto", actor="t"
                )
            )
        elif what == "take" and paid:
            books.run(lambda tx: unallocate(tx, paid[-1], actor="t"))
        elif what == "seal":
            seal_journal(books.store, books.business)
    except Refused:
        return


def test_the_timer_seals_every_few_minutes(books: Books) -> None:
    post_many(books, [1])
    clock = books.store.clock
    minute = clock.now().minute
    assert minute % 5 == 0
    assert seal_when_due(books.store, books.business, clock.now() + FAR) == 1
    clock.sleep(60)
    post_many(books, [2])
    assert seal_when_due(books.store, books.business, clock.now() + FAR) == 0
    clock.sleep(240)
    assert seal_when_due(books.store, books.business, clock.now() + FAR) == 1


def test_a_sealer_stops_when_its_time_is_over(books: Books) -> None:
    post_many(books, range(BLOCK + 1))
    before = books.store.clock.now() - FAR
    assert seal_journal(books.store, books.business, before) == 0
    assert [doc.id for doc in unsealed(books.store, books.business)][:1] == ["pay-R00000"]
    assert last_block(books.store, books.business) is None
