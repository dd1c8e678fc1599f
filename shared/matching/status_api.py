"""How matching stands and why, over HTTP: a batch, a dry run, figures, and a decision retold."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from shared.books.places import SPENDABLE
from shared.core.errors import HesabuError, Invalid, NotFound, Refused
from shared.http import MANAGERS, READERS, Api, Args, Body, Call, View
from shared.matching.places import DECISIONS, PAYMENTS
from shared.matching.ports import Ports
from shared.matching.views import CandidateView, DecisionView, Id, LinkView, ReasonView
from shared.store import Doc, Key, Query, Where

MOST, COUNTED = 100, 1000
STATES: tuple[State, ...] = ("waiting", "auto", "manual", "review", "none")
State = Literal["waiting", "auto", "manual", "review", "none"]


class Batch(Body):
    """Payments to match now; those that wait longest when none are named."""

    payment_ids: Annotated[list[Id], Field(max_length=MOST, default_factory=list)]


class BatchItem(View):
    payment_id: str
    state: str
    confidence_milli: int | None = None
    code: str = ""
    detail: str = ""


class BatchView(View):
    object: str = "reconciliation"
    items: list[BatchItem]
    more: bool
    """Payments are left that wait: ask again."""


class OnePayment(Body):
    payment_id: Id


class TrialView(View):
    """What would be decided; nothing has been written."""

    object: str = "match_trial"
    payment_id: str
    decision: str
    confidence_milli: int
    model: str
    text: str
    customer_id: str
    links: list[LinkView]
    reasons: list[ReasonView]
    candidates: list[CandidateView]
    rival: CandidateView | None


class StateView(View):
    state: str
    count: int
    cents: int
    complete: bool
    """False when there are more than were counted: the newest of them are."""


class StatusView(View):
    """Of payments by state of matching; shares in thousandths of what was counted."""

    object: str = "reconciliation_status"
    states: list[StateView]
    straight_through_milli: int | None
    review_milli: int | None
    oldest_question: str | None
    oldest_waiting: str | None


class ExplainArgs(Args):
    """Which decision of the payment; the one that stands when left out."""

    decision_id: Id | None = None


class ExplanationView(View):
    """A decision in words, as it was stored, and as the engine makes it again of the same case.

    ``same`` is null where the case was too large to keep, was decided by a person, or by a model that is
    gone; ``why_not`` says which. ``shadow``: what the model that only looks on said.
    """

    object: str = "match_explanation"
    payment_id: str
    text: str
    stored: DecisionView
    again: dict[str, Any] | None
    same: bool | None
    model: str
    shadow: dict[str, Any] | None
    why_not: str


def add_routes(api: Api[Ports]) -> None:
    """Put these routes beside those of matches: the same function serves both."""
    api.post("/v1/reconcile", roles=MANAGERS, body=Batch, returns=BatchView, summary="Match payments now")(
        reconcile_batch
    )
    api.post(
        "/v1/match-payment",
        roles=READERS,
        body=OnePayment,
        returns=TrialView,
        summary="Look at what would be decided for a payment",
    )(try_payment)
    api.get(
        "/v1/reconciliation-status",
        roles=READERS,
        returns=StatusView,
        summary="Count payments by state of matching",
    )(read_reconciliation_status)
    api.get(
        "/v1/matches/{payment_id}/explanation",
        roles=READERS,
        query=ExplainArgs,
        returns=ExplanationView,
        summary="Explain a decision from what was kept of it",
    )(explain_match)


def reconcile_batch(call: Call[Ports], body: Batch) -> BatchView:
    """Only payments that wait are decided; repeating is harmless."""
    ids = list(dict.fromkeys(body.payment_ids))
    more = False
    if not ids:
        page = call.ports.store.query(call.business, Query(PAYMENTS, _in("waiting"), "paid_at", MOST))
        ids, more = [doc.id for doc in page.docs], page.next is not None
    return BatchView(items=[_decide(call, one) for one in ids], more=more)


def _decide(call: Call[Ports], payment_id: str) -> BatchItem:
    from shared.matching.reconcile import reconcile_payment

    try:
        decision = reconcile_payment(call.ports, call.business, payment_id)
        payment = call.ports.store.require(call.business, Key(PAYMENTS, payment_id))
    except HesabuError as refused:
        return BatchItem(payment_id=payment_id, state="", code=refused.code, detail=refused.message)
    sure = decision.confidence_milli if decision else None
    return BatchItem(payment_id=payment_id, state=payment.data["matching"], confidence_milli=sure)


def try_payment(call: Call[Ports], body: OnePayment) -> TrialView:
    """As things stand now, with this business's rules; Refused where the payment has no money to give."""
    from shared.matching.explain import as_record, in_words
    from shared.matching.reconcile import look_at
    from shared.matching.rules import RULES, read_rules

    store = call.ports.store
    payment = store.require(call.business, Key(PAYMENTS, body.payment_id))
    if payment.data["unallocated_cents"] <= 0:
        raise Refused("all of this payment's money has its purpose", code="nothing_to_allocate")
    rules = read_rules(store.get(call.business, RULES)).deciding()
    _, decision = look_at(store, call.business, payment, rules)
    return TrialView.model_validate(
        {**as_record(decision), "payment_id": payment.id, "text": in_words(decision), "object": "match_trial"}
    )


