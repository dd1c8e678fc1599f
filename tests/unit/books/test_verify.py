"""Verification: whole books verify clean, and one changed byte anywhere is named."""

from __future__ import annotations

import contextlib
import json
import random
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from books_world import Books, RecordingBus
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from shared.books import allocate, return_payment, seal_journal, unallocate, void_invoice
from shared.books import sealing as sealing_module
from shared.books.blocks import blocks
from shared.books.journal import Leg, post
from shared.books.postings import Outgoing, refund_sent
from shared.core.clock import ManualClock
from shared.core.ids import SeededIds
from shared.store import Key, Query, Store, Tx
from shared.store.indexes import SCHEMA
from shared.store.sqlite import SqliteAdapter
from tools.books.rollups import rebuild
from tools.books.verify import Verification

BUSINESS = "biz_verified"


class Written(NamedTuple):
    """A business's books with their file, and what may be tampered with: collection, id, body."""

    books: Books
    path: Path
    targets: list[tuple[str, str, bytes]]


def furnish(books: Books) -> None:
    """Every kind of entry: paid, part paid, forgiven, on account, undone, given back, void."""
    books.customer("cus_a", "Wanjiku Kamau")
    books.customer("cus_b", "Ochieng' & Wanawe Ltd — Kisumu")
    for n in range(8):
        books.invoice(f"inv_{n}", 1_000 + n, "cus_a" if n % 2 else "cus_b", notes="Asante ☺")
        books.store.clock.sleep(1)
    books.draft("inv_draft", 5_000)
    paid = [books.payment(f"SJ{n}", 1_000 + n) for n in range(8)]
    give(books, paid[0], [("inv_0", 1_000)], "cus_b")
    give(books, paid[1], [("inv_1", 900)], "cus_a")
    give(books, paid[2], [("inv_2", 950)], "cus_b", writeoff=52)
    give(books, paid[3], [("inv_3", 500), ("inv_5", 503)], "")
    give(books, paid[4], [("inv_4", 400)], "cus_b")
    books.run(lambda tx: unallocate(tx, paid[3], actor="t", invoice_id="inv_3"))
    books.run(lambda tx: return_payment(tx, paid[4], actor="t"))
    books.run(lambda tx: void_invoice(tx, "inv_7", actor="t"))
    books.run(lambda tx: give_back(tx, "mpesa-SJ6", gone=300, held=100))


def give_back(tx: Tx, payment_id: str, *, gone: int, held: int) -> None:
    """Part of a payment is refunded, and some more is on its way."""
    payment = tx.require(Key("payments", payment_id))
    account = "clearing:mpesa:600123"
    out = Outgoing("pyo_1", Key("payouts", "pyo_1"), account, gone, "KES", tx.now, tx.now)
    post(tx, refund_sent(out, [Leg("suspense:unmatched", gone)]))
    left = payment.data["unallocated_cents"] - gone - held
    figures = {"unallocated_cents": left, "held_cents": held, "returned_cents": gone}
    tx.update(payment.key, {"status": "partially_refunded", **figures})


def give(books: Books, payment: str, links: list[tuple[str, int]], customer: str, writeoff: int = 0) -> None:
    books.store.clock.sleep(1)
    books.run(
        lambda tx: allocate(
            tx, payment, links, customer_id=customer, matching="auto", actor="t", writeoff=writeoff
        )
    )


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Written]:
    path: Path = tmp_path_factory.mktemp("verify") / "books.db"
    clock = ManualClock(datetime(2026, 3, 31, 12, tzinfo=UTC))
    store = Store(SqliteAdapter(path, durable=False), SCHEMA, clock, SeededIds(1))
    store.ensure_indexes()
    books = Books(store, RecordingBus(), BUSINESS)
    furnish(books)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sealing_module, "BLOCK", 6)
        seal_journal(store, BUSINESS)
    books.payment("SJ9", 77)  # and one that waits
    clock.sleep(60)
    found = rows(path, "SELECT c, id, CAST(body AS BLOB) FROM docs WHERE b = ?", BUSINESS)
    targets = [row for row in found if row[0] in ("journal", "blocks", "invoices") and row[1] != "inv_draft"]
    yield Written(books, path, targets)
    store.close()


def rows(path: Path, sql: str, *values: Any) -> list[Any]:
    with contextlib.closing(sqlite3.connect(path)) as db:
        return db.execute(sql, values).fetchall()


