"""Answering questions about payments over HTTP: confirm, rule out, many at once with a look before, and
history.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from shared.core.errors import HesabuError
from shared.http import MANAGERS, READERS, Api, Args, Body, Call, ListView, View, page_view
from shared.matching.commits import commit
from shared.matching.places import DECISIONS, INVOICES, PAYMENTS, REVIEW, review_place
from shared.matching.ports import Ports
from shared.matching.views import Id, LinkView, MatchView, ReasonView
from shared.store import Doc, Key, Query, Where

_PATH = "/v1/matches/{payment_id}"
_Note = Annotated[str, Field(max_length=500)]
MOST = 50
"""Questions answered in one request, each in a commit of its own."""


class Confirmation(Body):
    """Which suggestion is right: 0 is the first."""

    choice: Annotated[int, Field(ge=0, le=2)] = 0
    note: _Note = ""


class RuledOut(Body):
    """Whose money it is not."""

    customer_id: Id
    note: _Note = ""


class ToConfirm(Body):
    """Payments in review, or all whose first suggestion is at least so likely (the dearest first)."""

    payment_ids: Annotated[list[Id], Field(max_length=MOST, default_factory=list)]
    least_milli: Annotated[int, Field(ge=500, le=1000)] = 900


class Looked(Body):
    """One payment, and the fingerprint that its preview showed."""

    payment_id: Id
    look: Annotated[str, Field(min_length=8, max_length=80)]


class Confirmations(Body):
    """What was looked at and shall be done."""

    items: Annotated[list[Looked], Field(min_length=1, max_length=MOST)]
    note: _Note = ""


class PreviewItem(View):
    payment_id: str
    about: dict[str, Any]
    customer_id: str
    links: list[LinkView]
    confidence_milli: int
    reasons: list[ReasonView]
    look: str


class CompetingItem(View):
    """A payment whose first suggestion wants more than its invoices can bear beside the others'.

    ``with_payments``: others of the preview that want its invoices; none where a balance went otherwise.
    ``choice``: the suggestion that is left for it, to be confirmed by itself; null when none is.
    """

    payment_id: str
    with_payments: list[str]
    choice: int | None


class PreviewView(View):
    """What confirming would do; nothing has been done."""

    object: str = "match_preview"
    items: list[PreviewItem]
    competing: list[CompetingItem]
    left_out: list[str]
    """Payments that nobody is asked about, or without a suggestion."""
    total_cents: int


class OutcomeItem(View):
    payment_id: str
    outcome: Literal["confirmed", "left_alone"]
    code: str = ""
    detail: str = ""


class OutcomeView(View):
    object: str = "match_outcomes"
    confirmed: int
    left_alone: int
    items: list[OutcomeItem]


class HistoryArgs(Args):
    """No filter."""


class StepView(View):
    """One decision about a payment, by the engine or a person."""

    object: str = "match_step"
    id: str
    what: str
    by: str
    at: str
    decision: str
    note: str
    links: list[LinkView]
    customer_id: str
    reasons: list[ReasonView]
    model: str


def add_routes(api: Api[Ports]) -> None:
    """Put these routes beside those of matches: the same function serves both."""
    api.post(
        f"{_PATH}/confirm",
        roles=MANAGERS,
        body=Confirmation,
        returns=MatchView,
        idempotent=True,
        summary="Do what was suggested for a payment",
    )(confirm_match)
    api.post(
        f"{_PATH}/rule-out",
        roles=MANAGERS,
        body=RuledOut,
        returns=MatchView,
        idempotent=True,
        summary="Say that a payment is not a customer's",
    )(rule_out_customer)
    api.get(
        f"{_PATH}/history",
        roles=READERS,
        query=HistoryArgs,
        lists=StepView,
        summary="Who decided what about a payment",
    )(list_match_history)
    api.post(
        "/v1/review/preview",
        roles=MANAGERS,
        body=ToConfirm,
        returns=PreviewView,
        summary="Look at what confirming many suggestions would do",
    )(preview_confirmations)
    api.post(
        "/v1/review/confirm",
        roles=MANAGERS,
        body=Confirmations,
        returns=OutcomeView,
        summary="Confirm many suggestions that were looked at",
    )(confirm_many)


def confirm_match(call: Call[Ports], body: Confirmation) -> MatchView:
    """As if a person had typed the links of that suggestion; the payer is remembered."""
    from shared.matching.manual import confirm

    payment_id, user = call.path["payment_id"], call.actor.user
    return commit(call, lambda tx: confirm(tx, payment_id, body.choice, actor=user, note=body.note))


def rule_out_customer(call: Call[Ports], body: RuledOut) -> MatchView:
    """Remembered for this payer: nothing of theirs is posted or suggested to that customer unnamed again."""
    from shared.matching.manual import rule_out

    payment_id, user = call.path["payment_id"], call.actor.user
    return commit(call, lambda tx: rule_out(tx, payment_id, body.customer_id, actor=user, note=body.note))


def list_match_history(call: Call[Ports]) -> ListView[StepView]:
    """Oldest first; nothing of it is ever rewritten."""
    args: HistoryArgs = call.args
    call.ports.store.require(call.business, Key(PAYMENTS, call.path["payment_id"]))
    where = (Where("payment_id", "==", call.path["payment_id"]),)
    query = Query(DECISIONS, where, "decided_at", args.limit, args.cursor)
    return page_view(call.ports.store.query(call.business, query), _step)


def _step(made: Doc) -> StepView:
    data = made.data
    return StepView(
        id=made.id,
        what=data.get("what") or ("decided" if data["actor"] == "engine" else "matched"),
        by=data["actor"],
        at=data["decided_at"],
        decision=data["decision"],
        note=data.get("note", ""),
        links=[LinkView.model_validate(link) for link in data["links"]],
        customer_id=data["customer_id"],
        reasons=[ReasonView.model_validate(reason) for reason in data["reasons"]],
        model=data.get("model", ""),
    )


def preview_confirmations(call: Call[Ports], body: ToConfirm) -> PreviewView:
    """Writes nothing. Each item has a fingerprint of what is shown; confirming sends it back."""
    ids = list(dict.fromkeys(body.payment_ids)) or _likely(call, body.least_milli)
    asked: dict[str, tuple[Doc, Doc]] = {}
    left_out: list[str] = []
    places = [*(Key(PAYMENTS, one) for one in ids), *(review_place("payment", one) for one in ids)]
    docs = call.ports.store.get_many(call.business, places)
    for payment_id, payment, item in zip(ids, docs[: len(ids)], docs[len(ids) :], strict=True):
        if payment is None or item is None or not _answerable(item):
            left_out.append(payment_id)
        else:
            asked[payment_id] = (payment, item)
    competing = _competing(call, asked)
    items = [_preview(*asked[one]) for one in asked if one not in {each.payment_id for each in competing}]
    total = sum(link.cents for one in items for link in one.links)
    return PreviewView(items=items, competing=competing, left_out=left_out, total_cents=total)


def _competing(call: Call[Ports], asked: Mapping[str, tuple[Doc, Doc]]) -> list[CompetingItem]:
    """Those whose first suggestion cannot be confirmed beside the others': two payments, one balance."""
    from shared.matching.competing import Wish, assigned, components

    wishes = [
        Wish(one, item.data["confidence_milli"], tuple(map(_wanted, item.data["suggestions"])))
        for one, (_, item) in asked.items()
    ]
    invoices = sorted({invoice for wish in wishes for choice in wish.choices for invoice in choice})
    docs = call.ports.store.get_many(call.business, [Key(INVOICES, one) for one in invoices])
    balances = {doc.id: doc.data["balance_cents"] for doc in docs if doc is not None}
    beside = {
        w.payment_id: [o.payment_id for o in group if o != w] for group in components(wishes) for w in group
    }
    return [
        CompetingItem(payment_id=one, with_payments=beside[one], choice=choice)
        for one, choice in sorted(assigned(wishes, balances).items())
        if choice != 0
    ]


