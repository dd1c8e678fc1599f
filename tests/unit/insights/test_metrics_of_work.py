"""What waits, what failed, what tax hints say, budgets, and finding one thing: worked out by hand."""

from __future__ import annotations

import pytest
from insights_world import Client
from ledger_world import Ledger, days, eat, facts

from shared.books import NewCustomer, NewInvoice, NewLine, draft_invoice, finalise_invoice, write_customer
from shared.bus import Outbox

MARCH = days("2026-03-01", "2026-03-18")


def test_unmatched_money_by_why(ledger: Ledger) -> None:
    ledger.pay("A", eat("2026-03-02"), 10_000, matching="review", unallocated_cents=10_000)
    ledger.pay("B", eat("2026-03-03"), 20_000, matching="none", unallocated_cents=20_000, provider="airtel")
    ledger.pay("C", eat("2026-02-03"), 30_000, matching="waiting", unallocated_cents=30_000)
    ledger.pay("D", eat("2026-03-04"), 40_000, matching="auto", unallocated_cents=0)
    ledger.pay("E", eat("2026-03-04"), 50_000, matching="review", unallocated_cents=50_000, status="reversed")
    ledger.pay("F", eat("2026-03-04"), 60_000, matching="none", unallocated_cents=60_000, own_transfer=True)
    result = ledger.run("unreconciled", "unreconciled")
    told = facts(result)
    assert (told["unmatched"], told["unmatched_count"]) == ("600.00", "3")
    by = {state: told[f"matching:{state}"] for state in ("review", "none", "waiting")}
    assert by == {"review": "100.00", "none": "200.00", "waiting": "300.00"}
    assert facts(ledger.run("unreconciled", "unreconciled", MARCH))["unmatched"] == "300.00"
    assert facts(ledger.run("unreconciled", "unreconciled", channel="airtel"))["unmatched"] == "200.00"


def prompted(ledger: Ledger) -> None:
    """Six paid; lost: two declined (1032), one without money (1), one silent phone; one open.

    Attempts 6 / 10 = 60 %. Without payers' own reasons 6 / 7 = 85.7 %. Invoices: i1 paid at the second try,
    i2 never: 50 %.
    """
    for number in range(5):
        ledger.prompt(f"w{number}", "2026-03-02", "succeeded")
    ledger.prompt("w5", "2026-03-02", "succeeded", invoice_id="i1")
    ledger.prompt("l1", "2026-03-02", "failed", result_code="1032", failure="cancelled", invoice_id="i1")
    ledger.prompt("l2", "2026-03-02", "failed", result_code="1032", failure="cancelled", invoice_id="i2")
    ledger.prompt("l3", "2026-03-03", "failed", result_code="1", failure="insufficient_funds")
    ledger.prompt("l4", "2026-03-03", "expired", result_code="1037", failure="no_answer")
    ledger.prompt("o1", "2026-03-03", "pending")
    ledger.prompt("before", "2026-02-27", "failed", result_code="1", failure="insufficient_funds")


def test_success_by_attempt_by_intent_and_without_the_payers_reasons(ledger: Ledger) -> None:
    prompted(ledger)
    result = ledger.run("payment_success", "payment_success_rate", MARCH)
    told = facts(result)
    assert (told["succeeded"], told["failed"], told["undecided"]) == ("6", "4", "1")
    assert (told["success_rate"], told["technical_rate"], told["intent_rate"]) == ("60.0", "85.7", "50.0")
    assert (told["reason:cancelled"], told["reason_share:cancelled"]) == ("2", "50.0")
    assert (told["top_reason"], result.sentence) == ("2", "some")
    assert ledger.run("payment_success", "failed_count", MARCH).sentence == "failed"
    assert ledger.run("payment_success", "failures_by_reason", MARCH, channel="airtel").sentence == "none"


def test_vat_is_sales_less_receipts_without_what_cannot_be_deducted(ledger: Ledger) -> None:
    ledger.bill("i1", "c", "C", 116_000, vat_cents=16_000, issued_on="2026-03-02", due_date="2026-04-02")
    ledger.bill("i2", "c", "C", 116_000, vat_cents=16_000, issued_on="2026-02-02", due_date="2026-04-02")
    ledger.spend("e1", "2026-03-05", 58_000, "office_supplies", "S")
    ledger.spend("e2", "2026-03-05", 11_600, "meals_entertainment", "Hotel")
    for id_, vat in (("e1", 8_000), ("e2", 1_600)):
        doc = ledger.store.require(ledger.business, _expense(id_))
        ledger.store.put(ledger.business, doc.key, {**doc.data, "vat_cents": vat})
    result = ledger.run("tax_summary", "vat", MARCH)
    told = facts(result)
    assert (told["vat_output"], told["vat_input"], told["vat_blocked"]) == ("160.00", "80.00", "16.00")
    assert (told["vat_due"], result.sentence, result.extra) == ("80.00", "vat_due", ("vat_blocked",))
    assert "tax_hint" in result.assumptions


def _expense(id_: str) -> object:
    from shared.store import Key

    return Key("expenses", id_)


