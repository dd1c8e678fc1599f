"""Allocation: money reaches invoices and accounts, nothing is given twice, every undo is exact."""

from __future__ import annotations

from typing import Any

import pytest
from books_world import Books

from shared.books import allocate, record_fee, return_payment, trial_balance, unallocate
from shared.books.allocation import MAX_LINKS
from shared.books.receiving import receive_payment
from shared.core.errors import AlreadyExists, HesabuError, Invalid, NotFound, Refused
from shared.store import Key

Links = list[tuple[str, int]]


def give(books: Books, payment: str, links: Links, customer: str = "cus_a", **options: Any) -> dict[str, Any]:
    options = {"matching": "auto", "actor": "usr_1", **options}
    return books.run(lambda tx: allocate(tx, payment, links, customer_id=customer, **options)).data


def take(books: Books, payment: str, invoice: str | None = None) -> dict[str, Any]:
    return books.run(lambda tx: unallocate(tx, payment, actor="usr_1", invoice_id=invoice)).data


def refused(books: Books, payment: str, links: Links, customer: str = "cus_a", **options: Any) -> str:
    before = trial_balance(books.store, books.business)
    with pytest.raises(HesabuError) as caught:
        give(books, payment, links, customer, **options)
    assert trial_balance(books.store, books.business) == before, "a refusal changes nothing"
    return caught.value.code


def of(books: Books, account: str) -> int:
    balance = trial_balance(books.store, books.business)
    assert balance.totals == {"KES": 0}
    return balance.of(account)


def test_received_money_waits_in_suspense(books: Books) -> None:
    books.payment("SJA", 5_000)
    assert of(books, "clearing:mpesa:600123") == 5_000
    assert of(books, "suspense:unmatched") == -5_000
    assert books.doc("journal", "pay-SJA")["source"] == {"collection": "payments", "id": "mpesa-SJA"}


def test_the_same_receipt_is_booked_once(books: Books) -> None:
    books.payment("SJA", 5_000)
    payment = books.doc("payments", "mpesa-SJA")
    with pytest.raises(AlreadyExists):
        books.run(lambda tx: receive_payment(tx, {**payment, "amount_cents": 9}))
    books.run(lambda tx: receive_payment(tx, {**payment, "provider": "airtel"}))
    assert of(books, "clearing:airtel") == 5_000, "another provider's number is another payment"


def test_a_full_payment_closes_the_invoice(books: Books) -> None:
    books.invoice("inv_1", 5_000)
    payment = give(books, books.payment("SJA", 5_000), [("inv_1", 5_000)])
    invoice = books.doc("invoices", "inv_1")
    assert (invoice["status"], invoice["balance_cents"]) == ("paid", 0)
    assert invoice["paid_on"] == "2026-03-01T12:00:00.000Z"
    assert (payment["matching"], payment["customer_id"]) == ("auto", "cus_a")
    assert (payment["allocated_cents"], payment["unallocated_cents"]) == (5_000, 0)
    assert payment["allocations"][0]["number"] == invoice["number"]
    assert (of(books, "ar:inv_1"), of(books, "suspense:unmatched")) == (0, 0)


def test_an_overpayment_becomes_the_customers_credit(books: Books) -> None:
    books.invoice("inv_1", 5_000)
    payment = give(books, books.payment("SJA", 6_000), [("inv_1", 5_000)])
    assert (payment["unallocated_cents"], payment["on_account_cents"]) == (0, 1_000)
    assert books.doc("customers", "cus_a")["credit_cents"] == 1_000
    assert of(books, "unapplied:cus_a") == -1_000


def test_the_rest_of_a_stranger_stays_in_suspense(books: Books) -> None:
    books.invoice("inv_1", 5_000)
    payment = give(books, books.payment("SJA", 6_000), [("inv_1", 5_000)], customer="")
    assert payment["unallocated_cents"] == 1_000
    assert of(books, "suspense:unmatched") == -1_000


def test_one_payment_for_several_invoices_in_two_steps(books: Books) -> None:
    for n in (1, 2, 3):
        books.invoice(f"inv_{n}", 1_000)
    id_ = books.payment("SJA", 2_500)
    give(books, id_, [("inv_1", 1_000), ("inv_2", 400)], customer="")
    payment = give(books, id_, [("inv_2", 600), ("inv_3", 500)], customer="", matching="manual")
    assert [link["entry_id"][-1] for link in payment["allocations"]] == ["1", "1", "2", "2"]
    assert [books.doc("invoices", f"inv_{n}")["balance_cents"] for n in (1, 2, 3)] == [0, 0, 500]
    assert payment["matching"] == "manual"


