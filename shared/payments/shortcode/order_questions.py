"""Standing orders whose end nobody has told: Ratiba cannot be asked, so a person is.

An order is never sent again by itself: the payer would be prompted a second time. The process that was
sending may have died, the acknowledgement or the first notice may be lost; a notice that still comes ends the
question, and so does the person who asked the payer or looked at Safaricom's portal.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from shared.core import context, logs
from shared.core.clock import rfc3339
from shared.core.errors import Refused
from shared.core.ids import derived_id
from shared.core.worth import standing
from shared.payments.places import STANDING_ORDERS
from shared.payments.ports import Ports
from shared.store import Data, Doc, Key, Query, Tx, Where

LEASE = timedelta(seconds=90)
"""Longer than a request of ours may take: after it, who was sending is taken for dead."""
UNKNOWN_FOR = timedelta(hours=1)
ASKED_FOR = timedelta(days=1)
"""How long the payer, and Safaricom's notice of the answer, may take before somebody looks."""
EVERY_MINUTES = 5
"""Between two looks: they cost three queries a business."""
BATCH = 100
REASON = "never_told"
_LATE = (("submitting", LEASE), ("unknown", UNKNOWN_FOR), ("asked", ASKED_FOR))


def chase_orders(ports: Ports, business: str) -> int:
    """Give up on senders that died, and ask a person about what was never told; returns how many."""
    now = ports.clock.now()
    if now.minute % EVERY_MINUTES:
        return 0
    chased = 0
    for status, after in _LATE:
        late = (Where("status", "==", status), Where("created_on", "<=", rfc3339(now - after)))
        for order in ports.store.query(business, Query(STANDING_ORDERS, late, "created_on", BATCH)).docs:
            chased += ports.store.transaction(business, partial(_overdue, order.key, status))
    return chased


def _overdue(key: Key, status: str, tx: Tx) -> bool:
    order = tx.require(key)
    if order.data["status"] != status:
        return False  # it was told meanwhile
    if status == "submitting":
        tx.update(key, {"status": "unknown", "code": "no_outcome"})
    else:
        tx.update(key, {"status": "review"})
        _ask(tx, order)
    logs.info("a standing order was never told of", business=tx.business, order=key.id, was=status)
    return True


def _ask(tx: Tx, order: Doc) -> None:
    about: Data = {"kind": "standing_order", "subject_id": order.id, "reasons": [REASON]}
    about |= {"suggestions": [], "may_be": [], **standing(order.data["amount_cents"])}
    tx.put(_item(order.id), {**about, "status": "open", "created_on": tx.now})


def close_question(tx: Tx, order: Doc) -> None:
    """Nobody needs to look at an order any more, if somebody was asked to."""
    if order.data["status"] == "review":
        tx.update(_item(order.id), {"status": "done"})


def decide(ports: Ports, business: str, order_id: str, actor: str, *, active: bool, note: str) -> Doc:
    """A person found out whether the payer has approved an order; what is told later counts all the same.

    Raises NotFound, and Refused ``order_decided`` when nobody is asked about it.
    """

    def say(tx: Tx) -> Doc:
        order = tx.require(Key(STANDING_ORDERS, order_id))
        if order.data["status"] != "review":
            raise Refused(f"the standing order is {order.data['status']}", code="order_decided")
        line: Data = {"at": tx.now, "code": "operator", "evidence": "", "receipt": "", "actor": actor}
        history = [*order.data["history"], {**line, "note": note}]
        close_question(tx, order)
        return tx.update(order.key, {"status": "active" if active else "refused", "history": history})

    context.note(order=order_id)
    return ports.store.transaction(business, say)


def _item(order_id: str) -> Key:
    return Key("review", derived_id("rev", "standing_order", order_id, REASON))
