"""What starts an import: a file that lands under ``statements/``, and lines that wait to be booked."""

from __future__ import annotations

import hashlib

from shared.blobs import check_name
from shared.bus import Consumer
from shared.core import context, logs
from shared.core.errors import Conflict, Invalid, NotFound, Refused
from shared.events import Elsewhere, Event, ObjectFinalized, ObjectMissed, StatementImport
from shared.payments.ports import Ports
from shared.payments.statements.importing import import_statement
from shared.payments.statements.intake import Given, Stored, keep, mark_read, refuse, understand
from shared.payments.statements.places import DROPPED, check_account, file_mark, statement_key
from shared.payments.statements.read import MAX_BYTES

statement_consumer: Consumer[Ports] = Consumer("statement_import")


@statement_consumer.on(StatementImport)
def statement_import(ports: Ports, event: Event[StatementImport]) -> None:
    import_statement(ports, event.business, event.data.statement_id)


@statement_consumer.on(ObjectFinalized)
def object_finalized(ports: Ports, event: Event[ObjectFinalized]) -> None:
    _take(ports, event.business, event.data)


@statement_consumer.on(ObjectMissed)
def object_missed(ports: Ports, event: Event[ObjectMissed]) -> None:
    _take(ports, event.business, ObjectFinalized(**event.data.model_dump()))


def _take(ports: Ports, business: str, file: ObjectFinalized) -> None:
    if not file.name.startswith(DROPPED):
        raise Elsewhere(f"no statement lies at {file.name[:80]!a}")
    check_name(file.name)
    take_in(ports, business, file)


def take_in(ports: Ports, business: str, file: ObjectFinalized) -> None:
    """Read a file that somebody put into the bucket; what is wrong with it stands in its statement's
    document.

    The folder between business and file names the account: ``statements/biz/bank-equity-0123/march.csv``.
    """
    mark = file_mark(file.bucket, file.name, file.generation)
    if ports.store.get(business, mark) is not None:
        return
    content = _load(ports, business, file)
    if content is None:
        return
    sha256 = hashlib.sha256(content).hexdigest()
    stored = Stored(statement_key(sha256), file.name, sha256, content, mark)
    known = ports.store.get(business, stored.key)
    if known is not None and known.data["status"] != "refused":
        context.note(statement=known.id)
        ports.outbox.run(business, lambda tx: mark_read(tx, stored))
        return
    account, name = _place(file.name)
    given = Given(account=account, file=name, actor="bucket")
    try:
        if account:
            check_account(account)
        parsed, profile_id = understand(ports, business, content, given)
    except (Invalid, Refused, NotFound) as refusal:
        refuse(ports, business, stored, refusal, given)
        return
    keep(ports, business, stored, parsed, given, profile_id=profile_id)


def _load(ports: Ports, business: str, file: ObjectFinalized) -> bytes | None:
    """The file's bytes; None when it is gone or replaced, and then the newer one has its own event."""
    try:
        if ports.blobs.size(file.name) > MAX_BYTES:
            logs.warn("a statement is too large to be read", object=file.name, limit=MAX_BYTES)
            _give_up(ports, business, file)
            raise Invalid("statement_too_large", f"a statement may hold at most {MAX_BYTES >> 20} MB")
        return ports.blobs.get(file.name, file.generation)
    except (NotFound, Conflict):
        return None


def _give_up(ports: Ports, business: str, file: ObjectFinalized) -> None:
    """Its dead letter tells of it; without a mark the sweep would announce it again and again."""
    mark = file_mark(file.bucket, file.name, file.generation)
    written = {"statement_id": "", "object": file.name}
    ports.store.transaction(business, lambda tx: tx.put(mark, {**written, "read_at": tx.now}))


def _place(name: str) -> tuple[str, str]:
    """Account and file of ``statements/{business}[/{account}]/{file}``."""
    parts = name.split("/")
    return (parts[2], parts[-1]) if len(parts) > 3 else ("", parts[-1])
