"""Matching keys on every store: in the same commit as what they come from, on every way it changes."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from shared.books import (
    CustomerChanges,
    NewCustomer,
    NewInvoice,
    NewLine,
    change_customer,
    draft_invoice,
    finalise_invoice,
    find,
    invoice_keys,
    open_invoices_of,
    payment_keys,
    unindex_customer,
    void_invoice,
    write_customer,
)
from shared.books.keys import MOST_IDS, key_places, numbers_in
from shared.core.phone import phone_hash
from shared.store import Doc, Key, Store, Tx

T = TypeVar("T")
PHONE = "254712345678"


class Ledger:
    """A business of its own."""

    def __init__(self, store: Store) -> None:
        self.store, self.business = store, f"biz_{uuid.uuid4().hex[:12]}"

    def run(self, change: Callable[[Tx], T]) -> T:
        return self.store.transaction(self.business, change)

    def customer(self, id_: str, name: str = "Wanjiku Kamau", **fields: Any) -> Doc:
        return self.run(lambda tx: write_customer(tx, id_, NewCustomer(name=name, **fields)))

    def invoice(self, id_: str, customer: str, cents: int = 100_00) -> Doc:
        def write(tx: Tx) -> Doc:
            line = NewLine(description="Rent", unit_cents=cents)
            draft_invoice(tx, id_, NewInvoice(customer_id=customer, lines=[line]))
            return finalise_invoice(tx, id_, actor="usr_owner")

        return self.run(write)

    def hits(self, **sent: str) -> set[str]:
        found = find(self.store, self.business, payment_keys(sent))
        return {id_ for ids in found.values() for id_ in ids}

    def keys(self, number: str) -> list[Doc | None]:
        return self.store.get_many(self.business, list(key_places(invoice_keys(number)).values()))


@pytest.fixture
def ledger(store: Store) -> Ledger:
    return Ledger(store)


def test_every_kind_of_key_leads_to_its_customer_or_invoice(ledger: Ledger) -> None:
    ledger.customer("cus_a", phones=["0712345678"], account_no="HW-17")
    number = ledger.invoice("inv_a", "cus_a").data["number"]
    wrong = number[:2] + str((int(number[2]) + 1) % 10) + number[3:]
    assert ledger.hits(reference=f"INV-{number}") == {"inv_a"}
    assert ledger.hits(reference=wrong) == {"inv_a"}, "by its neighbourhood"
    assert ledger.hits(reference="hw 17") == {"cus_a"}
    assert ledger.hits(payer_hash=phone_hash(PHONE)) == {"cus_a"}
    assert ledger.hits(payer_masked="2547*****678", payer_name="WANJIKU") == {"cus_a"}
    assert ledger.hits(payer_name="KAMAU WANJIKU") == {"cus_a"}


def test_a_commit_that_fails_leaves_no_key(ledger: Ledger) -> None:
    ledger.customer("cus_a")

    def write_and_fail(tx: Tx) -> None:
        write_customer(tx, "cus_b", NewCustomer(name="Otieno Odhiambo", phones=["0722000111"]))
        line = NewLine(description="Rent", unit_cents=100_00)
        draft_invoice(tx, "inv_b", NewInvoice(customer_id="cus_b", lines=[line]))
        finalise_invoice(tx, "inv_b", actor="usr_owner")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ledger.run(write_and_fail)
    assert ledger.hits(payer_name="OTIENO ODHIAMBO", payer_phone="0722000111") == set()
    first = ledger.invoice("inv_a", "cus_a").data["number"]
    assert ledger.hits(reference=first) == {"inv_a"}, "the serial was not used either"


def test_a_changed_phone_and_a_new_name_move_the_keys(ledger: Ledger) -> None:
    ledger.customer("cus_a", phones=["0712345678"], account_no="HW-17")
    changes = CustomerChanges(phones=["0733000111"], name="Achieng Otieno")
    ledger.run(lambda tx: change_customer(tx, "cus_a", changes))
    assert ledger.hits(payer_phone=PHONE) == ledger.hits(payer_name="WANJIKU KAMAU") == set()
    assert ledger.hits(payer_phone="0733000111") == ledger.hits(payer_name="ACHIENG OTIENO") == {"cus_a"}
    ledger.customer("cus_a", "Halima Noor", account_no="HW-18")  # written over, as an import does
    assert ledger.hits(reference="HW17", payer_phone="0733000111", payer_name="ACHIENG OTIENO") == set()
    assert ledger.hits(reference="HW18") == {"cus_a"}
    gone = ledger.store.require(ledger.business, Key("customers", "cus_a"))
    ledger.run(lambda tx: unindex_customer(tx, gone))
    assert ledger.hits(reference="HW18", payer_name="HALIMA NOOR") == set()


def test_a_voided_invoice_is_found_no_more(ledger: Ledger) -> None:
    ledger.customer("cus_a")
    number = ledger.invoice("inv_a", "cus_a").data["number"]
    ledger.run(lambda tx: void_invoice(tx, "inv_a", actor="usr_owner"))
    assert ledger.hits(reference=number) == set()
    assert ledger.keys(number) == [None] * len(invoice_keys(number)), "no empty documents stay behind"


def test_keys_tell_the_numbers_they_lead_to(ledger: Ledger) -> None:
    """So that of all neighbours only those that a text may name are read."""
    ledger.customer("cus_a")
    number = ledger.invoice("inv_a", "cus_a").data["number"]
    assert numbers_in(ledger.keys(number)) == {"inv_a": number}
    for doc in ledger.keys(number):  # as they were written before they told numbers
        assert doc is not None
        old = {name: value for name, value in doc.data.items() if name != "numbers"}
        ledger.store.put(ledger.business, doc.key, old)
    assert numbers_in(ledger.keys(number)) == {}
    assert ledger.hits(reference=number) == {"inv_a"}
    ledger.run(lambda tx: void_invoice(tx, "inv_a", actor="usr_owner"))
    assert ledger.hits(reference=number) == set()


def test_what_several_customers_owe_is_one_query_each_oldest_first(ledger: Ledger) -> None:
    for who in ("cus_a", "cus_b", "cus_c"):
        ledger.customer(who)
    for n, who in enumerate(("cus_b", "cus_a", "cus_b", "cus_c")):
        ledger.invoice(f"inv_{n}", who)
    ledger.run(lambda tx: void_invoice(tx, "inv_2", actor="usr_owner"))
    found = open_invoices_of(ledger.store, ledger.business, ["cus_a", "cus_b"])
    assert sorted(doc.id for doc in found) == ["inv_0", "inv_1"]
    assert open_invoices_of(ledger.store, ledger.business, []) == []


def test_more_namesakes_than_a_key_holds_lose_nobody(ledger: Ledger) -> None:
    """The name stops being a clue; phones, accounts and invoices go on leading to each of them."""

    def namesakes(tx: Tx) -> None:
        for n in range(MOST_IDS + 5):
            new = NewCustomer(name="Wanjiku Kamau", phones=[f"07120001{n:02d}"], account_no=f"HW{n:03d}")
            write_customer(tx, f"cus_{n}", new)

    ledger.run(namesakes)
    assert ledger.hits(payer_name="WANJIKU KAMAU") == set()
    for n in (0, 59, 60, MOST_IDS + 4):
        assert ledger.hits(payer_phone=f"07120001{n:02d}") == {f"cus_{n}"}
        assert ledger.hits(reference=f"HW{n:03d}") == {f"cus_{n}"}
        assert ledger.hits(reference=ledger.invoice(f"inv_{n}", f"cus_{n}").data["number"]) == {f"inv_{n}"}
