"""Linking receipts with outgoing money: an expense for each accepted receipt, and the line that paid it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from shared.books import Expense, write_expense
from shared.bus import emit
from shared.categories import UNCATEGORISED, Filing, by_engine, by_person, chosen, file_line, receipt_subject
from shared.events import ReceiptMatched
from shared.matching.places import EXPENSES, RECEIPTS, TRANSACTIONS
from shared.matching.ports import Ports
from shared.matching.receipt_rules import (
    DAYS_AFTER,
    DAYS_BEFORE,
    Pair,
    ReceiptDecision,
    ReceiptFacts,
    TransactionFacts,
    choose,
    compare,
)
from shared.matching.records import close_review, open_review
from shared.store import Doc, Key, Query, Store, Tx, Where

FREE = ("none", "review", "waiting")
"""States in which a receipt or a line may still find its partner."""
WINDOW_MOST = 400


def receipt_facts(doc: Doc) -> ReceiptFacts:
    """A receipt document as the rule sees it."""
    data = doc.data
    code = (data.get("reading") or {}).get("mpesa_code") or ""
    day = data["receipt_date"] or data["business_day"]
    return ReceiptFacts(doc.id, data["total_cents"], data["currency"], data["merchant"], day, code)


def transaction_facts(doc: Doc) -> TransactionFacts:
    """An outgoing line as the rule sees it."""
    data = doc.data
    party = f"{data['party']} {data['details']}".strip()
    return TransactionFacts(
        doc.id, data["amount_cents"], data["currency"], party, data["business_day"], data["receipt"]
    )


def receipt_arrived(ports: Ports, business: str, receipt_id: str) -> None:
    """An accepted receipt becomes an expense at once, and is linked when one line clearly paid it.

    One that is accepted no longer, a duplicate as it turned out, gives back both.
    """
    doc = ports.store.require(business, Key(RECEIPTS, receipt_id))
    if not counts(doc):
        _give_back(ports, business, doc)
        return
    ports.outbox.run(business, lambda tx: _spend(tx, receipt_id))
    if doc.data["matching"] not in FREE:
        return
    receipt = receipt_facts(doc)
    lines = _lines(ports.store, business, receipt)
    pairs = [pair for line in lines if (pair := compare(receipt, line))]
    rivals = _rival_receipts(ports.store, business, pairs, lines, receipt_id)
    _settle(ports, business, choose(pairs, rivals), receipt_id)


def counts(receipt: Doc) -> bool:
    """Whether a receipt is a cost of its own: read for sure or confirmed, and no credit note."""
    return receipt.data["status"] == "accepted" and not receipt.data.get("credit_note")


def _give_back(ports: Ports, business: str, receipt: Doc) -> None:
    """Take the expense out of the books and let the line that paid go to the receipt that counts."""
    if not receipt.data.get("expense_id") and not receipt.data["transaction_id"]:
        return
    line_id = ports.outbox.run(business, lambda tx: _withdraw(tx, receipt.id))
    if line_id:
        transaction_recorded(ports, business, line_id)


def transaction_recorded(ports: Ports, business: str, transaction_id: str) -> None:
    """A new line of money out may be what an earlier receipt waits for; without one nobody is asked."""
    doc = ports.store.require(business, Key(TRANSACTIONS, transaction_id))
    if not doc.data.get("category"):
        ports.outbox.run(business, lambda tx: file_line(tx, transaction_id))
    if doc.data["matching"] not in FREE:
        return
    line = transaction_facts(doc)
    receipts = _receipts(ports.store, business, line)
    pairs = [pair for receipt in receipts if (pair := compare(receipt, line))]
    best = max(pairs, key=lambda p: (p.points, p.receipt_id), default=None)
    if best is None:
        return
    receipt = next(r for r in receipts if r.id == best.receipt_id)
    others = [p for other in _lines(ports.store, business, receipt) if (p := compare(receipt, other))]
    rivals = [p for p in others if p.transaction_id != transaction_id]
    decision = choose(pairs, rivals)
    if decision.verdict != "none":  # what was asked about the receipt before still stands
        _settle(ports, business, decision, best.receipt_id)


def _lines(store: Store, business: str, receipt: ReceiptFacts) -> list[TransactionFacts]:
    docs = _window(store, business, TRANSACTIONS, receipt.day, (DAYS_BEFORE, DAYS_AFTER))
    return [transaction_facts(doc) for doc in docs]


def _receipts(store: Store, business: str, line: TransactionFacts) -> list[ReceiptFacts]:
    docs = _window(store, business, RECEIPTS, line.day, (DAYS_AFTER, DAYS_BEFORE))
    return [receipt_facts(doc) for doc in docs if counts(doc)]


def _window(store: Store, business: str, collection: str, day: str, days: tuple[int, int]) -> list[Doc]:
    """What is still free around a day: the work depends on a week's records, not on all of them."""
    middle = date.fromisoformat(day)
    where = (
        Where("matching", "in", list(FREE)),
        Where("business_day", ">=", (middle + timedelta(days=-days[0])).isoformat()),
        Where("business_day", "<=", (middle + timedelta(days=days[1])).isoformat()),
    )
    return store.all(business, Query(collection, where, "business_day"), WINDOW_MOST)


def _rival_receipts(
    store: Store, business: str, pairs: list[Pair], lines: list[TransactionFacts], receipt_id: str
) -> list[Pair]:
    """Other receipts that the best line may have paid."""
    best = max(pairs, key=lambda p: (p.points, p.transaction_id), default=None)
    if best is None:
        return []
    line = next(one for one in lines if one.id == best.transaction_id)
    others = [r for r in _receipts(store, business, line) if r.id != receipt_id]
    return [pair for other in others if (pair := compare(other, line))]


