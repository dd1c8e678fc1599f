"""The routes of matching: what was decided and why, what waits for a person, and the person's word."""

from __future__ import annotations

from shared.http import MANAGERS, READERS, Api, Call, ListView, page_view
from shared.matching import review_api, rules_api, status_api
from shared.matching.commits import commit
from shared.matching.places import DECISIONS, PAYMENTS
from shared.matching.ports import Ports
from shared.matching.queue import ReviewArgs, waiting
from shared.matching.views import (
    ManualMatch,
    MatchArgs,
    MatchView,
    ReviewView,
    Undo,
    match_view,
    review_view,
)
from shared.store import Key, Query, Where

api: Api[Ports] = Api("matching", title="Payments and the invoices they pay")
for part in (review_api, rules_api, status_api):
    part.add_routes(api)


@api.get(
    "/v1/matches",
    roles=READERS,
    query=MatchArgs,
    lists=MatchView,
    summary="List payments by state of matching, newest first",
)
def list_matches(call: Call[Ports]) -> ListView[MatchView]:
    args: MatchArgs = call.args
    where = (Where("matching", "==", args.state),) if args.state else ()
    query = Query(PAYMENTS, where, "-paid_at", args.limit, args.cursor)
    return page_view(call.ports.store.query(call.business, query), match_view)


@api.get("/v1/matches/{payment_id}", roles=READERS, returns=MatchView, summary="Read a payment's match")
def read_match(call: Call[Ports]) -> MatchView:
    """Where the money went, the decision with its reasons, the best candidates and the best rival."""
    store = call.ports.store
    payment = store.require(call.business, Key(PAYMENTS, call.path["payment_id"]))
    decision_id = payment.data.get("decision_id")
    decision = store.get(call.business, Key(DECISIONS, decision_id)) if decision_id else None
    return match_view(payment, decision)


@api.post(
    "/v1/matches/{payment_id}",
    roles=MANAGERS,
    body=ManualMatch,
    returns=MatchView,
    idempotent=True,
    summary="Say what a payment is for",
)
def match_payment(call: Call[Ports], body: ManualMatch) -> MatchView:
    """Credits the invoices in one commit with the journal; the payer is remembered for next time."""
    from shared.matching.manual import match_by_hand

    links = [(link.invoice_id, link.cents) for link in body.links]
    return commit(
        call,
        lambda tx: match_by_hand(
            tx,
            call.path["payment_id"],
            links,
            customer_id=body.customer_id or "",
            actor=call.actor.user,
            writeoff_cents=body.writeoff_cents,
            note=body.note,
        ),
    )


@api.post(
    "/v1/matches/{payment_id}/undo",
    roles=MANAGERS,
    body=Undo,
    returns=MatchView,
    idempotent=True,
    summary="Undo a match, or one link of it",
)
def undo(call: Call[Ports], body: Undo) -> MatchView:
    """Balances return exactly; the payment waits in review."""
    from shared.matching.manual import undo_match

    payment_id, user = call.path["payment_id"], call.actor.user
    return commit(
        call, lambda tx: undo_match(tx, payment_id, actor=user, invoice_id=body.invoice_id, note=body.note)
    )


@api.post(
    "/v1/matches/{payment_id}/none",
    roles=MANAGERS,
    returns=MatchView,
    idempotent=True,
    summary="Say that a payment is for no invoice",
)
def none_of_ours(call: Call[Ports]) -> MatchView:
    """The money stays unallocated and its question is closed; other payments no longer wait for it."""
    from shared.matching.manual import set_aside

    return commit(call, lambda tx: set_aside(tx, call.path["payment_id"], actor=call.actor.user))


@api.get(
    "/v1/review",
    roles=READERS,
    query=ReviewArgs,
    lists=ReviewView,
    summary="List what waits for a person, the dearest and likeliest first",
)
def list_review(call: Call[Ports]) -> ListView[ReviewView]:
    """With what tells it from others, up to three suggestions and the best rival; the first is choice 0."""
    return page_view(waiting(call.ports.store, call.business, call.args), review_view)
