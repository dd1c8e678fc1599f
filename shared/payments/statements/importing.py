"""Importing a statement: chunk after chunk, each with its progress in its own commit, until the last
line is in.

The statement says ``imported`` only then. When the time of a function is nearly over, the rest is
announced as
another event; a crash leaves the event to come again. Lines that are there already are not written again.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from shared.bus import emit
from shared.core import context
from shared.events import StatementImport
from shared.payments.ports import Ports
from shared.payments.statements import normal
from shared.payments.statements.booking import book, book_alone, charges_of
from shared.payments.statements.lines import Booked, Keyed
from shared.payments.statements.places import LINES, STATEMENTS
from shared.payments.statements.questions import ask
from shared.store import Data, Doc, Key, Tx

CHUNK = 100
"""Lines of one commit: at most four documents each, well under what any store takes at once."""
LONGEST = timedelta(seconds=150)
"""How long one delivery imports; the function may take 300 seconds, and one chunk of unknown money is
slow."""


def import_statement(
    ports: Ports, business: str, statement_id: str, *, chunk: int = CHUNK, longest: timedelta = LONGEST
) -> None:
    """Import what is left of a statement, or as much as the time allows and announce the rest."""
    context.note(statement=statement_id)
    statement = ports.store.require(business, Key(STATEMENTS, statement_id))
    reader = normal.Reader(ports.blobs, statement.data["lines_folder"], statement.data["lines"])
    give_up = ports.clock.now() + longest
    while _open(statement):
        over = ports.clock.now() > give_up
        after = _advance(ports, business, statement, reader, chunk, announce=over)
        if after is None or over:
            return
        statement = after


def _open(statement: Doc) -> bool:
    return bool(statement.data["status"] == "importing")


def _advance(
    ports: Ports, business: str, statement: Doc, reader: normal.Reader, chunk: int, *, announce: bool
) -> Doc | None:
    """Import one chunk; None when somebody else imported it meanwhile, who then goes on."""
    start = statement.data["next"]
    lines = reader.take(start, chunk)
    there = ports.store.get_many(business, [Key(LINES, key) for key, _ in lines])
    fresh = [pair for pair, doc in zip(lines, there, strict=True) if doc is None]
    proven, payments = book_alone(ports, business, fresh, statement.data["form"])

    found: dict[Key, Doc | None] = {doc.key: doc for doc in (statement, *payments.values())}
    found |= {Key(LINES, key): None for key, _ in fresh}

    def write(tx: Tx) -> bool:
        tx.expect(found)
        now = tx.require(statement.key)
        if now.data["status"] != "importing" or now.data["next"] != start:
            return False
        outcomes = _write_lines(tx, now, fresh, proven, payments)
        tx.update(now.key, _progress(tx, now, len(lines), outcomes))
        if announce and start + len(lines) < now.data["lines"]:
            emit(tx, StatementImport(statement_id=now.id), now.key, start + len(lines) + 1)
        return True

    mine = ports.outbox.run(business, write)
    return ports.store.require(business, statement.key) if mine else None


def _write_lines(
    tx: Tx, statement: Doc, fresh: list[Keyed], proven: dict[str, Booked], payments: dict[str, Doc]
) -> Counter[str]:
    """Book the lines that are still absent and write each; returns how many had which outcome."""
    docs = tx.get_many([Key(LINES, key) for key, _ in fresh])
    tx.get_many([*(doc.key for doc in payments.values()), *charges_of(fresh)])  # all at once
    outcomes: Counter[str] = Counter()
    for (key, line), doc in zip(fresh, docs, strict=True):
        if doc is not None:
            continue
        done = book(tx, key, line, payments[key].id if key in payments else "", proven.get(key))
        if done.reasons:
            ask(tx, key, line, done.reasons)
        told: Data = {"outcome": done.outcome, "reasons": list(done.reasons)}
        told |= {"payment_id": done.payment_id, "payout_id": done.payout_id}
        from_file = {"statement_id": statement.id, "form": statement.data["form"]}
        tx.create(Key(LINES, key), {**line.data(), **from_file, **told})
        outcomes[done.outcome] += 1
    return outcomes


def _progress(tx: Tx, statement: Doc, lines: int, outcomes: Counter[str]) -> Data:
    known = statement.data
    added = sum(outcomes.values())
    outcomes = Counter(known["outcomes"]) + outcomes + Counter(known=lines - added)
    reached = known["next"] + lines
    over = reached >= known["lines"] or lines == 0
    ended: Data = {"status": "imported", "imported_at": tx.now} if over else {}
    return {"next": reached, "added": known["added"] + added, "outcomes": dict(outcomes), **ended}
