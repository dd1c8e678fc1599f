"""What a business may ask of the cloud engines for one receipt, paid out of today's budget.

A call is paid before it is made, in a commit of its own: two instances never spend the same last one, and a
call whose answer was lost stays paid, because the provider may have charged for it.
"""

from __future__ import annotations

from collections.abc import Mapping

from shared.core import logs
from shared.core.clock import business_day
from shared.core.errors import Retryable
from shared.events import ObjectFinalized
from shared.receipts.cloud_policy import POLICY, read_policy
from shared.receipts.engines.cloud import Cloud
from shared.receipts.headers import Kind
from shared.receipts.ports import Ports
from shared.store import Key, Store, Tx

SPENT = Key("profile", "receipt-cloud-spent")
_VISION_TAKES = tuple(f".{kind.value}" for kind in (Kind.JPEG, Kind.PNG, Kind.WEBP))


def cloud_for(ports: Ports, business: str, file: ObjectFinalized) -> Cloud | None:
    """What may be asked about one file; None where the business or the installation switched nothing on."""
    policy = read_policy(ports.store.get(business, POLICY))
    readers = ports.cloud_readers if policy.allowed else None
    if readers is None:
        return None

    def afford(engine: str) -> bool:
        day = business_day(ports.clock.now())
        return spend(ports.store, business, engine, policy.most(engine), day)

    return Cloud(readers, afford, _uri(readers.bucket, file))


def spend(store: Store, business: str, engine: str, most: int, day: str) -> bool:
    """Pay one call of today's budget, at once and for good; False when it is spent, or nobody can say."""
    try:
        return store.transaction(business, lambda tx: _spend(tx, engine, most, day))
    except Retryable as error:
        logs.warn("a cloud engine is not asked: its budget is unknown", engine=engine, why=error.code)
        return False


def _spend(tx: Tx, engine: str, most: int, day: str) -> bool:
    doc = tx.get(SPENT)
    known: Mapping[str, object] = doc.data if doc is not None else {}
    # an instance whose clock is behind pays from the newer day: no day is begun twice
    spent = dict(known) if str(known.get("day", "")) >= day else {"day": day}
    calls = spent.get(engine, 0)
    if type(calls) is not int or calls >= most:
        return False
    tx.put(SPENT, {**spent, engine: calls + 1})
    return True


def _uri(bucket: str, file: ObjectFinalized) -> str:
    """Where Vision may fetch the file itself: only from Cloud Storage, and only a picture it knows."""
    return f"{bucket}/{file.name}" if bucket and file.name.endswith(_VISION_TAKES) else ""