def test_what_is_usually_withheld_is_a_share_of_recorded_spending(ledger: Ledger) -> None:
    """Professional fees 1,000 at 5 %, rent 2,000 at 10 %: 50 + 200."""
    ledger.spend("e1", "2026-03-05", 100_000, "professional_fees", "Wakili")
    ledger.spend("e2", "2026-03-05", 200_000, "rent", "Landlord")
    ledger.spend("e3", "2026-03-05", 900_000, "fuel", "Station")
    told = facts(ledger.run("tax_summary", "withholding", MARCH))
    assert (told["wht_base:professional_fees"], told["wht:professional_fees"]) == ("1000.00", "50.00")
    assert (told["wht:rent"], told["wht_usual"]) == ("200.00", "250.00")


def test_a_budget_counts_by_days_except_what_is_paid_once(ledger: Ledger) -> None:
    """18 of 31 days: fuel 31,000 -> 18,000, spent 20,000: 2,000 over, 11.1 %. Rent 50,000 whole and spent."""
    ledger.budget("fuel", "2026-01", 3_100_000, repeats=True)
    ledger.budget("rent", "2026-03", 5_000_000)
    ledger.spend("e1", "2026-03-05", 2_000_000, "fuel", "S")
    ledger.spend("e2", "2026-03-01", 5_000_000, "rent", "L")
    ledger.spend("e3", "2026-03-01", 9_999_999, "marketing", "no budget, not compared")
    result = ledger.run("budget_variance", "budget_variance", MARCH)
    told = facts(result)
    assert (told["budget:fuel"], told["variance:fuel"], told["variance_share:fuel"]) == (
        "18000.00",
        "2000.00",
        "11.1",
    )
    assert (told["budget:rent"], told["variance:rent"]) == ("50000.00", "0.00")
    assert (told["budget"], told["spent"], told["variance"]) == ("68000.00", "70000.00", "2000.00")
    assert (told["worst_variance"], result.extra) == ("2000.00", ("flagged",))
    assert ledger.run("budget_variance", "budget_variance", MARCH, category="marketing").sentence == "none"


@pytest.mark.parametrize(("spent", "flagged"), [(1_899_999, False), (1_900_000, True)])
def test_a_small_variance_is_not_flagged(ledger: Ledger, spent: int, flagged: bool) -> None:
    """Budget 18,000 so far: a tenth is 1,800, so 1,000 over is no tenth; with 9,000 the tenth is 900."""
    ledger.budget("fuel", "2026-03", 1_550_000)  # 18 of 31 days: 9,000.00
    ledger.spend("e1", "2026-03-05", spent - 900_000, "fuel", "S")
    result = ledger.run("budget_variance", "budget_variance", MARCH)
    assert (result.extra == ("flagged",)) is flagged, facts(result)


def test_a_payment_is_found_by_its_receipt_and_only_ones_own(ledger: Ledger, client: Client) -> None:
    ledger.customer("cus_1", "Amina Stores")
    ledger.pay("TCI4X8K2LM", eat("2026-03-02"), 123_456, customer_id="cus_1")
    result = ledger.run("find_transaction", "transaction", reference="TCI4X8K2LM")
    assert (result.sentence, facts(result)["found"]) == ("payment_settled", "1234.56")
    assert "Amina Stores" in result.facts[0].label
    other = ledger.run("find_transaction", "transaction", reference="TCI4X8K2LM", customer="cus_2")
    assert other.sentence == "nothing"
    assert "TCI4X8K2LM" not in str(client.ask("Find payment TCI4X8K2LM")["facts"]), "another business asks"


def test_an_invoice_is_found_however_its_number_is_typed(ledger: Ledger) -> None:
    outbox = Outbox(ledger.store, _NoBus())
    new = NewCustomer(name="Baraka", phones=[])
    outbox.run(ledger.business, lambda tx: write_customer(tx, "cus_1", new))
    line = NewLine(description="Cement", unit_cents=50_000, vat_band="A")
    outbox.run(
        ledger.business, lambda tx: draft_invoice(tx, "inv_1", NewInvoice(customer_id="cus_1", lines=[line]))
    )
    made = outbox.run(ledger.business, lambda tx: finalise_invoice(tx, "inv_1", actor="usr_1"))
    number = made.data["number"]
    for typed in (number, number.lower(), number.replace("-", "")):
        result = ledger.run("find_transaction", "transaction", reference=typed)
        assert (result.sentence, facts(result)["left_to_pay"]) == ("invoice_open", "500.00"), typed
    wrong = ledger.run("find_transaction", "transaction", reference=number, customer="cus_2")
    assert wrong.sentence == "nothing"


class _NoBus:
    collects_outbox = False

    def publish(self, events: object) -> None:
        return

    def wake(self) -> None:
        return

    def close(self) -> None:
        return


def test_an_amount_is_looked_for_among_the_newest(ledger: Ledger) -> None:
    for number in range(3):
        ledger.pay(f"P{number}", eat(f"2026-03-0{number + 1}"), 50_000 + number % 2)
    result = ledger.run("find_transaction", "transaction", amount_cents=50_000)
    assert (result.sentence, len(result.table.rows)) == ("several", 2)  # type: ignore[union-attr]
    assert ledger.run("find_transaction", "transaction", amount_cents=1).sentence == "nothing"
    assert ledger.run("find_transaction", "transaction").sentence == "what"
