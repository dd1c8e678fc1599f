"""Paying under a link: whether it can be paid now, and one prompt for one form."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.books import owed_now
from shared.core.clock import parse_rfc3339, rfc3339
from shared.core.errors import NotFound, RateLimited, Refused
from shared.core.money import up_to_shillings
from shared.http.api import KEY_DAYS
from shared.payments.attempts import Ask, attempt_id_of, start
from shared.payments.methods import AUTO
from shared.payments.paylinks.model import status_of
from shared.payments.places import ATTEMPTS, INVOICES
from shared.payments.ports import Ports
from shared.payments.states import UNDECIDED, State
from shared.store import Data, Doc, Key, Once, Tx

WINDOW = timedelta(minutes=10)
MOST_IN_WINDOW = 30
"""Prompts under one link: a busy counter's QR code stays below, somebody who plays with a link does not."""
_ATTEMPT = re.compile(r"att_[0-9a-f]{32}")
ACTOR = "payer"
"""Who starts an attempt on the page: nobody that we know."""


class Standing(StrEnum):
    """What a visitor of a link can do."""

    OPEN = "open"
    BUSY = "busy"
    """Somebody is paying; whether it worked is not known yet."""
    PAID = "paid"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Form:
    """What a visitor sent: ``nonce`` is the form's own, ``phone`` as ``2547…``, ``method`` a provider."""

    nonce: str
    phone: str
    cents: int | None
    method: str = AUTO


@dataclass(frozen=True, slots=True)
class Offer:
    """A link with what decides whether and how much can be paid under it now."""

    link: Doc
    invoice: Doc | None
    last: Doc | None

    @property
    def cents(self) -> int | None:
        """What is asked for, None where the payer says it."""
        asked: int | None = self.link.data["amount_cents"]
        if asked is not None or self.link.data["open_amount"] or self.invoice is None:
            return asked
        return up_to_shillings(owed_now(self.invoice.data))

    def standing(self, now: datetime) -> Standing:
        """What a visitor can do at this moment."""
        if self.invoice is not None and self.invoice.data["status"] == "paid":
            return Standing.PAID
        if status_of(self.link.data, now) != "active":
            return Standing.CLOSED
        if self.invoice is not None and self.invoice.data["status"] != "open":
            return Standing.CLOSED
        if self.last is None or not self._once_only:
            return Standing.OPEN
        return _after(self.last.data, self.link.data["uses"])

    @property
    def in_parts(self) -> bool:
        """Whether the invoice falls due in instalments."""
        return self.invoice is not None and bool(self.invoice.data.get("parts"))

    @property
    def _once_only(self) -> bool:
        """Whether two payments at a time would pay the same thing twice."""
        whole = self.invoice is not None and self.cents is not None and not self.link.data["amount_cents"]
        return self.link.data["uses"] == "single" or whole


def _after(last: Data, uses: str) -> Standing:
    state = State(last["status"])
    if state is State.SUCCEEDED:
        # under a link for many uses the invoice says whether more is owed
        return Standing.PAID if uses == "single" else Standing.OPEN
    return Standing.BUSY if may_be_paid(last) else Standing.OPEN


def may_be_paid(attempt: Data) -> bool:
    """Whether an attempt that has not succeeded may still turn out to have: nobody should pay beside it.

    An expired or cancelled one is open as long as the provider is asked about it.
    """
    state = State(attempt["status"])
    if state in UNDECIDED or state is State.REVIEW:
        return True
    return state in {State.EXPIRED, State.CANCELLED} and bool(attempt["polling"])


def offer_of(source: Tx, link: Doc) -> Offer:
    """What a link offers, as one transaction sees it."""
    return Offer(link, _invoice(source, link.data), _last(source, link.data))


def look(ports: Ports, business: str, link: Doc) -> Offer:
    """What a link offers to somebody who looks at it."""
    return ports.store.transaction(business, lambda tx: offer_of(tx, link))


def _invoice(tx: Tx, link: Data) -> Doc | None:
    return tx.get(Key(INVOICES, link["invoice_id"])) if link["invoice_id"] else None


def _last(tx: Tx, link: Data) -> Doc | None:
    return tx.get(Key(ATTEMPTS, link["last_attempt_id"])) if link["last_attempt_id"] else None


def once_of(business: str, link: Doc, form: Form) -> Once:
    """The key of one form: pressing twice, reloading and going back prompt once."""
    said = hashlib.sha256(f"{form.phone}|{form.cents}|{form.method}".encode()).hexdigest()
    return Once(f"pay|{business}|{link.id}|{form.nonce}", said, days=KEY_DAYS)


def pay(ports: Ports, business: str, link: Doc, form: Form) -> str:
    """Prompt the payer once for this form; returns the id of the attempt.

    Raises Refused ``link_busy``, ``link_paid``, ``link_closed``, RateLimited ``link_rate_limited``, Invalid
    ``idempotency_mismatch`` when the form was sent before with other words, and what ``start`` raises.
    """
    once = once_of(business, link, form)
    told = link.data
    ask = Ask(
        form.phone,
        _asked(ports, business, link, form),
        told["invoice_id"],
        told["reference"],
        "",
        form.method,
    )
    try:
        start(ports, business, ACTOR, ask, once, beside=lambda tx, attempt: _count(tx, link.key, attempt))
    except Refused as error:
        if error.code != "idempotency_in_flight":
            raise  # else the first press is at work, and its page is the answer to the second
    return attempt_id_of(business, once)


def _asked(ports: Ports, business: str, link: Doc, form: Form) -> int | None:
    """What to ask for; None is an invoice's whole balance, of a plan it is the oldest part."""
    told = link.data
    if told["open_amount"]:
        return form.cents
    if told["amount_cents"] is None and (offer := look(ports, business, link)).in_parts:
        return offer.cents
    fixed: int | None = told["amount_cents"]
    return fixed


def _count(tx: Tx, key: Key, attempt: Doc) -> None:
    """Tie an attempt to its link in the commit that writes it, unless the link cannot be paid now."""
    link = tx.require(key)
    now = parse_rfc3339(tx.now)
    standing = offer_of(tx, link).standing(now)
    if standing is not Standing.OPEN:
        raise Refused(f"the link is {standing.value}", code=f"link_{standing.value}")
    recent = [at for at in link.data["prompts"] if parse_rfc3339(at) > now - WINDOW]
    if len(recent) >= MOST_IN_WINDOW:
        raise RateLimited("this link was used very often in ten minutes", code="link_rate_limited")
    counted: Data = {"attempts": link.data["attempts"] + 1, "last_attempt_id": attempt.id}
    tx.update(key, {**counted, "prompts": [*recent, rfc3339(now)]})
    tx.update(attempt.key, {"link_id": key.id})


def attempt_under(ports: Ports, business: str, link: Doc, attempt_id: str) -> Doc:
    """An attempt that was started under this link; raises NotFound for any other."""
    named = _ATTEMPT.fullmatch(attempt_id)
    attempt = ports.store.get(business, Key(ATTEMPTS, attempt_id)) if named else None
    if attempt is None or attempt.data.get("link_id") != link.id:
        raise NotFound("there is no such address")
    return attempt
