"""Reconciling one payment: gather, decide, and post the decision and all that follows in one commit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from shared.books import allocate
from shared.books.places import SPENDABLE
from shared.bus import emit
from shared.core import context
from shared.core.errors import NotFound, Refused
from shared.events import PaymentMatched, PaymentNeedsReview
from shared.matching.candidates import gather
from shared.matching.decide import DecisionRules, asks_nobody, decide, held_back
from shared.matching.explain import as_record
from shared.matching.identity import payer_key
from shared.matching.lookup import StoreLookup, payment_facts
from shared.matching.model import Case, Decision
from shared.matching.places import (
    CUSTOMERS,
    HOLDS,
    INVOICES,
    PAYMENTS,
    decision_place,
    payer_place,
    review_place,
)
from shared.matching.ports import Ports
from shared.matching.records import (
    ENGINE,
    ask_about,
    held_by,
    hold,
    learn_payer,
    write_decision,
    yielded,
)
from shared.matching.retell import kept
from shared.matching.rules import RULES, MatchingRules, read_rules
from shared.store import Doc, Key, Store, Tx

TRIES = 4


class _Moved(Refused):
    """Balances are not those that the decision was made on."""

    code = "balances_moved"


def reconcile_payment(
    ports: Ports, business: str, payment_id: str, rules: MatchingRules | None = None
) -> Decision | None:
    """Match a settled payment that waits for it; None when there is nothing to do (any more).

    Args:
        payment_id: a document of ``payments``.
        rules: what the business wants; read from the store when left out.

    Raises NotFound for an unknown payment, Refused ``balances_moved`` when others kept changing the same
    invoices, and what the store raises.
    """
    context.note(payment=payment_id)
    for _ in range(TRIES):
        payment, wanted = _read(ports.store, business, payment_id, rules)
        if not _waits(payment):
            return None
        deciding = wanted.deciding()
        case, decision = look_at(ports.store, business, payment, deciding)
        told = {"case": kept(case, deciding, decision.model), **_shadow(case, wanted, decision)}
        only_held = _only_held(case, decision, deciding)
        try:
            ports.outbox.run(
                business,
                lambda tx: _apply(tx, payment, case, decision, told, only_held=only_held),  # noqa: B023
            )
        except Refused as moved:
            last = moved
            continue
        return decision
    raise last


def look_at(store: Store, business: str, payment: Doc, rules: DecisionRules) -> tuple[Case, Decision]:
    """What is known that may concern a payment, and what is decided of it; writes nothing."""
    lookup = StoreLookup(store, business, payment.data["currency"])
    case = gather(lookup, payment_facts(payment), rules.allocation)
    return case, decide(case, rules)


def _read(
    store: Store, business: str, payment_id: str, rules: MatchingRules | None
) -> tuple[Doc, MatchingRules]:
    """The payment, and the business's rules where none are given, in one read."""
    if rules is not None:
        return store.require(business, Key(PAYMENTS, payment_id)), rules
    payment, kept_rules = store.get_many(business, [Key(PAYMENTS, payment_id), RULES])
    if payment is None:
        raise NotFound(f"no {PAYMENTS} '{payment_id}'")
    return payment, read_rules(kept_rules)


def _only_held(case: Case, decision: Decision, rules: DecisionRules) -> bool:
    """Whether nothing but a hold keeps the money back: it is decided again when the hold ends."""
    if all(reason.code != "held" for reason in decision.reasons):
        return False
    return decide(replace(case, held=frozenset()), rules).verdict == "auto"


def _shadow(case: Case, rules: MatchingRules, decision: Decision) -> dict[str, Any]:
    """What the model that only looks on would have decided."""
    if not rules.shadow:
        return {}
    other = decide(case, rules.deciding(rules.shadow))
    told = {"decision": other.verdict, "confidence_milli": other.confidence_milli}
    return {"shadow": {"model": other.model, **told, "same_links": other.links == decision.links}}


def _waits(payment: Doc) -> bool:
    return payment.data["status"] in SPENDABLE and payment.data["matching"] == "waiting"


def _apply(
    tx: Tx, before: Doc, case: Case, decision: Decision, told: dict[str, Any], *, only_held: bool
) -> None:
    tx.fetch(_touched(before, case, decision))
    payment = tx.require(before.key)
    if not _waits(payment):
        return  # a twin of this delivery was first
    if decision.verdict == "auto" and decision.yields and _held(tx, decision, payment.id):
        decision, only_held = held_back(decision), True
    if decision.verdict == "auto":
        _post(tx, payment, case, decision, told)
    else:
        _ask(tx, payment, decision, told, only_held=only_held)


def _touched(payment: Doc, case: Case, decision: Decision) -> list[Key]:
    """What posting or asking will read, so that it is read in one go."""
    touched = [payment.key, decision_place(payment.id, payment.version)]
    if decision.verdict != "auto":
        holds = [Key(HOLDS, who) for who in decision.may_be]
        return touched if asks_nobody(decision) else [*touched, review_place("payment", payment.id), *holds]
    touched += [Key(CUSTOMERS, decision.customer_id), *(Key(INVOICES, i.invoice_id) for i in decision.links)]
    if decision.yields:
        touched.append(Key(HOLDS, decision.customer_id))
    if decision.named and (payer := payer_key(case.payment)):
        touched.append(payer_place(payer))
    return touched


def _held(tx: Tx, decision: Decision, payment_id: str) -> bool:
    return bool(set(held_by(tx, decision.customer_id)) - {payment_id})


def _post(tx: Tx, payment: Doc, case: Case, decision: Decision, told: dict[str, Any]) -> None:
    """Credit the invoices, if they are still owed what the decision was made on."""
    owed = {i.id: i.balance_cents for invoices in case.opened.values() for i in invoices}
    for link in decision.links:
        if tx.require(Key(INVOICES, link.invoice_id)).data["balance_cents"] != owed.get(link.invoice_id):
            raise _Moved(f"invoice '{link.invoice_id}' has changed")
    links = [(link.invoice_id, link.cents) for link in decision.links]
    let_go = sum(link.written_off_cents for link in decision.links)
    who = decision.customer_id
    allocate(tx, payment.id, links, customer_id=who, matching="auto", actor=ENGINE, writeoff=let_go)
    made = write_decision(tx, payment, {**as_record(decision), **told}, ENGINE)
    if decision.named:
        learn_payer(tx, payment, who)
    changes = {"decision_id": made.id, "learned_customer_id": who if decision.named else ""}
    matched = tx.update(payment.key, changes)
    emit(tx, PaymentMatched(payment_id=payment.id), payment.key, matched.version)


def _ask(tx: Tx, payment: Doc, decision: Decision, told: dict[str, Any], *, only_held: bool) -> None:
    """Leave the money where it is and ask a person, unless nobody needs to be asked."""
    record: dict[str, Any] = {**as_record(decision), "may_be": list(decision.may_be)}
    made = write_decision(tx, payment, {**record, **told}, ENGINE)
    ours = asks_nobody(decision)  # moved from our float to our bank: no income, and no question
    changes = {"matching": decision.verdict, "decision_id": made.id, "own_transfer": ours}
    waiting = tx.update(payment.key, changes)
    if ours:
        return
    ask_about(tx, payment, record)
    hold(tx, decision.may_be, payment.id)
    if only_held:
        yielded(tx, decision.customer_id, payment.id)
    emit(tx, PaymentNeedsReview(payment_id=payment.id), payment.key, waiting.version)
