"""The public routes: the page of a link, the form that is sent, and the page that follows the attempt.

Nobody signs in here and no cookie is set or read, so a form sent from another site can do no more than one
sent from here: ask one phone for money, within the limits of phone and link. What is shown is the business's
name, what is paid for and how much; never a name of a customer, a number or another payment.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

from pydantic import BaseModel, ConfigDict

from shared.core import context
from shared.core.errors import HesabuError, Invalid, NotFound, Retryable
from shared.core.money import format_kes, parse_cents
from shared.core.phone import parse_phone
from shared.http import EVERYONE, Call, Reply
from shared.payments.gateways.providers import AIRTEL, MPESA
from shared.payments.methods import AUTO, methods_of
from shared.payments.paylinks import page
from shared.payments.paylinks.api import api
from shared.payments.paylinks.making import find
from shared.payments.paylinks.model import PayStateView
from shared.payments.paylinks.paying import Form, Offer, Standing, attempt_under, look, pay
from shared.payments.paylinks.standing import shown
from shared.payments.paylinks.words import WORDS, Language, language_of
from shared.payments.places import PROFILE
from shared.payments.ports import Ports
from shared.store import Doc, Key

__all__ = ["api"]
FORM_LIMIT = 4096
METHODS = {MPESA: "M-Pesa", AIRTEL: "Airtel Money"}
"""By whom a payer can be asked, in the words of the providers."""
_NONCE = re.compile(r"[A-Za-z0-9_]{8,64}")
_MESSAGES = {Standing.BUSY: ("busy", 409), Standing.PAID: ("paid", 200), Standing.CLOSED: ("closed", 410)}


class PageArgs(BaseModel):
    """The language of a page; whatever else messengers and mail programs add to an address is passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True)
    lang: str = ""


class Visit:
    """One request for a page of a link that exists; raises NotFound for one that does not."""

    def __init__(self, call: Call[Ports]) -> None:
        self.call = call
        self.token = call.path["pay_token"]
        self.business, self.link = find(call.ports, self.token)
        context.belongs_to(self.business)
        self.profile = _profile(call.ports, self.business)
        self.name = str(self.profile.get("name") or "Hesabu")[:120]
        self.language = _language(call, str(self.profile.get("language") or ""))

    def address(self, *more: str, language: Language | None = None) -> str:
        return "/".join(("/pay", self.token, *more)) + f"?lang={language or self.language}"

    @property
    def other(self) -> Language:
        return "en" if self.language == "sw" else "sw"


def _profile(ports: Ports, business: str) -> dict[str, Any]:
    doc = ports.store.get(business, Key(*PROFILE))
    return doc.data if doc else {}


def _language(call: Call[Ports], usual: str = "") -> Language:
    accepted = call.headers.get("Accept-Language") or ""
    return language_of(call.args.lang if call.args else "", accepted, usual)


@api.get("/pay/{pay_token}", roles=EVERYONE, query=PageArgs, summary="The page of a payment link")
def pay_page(call: Call[Ports]) -> Reply:
    """Shows who is paid, what for and how much, and asks for a phone. HTML, in English or Swahili."""
    try:
        visit = Visit(call)
    except NotFound:
        return page.gone(_language(call))
    return _form(visit, look(call.ports, visit.business, visit.link), call.ports.ids.new("frm"))


@api.post(
    "/pay/{pay_token}",
    roles=EVERYONE,
    query=PageArgs,
    limit=FORM_LIMIT,
    consumes="application/x-www-form-urlencoded",
    status=303,
    summary="Send the form of a payment link",
)
def send_form(call: Call[Ports]) -> Reply:
    """Asks the phone for the money once, however often the same form is sent; then leads to its page."""
    try:
        visit = Visit(call)
    except NotFound:
        return page.gone(_language(call))
    given = read_form(call.raw)
    offer = look(call.ports, visit.business, visit.link)
    try:
        form = understood(given, offer)
        attempt_id = pay(call.ports, visit.business, visit.link, form)
    except HesabuError as error:
        return _refused(visit, given, error)
    context.note(attempt=attempt_id, link=visit.link.id)
    return page.to(visit.address(attempt_id))