def _wanted(suggestion: dict[str, Any]) -> dict[str, int]:
    return {link["invoice_id"]: link["cents"] + link["writeoff_cents"] for link in suggestion["links"]}


def _likely(call: Call[Ports], least_milli: int) -> list[str]:
    """The dearest open questions whose first suggestion is likely enough."""
    query = Query(REVIEW, (Where("status", "==", "open"),), "-worth", 200)
    found = call.ports.store.query(call.business, query).docs
    likely = [
        d.data["subject_id"] for d in found if _answerable(d) and d.data["confidence_milli"] >= least_milli
    ]
    return likely[:MOST]


def _answerable(item: Doc) -> bool:
    data = item.data
    first = data["suggestions"][0] if data["suggestions"] else {"links": []}
    return data["kind"] == "payment" and data["status"] == "open" and bool(first["links"])


def _preview(payment: Doc, item: Doc) -> PreviewItem:
    from shared.matching.manual import look_of

    first = item.data["suggestions"][0]
    return PreviewItem(
        payment_id=payment.id,
        about=item.data["about"],
        customer_id=first["customer_id"],
        links=[LinkView.model_validate(link) for link in first["links"]],
        confidence_milli=item.data["confidence_milli"],
        reasons=[ReasonView.model_validate(reason) for reason in first["reasons"]],
        look=look_of(payment, item),
    )


def confirm_many(call: Call[Ports], body: Confirmations) -> OutcomeView:
    """Each payment in a commit of its own; what changed since the preview is left alone.

    Asked again, the answer is the same and nothing is done twice.
    """
    items = [_outcome(call, one, body.note) for one in body.items]
    done = sum(item.outcome == "confirmed" for item in items)
    return OutcomeView(confirmed=done, left_alone=len(items) - done, items=items)


def _outcome(call: Call[Ports], one: Looked, note: str) -> OutcomeItem:
    from shared.matching.manual import confirm

    user = call.actor.user
    try:
        call.ports.outbox.run(
            call.business, lambda tx: confirm(tx, one.payment_id, 0, actor=user, note=note, look=one.look).id
        )
    except HesabuError as refused:
        if _confirmed_before(call, one):
            return OutcomeItem(payment_id=one.payment_id, outcome="confirmed", code="confirmed_before")
        code, detail = refused.code, refused.message
        return OutcomeItem(payment_id=one.payment_id, outcome="left_alone", code=code, detail=detail)
    return OutcomeItem(payment_id=one.payment_id, outcome="confirmed")


def _confirmed_before(call: Call[Ports], one: Looked) -> bool:
    """Whether this very look was confirmed and still stands: the same request once more, or its twin."""
    store = call.ports.store
    payment = store.get(call.business, Key(PAYMENTS, one.payment_id))
    decision_id = payment.data.get("decision_id") if payment is not None else None
    made = store.get(call.business, Key(DECISIONS, decision_id)) if decision_id else None
    return made is not None and made.data.get("look") == one.look
