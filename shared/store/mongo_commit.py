"""One commit in MongoDB: every read verified, every write applied, or nothing.

A commit about one document is one filtered write, atomic by itself. A commit about several is a transaction
in snapshot isolation, which alone would allow write skew: so a document that is only verified is written to
(``$inc``; a ``$set`` to the same value would be dropped), and an absence that is only verified is filled and
emptied again. Two commits that touch the same document then cannot both go through.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pymongo import DeleteOne, InsertOne, ReadPreference, ReplaceOne, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import AutoReconnect
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from shared.core.errors import Conflict
from shared.store.model import Doc, Key, Schema
from shared.store.mongo_documents import Document, collection_name, document, place
from shared.store.mongo_errors import before_commit, committing, is_worth_asking_again, reading, writing

MILLISECONDS = 10_000
"""How long a majority may take to confirm, and a transaction to commit."""
MAJORITY = WriteConcern("majority", wtimeout=MILLISECONDS, j=True)
ASKED_AGAIN = 2
"""Times that a commit is sent again, besides the driver's own second try of each."""
_COMMITTED, _ONE_MOMENT = ReadConcern("majority"), ReadConcern("snapshot")
Docs = Collection[Document]
Change = InsertOne[Document] | ReplaceOne[Document] | UpdateOne | DeleteOne


@dataclass(frozen=True, slots=True)
class Step:
    """What a commit does with one document: the etag it must have (None: absent), what it becomes.

    ``checked`` is False for a blind write; ``written`` is False for a read that is only verified.
    """

    id: str
    checked: bool
    etag: str | None
    written: bool
    becomes: Document | None

    @property
    def has_effect(self) -> bool:
        """False when it only verifies, or removes what must be absent anyway."""
        gone_already = self.checked and self.etag is None and self.becomes is None
        return self.written and not gone_already

    def changes(self) -> list[Change]:
        """The writes that do it, each of which finds its document or is a conflict, when ``checked``."""
        if not self.checked:
            return [self._blind()]
        if self.etag is None:
            return self._from_nothing()
        held = {"_id": self.id, "etag": self.etag}
        if not self.written:
            return [UpdateOne(held, {"$inc": {"g": 1}})]
        return [DeleteOne(held) if self.becomes is None else ReplaceOne(held, self.becomes)]

    def _blind(self) -> Change:
        if self.becomes is None:
            return DeleteOne({"_id": self.id})
        return ReplaceOne({"_id": self.id}, self.becomes, upsert=True)

    def _from_nothing(self) -> list[Change]:
        if self.becomes is not None:
            return [InsertOne(self.becomes)]
        return [InsertOne({"_id": self.id}), DeleteOne({"_id": self.id})]


Steps = dict[str, list[Step]]


def plan(
    business: str, reads: Mapping[Key, str | None], writes: Mapping[Key, Doc | None], schema: Schema
) -> Steps:
    """The steps of a commit by collection name, both in sorted order, so that two commits meet early."""
    steps: Steps = {}
    for key in sorted(reads.keys() | writes.keys()):
        doc = writes.get(key)
        step = Step(
            id=place(business, key.id),
            checked=key in reads,
            etag=reads.get(key),
            written=key in writes,
            becomes=document(business, doc, schema) if doc else None,
        )
        steps.setdefault(collection_name(key.collection), []).append(step)
    return steps


def commit_alone(database: Database[Document], name: str, steps: Sequence[Step]) -> None:
    """One step, or blind removals that need not happen together: no transaction, no replica set."""
    docs = database.get_collection(name, read_concern=_COMMITTED, write_concern=MAJORITY)
    if any(step.has_effect for step in steps):
        with writing():
            _write(docs, steps)
    else:
        with reading():
            _verify(docs, steps)


def commit_together(database: Database[Document], steps: Steps) -> None:
    """All steps or none; raises Conflict when a read no longer holds.

    When nothing changes, one snapshot of all that was read is enough: it was true at that moment.
    """
    work = _write if any(step.has_effect for group in steps.values() for step in group) else _verify
    with before_commit():
        session = database.client.start_session(causal_consistency=False)
    with session:
        with before_commit():
            session.start_transaction(_ONE_MOMENT, MAJORITY, ReadPreference.PRIMARY, MILLISECONDS)
            for name, group in steps.items():
                work(database[name], group, session)
        _commit(session)


def _commit(session: ClientSession) -> None:
    """Commit, and ask again when the connection broke: the server knows the transaction by its number.

    To give up early would leave an open transaction behind, whose documents nobody could write for a minute.
    """
    with committing():
        for _ in range(ASKED_AGAIN):
            try:
                return session.commit_transaction()
            except AutoReconnect as error:
                if not is_worth_asking_again(error):
                    raise
        return session.commit_transaction()


def _write(docs: Docs, steps: Sequence[Step], session: ClientSession | None = None) -> None:
    for checked in (True, False):
        changes = [change for step in steps if step.checked is checked for change in step.changes()]
        if changes:
            _send(docs, changes, session, checked=checked)


def _send(docs: Docs, changes: list[Change], session: ClientSession | None, *, checked: bool) -> None:
    """Send inserts, then updates, then removals: at most three commands, and an absence is filled first."""
    changes.sort(key=_rank)
    result = docs.bulk_write(changes, session=session)
    met = result.inserted_count + result.matched_count + result.deleted_count
    if checked and met != len(changes):
        raise Conflict("a record changed after it was read")


def _rank(change: Change) -> int:
    return 0 if isinstance(change, InsertOne) else 2 if isinstance(change, DeleteOne) else 1


def _verify(docs: Docs, steps: Sequence[Step], session: ClientSession | None = None) -> None:
    held: dict[str, Any] = {step.id: step.etag for step in steps if step.etag is not None}
    ids = [step.id for step in steps]
    found = docs.find({"_id": {"$in": ids}}, {"etag": 1}, batch_size=len(ids), session=session)
    if {each["_id"]: each["etag"] for each in found} != held:
        raise Conflict("a record changed after it was read")
