"""Many answers at once: a preview says what each would do, its token does exactly that and nothing else.

The preview is kept for a day under an id made from its content. Each item is confirmed in a commit of its own
and once; what is not as the preview saw it is reported and left alone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from shared.core.clock import rfc3339
from shared.core.errors import NotFound, Refused
from shared.core.ids import derived_id
from shared.matching.answers import confirm
from shared.matching.places import INVOICES, PAYMENTS, PLANS, REVIEW, review_place
from shared.matching.ports import Ports
from shared.store import Data, Doc, Key, Once, Query, Store, Tx, Where

MOST = 50
KEPT_HOURS = 24
Line = dict[str, Any]
"""``item_id``, ``payment_id``, ``outcome`` with its ``code``, and for ``confirm`` what would be done."""


def sure_items(store: Store, business: str, above_milli: int) -> list[str]:
    """The open questions about payments whose first suggestion is right with this chance, the surest first."""
    where = (
        Where("status", "==", "open"),
        Where("kind", "==", "payment"),
        Where("confidence_milli", ">=", above_milli),
    )
    page = store.query(business, Query(REVIEW, where, "-confidence_milli", MOST))
    return [doc.id for doc in page.docs if doc.data["suggestions"]]


def preview(ports: Ports, business: str, item_ids: Sequence[str]) -> tuple[str, list[Line]]:
    """What confirming the first suggestion of each item would do, one after the other.

    Args:
        item_ids: at most ``MOST`` review items; named twice counts once.

    Returns the token and a line for each item, in order: ``confirm`` with customer, links in cents and what
    goes on account, or ``refused`` with a code. An invoice that an earlier line pays is owed less by then.
    """
    ids = list(dict.fromkeys(item_ids))[:MOST]
    items = ports.store.get_many(business, [Key(REVIEW, one) for one in ids])
    owed = _Owed(ports.store, business, items)
    lines = [_line(one, item, owed) for one, item in zip(ids, items, strict=True)]
    token = derived_id("plan", json.dumps(lines, sort_keys=True))
    until = rfc3339(ports.store.clock.now() + timedelta(hours=KEPT_HOURS))
    ports.store.put(business, Key(PLANS, token), {"lines": lines, "expire_at": until})
    return token, lines


def carry_out(ports: Ports, business: str, token: str, actor: str) -> list[Line]:
    """Do what a preview said; again, it answers the same and does nothing.

    Returns a line for each item: ``confirmed``, ``changed`` (left alone), or ``refused`` with a code. Raises
    NotFound for an unknown or outdated token, and what the store raises: then the rest is done by a repeat.
    """
    plan = ports.store.require(business, Key(PLANS, token))
    if plan.data["expire_at"] <= rfc3339(ports.store.clock.now()):
        raise NotFound("this preview is too old: ask for a new one")
    return [_done(ports, business, token, line, actor) for line in plan.data["lines"]]


def _done(ports: Ports, business: str, token: str, line: Line, actor: str) -> Line:
    told = {name: line[name] for name in ("item_id", "payment_id")}
    if line["outcome"] != "confirm":
        return {**told, "outcome": "refused", "code": line["code"]}
    once = Once(f"plan|{token}|{line['item_id']}", token, days=30)
    try:
        answer = ports.outbox.run(business, lambda tx: _confirmed(tx, line, actor), once=once)
    except (NotFound, Refused) as refusal:
        return {**told, "outcome": "refused", "code": refusal.code}
    return {**told, **answer}


def _confirmed(tx: Tx, line: Line, actor: str) -> Data:
    item = tx.get(Key(REVIEW, line["item_id"]))
    if item is None or item.version != line["item_version"] or item.data["status"] != "open":
        return {"outcome": "changed", "code": "item_changed"}
    for link in line["links"]:
        invoice = tx.require(Key(INVOICES, link["invoice_id"])).data
        if invoice["status"] != "open" or invoice["balance_cents"] != link["owed_cents"]:
            return {"outcome": "changed", "code": "balances_moved"}
    confirm(tx, item.id, 0, actor=actor, note="with others")
    return {"outcome": "confirmed", "code": ""}


class _Owed:
    """What invoices are owed and payments have left, as the lines before will have left it."""

    def __init__(self, store: Store, business: str, items: Sequence[Doc | None]) -> None:
        asked = [item for item in items if item is not None and item.data["kind"] == "payment"]
        firsts = [item.data["suggestions"][0] for item in asked if item.data["suggestions"]]
        invoices = [Key(INVOICES, link["invoice_id"]) for first in firsts for link in first.get("links", [])]
        payments = [Key(PAYMENTS, item.data["subject_id"]) for item in asked]
        found = store.get_many(business, list(dict.fromkeys([*invoices, *payments])))
        docs = [doc for doc in found if doc is not None]
        self.invoices = {
            doc.id: doc.data["balance_cents"] if doc.data["status"] == "open" else 0
            for doc in docs
            if doc.key.collection == INVOICES
        }
        self.left = {doc.id: doc.data["unallocated_cents"] for doc in docs if doc.key.collection == PAYMENTS}


def _line(item_id: str, item: Doc | None, owed: _Owed) -> Line:
    payment_id = item.data["subject_id"] if item is not None else ""
    told: Line = {"item_id": item_id, "payment_id": payment_id}
    code = _fault(item, owed)
    if item is None or code:
        return {**told, "outcome": "refused", "code": code}
    first, left = item.data["suggestions"][0], owed.left[payment_id]
    links = []
    for link in first["links"]:
        links.append({**link, "owed_cents": owed.invoices[link["invoice_id"]]})
        owed.invoices[link["invoice_id"]] -= link["cents"] + link["writeoff_cents"]
    return {
        **told,
        "outcome": "confirm",
        "code": "",
        "item_version": item.version,
        "customer_id": first["customer_id"],
        "amount_cents": left,
        "links": links,
        "on_account_cents": left - sum(link["cents"] for link in links),
    }


def _fault(item: Doc | None, owed: _Owed) -> str:
    """Why an item cannot be confirmed as it stands, "" when it can."""
    if item is None:
        return "not_found"
    if item.key != review_place("payment", item.data["subject_id"]):
        return "other_question"
    if item.data["status"] != "open":
        return "item_closed"
    if not item.data["suggestions"]:
        return "no_suggestion"
    if owed.left.get(item.data["subject_id"]) != item.data["value_cents"]:
        return "item_changed"
    links = item.data["suggestions"][0]["links"]
    short = any(owed.invoices.get(x["invoice_id"], 0) < x["cents"] + x["writeoff_cents"] for x in links)
    return "invoice_closed" if short else ""
