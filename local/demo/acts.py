"""Doing what a step says, by the product's own use cases."""

from __future__ import annotations

from datetime import timedelta

from local.demo.people import BUSINESS, Person
from local.demo.plan import Act, AddCustomer, Issue, Receive, Spend, invoice_key
from local.demo.situations import Shown
from local.demo.spending import Outgoing
from shared.app import App
from shared.books import (
    Expense,
    NewCustomer,
    NewInvoice,
    NewTransaction,
    draft_invoice,
    finalise_invoice,
    record_transaction,
    write_customer,
    write_expense,
)
from shared.core.clock import EAT, business_day, rfc3339
from shared.core.phone import mask, phone_hash
from shared.payments.gateways.port import Evidence, HintKind, Outcome, PayerHint
from shared.payments.settlement import prove
from shared.store import Tx

ACTOR = "demo"


def done(app: App, act: Act) -> bool:
    """Whether the books have it already."""
    doc = app.store.get(BUSINESS, act.writes)
    if doc is None or not isinstance(act, Receive):
        return doc is not None
    return any(line["id"] == act.evidence_id for line in doc.data["evidence"])


def perform(app: App, act: Act) -> None:
    """Write one step at the app's present moment; events follow from it as always."""
    match act:
        case AddCustomer(person=person):
            app.outbox.run(BUSINESS, lambda tx: _add_customer(tx, person))
        case Issue():
            app.outbox.run(BUSINESS, lambda tx: _issue(tx, act, app))
        case Receive():
            prove(app, BUSINESS, _evidence(app, act), act.evidence_id, act.situation.channel)
        case Spend(outgoing=line):
            app.outbox.run(BUSINESS, lambda tx: _spend(tx, line))


def _add_customer(tx: Tx, person: Person) -> None:
    new = NewCustomer(
        name=person.name, phones=person.known_phones, email=person.email, account_no=person.account
    )
    write_customer(tx, person.id, new)


def _issue(tx: Tx, issue: Issue, app: App) -> None:
    """Draft and finalise in one commit: nobody saw the draft."""
    due = app.clock.now().astimezone(EAT).date() + timedelta(days=issue.due_days)
    new = NewInvoice(customer_id=issue.person.id, lines=list(issue.lines), due_date=due.isoformat())
    draft_invoice(tx, issue.writes.id, new)
    finalise_invoice(tx, issue.writes.id, actor=ACTOR)


def _evidence(app: App, receive: Receive) -> Evidence:
    """What the provider's list of transactions says about one payment."""
    how = receive.situation
    docs = app.store.get_many(BUSINESS, [invoice_key(key) for key in receive.invoices])
    numbers = tuple(doc.data["number"] for doc in docs if doc is not None)
    return Evidence(
        provider=how.provider,
        kind="statement" if receive.again or how.provider == "bank" else "pull",
        outcome=Outcome.SUCCESS,
        code="0",
        receipt=receive.receipt,
        amount_cents=receive.amount_cents,
        payer=_hint(how.shown, receive.payer),
        account=how.typed(numbers, receive.customer),
        shortcode=app.settings.daraja_shortcode if how.provider == "mpesa" else "",
        at=receive.paid_at,
    )


def _hint(shown: Shown, payer: Person) -> PayerHint:
    """The payer as the network shows one: hashes come with full names, masks with the first name only."""
    match shown:
        case "hash":
            return PayerHint(HintKind.HASH, phone_hash(payer.msisdn), payer.on_phone)
        case "masked":
            return PayerHint(HintKind.MASKED, mask(payer.msisdn), payer.on_phone.split()[0])
        case "phone":
            return PayerHint(HintKind.PHONE, payer.msisdn, payer.on_phone)
        case "nobody":
            return PayerHint()


def _spend(tx: Tx, line: Outgoing) -> None:
    new = NewTransaction(
        provider=line.provider,
        receipt=line.receipt,
        amount_cents=line.amount_cents,
        party=line.party,
        details=line.details,
        paid_at=rfc3339(line.at),
    )
    made = record_transaction(tx, new, otherwise=line.id)
    if line.category:
        cost = Expense(
            category=line.category,
            merchant=line.party,
            amount_cents=line.amount_cents,
            vat_cents=0,
            currency="KES",
            business_day=business_day(line.at),
            transaction_id=made.id,
        )
        write_expense(tx, cost)
