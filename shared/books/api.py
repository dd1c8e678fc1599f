"""The routes of the books: customers, invoices, outgoing money, expenses and the trial balance."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from shared.books import budgets_api, customers, expenses, invoices, rates_api, transactions
from shared.books.balances import known_balance, trial_balance
from shared.books.instalments import NewPlan, plan_parts
from shared.books.model import (
    BalanceView,
    CustomerChanges,
    CustomerView,
    ExpenseView,
    InvoiceArgs,
    InvoiceView,
    NewCustomer,
    NewInvoice,
    NewTransaction,
    TransactionView,
    TrialBalanceArgs,
    TrialBalanceView,
    customer_view,
    expense_view,
    invoice_view,
    transaction_view,
)
from shared.books.places import CUSTOMERS, INVOICES
from shared.books.ports import Ports
from shared.http import MANAGERS, READERS, WRITERS, Api, Args, Call, ListView, View, page_view
from shared.store import Doc, Key, Tx

V = TypeVar("V", bound=View)
api: Api[Ports] = Api("books", title="Customers, invoices and the books")
budgets_api.add_routes(api)
rates_api.add_routes(api)


def _commit(call: Call[Ports], change: Callable[[Tx], Doc], view: type[V], show: Callable[[Doc], V]) -> V:
    """Run one change; its view is kept with the idempotency key, so a repeat answers the same."""
    answer = call.ports.outbox.run(
        call.business, lambda tx: show(change(tx)).model_dump(mode="json"), once=call.once
    )
    return view.model_validate(answer)


def _invoice(call: Call[Ports]) -> Callable[[Doc], InvoiceView]:
    """How an invoice is shown to this caller."""
    return lambda doc: invoice_view(doc, call.ports.settings.public_url)


@api.post(
    "/v1/customers",
    roles=WRITERS,
    body=NewCustomer,
    returns=CustomerView,
    status=201,
    idempotent=True,
    summary="Add a customer",
)
def create_customer(call: Call[Ports], body: NewCustomer) -> CustomerView:
    customer_id = call.ports.ids.new("cus")
    return _commit(
        call, lambda tx: customers.write_customer(tx, customer_id, body), CustomerView, customer_view
    )


@api.get(
    "/v1/customers",
    roles=READERS,
    query=Args,
    lists=CustomerView,
    summary="List customers by name",
)
def list_customers(call: Call[Ports]) -> ListView[CustomerView]:
    page = customers.list_customers(
        call.ports.store, call.business, limit=call.args.limit, cursor=call.args.cursor
    )
    return page_view(page, customer_view)


@api.get("/v1/customers/{customer_id}", roles=READERS, returns=CustomerView, summary="Read a customer")
def read_customer(call: Call[Ports]) -> CustomerView:
    key = Key(CUSTOMERS, call.path["customer_id"])
    return customer_view(call.ports.store.require(call.business, key))


@api.patch(
    "/v1/customers/{customer_id}",
    roles=WRITERS,
    body=CustomerChanges,
    returns=CustomerView,
    summary="Change a customer",
)
def change_customer(call: Call[Ports], body: CustomerChanges) -> CustomerView:
    customer_id = call.path["customer_id"]
    return _commit(
        call, lambda tx: customers.change_customer(tx, customer_id, body), CustomerView, customer_view
    )


@api.post(
    "/v1/invoices",
    roles=WRITERS,
    body=NewInvoice,
    returns=InvoiceView,
    status=201,
    idempotent=True,
    summary="Draft an invoice",
)
def create_invoice(call: Call[Ports], body: NewInvoice) -> InvoiceView:
    """A draft has no number and nobody owes it yet; finalise it when it is right."""
    invoice_id = call.ports.ids.new("inv")
    return _commit(call, lambda tx: invoices.draft_invoice(tx, invoice_id, body), InvoiceView, _invoice(call))


@api.get(
    "/v1/invoices",
    roles=READERS,
    query=InvoiceArgs,
    lists=InvoiceView,
    summary="List invoices, by status and customer",
)
def list_invoices(call: Call[Ports]) -> ListView[InvoiceView]:
    args: InvoiceArgs = call.args
    page = invoices.list_invoices(
        call.ports.store,
        call.business,
        status=args.status,
        customer_id=args.customer_id,
        limit=args.limit,
        cursor=args.cursor,
    )
    return page_view(page, _invoice(call))


@api.get("/v1/invoices/{invoice_id}", roles=READERS, returns=InvoiceView, summary="Read an invoice")
def read_invoice(call: Call[Ports]) -> InvoiceView:
    key = Key(INVOICES, call.path["invoice_id"])
    return _invoice(call)(call.ports.store.require(call.business, key))


@api.post(
    "/v1/invoices/{invoice_id}/finalise",
    roles=MANAGERS,
    returns=InvoiceView,
    idempotent=True,
    summary="Give a draft its number and make it owed",
)
def finalise_invoice(call: Call[Ports]) -> InvoiceView:
    """Serials have no gaps; numbers are printed out of order with a check digit: no slip names another."""
    invoice_id, user = call.path["invoice_id"], call.actor.user
    return _commit(
        call, lambda tx: invoices.finalise_invoice(tx, invoice_id, actor=user), InvoiceView, _invoice(call)
    )


@api.post(
    "/v1/invoices/{invoice_id}/void",
    roles=MANAGERS,
    returns=InvoiceView,
    idempotent=True,
    summary="Withdraw a draft or an unpaid invoice",
)
def void_invoice(call: Call[Ports]) -> InvoiceView:
    invoice_id, user = call.path["invoice_id"], call.actor.user
    return _commit(
        call, lambda tx: invoices.void_invoice(tx, invoice_id, actor=user), InvoiceView, _invoice(call)
    )


@api.post(
    "/v1/invoices/{invoice_id}/instalments",
    roles=MANAGERS,
    body=NewPlan,
    returns=InvoiceView,
    idempotent=True,
    summary="Let an invoice fall due in parts",
)
def plan_instalments(call: Call[Ports], body: NewPlan) -> InvoiceView:
    """The parts come to the total. Payments fill the oldest first; a new plan replaces the one before."""
    invoice_id = call.path["invoice_id"]
    return _commit(call, lambda tx: plan_parts(tx, invoice_id, body), InvoiceView, _invoice(call))


@api.post(
    "/v1/transactions",
    roles=WRITERS,
    body=NewTransaction,
    returns=TransactionView,
    status=201,
    idempotent=True,
    summary="Record money that went out",
)
def create_transaction(call: Call[Ports], body: NewTransaction) -> TransactionView:
    """The provider's receipt number is unique: the same line again answers the line that is there."""
    fresh = call.ports.ids.new("txn")
    return _commit(
        call,
        lambda tx: transactions.record_transaction(tx, body, otherwise=fresh),
        TransactionView,
        transaction_view,
    )