def test_money_on_account_pays_a_later_invoice(books: Books) -> None:
    id_ = books.payment("SJA", 3_000)
    give(books, id_, [])
    assert books.doc("customers", "cus_a")["credit_cents"] == 3_000
    books.invoice("inv_1", 2_000)
    payment = give(books, id_, [("inv_1", 2_000)])
    assert books.doc("invoices", "inv_1")["status"] == "paid"
    assert books.doc("customers", "cus_a")["credit_cents"] == payment["on_account_cents"] == 1_000
    assert of(books, "unapplied:cus_a") == -1_000
    take(books, id_)
    assert (of(books, "unapplied:cus_a"), of(books, "ar:inv_1")) == (0, 2_000)
    assert books.doc("customers", "cus_a")["credit_cents"] == 0


@pytest.mark.parametrize(("cents", "account"), [(100, "rounding"), (2_900, "bad_debt")])
def test_a_write_off_closes_what_is_short(books: Books, cents: int, account: str) -> None:
    books.invoice("inv_1", 10_000)
    id_ = books.payment("SJA", 10_000 - cents)
    give(books, id_, [("inv_1", 10_000 - cents)], writeoff=cents)
    assert books.doc("invoices", "inv_1")["status"] == "paid"
    assert (of(books, account), of(books, "ar:inv_1")) == (cents, 0)
    take(books, id_)
    assert (of(books, account), of(books, "ar:inv_1")) == (0, 10_000)
    assert books.doc("invoices", "inv_1")["balance_cents"] == 10_000


def test_undoing_one_link_leaves_the_others(books: Books) -> None:
    books.invoice("inv_1", 1_000)
    books.invoice("inv_2", 1_000)
    id_ = books.payment("SJA", 2_300)
    give(books, id_, [("inv_1", 1_000), ("inv_2", 1_000)])
    payment = take(books, id_, "inv_1")
    assert [link["invoice_id"] for link in payment["allocations"]] == ["inv_2"]
    assert (payment["matching"], payment["unallocated_cents"]) == ("review", 1_000)
    first = books.doc("invoices", "inv_1")
    assert (first["status"], first["balance_cents"], first["paid_on"]) == ("open", 1_000, "")
    assert books.doc("invoices", "inv_2")["status"] == "paid"
    assert books.doc("journal", "rev-alloc-mpesa-SJA-1-inv_1")["reverses"] == "alloc-mpesa-SJA-1"
    assert books.doc("customers", "cus_a")["credit_cents"] == 300
    give(books, id_, [("inv_1", 1_000)])
    assert books.doc("invoices", "inv_1")["status"] == "paid"


def test_undoing_everything_reverses_the_entry_whole(books: Books) -> None:
    books.invoice("inv_1", 1_000)
    invoice = books.doc("invoices", "inv_1")
    id_ = books.payment("SJA", 2_300)
    give(books, id_, [("inv_1", 1_000)])
    payment = take(books, id_)
    entry, undone = books.doc("journal", "alloc-mpesa-SJA-1"), books.doc("journal", "rev-alloc-mpesa-SJA-1")
    assert {leg["account"]: -leg["amount"] for leg in entry["legs"]} == {
        leg["account"]: leg["amount"] for leg in undone["legs"]
    }
    assert books.doc("invoices", "inv_1") == invoice
    assert (payment["customer_id"], payment["unallocated_cents"]) == ("", 2_300)
    assert give(books, id_, [("inv_1", 500)])["allocations"][0]["entry_id"] == "alloc-mpesa-SJA-2"


def test_more_than_there_is_cannot_be_given(books: Books) -> None:
    books.invoice("inv_1", 1_000)
    books.invoice("inv_2", 1_000)
    id_ = books.payment("SJA", 1_500)
    assert refused(books, id_, [("inv_1", 1_000), ("inv_2", 501)]) == "over_allocated"
    assert refused(books, id_, [("inv_1", 1_001)]) == "invoice_closed"
    assert refused(books, id_, [("inv_1", 900)], writeoff=101) == "over_allocated"
    give(books, id_, [("inv_1", 1_000)], customer="")
    assert refused(books, id_, [("inv_1", 1)]) == "invoice_closed"
    assert refused(books, id_, [("inv_2", 501)]) == "over_allocated"


@pytest.mark.parametrize(
    "links",
    [
        [("inv_1", 0)],
        [("inv_1", -5)],
        [("inv_1", True)],
        [("inv_1", 1.0)],
        [("inv_1", 1), ("inv_1", 1)],
        [(f"inv_{n}", 1) for n in range(MAX_LINKS + 1)],
    ],
)
def test_links_are_distinct_invoices_and_whole_cents(books: Books, links: Links) -> None:
    books.invoice("inv_1", 1_000)
    assert refused(books, books.payment("SJA", 1_000), links) == "links_invalid"


