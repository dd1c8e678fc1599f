"""Adapters with one defect each: what the contract must notice. None of them is for use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from shared.core.errors import Conflict, UnknownOutcome
from shared.store.model import Doc, Key, Scan
from tests.support.faults import Through

Reads = Mapping[Key, str | None]
Writes = Mapping[Key, Doc | None]


class NeverLooks(Through):
    """No version check: the last writer wins."""

    def commit(self, business: str, reads: Reads, writes: Writes, *, durable: bool = True) -> None:
        self.inner.commit(business, {}, writes, durable=durable)


class ChecksOnlyWhatItWrites(Through):
    """Reads that are not written are not verified: snapshot isolation, which allows write skew."""

    def commit(self, business: str, reads: Reads, writes: Writes, *, durable: bool = True) -> None:
        checked = {key: etag for key, etag in reads.items() if key in writes}
        self.inner.commit(business, checked, writes, durable=durable)


class ForgetsAbsences(Through):
    """A read that found nothing is not verified."""

    def commit(self, business: str, reads: Reads, writes: Writes, *, durable: bool = True) -> None:
        checked = {key: etag for key, etag in reads.items() if etag is not None}
        self.inner.commit(business, checked, writes, durable=durable)


class CountsVersions(Through):
    """The etag is a version number, and it starts at 1 again after a deletion (ABA)."""

    def get_many(self, business: str, keys: Sequence[Key]) -> list[Doc | None]:
        return [_numbered(doc) for doc in self.inner.get_many(business, keys)]

    def commit(self, business: str, reads: Reads, writes: Writes, *, durable: bool = True) -> None:
        found = dict(zip(reads, self.inner.get_many(business, list(reads)), strict=True))
        for key, etag in reads.items():
            numbered = _numbered(found[key])
            if (numbered.etag if numbered else None) != etag:
                raise Conflict("another version")
        held = {key: doc.seen if doc else None for key, doc in found.items()}
        self.inner.commit(business, held, writes, durable=durable)


def _numbered(doc: Doc | None) -> Doc | None:
    return replace(doc, etag=str(doc.version), token="") if doc else None


class AppliesHalf(Through):
    """A commit that finds a conflict has applied half of its writes already."""

    def commit(self, business: str, reads: Reads, writes: Writes, *, durable: bool = True) -> None:
        try:
            self.inner.commit(business, reads, writes, durable=durable)
        except Conflict:
            half = dict(list(writes.items())[: len(writes) // 2])
            self.inner.commit(business, {}, half, durable=durable)
            raise


class OneBigTenant(Through):
    """The business is forgotten on the way to the database."""

    def get_many(self, business: str, keys: Sequence[Key]) -> list[Doc | None]:
        return self.inner.get_many(business[:4], keys)

    def query(self, business: str, scan: Scan) -> list[Doc]:
        return self.inner.query(business[:4], scan)

    def commit(self, business: str, reads: Reads, writes: Writes, *, durable: bool = True) -> None:
        self.inner.commit(business[:4], reads, writes, durable=durable)


class UnknownIsFine(Through):
    """A lost answer is taken for success."""

    def commit(self, business: str, reads: Reads, writes: Writes, *, durable: bool = True) -> None:
        try:
            self.inner.commit(business, reads, writes, durable=durable)
        except UnknownOutcome:
            return


class UnknownIsAgain(Through):
    """A lost answer is answered by sending the same writes again, unchecked."""

    def commit(self, business: str, reads: Reads, writes: Writes, *, durable: bool = True) -> None:
        try:
            self.inner.commit(business, reads, writes, durable=durable)
        except UnknownOutcome:
            self.inner.commit(business, {}, writes, durable=durable)


class LosesTies(Through):
    """Pages go on after the order value alone: documents that share it are skipped."""

    def query(self, business: str, scan: Scan) -> list[Doc]:
        if scan.after is not None and scan.index.order:
            far = "!" if scan.descending else "~"  # no id begins with either, and no id lies beyond them
            scan = replace(scan, after=(scan.after[0], far))
        return self.inner.query(business, scan)


class SortsByUtf16(Through):
    """Text in the order of its UTF-16 code units, as some databases and languages sort."""

    def query(self, business: str, scan: Scan) -> list[Doc]:
        found = self.inner.query(business, scan)
        field = scan.index.order
        if field is None or not all(isinstance(doc.data[field], str) for doc in found):
            return found
        return sorted(found, key=lambda doc: doc.data[field].encode("utf-16-be"), reverse=scan.descending)


class TearsReads(Through):
    """Reads without a write are never verified: a total may mix two moments."""

    def commit(self, business: str, reads: Reads, writes: Writes, *, durable: bool = True) -> None:
        if writes:
            self.inner.commit(business, reads, writes, durable=durable)
