"""Imported lines are in the books once, whatever file brought them, how often, wherever it was cut off."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from shared.core.errors import Invalid, Refused, Unavailable
from shared.events import SYSTEM
from shared.payments.gateways.port import Outcome, PayoutResult
from shared.payments.payout_requests import PayoutAsk, ask_payout
from shared.payments.payouts import apply_result
from shared.payments.reversals import apply_kept
from shared.payments.statements.completeness import report
from shared.payments.statements.importing import import_statement
from shared.payments.statements.intake import Given, accept
from shared.store import Key, Once
from tests.unit.payments import statement_files as files
from tests.unit.payments.collecting import CENTS, NOW, PAYBILL, RECEIPT, Desk, evidence
from tests.unit.payments.statement_desk import (
    announced,
    balances,
    everything,
    hand_in,
    lines,
    open_questions,
    outcomes,
)
from tests.unit.payments.statement_files import Fact, Style, charge, paid, with_balances

CLEARING = f"clearing:mpesa:{PAYBILL}"
DAY = "2026-03-02"
FACTS = with_balances(
    [
        paid("UC2AAA0001", 116_000, NOW),
        charge("UC2AAA0001", 550, NOW + timedelta(seconds=1)),
        paid("UC2AAA0002", 50_000, NOW + timedelta(minutes=1), "INV8"),
        charge("", 100, NOW + timedelta(minutes=2)),
        charge("", 100, NOW + timedelta(minutes=2)),
        Fact(
            "UC2AAA0003", -20_000, NOW + timedelta(minutes=3), "Business Payment", party="254712345678 - JOHN"
        ),
        Fact("UC2AAA0004", -90_000, NOW + timedelta(minutes=4), "Organization Settlement Account"),
        Fact("UC2AAA0005", -3_000, NOW + timedelta(minutes=5), "Business Buy Goods", party="KPLC"),
        Fact("UC2AAA0006", 1, NOW + timedelta(minutes=6), "Organization Transfer"),
        Fact("UC2AAA0007", 4_000_00, NOW + timedelta(minutes=7), status="Failed"),
    ],
    500_000,
)


def test_every_line_has_its_effect_once(desk: Desk) -> None:
    statement = hand_in(desk, files.org_csv(FACTS))
    assert statement["status"] == "imported"
    assert (statement["lines"], statement["next"], statement["added"]) == (9, 9, 9)
    assert (statement["rows"], statement["rows_failed"]) == (10, 1)
    assert outcomes(desk) == {"found": 2, "fee": 3, "moved": 1, "spending": 2, "internal": 1}
    assert balances(desk) == {
        CLEARING: 116_000 + 50_000 - 550 - 200 - 90_000,
        "suspense:unmatched": -166_000,
        "fees:mpesa": 750,
        "bank:transit": 90_000,
    }
    assert {doc["receipt"] for doc in desk.docs("transactions", "paid_at")} == {"UC2AAA0003", "UC2AAA0005"}
    payment = desk.doc("payments", "mpesa-UC2AAA0001")
    assert (payment["status"], payment["reference"], payment["payer_masked"]) == (
        "settled",
        "INV7",
        "2547****678",
    )
    assert [proof["kind"] for proof in payment["evidence"]] == ["statement"]
    assert len(desk.events("payment.settled.v1")) == 2


@pytest.mark.parametrize(
    "again",
    [
        files.org_csv(FACTS),
        files.org_csv(FACTS, Style(newest_first=False, iso=False)),
        files.org_xlsx(FACTS),
        files.org_xls(FACTS),
        files.org_csv(FACTS[3:]),
        files.org_csv([*FACTS, *FACTS]),
    ],
    ids=["same file", "other order", "workbook", "old workbook", "overlap", "doubled"],
)
def test_importing_again_adds_nothing(desk: Desk, again: bytes) -> None:
    hand_in(desk, files.org_csv(FACTS))
    before, money = everything(desk), balances(desk)
    statement = hand_in(desk, again)
    assert statement["status"] == "imported"
    assert statement["added"] in (0, 9)  # the same file is the same statement
    assert everything(desk) == before
    assert balances(desk) == money


def test_an_overlapping_file_adds_what_is_new(desk: Desk) -> None:
    hand_in(desk, files.org_csv(FACTS[:4]))
    statement = hand_in(desk, files.org_csv(FACTS))
    assert statement["outcomes"]["known"] == 4
    assert statement["added"] == 5
    assert balances(desk)["fees:mpesa"] == 750


def test_a_line_confirms_money_that_is_booked_and_proves_what_was_claimed(desk: Desk) -> None:
    announced(desk, "UC2AAA0001", 116_000)
    announced(desk, "UC2AAA0002", 50_000, "INV8")
    assert {doc["status"] for doc in desk.docs("payments", "paid_at")} == {"claimed"}
    hand_in(desk, files.org_csv(FACTS[:1]))
    assert outcomes(desk) == {"proved": 1}
    hand_in(desk, files.org_csv(FACTS[:4]))
    assert {doc["status"] for doc in desk.docs("payments", "paid_at")} == {"settled"}
    assert len(desk.docs("payments", "paid_at")) == 2


def test_booked_money_is_confirmed_and_keeps_its_booking(desk: Desk) -> None:
    desk.settings = desk.settings.model_copy(update={"settle_without_proof_cents": 10_000_000})
    announced(desk, "UC2AAA0001", 116_000)
    entries = len(desk.docs("journal", "recorded_at"))
    hand_in(desk, files.org_csv(FACTS[:1]))
    assert outcomes(desk) == {"confirmed": 1}
    payment = desk.doc("payments", "mpesa-UC2AAA0001")
    assert [proof["kind"] for proof in payment["evidence"]] == ["c2b", "statement"]
    assert len(desk.docs("journal", "recorded_at")) == entries


def test_a_line_with_another_amount_than_was_booked_is_a_question(desk: Desk) -> None:
    desk.settings = desk.settings.model_copy(update={"settle_without_proof_cents": 10_000_000})
    announced(desk, "UC2AAA0001", 100_000)
    hand_in(desk, files.org_csv(FACTS[:1]))
    assert desk.doc("payments", "mpesa-UC2AAA0001")["amount_cents"] == 100_000
    (row,) = report(desk, desk.business, DAY).differing
    assert (row["receipt"], row["amount_cents"], row["booked_cents"]) == ("UC2AAA0001", 116_000, 100_000)


def test_an_attempt_without_callback_is_paid_by_its_line(desk: Desk) -> None:
    attempt = desk.ask()
    hand_in(
        desk, files.org_csv([paid(RECEIPT, CENTS, NOW + timedelta(seconds=20), party="254712345678 - JANE")])
    )
    assert desk.doc("attempts", attempt)["status"] == "succeeded"
    (payment,) = desk.docs("payments", "paid_at")
    assert (payment["attempt_id"], payment["channel"]) == (attempt, "stk")


BACK = Fact("UC2AAA0009", -116_000, NOW + timedelta(hours=1), "Pay Bill Reversal", linked="UC2AAA0001")


@pytest.mark.parametrize("together", [True, False], ids=["one file", "two files"])
@pytest.mark.parametrize("payment_first", [True, False], ids=["payment first", "reversal first"])
def test_a_reversal_takes_its_payment_back_whatever_comes_first(
    desk: Desk, together: bool, payment_first: bool
) -> None:
    both = [FACTS[0], BACK] if payment_first else [BACK, FACTS[0]]
    for content in [both] if together else [[one] for one in both]:
        hand_in(desk, files.org_csv(content, Style(newest_first=False)))
    apply_kept(desk, desk.business)
    assert desk.doc("payments", "mpesa-UC2AAA0001")["status"] == "reversed"
    assert balances(desk) == {}
    hand_in(desk, files.org_csv([*both, charge("", 100)]))
    assert balances(desk) == {CLEARING: -100, "fees:mpesa": 100}


def test_a_reversal_of_what_went_out_waits_for_a_person(desk: Desk) -> None:
    back = Fact("UC2AAA0009", 116_000, NOW, "Business Payment Reversal", linked="UC2AAA0003")
    hand_in(desk, files.org_csv([back]))
    (line,) = lines(desk)
    assert (line.data["outcome"], line.data["reasons"]) == ("review", ["reversal_of_what_went_out"])
    (asked,) = open_questions(desk)
    assert (asked.data["kind"], asked.data["subject_id"]) == ("statement_line", line.id)
    assert asked.data["value_cents"] == 116_000


# --- payouts
def payout(desk: Desk, **changes: Any) -> str:
    """A payout that was sent, of which nobody has said how it ended."""
    ask = PayoutAsk("254712345678", 20_000, "BusinessPayment", "cash", "", "")
    made = ask_payout(desk, desk.business, "usr", ask, Once("payout", "f"))
    desk.store.update(desk.business, made.key, {"status": "sent", **changes})
    return made.id


def test_a_payout_that_nobody_told_the_end_of_is_proven_by_its_line_and_its_charge_booked_once(
    desk: Desk,
) -> None:
    payout_id = payout(desk)
    facts = [FACTS[5], charge("UC2AAA0003", 1500, NOW + timedelta(minutes=3, seconds=1))]
    hand_in(desk, files.org_csv(facts))
    sent = desk.doc("payouts", payout_id)
    assert (sent["status"], sent["receipt"], sent["charge_cents"]) == ("succeeded", "UC2AAA0003", 1500)
    assert {doc.data["payout_id"] for doc in lines(desk)} == {payout_id}
    assert outcomes(desk) == {"payout": 1, "fee": 1}
    assert balances(desk) == {CLEARING: -21_500, "cash": 20_000, "fees:mpesa": 1500}
    assert desk.docs("transactions", "paid_at") == []


def test_a_payout_whose_result_came_is_only_confirmed(desk: Desk) -> None:
    payout_id = payout(desk)
    told = PayoutResult(
        "mpesa", "payout", Outcome.SUCCESS, "0", receipt="UC2AAA0003", amount_cents=20_000, charge_cents=1500
    )
    apply_result(desk, desk.business, payout_id, told, "evd_1")
    before = balances(desk)
    hand_in(desk, files.org_csv([FACTS[5], charge("UC2AAA0003", 1500, NOW + timedelta(minutes=3))]))
    assert outcomes(desk) == {"payout": 1, "fee_known": 1}
    assert balances(desk) == before


def test_a_line_that_two_payouts_can_be_the_reason_of_proves_neither(desk: Desk) -> None:
    first = payout(desk)
    twin = desk.doc("payouts", first)
    desk.store.create(desk.business, Key("payouts", "pyo_twin"), {**twin, "status": "unknown"})
    hand_in(desk, files.org_csv([FACTS[5]]))
    assert outcomes(desk) == {"spending": 1}
    assert desk.doc("payouts", first)["status"] == "sent"


# --- crashes
class Crash(Exception):
    pass


class Failing:
    """An outbox whose ``n``-th transaction dies before or after its commit."""

    def __init__(self, inner: Any, at: int, *, after: bool) -> None:
        self.inner, self.at, self.after, self.count = inner, at, after, 0

    def run(self, *args: Any, **options: Any) -> Any:
        self.count += 1
        if self.count == self.at and not self.after:
            raise Crash
        result = self.inner.run(*args, **options)
        if self.count == self.at:
            raise Crash
        return result


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_crash_at_every_commit_resumes_and_nothing_is_doubled(
    desk: Desk, tmp_path: Any, after: bool
) -> None:
    content = files.org_csv(FACTS)
    usual = Desk(tmp_path / "usual")
    hand_in(usual, content)
    wanted, steps = everything(usual), 0
    usual.close()
    for at in range(1, 40):
        world = Desk(tmp_path / f"crash{at}")
        outbox = world.outbox
        doc = accept(world, world.business, content, Given())
        world.outbox = Failing(outbox, at, after=after)  # type: ignore[assignment]
        try:
            import_statement(world, world.business, doc.id, chunk=4)
            done = True
        except Crash:
            done = False
            half = world.doc("statements", doc.id)
            assert (half["status"] == "imported") == (half["next"] == half["lines"])
        world.outbox = outbox
        import_statement(world, world.business, doc.id, chunk=4)
        found = everything(world)
        for told in (found, wanted):
            for line in told["lines"].values():  # found and then confirmed is the same money
                line["outcome"] = line["outcome"].replace("found", "confirmed")
        assert found == wanted
        assert world.doc("statements", doc.id)["status"] == "imported"
        world.close()
        steps = at
        if done:
            break
    assert 4 <= steps < 39


def test_when_the_time_is_over_the_rest_is_announced(desk: Desk) -> None:
    doc = accept(desk, desk.business, files.org_csv(FACTS), Given())
    for _ in range(10):
        import_statement(desk, desk.business, doc.id, chunk=2, longest=timedelta(seconds=-1))
        if desk.doc("statements", doc.id)["status"] == "imported":
            break
    events = desk.events("statement.import.v1")
    assert len(events) == 5, "one when it was accepted, and one for each rest"
    assert len({event["id"] for event in events}) == 5
    assert outcomes(desk)["fee"] == 3


def test_a_store_that_fails_leaves_the_statement_importing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    doc = accept(desk, desk.business, files.org_csv(FACTS), Given())

    def away(*_: Any, **__: Any) -> Any:
        raise Unavailable("away")

    with monkeypatch.context() as patched:
        patched.setattr(desk.outbox, "run", away)
        with pytest.raises(Unavailable):
            import_statement(desk, desk.business, doc.id)
    assert desk.doc("statements", doc.id)["status"] == "importing"
    import_statement(desk, desk.business, doc.id)
    assert desk.doc("statements", doc.id)["status"] == "imported"


# --- what belongs to whom
def test_a_shortcode_of_another_business_is_refused_before_anything_is_kept(desk: Desk) -> None:
    desk.store.put(
        SYSTEM, Key("shortcodes", PAYBILL), {"business": "biz_2", "since": "2026-01-01T00:00:00.000Z"}
    )
    with pytest.raises(Refused) as caught:
        accept(desk, desk.business, files.org_csv(FACTS), Given())
    assert caught.value.code == "shortcode_taken"
    assert desk.docs("statements", "received_at") == []
    assert list(desk.blobs.list()) == []


def test_another_account_than_the_file_names_is_refused(desk: Desk) -> None:
    for account, code in (
        ("mpesa-600000", "account_differs"),
        ("bank-x", "account_invalid"),
        ("../x", "account_invalid"),
    ):
        with pytest.raises(Invalid) as caught:
            accept(desk, desk.business, files.org_csv(FACTS), Given(account=account))
        assert caught.value.code == code


# --- banks
BANK = with_balances(
    [
        Fact("FT26001", 500_000, NOW, details="JOHN DOE INV00012"),
        Fact("FT26002", 90_000, NOW, details="M-PESA SETTLEMENT 174379"),
        Fact("FT26003", -12_500, NOW, details="LEDGER FEE MARCH"),
        Fact("FT26004", -250_000, NOW, details="RENT SHOP 4"),
    ],
    100_000,
)
EQUITY = "bank-equity-0123456789"


def test_a_bank_statement_books_transfers_and_never_counts_the_float_twice(desk: Desk) -> None:
    hand_in(desk, files.org_csv(FACTS))
    hand_in(desk, files.bank_csv(BANK), account=EQUITY)
    told = balances(desk)
    assert "bank:transit" not in told, "what M-Pesa sent, the bank received"
    assert told["bank:bank_equity_0123456789"] == 500_000 + 90_000 - 12_500
    assert told["suspense:unmatched"] == -166_000 - 500_000
    assert told["fees:bank_equity_0123456789"] == 12_500
    (payment,) = [doc for doc in desk.docs("payments", "paid_at") if doc["channel"] == "bank"]
    assert (payment["amount_cents"], payment["reference"]) == (500_000, "FT26001")


@pytest.mark.parametrize("made", [files.mt940, files.camt, files.ofx], ids=["mt940", "camt", "ofx"])
def test_the_same_bank_lines_in_another_form_add_nothing(desk: Desk, made: Any) -> None:
    hand_in(desk, files.bank_csv(BANK), account=EQUITY)
    money = balances(desk)
    statement = hand_in(desk, made(BANK, 100_000), account=EQUITY)
    assert (statement["added"], statement["outcomes"]) == (0, {"known": 4})
    assert balances(desk) == money


def test_the_same_bank_lines_with_their_times_are_no_money_twice(desk: Desk) -> None:
    hand_in(desk, files.bank_csv(BANK), account=EQUITY)
    paid_before = len(desk.docs("payments", "paid_at"))
    hand_in(desk, files.ofx(BANK, 100_000, two=True), account=EQUITY)
    assert len(desk.docs("payments", "paid_at")) == paid_before
    assert desk.docs("statements", "received_at")[1]["status"] == "imported"


def test_bank_lines_with_other_references_in_another_form_are_questions_not_money(desk: Desk) -> None:
    hand_in(desk, files.bank_csv(BANK[:1]), account=EQUITY)
    money = balances(desk)
    other = [Fact("0000FT26001/1", 500_000, NOW, details="DOE")]
    hand_in(desk, files.mt940(other, 100_000), account=EQUITY)
    assert outcomes(desk) == {"found": 1, "review": 1}
    assert balances(desk) == money


# --- completeness
def test_a_complete_day_is_complete(desk: Desk) -> None:
    announced(desk, "UC2AAA0001", 116_000)
    announced(desk, "UC2AAA0002", 50_000, "INV8")
    hand_in(desk, files.org_csv(FACTS))
    done = report(desk, desk.business, DAY)
    assert done.complete
    assert (done.accounts, done.lines, done.payments, done.fee_cents) == ([f"mpesa-{PAYBILL}"], 9, 2, 750)
    assert done.without_callback == done.without_line == done.differing == []
    assert done.channels == {"paybill": {"payments": 2, "cents": 166_000}}
    assert done.kinds["money_in"] == {"lines": 2, "cents": 166_000}
    (balance,) = done.balances
    assert (balance["opening_cents"], balance["closing_cents"], balance["breaks"]) == (500_000, 552_251, [])


def test_what_only_one_side_tells_is_listed(desk: Desk) -> None:
    announced(desk, "UC2AAA0001", 116_000)
    announced(desk, "UC2ZZZ0001", 77_700)
    hand_in(desk, files.org_csv(FACTS))
    done = report(desk, desk.business, DAY)
    assert [row["receipt"] for row in done.without_callback] == ["UC2AAA0002"]
    assert [row["receipt"] for row in done.without_line] == ["UC2ZZZ0001"]
    assert not done.complete


def test_a_day_without_a_statement_has_nothing_to_miss(desk: Desk) -> None:
    announced(desk, "UC2AAA0001", 116_000)
    done = report(desk, desk.business, DAY)
    assert (done.accounts, done.without_line, done.complete) == ([], [], False)
    with pytest.raises(Invalid):
        report(desk, desk.business, "yesterday")


def test_a_missing_row_breaks_the_balance_of_its_day(desk: Desk) -> None:
    hand_in(desk, files.org_csv([*FACTS[:2], *FACTS[3:]], Style(newest_first=False)))
    done = report(desk, desk.business, DAY)
    assert [one["row"] for one in done.balances[0]["breaks"]] == [7]
    assert not done.complete


def test_a_pulled_payment_counts_as_told_by_a_list_not_by_a_callback(desk: Desk) -> None:
    from shared.payments.settlement import prove

    prove(desk, desk.business, evidence("pull", receipt="UC2AAA0001", at=NOW), "pull-1")
    hand_in(desk, files.org_csv(FACTS[:1]))
    assert [row["receipt"] for row in report(desk, desk.business, DAY).without_callback] == ["UC2AAA0001"]
