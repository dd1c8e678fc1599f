"""Which customer a name means, found in the business's own list and nowhere else."""

from __future__ import annotations

from shared.store import Doc, Query, Store, Where


def find_customer(store: Store, business: str, name: str) -> Doc | None:
    """The one customer whose name is, or alone begins with, ``name``; None when none or several do."""
    wanted = name.casefold()
    where = (Where("name_sort", ">=", wanted), Where("name_sort", "<", wanted + "\U0010ffff"))
    docs = store.query(business, Query("customers", where, "name_sort", 20)).docs
    exact = [doc for doc in docs if doc.data["name_sort"] == wanted]
    found = exact or docs
    return found[0] if len(found) == 1 else None
