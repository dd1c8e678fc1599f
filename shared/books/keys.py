"""Matching keys: small documents from what a payer may send to whom or what it may mean.

A payment is matched with one batch of reads by key, so its cost does not grow with the books (reference:
reconciliation 3.2). Numbers are also indexed with each of their digits left out (SymSpell): a typing slip is
found by leaving digits out on the payment's side too.

Kinds: ``number`` and ``number_del`` lead to invoices; ``account``, ``phone`` (SHA-256 of 2547…), ``tail``
(last three digits and a name, for masked payers) and ``name`` (two names, sorted) lead to customers. So do
the weaker ones, which are looked up only when those say nothing: ``account_del`` (as ``number_del``),
``word`` (one name) and ``mask`` (the first four and last three digits of a number).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from shared.books.places import KEYS
from shared.books.spellings import (
    MatchKey,
    customer_keys,
    invoice_keys,
    invoice_spellings,
    lookup_keys,
    payment_keys,
)
from shared.core.ids import derived_id
from shared.store import Doc, Key, Store, Tx

MOST_IDS = 60
"""A key that leads to more is no clue: it is marked common and grows no further."""

__all__ = [
    "MatchKey",
    "customer_keys",
    "find",
    "index_customer",
    "index_invoice",
    "invoice_keys",
    "invoice_spellings",
    "key_places",
    "leads",
    "lookup_keys",
    "numbers_in",
    "payment_keys",
    "unindex_customer",
    "unindex_invoice",
]


def index_invoice(tx: Tx, invoice: Doc) -> None:
    """Make a numbered invoice findable, in the commit that numbers it."""
    number = invoice.data["number"]
    _change(tx, invoice.id, [], invoice_keys(number), number)


def unindex_invoice(tx: Tx, invoice: Doc) -> None:
    """Make an invoice unfindable, in the commit that voids it."""
    _change(tx, invoice.id, invoice_keys(invoice.data["number"]), [])


def index_customer(tx: Tx, customer: Doc, before: Doc | None = None) -> None:
    """Make a customer findable by its present keys; ``before`` is what was indexed until now."""
    _change(tx, customer.id, customer_keys(before.data) if before else [], customer_keys(customer.data))


def unindex_customer(tx: Tx, customer: Doc) -> None:
    """Make a customer unfindable."""
    _change(tx, customer.id, customer_keys(customer.data), [])


def find(source: Store | Tx, business: str, keys: Sequence[MatchKey]) -> dict[MatchKey, list[str]]:
    """What each key leads to, in one batch of reads; keys that lead nowhere or everywhere are left out."""
    places = key_places(keys)
    wanted = list(places.values())
    docs = source.get_many(wanted) if isinstance(source, Tx) else source.get_many(business, wanted)
    return leads(places, docs)


def key_places(keys: Iterable[MatchKey]) -> dict[MatchKey, Key]:
    """Where each key is kept, in the order asked for, each once."""
    return {key: _place(key) for key in dict.fromkeys(keys)}


def leads(places: Mapping[MatchKey, Key], docs: Iterable[Doc | None]) -> dict[MatchKey, list[str]]:
    """What the documents at these places lead to; further documents are ignored."""
    found = zip(places, docs, strict=False)
    return {key: list(doc.data["ids"]) for key, doc in found if doc is not None and doc.data["ids"]}


def _place(key: MatchKey) -> Key:
    return Key(KEYS, derived_id("key", *key))


def numbers_in(docs: Iterable[Doc | None]) -> dict[str, str]:
    """The invoice numbers that keys tell of what they lead to, so that only what is named need be read."""
    told: dict[str, str] = {}
    for doc in docs:
        if doc is not None and (numbers := doc.data.get("numbers")):
            told.update(zip(doc.data["ids"], numbers, strict=False))
    return {id_: number for id_, number in told.items() if number}


def _change(tx: Tx, subject: str, old: Iterable[MatchKey], new: Iterable[MatchKey], number: str = "") -> None:
    leaving, coming = set(old) - set(new), set(new) - set(old)
    tx.get_many([_place(key) for key in sorted(leaving | coming)])  # one batch, not one read a key
    for key in sorted(leaving):
        _remove(tx, key, subject)
    for key in sorted(coming):
        _add(tx, key, subject, number)


def _add(tx: Tx, key: MatchKey, subject: str, number: str) -> None:
    place = _place(key)
    doc = tx.get(place)
    ids = list(doc.data["ids"]) if doc else []
    if subject in ids or (doc and doc.data["common"]):
        return
    common = len(ids) >= MOST_IDS
    kind, value = key
    data = {"kind": kind, "value": value, "ids": [] if common else [*ids, subject], "common": common}
    if number:
        data["numbers"] = [] if common else [*_numbers(doc), number]
    tx.put(place, data)


def _remove(tx: Tx, key: MatchKey, subject: str) -> None:
    doc = tx.get(_place(key))
    if doc is None or subject not in doc.data["ids"]:
        return
    kept = [
        (one, number) for one, number in zip(doc.data["ids"], _numbers(doc), strict=True) if one != subject
    ]
    if kept:
        changes: dict[str, list[str]] = {"ids": [one for one, _ in kept]}
        if "numbers" in doc.data:
            changes["numbers"] = [number for _, number in kept]
        tx.update(doc.key, changes)
    else:
        tx.delete(doc.key)


def _numbers(doc: Doc | None) -> list[str]:
    """One a posting; empty where a key was written before it told numbers, or leads to customers."""
    if doc is None:
        return []
    told = list(doc.data.get("numbers", ()))
    return told + [""] * (len(doc.data["ids"]) - len(told))