@contextlib.contextmanager
def overwritten(path: Path, collection: str, id_: str, body: bytes, old: bytes) -> Iterator[None]:
    """Another body for a while, written by somebody who has the file and knows SQL."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA ignore_check_constraints = ON")
        for name in ("journal", "blocks"):
            db.execute(f'DROP TRIGGER IF EXISTS "once_{name}_UPDATE"')
        sql = "UPDATE docs SET body = CAST(? AS TEXT) WHERE b = ? AND c = ? AND id = ?"
        db.execute(sql, (body, BUSINESS, collection, id_))
        try:
            yield
        finally:
            db.execute(sql, (old, BUSINESS, collection, id_))


def look(written: Written) -> tuple[list[str], Verification]:
    verification = Verification(written.books.store, BUSINESS)
    return [str(finding) for finding in verification.run()], verification


def block_of(written: Written, entry: str) -> int | None:
    for block in blocks(written.books.store, BUSINESS):
        if any(sealed["id"] == entry for sealed in block.data["entries"]):
            return int(block.data["number"])
    return None


def test_whole_books_verify_clean(written: Written) -> None:
    found, verification = look(written)
    assert found == []
    assert verification.blocks > 3
    assert verification.entries == len([t for t in written.targets if t[0] == "journal"])
    assert verification.first_broken is None


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32))
def test_one_changed_byte_is_named(written: Written, seed: int) -> None:
    chance = random.Random(seed)
    collection, id_, body = chance.choice(written.targets)
    place, flip = chance.randrange(len(body)), chance.choice([1, 2, 4, 8, 16, 32, 64, 128, 255])
    changed = body[:place] + bytes([body[place] ^ flip]) + body[place + 1 :]
    in_block = block_of(written, id_) if collection == "journal" else None
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(overwritten(written.path, collection, id_, changed, body))
        except sqlite3.Error:
            assume(False)  # no JSON any more: its index refuses it
        found, verification = look(written)
    said = "\n".join(found)
    assert id_ in said, (collection, id_, place, changed[place : place + 20])
    if collection == "blocks" and "cannot be read" not in said:
        assert verification.first_broken is not None
        assert verification.first_broken[0] == int(id_)
    if in_block is not None and "cannot be read" not in said:
        assert verification.first_broken is not None
        assert verification.first_broken[0] == in_block
        assert f"first broken block {in_block:010d}" in said


def change(written: Written, collection: str, id_: str, **changes: Any) -> Any:
    body = next(body for c, i, body in everything(written) if (c, i) == (collection, id_))
    data = {**json.loads(body), **changes}
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return overwritten(written.path, collection, id_, text.encode(), body)


def everything(written: Written) -> list[tuple[str, str, bytes]]:
    return rows(written.path, "SELECT c, id, CAST(body AS BLOB) FROM docs WHERE b = ?", BUSINESS)


@pytest.mark.parametrize(
    ("collection", "id_", "changes", "said"),
    [
        ("invoices", "inv_1", {"balance_cents": 102}, "it says 102 cents are owed, the journal 101"),
        ("invoices", "inv_0", {"status": "open"}, "it says it is open, by the journal it is paid"),
        ("invoices", "inv_6", {"status": "draft"}, "it is a draft, and the journal has it issued"),
        ("invoices", "inv_draft", {"status": "open"}, "the journal does not have it issued"),
        ("invoices", "inv_1", {"total_cents": 2_001}, "it comes to KES 2001, issue-inv_1 says KES 1001"),
        ("invoices", "inv_1", {"due_date": "2027-01-01"}, "due 2027-01-01', issue-inv_1 says 'invoice"),
        ("invoices", "inv_1", {"notes": "Asante"}, "its text has the hash"),
        ("invoices", "inv_1", {"parts": [{"due_date": "2026-04-01", "cents": 1}]}, "come to 1 cents, it to"),
        ("invoices", "inv_0", {"paid_on": "2026-03-31T12:00:00.000Z"}, "it says it was paid on"),
        ("customers", "cus_a", {"credit_cents": 5}, "it says 5 cents of credit, the journal 101"),
        ("payments", "mpesa-SJ0", {"amount_cents": 999}, "it says KES 999, the journal received KES 1000"),
        ("payments", "mpesa-SJ0", {"status": "claimed"}, "it is claimed, the journal received 1000 cents"),
        ("payments", "mpesa-SJ0", {"status": "reversed"}, "it is reversed, and the journal kept it"),
        ("payments", "mpesa-SJ4", {"status": "settled"}, "it is settled, and the journal gave it back"),
        ("payments", "mpesa-SJ0", {"allocated_cents": 1}, "it says 1 cents allocated, its links 1000"),
        ("payments", "mpesa-SJ5", {"unallocated_cents": 9_999}, "it has 1005 cents, its parts come to 9999"),
        ("payments", "mpesa-SJ5", {"unallocated_cents": 4}, "suspense:unmatched: the journal has"),
        ("payments", "mpesa-SJ6", {"held_cents": 0}, "it has 1006 cents, its parts come to 906"),
        ("payments", "mpesa-SJ5", {"status": "refunded", "amount_cents": 1}, "the journal received KES 1005"),
        ("payments", "mpesa-SJ5", {"receipt": "SJ6"}, "its receipt is that of mpesa-SJ6"),
        ("payments", "mpesa-SJ0", {"allocations": []}, "1000 cents of it are paid, payments link 0 to it"),
        ("payments", "mpesa-SJ0", {"allocations": 7}, "is not of the shape"),
        ("rollups", "2026-03", {"entries": 1}, "rollup 2026-03: it is not what the sealed entries come to"),
    ],
)
def test_both_figures_are_told(
    written: Written, collection: str, id_: str, changes: dict[str, Any], said: str
) -> None:
    with change(written, collection, id_, **changes):
        found, _ = look(written)
    assert any(said in line for line in found), found
    assert look(written)[0] == []


@pytest.mark.parametrize(
    ("collection", "id_", "said"),
    [
        ("journal", "pay-SJ0", "entry pay-SJ0: block"),
        ("journal", "pay-SJ9", "entry pay-SJ9: it waits to be sealed and is not in the journal"),
        ("unsealed", "pay-SJ9", "entry pay-SJ9: it is in no block and does not wait for one"),
        ("blocks", "0000000002", "first broken block 0000000002"),
        ("invoices", "inv_1", "ar:inv_1: the journal has 101 cents of something that is not there"),
        ("payments", "mpesa-SJ0", "it is payment_received of mpesa-SJ0, which is not there"),
        ("customers", "cus_a", "unapplied:cus_a: the journal has -101 cents"),
        ("rollups", "2026-03", "rollup 2026-03"),
    ],
)
def test_what_was_removed_is_missed(written: Written, collection: str, id_: str, said: str) -> None:
    (row,) = rows(
        written.path, "SELECT * FROM docs WHERE b = ? AND c = ? AND id = ?", BUSINESS, collection, id_
    )
    with contextlib.closing(sqlite3.connect(written.path, isolation_level=None)) as db:
        db.execute(f'DROP TRIGGER IF EXISTS "once_{collection}_DELETE"')
        db.execute("DELETE FROM docs WHERE b = ? AND c = ? AND id = ?", (BUSINESS, collection, id_))
        try:
            found, _ = look(written)
        finally:
            db.execute("INSERT INTO docs VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
    assert any(said in line for line in found), found
    assert look(written)[0] == []


def test_an_entry_slipped_in_is_found(written: Written) -> None:
    store, entry = written.books.store, Key("journal", "pay-SJ0")
    data = store.require(BUSINESS, entry).data
    store.create(BUSINESS, Key("journal", "pay-SJX"), data)
    try:
        found, _ = look(written)
    finally:
        with contextlib.closing(sqlite3.connect(written.path, isolation_level=None)) as db:
            db.execute('DROP TRIGGER IF EXISTS "once_journal_DELETE"')
            db.execute("DELETE FROM docs WHERE b = ? AND id = 'pay-SJX'", (BUSINESS,))
    assert any(line.startswith("entry pay-SJX: its hash is") for line in found)
    assert "entry pay-SJX: it is in no block and does not wait for one" in found


def test_what_happens_meanwhile_is_no_finding(written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sales go on and the sealer comes by after the blocks were read."""
    books = written.books
    original = Verification._journal

    def meanwhile(self: Verification, scratch: Any) -> Any:
        books.store.clock.sleep(1)
        books.invoice("inv_m", 700, "cus_a")
        books.payment("SJM", 700)
        give(books, "mpesa-SJM", [("inv_m", 700)], "cus_a")
        seal_journal(books.store, BUSINESS)
        return original(self, scratch)

    monkeypatch.setattr(Verification, "_journal", meanwhile)
    found, verification = look(written)
    assert found == []
    assert verification.moved > 0
    monkeypatch.undo()
    books.store.clock.sleep(60)
    assert look(written)[0] == []


def test_broken_rollups_are_made_again(written: Written) -> None:
    store = written.books.store
    before = {doc.id: doc.data for doc in store.all(BUSINESS, Query("rollups"))}
    store.update(BUSINESS, Key("rollups", "2026-03"), {"entries": 1})
    store.put(BUSINESS, Key("rollups", "1999-01"), {"month": "1999-01"})
    assert rebuild(store, BUSINESS) == ["1999-01", "2026-03"]
    assert {doc.id: doc.data for doc in store.all(BUSINESS, Query("rollups"))} == before
    assert rebuild(store, BUSINESS) == []
