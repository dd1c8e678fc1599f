"""The address of a business for receipts by mail: a word that nobody guesses, and who may write to it."""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from shared.core.errors import Unavailable
from shared.core.ids import derived_id
from shared.events import SYSTEM
from shared.ports import HasIds, HasSettings, HasStore
from shared.store import Data, Key, Once, Store, Tx

if TYPE_CHECKING:
    from shared.core.settings import Settings

BOX = Key("receipt_mail_box", "box")
PROFILE = Key("profile", "business")
_PREFIX = "receipts-"
_LOCAL = re.compile(rf"{_PREFIX}([0-9a-f]{{24}})(?:\+[^@]*)?@.+")
_PURPOSE = b"hesabu receipts by mail, version 1"
_CHANGES = 50
INBOUND = "/v1/receipt-mail/inbound/"


class Ports(HasStore, HasIds, HasSettings, Protocol):
    """The sum of these."""


def hook_token(settings: Settings) -> str:
    """The last part of the address that SendGrid posts to: it proves that SendGrid was given it by us."""
    secret = settings.callback_secret.get_secret_value().encode()
    return hmac.new(secret, _PURPOSE, "sha256").hexdigest()[:40]


def hook_address(settings: Settings) -> str:
    """What to type into SendGrid's Inbound Parse settings."""
    return f"{settings.public_url}{INBOUND}{hook_token(settings)}"


def is_hook(settings: Settings, token: str) -> bool:
    """Whether a request came to that address."""
    return hmac.compare_digest(hook_token(settings).encode(), token.encode("utf-8", "replace"))


def address_of(settings: Settings, token: str) -> str:
    """A box's address, "" for a business that has none."""
    return f"{_PREFIX}{token}@{settings.receipt_mail_domain}" if token else ""


def tokens_in(recipients: Sequence[str]) -> list[tuple[str, str]]:
    """The recipients of a mail that may be boxes of ours, each with its token."""
    return [(to, found[1]) for to in recipients if (found := _LOCAL.fullmatch(to))]


def business_of(store: Store, token: str) -> str:
    """Whose box a token leads to, "" for nobody's, or one that was replaced."""
    pointer = store.get(SYSTEM, _pointer(token))
    if pointer is None:
        return ""
    business = str(pointer.data["business"])
    box = store.get(business, BOX)
    return business if box is not None and box.data["token"] == token else ""


def read_box(store: Store, business: str) -> Data:
    """The box of a business as it stands: token, senders, changes."""
    box = store.get(business, BOX)
    return box.data if box is not None else {"token": "", "senders": [], "changes": []}


def new_address(ports: Ports, business: str, actor: str, once: Once) -> str:
    """Give a business an address, or another one in the place of the old, which leads nowhere from then on.

    The first time, the business's own e-mail address may write to it. Raises Unavailable
    ``mail_not_set_up`` where this installation receives no mail.
    """
    if not ports.settings.receipt_mail_domain:
        raise Unavailable("RECEIPT_MAIL_DOMAIN is not set: no mail arrives here", code="mail_not_set_up")
    token = ports.ids.new("in").rpartition("_")[2]
    # the pointer first: one that leads to no box harms nobody, a box that none leads to loses mail
    ports.store.put(SYSTEM, _pointer(token), {"business": business})
    return ports.store.transaction(business, lambda tx: _renew(tx, token, actor), once=once)


def change_senders(store: Store, business: str, senders: Sequence[str], actor: str) -> Data:
    """Say who may write, the whole list; returns the box."""

    def change(tx: Tx) -> Data:
        box = _box(tx)
        made = {**box, "senders": list(senders), "changes": _noted(tx, box, actor, "senders")}
        return tx.put(BOX, made).data

    return store.transaction(business, change)


def _renew(tx: Tx, token: str, actor: str) -> str:
    box = _box(tx)
    senders = box["senders"] if box["token"] else _own_address(tx)
    tx.put(BOX, {"token": token, "senders": senders, "changes": _noted(tx, box, actor, "address")})
    return token


def _own_address(tx: Tx) -> list[str]:
    profile = tx.get(PROFILE)
    email = str(profile.data.get("email") or "") if profile is not None else ""
    return [email.strip().lower()] if "@" in email else []


def _box(tx: Tx) -> Data:
    box = tx.get(BOX)
    return box.data if box is not None else {"token": "", "senders": [], "changes": []}


def _noted(tx: Tx, box: Data, actor: str, what: str) -> list[Data]:
    """The latest changes, each with who made it."""
    before = box["senders"] if what == "senders" else []
    return [*box["changes"], {"at": tx.now, "by": actor, "what": what, "before": before}][-_CHANGES:]


def _pointer(token: str) -> Key:
    return Key("receipt_mail_boxes", derived_id("rmb", token))