@api.get(
    "/v1/transactions",
    roles=READERS,
    query=Args,
    lists=TransactionView,
    summary="List money that went out, the newest first",
)
def list_transactions(call: Call[Ports]) -> ListView[TransactionView]:
    page = transactions.list_transactions(
        call.ports.store, call.business, limit=call.args.limit, cursor=call.args.cursor
    )
    return page_view(page, transaction_view)


@api.get(
    "/v1/expenses",
    roles=READERS,
    query=Args,
    lists=ExpenseView,
    summary="List expenses, the newest day first",
)
def list_expenses(call: Call[Ports]) -> ListView[ExpenseView]:
    page = expenses.list_expenses(
        call.ports.store, call.business, limit=call.args.limit, cursor=call.args.cursor
    )
    return page_view(page, expense_view)


@api.get(
    "/v1/trial-balance",
    roles=READERS,
    query=TrialBalanceArgs,
    returns=TrialBalanceView,
    summary="Every account's balance, added up from the journal",
)
def read_trial_balance(call: Call[Ports]) -> TrialBalanceView:
    """Debits are positive. `as_of` is a day in Nairobi; without it everything counts.

    Receivables and customer credit are one line each unless `detail` is true, which adds up the whole
    journal.
    """
    args: TrialBalanceArgs = call.args
    sums = trial_balance if args.detail else known_balance
    balance = sums(call.ports.store, call.business, args.as_of)
    rows = [
        BalanceView(account=account, currency=currency, balance_cents=cents)
        for (currency, account), cents in balance.accounts.items()
    ]
    return TrialBalanceView(
        as_of=args.as_of,
        entries=balance.entries,
        sealed_entries=balance.sealed,
        block=balance.block,
        accounts=rows,
        totals_cents=balance.totals,
    )
