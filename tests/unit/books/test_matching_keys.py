"""Matching keys: what payers send leads to whom and what they mean, in one batch of reads."""

from __future__ import annotations

from typing import Any

import pytest
from books_world import Books
from hypothesis import given
from hypothesis import strategies as st

from shared.books import (
    CustomerChanges,
    change_customer,
    customer_keys,
    find,
    index_invoice,
    invoice_keys,
    invoice_spellings,
    lookup_keys,
    name_tokens,
    payment_keys,
    print_number,
    unindex_customer,
)
from shared.books.keys import MOST_IDS
from shared.books.spellings import MOST_KEYS
from shared.core.phone import phone_hash
from shared.store import Key

PHONE = "254712345678"


def hits(books: Books, **sent: str) -> set[str]:
    found = find(books.store, books.business, payment_keys(sent))
    return {id_ for ids in found.values() for id_ in ids}


@pytest.mark.parametrize(
    ("number", "spellings"),
    [
        ("000013", ["000013", "13"]),
        ("INV-2025-00042", ["INV202500042", "202500042", "00042", "42"]),
        ("hw/17", ["HW17", "17"]),
        ("", []),
        ("—", []),
    ],
)
def test_invoice_spellings(number: str, spellings: list[str]) -> None:
    assert invoice_spellings(number) == spellings


@pytest.mark.parametrize(
    ("name", "tokens"),
    [
        ("Mr. WANJIKU  Kamau", ["wanjiku", "kamau"]),
        ("Ng'ang'a & Sons Ltd", ["nganga", "sons"]),
        ("José Müller", ["jose", "muller"]),
        ("J", []),
        ("A1 B2", []),
    ],
)
def test_name_tokens(name: str, tokens: list[str]) -> None:
    assert name_tokens(name) == tokens


@pytest.mark.parametrize("reference", ["{n}", "inv {n}", "INV-{n}", "{n} school fees", "{short}", "Inv{n}x"])
def test_a_reference_finds_its_invoice_however_it_is_written(books: Books, reference: str) -> None:
    number = books.invoice("inv_1", 100).data["number"]
    text = reference.format(n=number, short=number.lstrip("0"))
    assert hits(books, reference=text) == {"inv_1"}
    assert hits(books, narration=text) == {"inv_1"}


@given(st.integers(1, 99_999), st.integers(0, 6), st.sampled_from("0123456789"), st.integers(0, 3))
def test_one_slip_still_shares_a_key(serial: int, at: int, digit: str, kind: int) -> None:
    """A wrong, missing, surplus or swapped digit leads to the invoice all the same."""
    number = print_number(serial)
    i = min(at, 4)
    typed = [
        number[:i] + digit + number[i + 1 :],
        number[:i] + number[i + 1 :],
        number[:at] + digit + number[at:],
        number[:i] + number[i + 1] + number[i] + number[i + 2 :],
    ][kind]
    assert set(lookup_keys(reference=typed)) & set(invoice_keys(number))


def test_phones_find_customers_in_full_hashed_and_masked(books: Books) -> None:
    assert hits(books, payer_phone=PHONE) == {"cus_a"}
    assert hits(books, payer_hash=phone_hash(PHONE).upper()) == {"cus_a"}
    assert hits(books, payer_masked="2547*****678", payer_name="WANJIKU") == {"cus_a"}
    assert hits(books, payer_masked="2547*****679", payer_name="WANJIKU") == set()
    assert hits(books, reference="0712345678") == {"cus_a"}


def test_accounts_and_names_find_customers(books: Books) -> None:
    assert hits(books, reference="hw 17") == {"cus_a"}
    assert hits(books, payer_name="KAMAU NJERI WANJIKU") == {"cus_a"}
    assert hits(books, reference="Otieno Odhiambo") == {"cus_b"}
    assert hits(books, payer_name="WANJIKU") == set(), "one name alone is no clue"


def test_a_changed_customer_is_found_by_the_new_keys_only(books: Books) -> None:
    changes = CustomerChanges(phones=["0733 000 111"], name="Achieng Kamau")
    doc = books.run(lambda tx: change_customer(tx, "cus_a", changes))
    assert hits(books, payer_phone="254733000111") == {"cus_a"}
    assert hits(books, payer_phone=PHONE) == hits(books, payer_name="Wanjiku Kamau") == set()
    assert hits(books, reference="HW-17") == {"cus_a"}, "what did not change stays"
    assert doc.data["name_sort"] == "achieng kamau"
    books.run(lambda tx: unindex_customer(tx, doc))
    assert hits(books, reference="HW-17", payer_phone="254733000111") == set()


def test_shared_keys_keep_everyone(books: Books) -> None:
    books.customer("cus_c", "Mary Atieno", phones=["0712345678"])
    assert hits(books, payer_phone=PHONE) == {"cus_a", "cus_c"}
    books.run(lambda tx: change_customer(tx, "cus_a", CustomerChanges(phones=[])))
    assert hits(books, payer_phone=PHONE) == {"cus_c"}


def test_a_key_that_leads_everywhere_is_no_clue(books: Books) -> None:
    doc = books.invoice("inv_0", 100)
    for n in range(1, MOST_IDS):
        twin = type(doc)(Key("invoices", f"inv_{n}"), doc.data, "e", 1, "", "")
        books.run(lambda tx, twin=twin: index_invoice(tx, twin))
    assert len(hits(books, reference=doc.data["number"])) == MOST_IDS
    books.customer("cus_z")
    last = type(doc)(Key("invoices", "inv_last"), doc.data, "e", 1, "", "")
    books.run(lambda tx: index_invoice(tx, last))
    assert hits(books, reference=doc.data["number"]) == set()
    books.run(lambda tx: index_invoice(tx, doc))
    assert hits(books, reference=doc.data["number"]) == set(), "once common, it stays common"


def test_keys_stay_inside_their_business(books: Books) -> None:
    books.invoice("inv_1", 100)
    assert hits(books.of("biz_elsewhere"), reference=print_number(1), payer_phone=PHONE) == set()


def test_finding_inside_a_transaction_sees_its_own_writes(books: Books) -> None:
    def write_and_find(tx: Any) -> dict[Any, list[str]]:
        change_customer(tx, "cus_b", CustomerChanges(account_no="ZZ-9"))
        return find(tx, books.business, [("account", "ZZ9")])

    assert books.run(write_and_find) == {("account", "ZZ9"): ["cus_b"]}


@given(
    st.fixed_dictionaries(
        {},
        optional={
            name: st.text(max_size=80)
            for name in ("reference", "narration", "payer_phone", "payer_masked", "payer_hash", "payer_name")
        },
    )
)
def test_any_text_gives_few_and_valid_keys(payment: dict[str, str]) -> None:
    keys = payment_keys(payment)
    assert len(keys) == len(set(keys)) <= MOST_KEYS
    assert all(kind and value for kind, value in keys)


@given(st.text(max_size=120), st.text(max_size=60))
def test_any_name_and_account_give_valid_keys(name: str, account: str) -> None:
    keys = customer_keys({"name": name, "account_no": account, "phones": [PHONE]})
    assert ("phone", phone_hash(PHONE)) in keys
    assert all(value for _, value in keys)
