"""Random histories of allocating and undoing: invariants hold after every step, and an undo is complete."""

from __future__ import annotations

import itertools
from typing import Any

from books_world import Books, RecordingBus
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.books import TrialBalance, allocate, trial_balance, unallocate
from shared.core.errors import NotFound, Refused
from shared.store import Store

INVOICES = {"inv_1": 1_000, "inv_2": 2_500, "inv_3": 700}
PAYMENTS = {"SJA": 1_000, "SJB": 3_300}
CUSTOMERS = ("cus_a", "cus_b")
_fresh = itertools.count()

links = st.lists(
    st.tuples(st.sampled_from(sorted(INVOICES)), st.sampled_from([1, 300, 700, 1_000, 2_500])),
    max_size=3,
    unique_by=lambda link: link[0],
)
gives = st.tuples(
    st.just("give"),
    st.sampled_from(sorted(PAYMENTS)),
    links,
    st.sampled_from(["", *CUSTOMERS]),
    st.sampled_from([0, 0, 50, 700]),
)
takes = st.tuples(
    st.just("take"), st.sampled_from(sorted(PAYMENTS)), st.sampled_from([None, None, *sorted(INVOICES)])
)


def a_business(store: Store) -> Books:
    books = Books(store, RecordingBus(), f"biz_history_{next(_fresh)}")
    for customer in CUSTOMERS:
        books.customer(customer)
    for id_, cents in INVOICES.items():
        books.invoice(id_, cents)
    for receipt, cents in PAYMENTS.items():
        books.payment(receipt, cents)
    return books


def step(books: Books, action: tuple[Any, ...]) -> bool:
    kind, payment, *rest = action
    try:
        if kind == "give":
            to, customer, writeoff = rest
            off = writeoff if to else 0
            books.run(
                lambda tx: allocate(
                    tx,
                    f"mpesa-{payment}",
                    to,
                    customer_id=customer,
                    matching="auto",
                    actor="t",
                    writeoff=off,
                )
            )
        else:
            books.run(lambda tx: unallocate(tx, f"mpesa-{payment}", actor="t", invoice_id=rest[0]))
    except (Refused, NotFound):
        return False
    return True


def check(books: Books) -> TrialBalance:
    balance = trial_balance(books.store, books.business)
    assert balance.totals == {"KES": 0}
    payments = [books.doc("payments", f"mpesa-{receipt}") for receipt in PAYMENTS]
    links_to = [link for payment in payments for link in payment["allocations"]]
    for id_, total in INVOICES.items():
        invoice = books.doc("invoices", id_)
        settled = sum(x["cents"] + x["writeoff_cents"] for x in links_to if x["invoice_id"] == id_)
        assert 0 <= invoice["balance_cents"] == total - settled == balance.of(f"ar:{id_}")
        assert invoice["status"] == ("open" if invoice["balance_cents"] else "paid")
        assert bool(invoice["paid_on"]) == (invoice["status"] == "paid")
    for payment in payments:
        assert payment["allocated_cents"] == sum(x["cents"] for x in payment["allocations"])
        parts = (payment["allocated_cents"], payment["unallocated_cents"], payment.get("on_account_cents", 0))
        assert min(parts) >= 0
        assert sum(parts) == payment["amount_cents"]
    for customer in CUSTOMERS:
        credit = books.doc("customers", customer)["credit_cents"]
        assert 0 <= credit == -balance.of(f"unapplied:{customer}")
    assert balance.of("suspense:unmatched") == -sum(x["unallocated_cents"] for x in payments)
    return balance


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(actions=st.lists(gives | takes, min_size=1, max_size=12))
def test_every_history_keeps_the_books(store: Store, actions: list[tuple[Any, ...]]) -> None:
    books = a_business(store)
    before = check(books)
    for action in actions:
        if step(books, action):
            check(books)
    for receipt in PAYMENTS:
        step(books, ("take", receipt, None))
    after = check(books)
    assert {a: c for a, c in after.accounts.items() if c} == {a: c for a, c in before.accounts.items() if c}
    assert {books.doc("invoices", id_)["balance_cents"] for id_ in INVOICES} == set(INVOICES.values())
