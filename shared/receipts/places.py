"""Where receipts lie, in the bucket and in the store; whoever lists or misses them needs no engine."""

from __future__ import annotations

import re

from shared.core.ids import derived_id
from shared.events import ObjectFinalized
from shared.store import Key

RECEIPTS, BUNDLES, MAILS = "receipts", "receipt_bundles", "receipt_mails"
CHANGES, LABELS = "receipt_changes", "receipt_labels"
ALIASES, WORDS = "merchant_aliases", "receipt_words"
FOLDER = "receipts/"
"""A file under ``receipts/{business}/`` becomes a receipt."""
KEPT_MAIL = "receipt-mail/"
"""Mails as they came in: nobody watches these."""
BUNDLE, MAIL = "bnd", "rml"
_UNPACKED = re.compile(rf"receipts/[^/]+/((?:{BUNDLE}|{MAIL})_[0-9a-f]{{32}})/[^/]+")


def receipt_key(file: ObjectFinalized) -> Key:
    """One receipt for one version of one file: a redelivered event finds it done."""
    return Key(RECEIPTS, derived_id("rcp", file.bucket, file.name, file.generation))


def bundle_mark(file: ObjectFinalized) -> Key:
    """Says that one version of a zip was opened: it has no receipt of its own, its entries have."""
    return Key("receipt_bundle_files", derived_id("bnf", file.bucket, file.name, file.generation))


def refused_key(source_id: str, number: int) -> Key:
    """The receipt of what lay in a zip or a mail and was never stored as a file."""
    return Key(RECEIPTS, derived_id("rcp", source_id, str(number)))


def source_of(name: str) -> str:
    """The id of the zip or mail that a stored file came out of, "" for none."""
    found = _UNPACKED.fullmatch(name)
    return found[1] if found else ""