def read_reconciliation_status(call: Call[Ports]) -> StatusView:
    """Bounded reads by index: at most a thousand payments of each state, the newest."""
    states = [_state(call, name) for name in STATES]
    count = {one.state: one.count for one in states}
    decided = count["auto"] + count["manual"] + count["review"] + count["none"]
    return StatusView(
        states=states,
        straight_through_milli=count["auto"] * 1000 // decided if decided else None,
        review_milli=(count["manual"] + count["review"]) * 1000 // decided if decided else None,
        oldest_question=_oldest(call, "review"),
        oldest_waiting=_oldest(call, "waiting"),
    )


def _in(name: State) -> tuple[Where, ...]:
    """Payments in a state; of those that wait only money that is proven: the rest is not for matching yet."""
    state = Where("matching", "==", name)
    return (state, Where("status", "in", sorted(SPENDABLE))) if name == "waiting" else (state,)


def _state(call: Call[Ports], name: State) -> StateView:
    query = Query(PAYMENTS, _in(name), "-paid_at")
    found = call.ports.store.all(call.business, query, COUNTED + 1)
    cents = sum(doc.data["amount_cents"] for doc in found[:COUNTED])
    return StateView(state=name, count=min(len(found), COUNTED), cents=cents, complete=len(found) <= COUNTED)


def _oldest(call: Call[Ports], name: State) -> str | None:
    query = Query(PAYMENTS, _in(name), "paid_at", 1)
    docs = call.ports.store.query(call.business, query).docs
    return docs[0].data["paid_at"] if docs else None


def explain_match(call: Call[Ports]) -> ExplanationView:
    """The decision that stands, or an earlier one by its id from the payment's history."""
    from shared.matching.explain import as_record, stored_in_words
    from shared.matching.retell import decided_again, same

    made = _decision(call)
    again, agrees, why_not = None, None, _why_not(made)
    if not why_not:
        try:
            decision = decided_again(made.data)
            again, agrees = as_record(decision), same(made.data, decision)
        except Invalid as gone:
            why_not = gone.message
    return ExplanationView(
        payment_id=made.data["payment_id"],
        text=stored_in_words(made.data),
        stored=DecisionView.model_validate(made.data),
        again=again,
        same=agrees,
        model=made.data.get("model", ""),
        shadow=made.data.get("shadow"),
        why_not=why_not,
    )


def _decision(call: Call[Ports]) -> Doc:
    store, args = call.ports.store, call.args
    payment = store.require(call.business, Key(PAYMENTS, call.path["payment_id"]))
    wanted = args.decision_id or payment.data.get("decision_id") or "none"
    made = store.require(call.business, Key(DECISIONS, wanted))
    if made.data["payment_id"] != payment.id:
        raise NotFound(f"payment '{payment.id}' has no decision '{wanted}'")
    return made


def _why_not(made: Doc) -> str:
    if made.data["actor"] != "engine":
        return "a person decided"
    return "" if made.data.get("case") else "the case was too large to keep"
