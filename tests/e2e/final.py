"""Everything that a business has in the end, in names that do not change from run to run.

For comparing two runs of one scenario: whole documents, with times and random ids replaced. Receipts are R1,
R2 … in order of payment, attempts A1 …, the provider's request ids Q1 …, customers C1 … and invoices I1 ….
"""

from __future__ import annotations

import json
import re
from itertools import chain
from typing import Any

from shared.store import Doc, Query, Store, Where

ORDERS = {
    "attempts": "created_on",
    "customers": "name_sort",
    "dead_letters": "recorded_at",
    "expenses": "business_day",
    "invoices": "created_on",
    "journal": "recorded_at",
    "messages": "created_on",
    "outbox": "created_on",
    "payments": "paid_at",
    "receipts": "received_at",
    "transactions": "paid_at",
}
_TIME = re.compile(r"\d{4}-\d\d-\d\d(T[0-9:.]+Z)?")
_SPOKEN = re.compile(r"\b\d{1,2} [A-Z][a-z]{2} \d{4}(, \d\d:\d\d)?|\b\d\d?/\d\d?/\d{2,4}( \d\d:\d\d)?")
_CLOCK = re.compile(r"(<time>|<day>),? \d\d:\d\d")
_OF_THE_WHOLE = re.compile(r'("sha256": "|"generation": "|Verification code: )[0-9A-Za-z-]+')
"""Hashes and generations change with any time or id in what they are made of."""
_DURATION = re.compile(r'("milliseconds": )[0-9.]+')
_RANDOM = re.compile(r"\b([a-z]+_)[0-9a-f]{16,}\b")

Final = dict[str, list[Any]]


def final(store: Store, business: str) -> Final:
    """Collection -> the documents of ``business``, sorted by what they say."""
    found = {name: store.all(business, Query(name, (), order)) for name, order in ORDERS.items()}
    open_or_done = (Where("status", "==", status) for status in ("open", "done"))
    found["review"] = [
        d for one in open_or_done for d in store.all(business, Query("review", (one,), "created_on"))
    ]
    found["decisions"] = [
        doc
        for payment in found["payments"]
        for doc in store.all(
            business, Query("decisions", (Where("payment_id", "==", payment.id),), "decided_at")
        )
    ]
    names = _names(found)
    return {name: sorted((_told(doc, names) for doc in docs), key=_text) for name, docs in found.items()}


def differences(ours: Final, theirs: Final) -> str:
    """What two runs disagree about, as text for a person; empty when they are equal."""
    lines = []
    for name in sorted({*ours, *theirs}):
        one, other = ({_text(doc) for doc in side.get(name, [])} for side in (ours, theirs))
        lines += [f"{name}: only in the first:  {text}" for text in sorted(one - other)]
        lines += [f"{name}: only in the second: {text}" for text in sorted(other - one)]
        if one == other and len(ours[name]) != len(theirs[name]):
            lines.append(f"{name}: {len(ours[name])} and {len(theirs[name])} documents")
    return "\n".join(lines)


def _names(found: dict[str, list[Doc]]) -> dict[str, str]:
    """Longest first, so that no id is replaced inside another one."""
    receipts = [payment.data["receipt"] for payment in found["payments"]]
    requests = [attempt.data["request_id"] for attempt in found["attempts"]]
    merchants = [attempt.data["merchant_request_id"] for attempt in found["attempts"]]
    kinds = {
        "R": receipts,
        "Q": requests,
        "M": merchants,
        "A": [doc.id for doc in found["attempts"]],
        "C": [doc.id for doc in found["customers"]],
        "I": [doc.id for doc in found["invoices"]],
        "T": [doc.id for doc in found["transactions"]],
    }
    numbered = chain.from_iterable(
        ((identity, f"{letter}{n}") for n, identity in enumerate(identities, 1) if identity)
        for letter, identities in kinds.items()
    )
    return dict(sorted(numbered, key=lambda pair: -len(pair[0])))


def _told(doc: Doc, names: dict[str, str]) -> Any:
    text = _text([doc.id, doc.data])
    for identity, name in names.items():
        text = text.replace(identity, name)
    text = _CLOCK.sub(r"\1", _SPOKEN.sub("<day>", _TIME.sub("<time>", text)))
    text = _RANDOM.sub(r"\1…", _OF_THE_WHOLE.sub(r"\1…", text))
    return json.loads(_DURATION.sub(r"\g<1>0", text))


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
