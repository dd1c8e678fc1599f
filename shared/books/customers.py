"""Customers: who owes, and the keys under which their payments are found."""

from __future__ import annotations

from typing import Any

from shared.books.keys import index_customer
from shared.books.model import CustomerChanges, NewCustomer
from shared.books.places import CUSTOMERS
from shared.store import Doc, Key, Page, Query, Store, Tx


def write_customer(tx: Tx, customer_id: str, new: NewCustomer) -> Doc:
    """Write a customer, new or replaced, with its matching keys; credit and age of a known one stay."""
    key = Key(CUSTOMERS, customer_id)
    before = tx.get(key)
    kept = before.data if before else {"credit_cents": 0, "created_on": tx.now}
    data = {
        **new.model_dump(),
        "name_sort": new.name.casefold(),
        "credit_cents": kept["credit_cents"],
        "created_on": kept["created_on"],
    }
    return _write(tx, key, data, before)


def change_customer(tx: Tx, customer_id: str, changes: CustomerChanges) -> Doc:
    """Change some fields of a customer and its matching keys; raises NotFound."""
    key = Key(CUSTOMERS, customer_id)
    before = tx.require(key)
    changed = changes.model_dump(exclude_none=True)
    if "name" in changed:
        changed["name_sort"] = changed["name"].casefold()
    return _write(tx, key, {**before.data, **changed}, before)


def _write(tx: Tx, key: Key, data: dict[str, Any], before: Doc | None) -> Doc:
    customer = tx.put(key, data)
    index_customer(tx, customer, before)
    return customer


def list_customers(store: Store, business: str, *, limit: int = 20, cursor: str | None = None) -> Page:
    """One page of customers, by name."""
    return store.query(business, Query(CUSTOMERS, (), "name_sort", limit, cursor))
