"""Refunds: never more than a payment brought, out of what it paid, and back again when they fail."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.books import allocate, trial_balance, unallocate
from shared.books.floats import Movement, post_charge
from shared.core.errors import NotFound, Refused
from shared.payments import payout_requests as requests
from shared.payments.gateways.port import HintKind, Outcome, PayerHint, PayoutRequest, PayoutResult, Unknown
from shared.payments.payout_requests import RefundAsk
from shared.store import Key, Once
from tests.unit.payments.collecting import CENTS, PHONE, RECEIPT, Provider
from tests.unit.payments.paying import CHECKER, CLEARING, MAKER, Till


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    made = Till(tmp_path)
    yield made
    made.close()


def books_of(till: Till) -> dict[str, int]:
    """Every account with something on it; the whole must be zero, and suspense what payments have left."""
    balance = trial_balance(till.store, till.business)
    assert balance.totals == {"KES": 0}
    payments = till.docs("payments", "paid_at")
    for p in payments:
        parts = ("allocated_cents", "on_account_cents", "unallocated_cents", "held_cents", "returned_cents")
        assert sum(p.get(part, 0) for part in parts) == p["amount_cents"]
    open_money = sum(p["unallocated_cents"] + p.get("held_cents", 0) for p in payments)
    assert balance.of("suspense:unmatched") == -open_money
    return {account: cents for (_, account), cents in balance.accounts.items() if cents}


def allocated(
    till: Till, payment: str, *links: tuple[str, int], customer: str = "", writeoff: int = 0
) -> None:
    till.outbox.run(
        till.business,
        lambda tx: allocate(
            tx, payment, links, customer_id=customer, matching="auto", actor="engine", writeoff=writeoff
        ),
    )


def state(till: Till, payment: str) -> tuple[str, str, int, int]:
    p = till.doc("payments", payment)
    return p["status"], p["matching"], p["unallocated_cents"], p.get("refunding_cents", 0)


def test_unmatched_money_is_held_from_approval_and_gone_when_the_provider_says_so(till: Till) -> None:
    payment = till.paid(116_000)
    refund = till.refund(payment, 16_000)
    assert state(till, payment) == ("settled", "waiting", 116_000, 16_000)
    till.approve(refund)
    assert state(till, payment) == ("settled", "waiting", 100_000, 16_000)
    assert books_of(till) == {CLEARING: 116_000, "suspense:unmatched": -116_000}
    till.finish(refund)
    assert state(till, payment) == ("partially_refunded", "waiting", 100_000, 0)
    assert books_of(till) == {CLEARING: 97_760, "suspense:unmatched": -100_000, "fees:mpesa": 2240}
    rest = till.refund(payment)
    till.approve(rest)
    till.finish(rest)
    assert state(till, payment) == ("refunded", "none", 0, 0)
    assert books_of(till) == {CLEARING: -4480, "fees:mpesa": 4480}
    assert [e["data"]["payout_id"] for e in till.events("refund.sent.v1")] == [refund, rest]


def test_what_is_held_cannot_be_allocated(till: Till) -> None:
    till.customer()
    invoice = till.invoice("inv_1", 116_000)
    payment = till.paid(116_000)
    till.approve(till.refund(payment, 16_000))
    with pytest.raises(Refused) as refused:
        allocated(till, payment, (invoice, 100_001))
    assert refused.value.code == "over_allocated"
    allocated(till, payment, (invoice, 100_000))
    assert till.doc("invoices", invoice)["balance_cents"] == 16_000


@pytest.mark.parametrize("done", [True, False])
def test_the_last_invoice_paid_is_owed_again_and_paid_again_if_the_refund_fails(
    till: Till, done: bool
) -> None:
    till.customer()
    first, second = till.invoice("inv_1", 60_000), till.invoice("inv_2", 40_000)
    payment = till.paid(110_000)
    allocated(till, payment, (first, 60_000), (second, 40_000), customer="cus_a")
    assert till.doc("customers", "cus_a")["credit_cents"] == 10_000
    refund = till.refund(payment, 30_000)
    till.approve(refund)
    assert till.doc("customers", "cus_a")["credit_cents"] == 0
    assert [till.doc("invoices", i)["balance_cents"] for i in (first, second)] == [0, 20_000]
    assert state(till, payment) == ("settled", "auto", 0, 30_000)
    books_of(till)
    till.finish(refund, done)
    owed = 20_000 if done else 0
    assert [till.doc("invoices", i)["balance_cents"] for i in (first, second)] == [0, owed]
    assert till.doc("customers", "cus_a")["credit_cents"] == (0 if done else 10_000)
    assert state(till, payment)[:3] == ("partially_refunded" if done else "settled", "auto", 0)
    accounts = books_of(till)
    assert accounts.get(f"ar:{second}", 0) == owed
    assert accounts.get("unapplied:cus_a", 0) == (0 if done else -10_000)
    assert accounts[CLEARING] == (110_000 - 30_000 - 2240 if done else 110_000)


def test_the_caller_names_which_invoices_are_owed_again(till: Till) -> None:
    till.customer()
    first, second = till.invoice("inv_1", 60_000), till.invoice("inv_2", 40_000)
    payment = till.paid(110_000)
    allocated(till, payment, (first, 60_000), (second, 40_000), customer="cus_a")
    with pytest.raises(Refused) as refused:
        till.approve(till.refund(payment, 61_000, invoices=(first,)))
    assert refused.value.code == "over_refunded"
    refund = till.refund(payment, 45_000, invoices=(first,))
    till.approve(refund)
    assert [till.doc("invoices", i)["balance_cents"] for i in (first, second)] == [45_000, 0]
    assert till.doc("customers", "cus_a")["credit_cents"] == 10_000
    till.finish(refund)
    books_of(till)


def test_what_was_forgiven_with_a_link_is_owed_again_and_forgiven_again(till: Till) -> None:
    till.customer()
    invoice = till.invoice("inv_1", 60_050)
    payment = till.paid(60_000)
    allocated(till, payment, (invoice, 60_000), writeoff=50)
    refund = till.refund(payment)
    till.approve(refund)
    assert till.doc("invoices", invoice)["balance_cents"] == 60_050
    till.finish(refund, done=False)
    assert till.doc("invoices", invoice)["status"] == "paid"
    assert books_of(till)["rounding"] == 50


def test_an_invoice_that_was_paid_meanwhile_is_not_paid_twice_when_a_refund_fails(till: Till) -> None:
    till.customer()
    invoice = till.invoice("inv_1", 60_000)
    payment, other = till.paid(60_000), till.paid(60_000, "UC2OTHER02")
    allocated(till, payment, (invoice, 60_000))
    refund = till.refund(payment)
    till.approve(refund)
    allocated(till, other, (invoice, 60_000))
    till.finish(refund, done=False)
    assert state(till, payment) == ("settled", "review", 60_000, 0)
    books_of(till)


def test_unmatched_money_of_a_failed_refund_is_matched_anew(till: Till) -> None:
    payment = till.paid(60_000)
    refund = till.refund(payment)
    till.approve(refund)
    assert state(till, payment) == ("settled", "none", 0, 60_000)
    till.finish(refund, done=False)
    assert state(till, payment) == ("settled", "waiting", 60_000, 0)
    assert len(till.events("payment.settled.v1")) == 2


def test_refunds_never_add_up_to_more_than_the_payment(till: Till) -> None:
    payment = till.paid(60_000)
    till.refund(payment, 40_000)
    with pytest.raises(Refused) as refused:
        till.refund(payment, 20_100)
    assert refused.value.code == "over_refunded"
    second = till.refund(payment, 20_000)
    for more in (None, 1000):
        with pytest.raises(Refused) as refused:
            till.refund(payment, more)
        assert refused.value.code == "over_refunded"
    requests.cancel(till, till.business, second, MAKER)
    third = till.refund(payment, 10_000)
    requests.reject(till, till.business, third, CHECKER, "no")
    till.refund(payment, 20_000)
    assert state(till, payment)[3] == 60_000


def test_only_money_that_was_received_can_be_given_back(till: Till) -> None:
    with pytest.raises(NotFound):
        till.refund("mpesa-NONE")
    payment = till.paid(60_000)
    till.store.update(till.business, Key("payments", payment), {"status": "claimed"})
    with pytest.raises(Refused) as refused:
        till.refund(payment)
    assert refused.value.code == "payment_not_settled"


def test_a_refund_goes_to_the_phone_that_paid(till: Till) -> None:
    def ask(payment: str, phone: str) -> str:
        wanted = RefundAsk(payment, 1000, "send", phone, (), "")
        return requests.ask_refund(till, till.business, MAKER, wanted, Once(f"{payment}{phone}", "f")).data[
            "phone"
        ]

    known = till.paid(60_000)
    masked = till.paid(60_000, "UC2MASK001", payer=PayerHint(HintKind.MASKED, "2547 ***** 678"))
    unknown = till.paid(60_000, "UC2NONE001", payer=PayerHint())
    assert [ask(known, ""), ask(known, PHONE), ask(masked, PHONE), ask(unknown, PHONE)] == [PHONE] * 4
    for payment, phone, code in (
        (known, "254722000000", "phone_not_payers"),
        (masked, "254722000000", "phone_not_payers"),
        (unknown, "", "payer_unknown"),
    ):
        with pytest.raises(Refused) as refused:
            ask(payment, phone)
        assert refused.value.code == code


def test_the_provider_reverses_whole_payments_only(till: Till) -> None:
    payment = till.paid(60_000)
    with pytest.raises(Refused) as refused:
        till.refund(payment, 50_000, method="reverse")
    assert refused.value.code == "only_whole"
    refund = till.refund(payment, method="reverse")
    till.approve(refund)
    assert till.gateway.calls == [("reversal", refund)]
    assert till.gateway.ledger[refund].request.receipt == RECEIPT
    till.finish(refund)
    assert state(till, payment) == ("refunded", "none", 0, 0)


def test_a_reversal_that_was_done_already_is_done(till: Till) -> None:
    payment = till.paid(60_000)
    till.gateway.faults = ["lost_ack"]
    refund = till.refund(payment, method="reverse")
    till.approve(refund)
    till.sweep(61)  # it cannot be asked about: the provider's own id was lost with its answer
    assert till.gateway.calls[-1] == ("reversal", refund)
    till.tell(refund, PayoutResult("mpesa", "reversal", Outcome.UNKNOWN, "R000001"))
    assert (till.status(refund), state(till, payment)[0]) == ("succeeded", "refunded")
    assert books_of(till) == {}


def test_money_that_went_after_its_refund_was_called_failed_is_booked_all_the_same(till: Till) -> None:
    till.customer()
    invoice = till.invoice("inv_1", CENTS)
    payment = till.paid(CENTS)
    allocated(till, payment, (invoice, CENTS))
    refund = till.refund(payment)
    till.approve(refund)
    till.gateway.finish(refund)
    till.tell(refund, PayoutResult("mpesa", "payout", Outcome.FAILED_FINAL, "1"), "evd_1")
    assert till.doc("invoices", invoice)["status"] == "paid"
    till.tell(refund, till.gateway.result(refund), "evd_2")
    till.tell(refund, till.gateway.result(refund, "status"), "evd_3")
    assert (till.status(refund), state(till, payment)[0]) == ("succeeded", "refunded")
    assert till.doc("invoices", invoice)["balance_cents"] == CENTS
    assert books_of(till)[CLEARING] == -2240


def test_money_that_went_twice_is_lost_in_the_books_and_a_question(till: Till) -> None:
    payment = till.paid(60_000)
    first = till.refund(payment)
    till.approve(first)
    till.gateway.finish(first)
    till.tell(first, PayoutResult("mpesa", "payout", Outcome.FAILED_FINAL, "1"), "evd_1")
    second = till.refund(payment)
    till.approve(second)
    till.finish(second)
    till.tell(first, till.gateway.result(first), "evd_2")
    till.tell(first, till.gateway.result(first, "status"), "evd_3")
    assert [till.status(first), till.status(second)] == ["succeeded", "succeeded"]
    assert books_of(till)["bad_debt"] == 60_000
    assert ("given_back_twice", "open") in till.questions()


def test_an_undo_while_money_is_held_leaves_what_is_held(till: Till) -> None:
    till.customer()
    invoice = till.invoice("inv_1", 60_000)
    payment = till.paid(60_000)
    allocated(till, payment, (invoice, 60_000))
    refund = till.refund(payment, 10_000)
    till.approve(refund)
    till.outbox.run(till.business, lambda tx: unallocate(tx, payment, actor="usr"))
    assert state(till, payment)[2] == 50_000
    till.finish(refund)
    books_of(till)


class GivesBack(Provider):
    """A provider that gives whole payments back while it answers, each once, and may lose its answer."""

    def __init__(self, lost: int = 0) -> None:
        super().__init__(provider="airtel")
        self.lost, self.returned = lost, set[str]()

    def refund(self, request: PayoutRequest) -> PayoutResult | Unknown:
        self.asked.append(request.receipt)
        self.returned.add(request.receipt)
        if len(self.asked) <= self.lost:
            return Unknown("timeout")
        return PayoutResult("airtel", "reversal", Outcome.SUCCESS, "ESB000010", receipt=request.receipt)


@pytest.mark.parametrize("lost", [0, 2])
def test_airtel_gives_a_whole_payment_back_and_is_asked_again_when_its_answer_is_lost(
    till: Till, lost: int
) -> None:
    till.airtel = airtel = GivesBack(lost)
    payment = till.paid(60_000, "CI230401", provider="airtel", shortcode="")
    with pytest.raises(Refused) as refused:
        till.refund("airtel-CI230401", 10_000)
    assert refused.value.code == "only_whole"
    refund = till.refund("airtel-CI230401")
    till.approve(refund)
    for _ in range(3):
        till.sweep(600)
    assert (till.status(refund), len(airtel.asked)) == ("succeeded", lost + 1)
    assert till.doc("payments", "airtel-CI230401")["status"] == "refunded"
    assert books_of(till) == {}
    assert payment


def test_a_charge_that_a_statement_told_first_is_booked_once(till: Till) -> None:
    payment = till.paid(60_000)
    refund = till.refund(payment, 10_000)
    till.approve(refund)
    till.gateway.finish(refund)
    receipt = till.gateway.ledger[refund].receipt
    row = Movement(
        Key("lines", "stl_1"), CLEARING, "mpesa", -2240, "KES", "2026-03-02T07:00:00.000Z", receipt
    )
    assert till.outbox.run(till.business, lambda tx: post_charge(tx, row))
    till.tell(refund, till.gateway.result(refund))
    assert books_of(till)["fees:mpesa"] == 2240
    assert till.doc("payouts", refund)["charge_cents"] == 2240


def test_a_charge_that_the_result_told_first_is_booked_once(till: Till) -> None:
    payment = till.paid(60_000)
    refund = till.refund(payment, 10_000)
    till.approve(refund)
    till.finish(refund)
    receipt = till.gateway.ledger[refund].receipt
    row = Movement(
        Key("lines", "stl_1"), CLEARING, "mpesa", -2240, "KES", "2026-03-02T07:00:00.000Z", receipt
    )
    assert not till.outbox.run(till.business, lambda tx: post_charge(tx, row))
    assert books_of(till)["fees:mpesa"] == 2240
