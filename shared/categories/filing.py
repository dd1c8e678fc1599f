"""Filing records: what an expense gets when it is written, and what a person's word changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.categories.changes import record
from shared.categories.codes import UNCATEGORISED
from shared.categories.custom import Choice, resolve
from shared.categories.decide import Proposal, propose
from shared.categories.memory import reading, teach
from shared.categories.places import EXPENSES, TRANSACTIONS
from shared.categories.subject import Subject
from shared.core.errors import Refused
from shared.core.ids import derived_id
from shared.store import Data, Doc, Key, Tx

MOST_LINES = 8
PERSON_MILLI = 1000


@dataclass(frozen=True, slots=True)
class Filing:
    """How a record is filed: the fields that an expense and a transaction have of it."""

    category: str = UNCATEGORISED
    custom_category: str = ""
    category_source: str = "ask"
    category_milli: int = 0

    def fields(self) -> Data:
        """As fields of a document."""
        return {name: getattr(self, name) for name in self.__slots__}


def by_person(choice: Choice) -> Filing:
    """As somebody said."""
    return Filing(choice.category, choice.custom, "person", PERSON_MILLI)


def by_engine(tx: Tx, subject: Subject) -> Filing:
    """As the business's memory, the dictionary and the model say."""
    said: Proposal = propose(subject, reading(tx))
    return Filing(said.category, said.custom, said.source, said.confidence_milli)


def filing_of(data: Mapping[str, Any]) -> Filing:
    """How a document was filed; one from before there was an engine has a category alone."""
    usual = Filing()
    return Filing(*(data.get(name, getattr(usual, name)) for name in Filing.__slots__))


def receipt_subject(data: Mapping[str, Any]) -> Subject:
    """What a receipt tells: its seller, the seller's PIN, and what was bought."""
    reading_: Mapping[str, Any] = data.get("reading") or {}
    lines = [str(line.get("description") or "") for line in data.get("lines") or []][:MOST_LINES]
    pin = str(reading_.get("kra_pin") or "")
    return Subject(" ".join(lines), str(data.get("merchant") or ""), pin, channel="receipt")


def line_subject(data: Mapping[str, Any]) -> Subject:
    """What an outgoing line tells: whom it paid, and its narration."""
    return Subject(str(data.get("details") or ""), str(data.get("party") or ""))


def expense_subject(data: Mapping[str, Any]) -> Subject:
    """What an expense tells by itself."""
    return Subject("", str(data.get("merchant") or ""))


def file_line(tx: Tx, transaction_id: str) -> None:
    """File an outgoing line that nobody and nothing has filed yet."""
    line = tx.require(Key(TRANSACTIONS, transaction_id))
    if not line.data.get("category"):
        tx.update(line.key, by_engine(tx, line_subject(line.data)).fields())


def correct_text(tx: Tx, subject: Subject, code: str, *, actor: str, note: str = "") -> Choice:
    """Say what lines like this one are for, without a record of one; raises Invalid ``category_unknown``."""
    choice = resolve(tx, code)
    taught = teach(tx, subject, choice.category, choice.custom)
    record(tx, "text", choice, "", actor=actor, note=note, taught=taught)
    return choice


def correct_line(tx: Tx, transaction_id: str, code: str, *, actor: str, note: str = "") -> Doc:
    """Say what an outgoing line was for: it, its expense and its payee's memory follow in this commit.

    Raises NotFound, Invalid ``category_unknown``, Refused ``receipt_decides`` when a receipt was found for
    it.
    """
    line = tx.require(Key(TRANSACTIONS, transaction_id))
    if line.data["receipt_id"]:
        raise Refused(f"file its receipt {line.data['receipt_id']}", code="receipt_decides")
    return _corrected(tx, line, line_subject(line.data), code, actor=actor, note=note)


def correct_expense(tx: Tx, expense_id: str, code: str, *, actor: str, note: str = "") -> Doc:
    """Say what an expense without a receipt was for; raises as ``correct_line``."""
    expense = tx.require(Key(EXPENSES, expense_id))
    if expense.data["receipt_id"]:
        raise Refused(f"file its receipt {expense.data['receipt_id']}", code="receipt_decides")
    line = tx.get(Key(TRANSACTIONS, expense.data["transaction_id"]))
    if line is not None and not line.data["receipt_id"]:
        correct_line(tx, line.id, code, actor=actor, note=note)
        return tx.require(expense.key)
    return _corrected(tx, expense, expense_subject(expense.data), code, actor=actor, note=note)


def _corrected(tx: Tx, doc: Doc, subject: Subject, code: str, *, actor: str, note: str) -> Doc:
    choice = resolve(tx, code)
    before = filing_of(doc.data).category
    taught = teach(tx, subject, choice.category, choice.custom)
    record(tx, doc.id, choice, before, actor=actor, note=note, taught=taught)
    fields = by_person(choice).fields()
    own = Key(EXPENSES, derived_id("exp", "transaction", doc.id))
    if doc.key.collection == TRANSACTIONS and tx.get(own) is not None:
        tx.update(own, fields)
    return tx.update(doc.key, fields)