def test_the_longest_allocation_fits_one_entry(books: Books) -> None:
    for n in range(MAX_LINKS):
        books.invoice(f"inv_{n}", 1_000 + (0, 50, 5_000)[n % 3])
    id_ = books.payment("SJA", MAX_LINKS * 1_000 + 77)
    links = [(f"inv_{n}", 1_000) for n in range(MAX_LINKS)]
    give(books, id_, links, writeoff=MAX_LINKS // 3 * 5_050)
    assert len(books.doc("journal", "alloc-mpesa-SJA-1")["legs"]) == MAX_LINKS + 4
    assert {books.doc("invoices", id_)["status"] for id_, _ in links} == {"paid"}


def test_other_mistakes_have_their_names(books: Books) -> None:
    books.invoice("inv_1", 1_000)
    books.draft("inv_draft", 1_000)
    books.invoice("inv_usd", 1_000, currency="USD")
    id_ = books.payment("SJA", 1_000)
    assert refused(books, id_, [("inv_draft", 100)]) == "invoice_closed"
    assert refused(books, id_, [("inv_usd", 100)]) == "currency_differs"
    assert refused(books, id_, [], customer="") == "nothing_to_allocate"
    assert refused(books, id_, [("inv_1", 1)], matching="guess") == "links_invalid"
    assert refused(books, id_, [], writeoff=5) == "links_invalid"
    assert refused(books, books.payment("SJB", 1_000, status="claimed"), []) == "payment_not_settled"
    give(books, id_, [])
    assert refused(books, id_, [("inv_1", 1)], customer="cus_b") == "credit_of_other_customer"
    with pytest.raises(Refused) as caught:
        take(books, books.payment("SJC", 1_000))
    assert caught.value.code == "not_allocated"


def test_unknown_and_foreign_ids_are_not_found(books: Books) -> None:
    books.invoice("inv_1", 1_000)
    id_ = books.payment("SJA", 1_000)
    other = books.of("biz_other_alloc")
    other.customer("cus_other")
    mine = other.payment("SJB", 1_000)
    assert refused(books, "mpesa-NONE", [("inv_1", 1)]) == "not_found"
    assert refused(books, id_, [("inv_none", 1)]) == "not_found"
    assert refused(books, id_, [("inv_1", 1)], customer="cus_other") == "not_found"
    assert refused(other, id_, []) == "not_found"
    assert refused(other, mine, [("inv_1", 1)], customer="cus_other") == "not_found"
    with pytest.raises(NotFound):
        take(other, id_)
    give(books, id_, [("inv_1", 1)])
    with pytest.raises(NotFound):
        take(books, id_, "inv_2")


def test_a_payment_sent_back_leaves_no_trace_in_the_balances(books: Books) -> None:
    books.invoice("inv_1", 1_000)
    id_ = books.payment("SJA", 1_200)
    give(books, id_, [("inv_1", 1_000)])
    payment = books.run(lambda tx: return_payment(tx, id_, actor="usr_1")).data
    assert (payment["status"], payment["unallocated_cents"]) == ("reversed", 0)
    assert of(books, "clearing:mpesa:600123") == of(books, "suspense:unmatched") == 0
    assert (of(books, "ar:inv_1"), books.doc("invoices", "inv_1")["status"]) == (1_000, "open")
    with pytest.raises(Refused) as caught:
        books.run(lambda tx: return_payment(tx, id_, actor="usr_1"))
    assert caught.value.code == "payment_not_settled"


def test_a_gateway_fee_is_booked_once(books: Books) -> None:
    books.payment("SJA", 1_200)
    payment = books.doc("payments", "mpesa-SJA")
    books.run(lambda tx: record_fee(tx, payment, 30))
    assert (of(books, "fees:mpesa"), of(books, "clearing:mpesa:600123")) == (30, 1_170)
    with pytest.raises(AlreadyExists):
        books.run(lambda tx: record_fee(tx, payment, 30))


def test_a_failed_step_leaves_nothing_half_done(books: Books) -> None:
    books.invoice("inv_1", 1_000)
    id_ = books.payment("SJA", 1_000)

    def crash(tx: Any) -> None:
        allocate(tx, id_, [("inv_1", 1_000)], customer_id="cus_a", matching="auto", actor="t")
        raise Invalid("crash", "after the allocation")

    with pytest.raises(Invalid):
        books.run(crash)
    assert books.doc("invoices", "inv_1")["status"] == "open"
    assert books.store.get(books.business, Key("journal", "alloc-mpesa-SJA-1")) is None
