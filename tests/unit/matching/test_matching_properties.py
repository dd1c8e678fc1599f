"""What holds for any book and any payment: exact references, order, strangers, holds, settlements, slips."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from matching_world import codes, paid

from shared.books import print_number
from shared.core.phone import mask, phone_hash
from shared.matching.candidates import gather
from shared.matching.decide import DecisionRules, asks_nobody, decide
from shared.matching.features import exact
from shared.matching.memory import MemoryLookup
from shared.matching.model import CustomerFacts, Decision, InvoiceFacts, PaymentFacts
from shared.matching.reference import mentions

FIRST = ("Grace", "Peter", "Halima", "Brian", "Amina", "Zakayo")
LAST = ("Wanjiku", "Otieno", "Hassan", "Kamau", "Mwangi", "Achieng", "Njoroge")
AMOUNTS = (100_000, 150_000, 150_050, 232_000, 4_800_000)
RULES = DecisionRules()


@dataclass(frozen=True)
class Book:
    """Customers and their invoices; few names and few amounts, so that many of them look alike."""

    customers: tuple[CustomerFacts, ...]
    invoices: tuple[InvoiceFacts, ...]

    def lookup(self, order: int | None = None) -> MemoryLookup:
        """A twin of the store, filled in any order."""
        customers, invoices = list(self.customers), list(self.invoices)
        if order is not None:
            random.Random(order).shuffle(customers)
            random.Random(order).shuffle(invoices)
        books = MemoryLookup()
        for customer in customers:
            books.add_customer(customer)
        for invoice in invoices:
            books.add_invoice(invoice)
        return books

    def owner(self, invoice: InvoiceFacts) -> CustomerFacts:
        return next(c for c in self.customers if c.id == invoice.customer_id)


@st.composite
def books(draw: st.DrawFn) -> Book:
    people = draw(st.integers(1, 8))
    names = draw(st.lists(st.tuples(st.sampled_from(FIRST), st.sampled_from(LAST)), min_size=people))
    phones = draw(st.lists(st.integers(0, 9999), min_size=people, max_size=people, unique=True))
    customers = tuple(
        CustomerFacts(f"cus_{n}", " ".join(names[n]), (f"25471200{phones[n]:04d}",), f"HSE{n:03d}")
        for n in range(people)
    )
    serials = draw(st.lists(st.integers(1, 5000), min_size=1, max_size=14, unique=True))
    invoices = []
    for serial in serials:
        total = draw(st.sampled_from(AMOUNTS))
        owed = draw(st.sampled_from((total, total, total // 2, 0)))
        who = draw(st.integers(0, people - 1))
        due = f"2026-03-{1 + serial % 28:02d}"
        invoices.append(InvoiceFacts(f"inv_{serial}", print_number(serial), f"cus_{who}", total, owed, due))
    return Book(customers, tuple(invoices))


def shown(owner: CustomerFacts, how: str) -> dict[str, Any]:
    """What the network tells of a payer: the owner in three ways, a stranger, or nobody."""
    phone, name = owner.phones[0], owner.name.upper()
    return {
        "full": {"phone": phone, "payer_name": name},
        "hash": {"phone_hash": phone_hash(phone), "payer_name": name},
        "masked": {"masked": mask(phone), "payer_name": name.split()[0]},
        "stranger": {"phone": "254799999999", "payer_name": "MUSA JUMA BAKARI"},
        "nobody": {},
    }[how]


HOW = st.sampled_from(("full", "hash", "masked", "stranger", "nobody"))


def decided(lookup: MemoryLookup, payment: PaymentFacts) -> Decision:
    return decide(gather(lookup, payment, RULES.allocation), RULES)


@settings(max_examples=400)
@given(books(), st.data(), HOW, st.sampled_from(("{}", "INV {}", "inv-{}", "{} rent", "acc {}")))
def test_an_exact_reference_with_the_exact_amount_is_posted(
    book: Book, data: st.DataObject, how: str, spelling: str
) -> None:
    """Always, whatever else is in the books, when the payer is the customer, a stranger or not shown."""
    owed = [invoice for invoice in book.invoices if invoice.balance_cents]
    assume(owed)
    invoice = data.draw(st.sampled_from(owed))
    found = decided(
        book.lookup(),
        PaymentFacts(
            "pay",
            invoice.balance_cents,
            reference=spelling.format(invoice.number),
            **shown(book.owner(invoice), how),
        ),
    )
    assert (found.verdict, paid(found)) == ("auto", {invoice.id: invoice.balance_cents}), codes(found)


@given(books(), st.data())
def test_another_customer_s_phone_is_the_documented_veto(book: Book, data: st.DataObject) -> None:
    """The money may be theirs: it is posted where the number says, or it is asked, never posted elsewhere."""
    owed = [invoice for invoice in book.invoices if invoice.balance_cents]
    assume(owed and len(book.customers) > 1)
    invoice = data.draw(st.sampled_from(owed))
    other = data.draw(st.sampled_from([c for c in book.customers if c.id != invoice.customer_id]))
    payment = PaymentFacts(
        "pay", invoice.balance_cents, reference=invoice.number, phone=other.phones[0], payer_name=other.name
    )
    found = decided(book.lookup(), payment)
    if found.verdict == "auto":
        assert paid(found) == {invoice.id: invoice.balance_cents}, "never where the number does not say"
    else:
        assert codes(found) & {"phone_of_other", "names_other", "tie", "unsure"}


def payments(book: Book) -> st.SearchStrategy[PaymentFacts]:
    """Anything that may be paid: numbers whole, mistyped and absent, names, accounts, any amount."""
    numbers = [invoice.number for invoice in book.invoices]
    typed = st.sampled_from(numbers).flatmap(
        lambda n: st.sampled_from((n, n[:3] + "9" + n[4:], n[:5], n[1] + n[0] + n[2:], f"{n} {numbers[0]}"))
    )
    words = st.sampled_from(("", "rent", "HSE001", "Grace Wanjiku", "0712000001"))
    return st.builds(
        lambda ref, cents, who, how: PaymentFacts("pay", cents, reference=ref, **shown(who, how)),
        typed | words,
        st.sampled_from((*AMOUNTS, 300_000, 75_000)),
        st.sampled_from(book.customers),
        HOW,
    )


@given(books(), st.data(), st.integers(0, 2**16))
def test_the_order_of_the_books_changes_nothing(book: Book, data: st.DataObject, order: int) -> None:
    """The same payment is decided alike each time, however customers and invoices came into the books."""
    payment = data.draw(payments(book))
    first = decided(book.lookup(), payment)
    assert decided(book.lookup(), payment) == first
    assert decided(book.lookup(order), payment) == first


@given(books(), st.data(), st.integers(1, 30))
def test_unrelated_customers_change_nothing(book: Book, data: st.DataObject, more: int) -> None:
    """People who share no name, number, phone or account with a payment, and their invoices."""
    payment = data.draw(payments(book))
    before = decided(book.lookup(), payment)
    crowd = [CustomerFacts(f"zz_{n}", f"Xq{chr(97 + n % 26)}vw Zyx", (f"2541{n:08d}",)) for n in range(more)]
    bills = [
        InvoiceFacts(f"zi_{n}", f"7{n:02d}{n:02d}7777777", f"zz_{n}", 999_900, 999_900, "2026-01-01")
        for n in range(more)
    ]
    larger = Book((*crowd, *book.customers), (*bills, *book.invoices))
    assert decided(larger.lookup(), payment) == before


@given(books(), st.data())
def test_a_held_customer_gets_nothing_that_was_not_named(book: Book, data: st.DataObject) -> None:
    payment = data.draw(payments(book))
    lookup = book.lookup()
    lookup.hold([customer.id for customer in book.customers], "an earlier payment")
    found = decided(lookup, payment)
    if found.verdict == "auto":
        text = payment.reference
        said = {m.invoice_id for m in mentions(text, book.invoices) if exact(m)}
        assert set(paid(found)) <= said
        assert found.named


@given(
    books(),
    st.data(),
    st.sampled_from(("M-PESA SETTLEMENT", "MPESA settlement {}", "SAFARICOM PAYOUT {}", "AIRTEL SWEEP {}")),
)
def test_settlement_lines_are_never_credited(book: Book, data: st.DataObject, words: str) -> None:
    """Whatever number, name or amount stands beside the words."""
    invoice = data.draw(st.sampled_from(book.invoices))
    payment = replace(data.draw(payments(book)), channel="bank", narration=words.format(invoice.number))
    found = decided(book.lookup(), payment)
    assert (found.verdict, found.links) == ("none", ())
    assert asks_nobody(found)


@settings(max_examples=400)
@given(books(), st.data(), HOW)
def test_a_slip_in_a_number_with_a_check_digit_names_nobody_else(
    book: Book, data: st.DataObject, how: str
) -> None:
    """Every wrong digit and every swap: no other invoice is named, and no other customer is credited."""
    invoice = data.draw(st.sampled_from(book.invoices))
    number = invoice.number
    at = data.draw(st.integers(0, len(number) - 1))
    digit = data.draw(st.sampled_from([d for d in "0123456789" if d != number[at]]))
    wrong = number[:at] + digit + number[at + 1 :]
    swapped = number[:at] + number[at + 1 : at + 2] + number[at] + number[at + 2 :]
    for typed in (wrong, swapped):
        if typed == number:
            continue
        assert not any(map(exact, mentions(typed, book.invoices)))
        owner = book.owner(invoice)
        found = decided(
            book.lookup(), PaymentFacts("pay", invoice.total_cents, reference=typed, **shown(owner, how))
        )
        if found.verdict == "auto" and how in ("full", "hash"):
            assert found.customer_id == owner.id