@api.get(
    "/pay/{pay_token}/{attempt_id}", roles=EVERYONE, query=PageArgs, summary="The page of one try to pay"
)
def attempt_page(call: Call[Ports]) -> Reply:
    """Follows the attempt by itself, with or without JavaScript. HTML, in English or Swahili."""
    try:
        visit = Visit(call)
        attempt = attempt_under(call.ports, visit.business, visit.link, call.path["attempt_id"])
    except NotFound:
        return page.gone(_language(call))
    seen = shown(attempt.data)
    return page.render(
        "attempt.html",
        visit.language,
        state=seen.state,
        why=seen.why,
        done=seen.done,
        again=seen.again,
        business=visit.name,
        amount=format_kes(attempt.data["amount_cents"]),
        receipt=attempt.data["receipt"] if seen.state == "done" else "",
        tail=attempt.data["phone"][-3:],
        here=visit.address(attempt.id),
        other=visit.address(attempt.id, language=visit.other),
        form=visit.address(),
        poll="/".join(("/pay", visit.token, attempt.id, "state")),
    )


@api.get(
    "/pay/{pay_token}/{attempt_id}/state",
    roles=EVERYONE,
    returns=PayStateView,
    summary="How one try to pay stands",
)
def attempt_state(call: Call[Ports]) -> PayStateView:
    """One word: waiting, confirming, checking, done, unsure or failed. `done` means that asking can end."""
    business, link = find(call.ports, call.path["pay_token"])
    seen = shown(attempt_under(call.ports, business, link, call.path["attempt_id"]).data)
    return PayStateView(state=seen.state, done=seen.done)


def read_form(raw: bytes) -> dict[str, str]:
    """The fields of a form as text; what cannot be read is left out, and bytes that are no UTF-8 replaced."""
    try:
        pairs = parse_qsl(raw.decode("ascii", "replace"), errors="replace", max_num_fields=20)
    except ValueError:
        return {}
    return {name: value.strip() for name, value in pairs if name in ("form", "phone", "amount", "method")}


def understood(given: dict[str, str], offer: Offer) -> Form:
    """A form that can be acted upon.

    Raises Invalid ``form_invalid``, ``phone_invalid``, ``amount_invalid``.
    """
    nonce = given.get("form", "")
    if not _NONCE.fullmatch(nonce):
        raise Invalid("form_invalid", "the form was not ours")
    phone = parse_phone(given.get("phone", ""))
    asked = offer.link.data["open_amount"]
    cents = parse_cents(given.get("amount", "")) if asked else None
    return Form(nonce, phone, cents, given["method"] if given.get("method") in METHODS else AUTO)


def _refused(visit: Visit, given: dict[str, str], error: HesabuError) -> Reply:
    """The form again with what was typed and why it was not sent; nothing was prompted."""
    offer = look(visit.call.ports, visit.business, find(visit.call.ports, visit.token)[1])
    code = "try_later" if isinstance(error, Retryable) or error.code not in WORDS["en"] else error.code
    kept = given.get("form", "")
    # another try of the same form must stay the same act, unless the form itself is at fault
    fresh = code in ("idempotency_mismatch", "form_invalid") or not _NONCE.fullmatch(kept)
    nonce = visit.call.ports.ids.new("frm") if fresh else kept
    context.note(code=error.code)
    return _form(visit, offer, nonce, given=given, error=code, status=error.status)


def _form(
    visit: Visit,
    offer: Offer,
    nonce: str,
    *,
    given: dict[str, str] | None = None,
    error: str = "",
    status: int = 200,
) -> Reply:
    other = visit.address(language=visit.other)
    standing = offer.standing(visit.call.ports.clock.now())
    if standing is not Standing.OPEN:
        what, code = _MESSAGES[standing]
        again = visit.address() if standing is Standing.BUSY else ""
        return page.message(visit.language, what, status=code, business=visit.name, other=other, look=again)
    return page.render(
        "pay.html",
        visit.language,
        status=status,
        business=visit.name,
        what=_what_for(visit, offer.link, offer.invoice),
        amount=format_kes(offer.cents) if offer.cents is not None else "",
        nonce=nonce,
        error=error,
        methods=_methods(visit),
        method=(given or {}).get("method", AUTO),
        typed_phone=(given or {}).get("phone", "")[:20],
        typed_amount=(given or {}).get("amount", "")[:12],
        here=visit.address(),
        other=other,
    )


def _methods(visit: Visit) -> dict[str, str]:
    """The ways to pay that a visitor can choose between; none where there is only one."""
    here = methods_of(visit.call.ports, visit.profile)
    if len(here) < 2:
        return {}
    return {AUTO: WORDS[visit.language]["method_auto"], **{method: METHODS[method] for method in here}}


def _what_for(visit: Visit, link: Doc, invoice: Doc | None) -> str:
    """What is paid for, in the business's words or as the number of the invoice."""
    said = str(link.data["description"])
    if invoice is None:
        return said
    number = f"{WORDS[visit.language]['invoice']} {invoice.data['number']}"
    return number if said in ("", invoice.data["number"]) else f"{said} ({number})"