def _settle(ports: Ports, business: str, decision: ReceiptDecision, receipt_id: str) -> None:
    pair = decision.pair
    if decision.verdict == "auto" and pair is not None:
        ports.outbox.run(business, lambda tx: link(tx, pair.receipt_id, pair.transaction_id, "auto"))
    else:
        ports.outbox.run(business, lambda tx: _ask(tx, receipt_id, decision))


def _spend(tx: Tx, receipt_id: str) -> None:
    receipt = tx.require(Key(RECEIPTS, receipt_id))
    if not counts(receipt) or receipt.data["total_cents"] <= 0:
        return  # it may have become a duplicate since it was looked at
    expense = _expense(receipt, _filing(tx, receipt), receipt.data["transaction_id"])
    if not receipt.data.get("expense_id"):
        tx.update(receipt.key, {"expense_id": write_expense(tx, expense).id})
    elif expense_of(tx, receipt) != expense:  # a person has corrected it since
        write_expense(tx, expense)


def _withdraw(tx: Tx, receipt_id: str) -> str:
    """Undo what an accepted receipt did, unless it is accepted again; returns the line that is free now."""
    receipt = tx.require(Key(RECEIPTS, receipt_id))
    if counts(receipt):
        return ""
    if expense_id := receipt.data.get("expense_id"):
        tx.delete(Key(EXPENSES, expense_id))
    freed = _free_line(tx, receipt.data["transaction_id"], receipt_id)
    tx.update(receipt.key, {"expense_id": "", "transaction_id": "", "matching": "none"})
    close_review(tx, "receipt", receipt_id)
    return freed


def _free_line(tx: Tx, transaction_id: str, receipt_id: str) -> str:
    line = tx.get(Key(TRANSACTIONS, transaction_id)) if transaction_id else None
    if line is None or line.data.get("receipt_id") != receipt_id:
        return ""
    tx.update(line.key, {"matching": "waiting", "receipt_id": ""})
    return line.id


def _filing(tx: Tx, receipt: Doc) -> Filing:
    """What a person chose: linking and correcting do not undo that. Else what the engine says of this seller.

    What is filed stays while the seller is the same: a correction of another receipt changes no past one.
    """
    if code := receipt.data.get("category"):
        return by_person(chosen(tx, code))
    known = expense_of(tx, receipt)
    filed = known is not None and known.category != UNCATEGORISED and known.category_source != "person"
    if known is not None and filed and known.merchant == receipt.data["merchant"]:
        return Filing(known.category, known.custom_category, known.category_source, known.category_milli)
    return by_engine(tx, receipt_subject(receipt.data))


def expense_of(tx: Tx, receipt: Doc) -> Expense | None:
    """The expense of a receipt as the books have it."""
    doc = tx.get(Key(EXPENSES, receipt.data.get("expense_id") or "none"))
    if doc is None:
        return None
    return Expense(**{name: doc.data[name] for name in Expense.__slots__ if name in doc.data})


def _expense(receipt: Doc, filing: Filing, transaction_id: str = "") -> Expense:
    data = receipt.data
    return Expense(
        merchant=data["merchant"],
        amount_cents=data["total_cents"],
        vat_cents=min(data["tax_cents"], data["total_cents"]),
        currency=data["currency"],
        business_day=data["business_day"],
        receipt_id=receipt.id,
        transaction_id=transaction_id,
        **filing.fields(),
    )


def link(tx: Tx, receipt_id: str, transaction_id: str, matching: str) -> None:
    """Tie a receipt, the line that paid it and their expense together; either being taken changes nothing."""
    receipt = tx.require(Key(RECEIPTS, receipt_id))
    line = tx.require(Key(TRANSACTIONS, transaction_id))
    if not counts(receipt) or receipt.data["matching"] not in FREE or line.data["matching"] not in FREE:
        return
    made = write_expense(tx, _expense(receipt, _filing(tx, receipt), transaction_id))
    tied = {"matching": matching, "transaction_id": transaction_id, "expense_id": made.id}
    tx.update(receipt.key, tied)
    tx.update(line.key, {"matching": matching, "receipt_id": receipt_id})
    close_review(tx, "receipt", receipt_id)
    emit(tx, ReceiptMatched(receipt_id=receipt_id, transaction_id=transaction_id), receipt.key)


def _ask(tx: Tx, receipt_id: str, decision: ReceiptDecision) -> None:
    receipt = tx.require(Key(RECEIPTS, receipt_id))
    if not counts(receipt) or receipt.data["matching"] not in FREE:
        return
    tx.update(receipt.key, {"matching": decision.verdict})
    if decision.verdict == "review":
        open_review(tx, "receipt", receipt_id, _record(decision), value_cents=receipt.data["total_cents"])


def _record(decision: ReceiptDecision) -> dict[str, Any]:
    best = decision.candidates[0].points * 10 if decision.candidates else 0
    return {
        "confidence_milli": min(best, 999),
        "reasons": [{"code": r.code, "text": r.text, "weight": r.weight} for r in decision.reasons],
        "candidates": [
            {
                "transaction_id": pair.transaction_id,
                "share_milli": pair.points * 10,
                "reasons": [{"code": r.code, "text": r.text, "weight": r.weight} for r in pair.reasons],
            }
            for pair in decision.candidates
        ],
    }
