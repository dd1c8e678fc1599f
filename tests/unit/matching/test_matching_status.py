"""A batch, a dry run, figures, and decisions told again from what was kept of them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matching_client import Client
from matching_world import EMPLOYER, HALIMA, OTIENO, WANJIKU, Desk, Shop, own, payer

from shared.matching import reconcile_payment, undo_match
from shared.matching.decide import DecisionRules, decide
from shared.matching.explain import as_record
from shared.matching.policy import AllocationRules
from shared.matching.records import hold
from shared.matching.retell import MOST_BYTES, decided_again, kept, retold, same


@pytest.fixture
def client(shop: Shop) -> Client:
    return Client(shop)


def test_a_batch_decides_what_waits_and_can_be_repeated(shop: Shop, client: Client) -> None:
    number = shop.invoice("inv_1", WANJIKU, 97_000)
    named = shop.payment("SJA1", 97_000, reference=number, **own(WANJIKU))
    stranger = shop.payment("SJA2", 5_000, **EMPLOYER)
    status, done = client("POST", "/v1/reconcile", {})
    assert status == 200
    assert {item["payment_id"]: item["state"] for item in done["items"]} == {named: "auto", stranger: "none"}
    assert done["more"] is False
    _, again = client("POST", "/v1/reconcile", {"payment_ids": [named, "mpesa-NONE"]})
    states = {item["payment_id"]: (item["state"], item["code"]) for item in again["items"]}
    assert states == {named: ("auto", ""), "mpesa-NONE": ("", "not_found")}
    assert shop.doc("invoices", "inv_1")["balance_cents"] == 0
    _, nothing = client("POST", "/v1/reconcile", {})
    assert nothing["items"] == []


def test_money_that_is_not_proven_takes_no_place_in_a_batch_and_counts_nowhere(
    shop: Shop, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.matching.status_api.MOST", 2)
    early = "2026-02-01T10:00:00.000Z"
    for n in range(3):
        shop.payment(f"SJC{n}", 1_000, status="claimed", paid_at=early, **EMPLOYER)
    proven = [shop.payment(f"SJD{n}", 5_000, **EMPLOYER) for n in range(3)]
    _, told = client("GET", "/v1/reconciliation-status")
    assert (told["states"][0]["count"], told["states"][0]["cents"]) == (3, 15_000)
    assert told["oldest_waiting"] == "2026-03-01T10:00:00.000Z"
    _, first = client("POST", "/v1/reconcile", {})
    _, second = client("POST", "/v1/reconcile", {})
    assert [first["more"], second["more"]] == [True, False]
    assert {item["payment_id"] for page in (first, second) for item in page["items"]} == set(proven)


def test_more_than_is_counted_is_said_to_be(
    shop: Shop, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.matching.status_api.COUNTED", 2)
    for n in range(3):
        shop.payment(f"SJE{n}", 5_000, **EMPLOYER)
    _, told = client("GET", "/v1/reconciliation-status")
    assert (told["states"][0]["count"], told["states"][0]["complete"]) == (2, False)


def test_a_batch_of_more_than_a_hundred_is_refused(client: Client) -> None:
    ids = [f"mpesa-S{n}" for n in range(101)]
    assert client("POST", "/v1/reconcile", {"payment_ids": ids})[0] == 422
    assert client("POST", "/v1/review/preview", {"payment_ids": ids[:51]})[0] == 422


def test_a_dry_run_tells_and_writes_nothing(shop: Shop, client: Client) -> None:
    number = shop.invoice("inv_1", WANJIKU, 97_000)
    payment = shop.payment("SJA1", 97_000, reference=number, **own(WANJIKU))
    before = shop.doc("payments", payment)
    status, told = client("POST", "/v1/match-payment", {"payment_id": payment})
    assert (status, told["decision"], told["links"][0]["invoice_id"]) == (200, "auto", "inv_1")
    assert told["text"].startswith("Posted: ")
    assert shop.doc("payments", payment) == before
    assert shop.bus.types == []
    reconcile_payment(shop, shop.business, payment)
    status, problem = client("POST", "/v1/match-payment", {"payment_id": payment})
    assert (status, problem["code"]) == (409, "nothing_to_allocate")
    assert Client(shop, business="biz_other")("POST", "/v1/match-payment", {"payment_id": payment})[0] == 404


def test_figures_count_each_state_and_name_the_oldest_question(shop: Shop, client: Client) -> None:
    number = shop.invoice("inv_1", WANJIKU, 97_000)
    named = shop.payment("SJA1", 97_000, reference=number, **own(WANJIKU))
    stranger = shop.payment("SJA2", 5_000, **EMPLOYER)
    shop.payment("SJA3", 7_000, paid_at="2026-03-02T10:00:00.000Z", **EMPLOYER)
    for payment in (named, stranger):
        reconcile_payment(shop, shop.business, payment)
    _, told = client("GET", "/v1/reconciliation-status")
    counted = {one["state"]: (one["count"], one["cents"]) for one in told["states"]}
    assert counted == {
        "waiting": (1, 7_000),
        "auto": (1, 97_000),
        "manual": (0, 0),
        "review": (0, 0),
        "none": (1, 5_000),
    }
    assert (told["straight_through_milli"], told["review_milli"]) == (500, 0)
    assert told["oldest_waiting"] == "2026-03-02T10:00:00.000Z"
    assert all(one["complete"] for one in told["states"])
    _, other = Client(shop, business="biz_other")("GET", "/v1/reconciliation-status")
    assert (sum(one["count"] for one in other["states"]), other["straight_through_milli"]) == (0, None)


def test_a_stored_decision_is_made_again_from_its_record(shop: Shop, client: Client) -> None:
    number = shop.invoice("inv_1", WANJIKU, 97_000)
    shop.invoice("inv_2", OTIENO, 97_000)
    payment = shop.payment("SJA1", 97_000, reference=number, **own(WANJIKU))
    reconcile_payment(shop, shop.business, payment)
    shop.invoice("inv_3", WANJIKU, 97_000)  # the books move on; the explanation does not
    status, told = client("GET", f"/v1/matches/{payment}/explanation")
    assert (status, told["same"], told["why_not"]) == (200, True, "")
    assert told["again"]["links"] == told["stored"]["candidates"][0]["links"]
    assert told["text"].startswith("Posted: ")
    shop.run(lambda tx: undo_match(tx, payment, actor="usr_1"))
    _, undone = client("GET", f"/v1/matches/{payment}/explanation")
    assert (undone["same"], undone["why_not"]) == (None, "a person decided")
    _, history = client("GET", f"/v1/matches/{payment}/history")
    first, last = (step["id"] for step in history["data"])
    _, earlier = client("GET", f"/v1/matches/{payment}/explanation?decision_id={first}")
    assert (earlier["same"], earlier["stored"]["decision"]) == (True, "auto")
    other = shop.payment("SJA2", 5_000)
    reconcile_payment(shop, shop.business, other)
    assert client("GET", f"/v1/matches/{other}/explanation?decision_id={last}")[0] == 404
    assert Client(shop, business="biz_other")("GET", f"/v1/matches/{payment}/explanation")[0] == 404


def test_a_record_that_was_tampered_with_is_not_the_same(shop: Shop, client: Client) -> None:
    number = shop.invoice("inv_1", WANJIKU, 97_000)
    payment = shop.payment("SJA1", 97_000, reference=number, **own(WANJIKU))
    reconcile_payment(shop, shop.business, payment)
    made = shop.store.require(shop.business, shop_key(shop.doc("payments", payment)["decision_id"]))
    case = json.loads(made.data["case"])
    case["payment"]["amount_cents"] = 96_000
    shop.run(lambda tx: tx.update(made.key, {"case": json.dumps(case)}))
    _, told = client("GET", f"/v1/matches/{payment}/explanation")
    assert told["same"] is False


def test_a_case_of_another_form_is_not_guessed_at(shop: Shop, client: Client) -> None:
    payment = shop.payment("SJA1", 97_000, **own(WANJIKU))
    reconcile_payment(shop, shop.business, payment)
    made = shop.store.require(shop.business, shop_key(shop.doc("payments", payment)["decision_id"]))
    shop.run(lambda tx: tx.update(made.key, {"case": json.dumps({"form": 99})}))
    _, told = client("GET", f"/v1/matches/{payment}/explanation")
    assert (told["same"], told["again"]) == (None, None)
    assert told["why_not"] == "the case was kept by another version of the product"


def test_a_posting_that_met_a_hold_on_its_way_is_retold_as_held(
    shop: Shop, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.invoice("inv_1", WANJIKU, 97_000)
    payment = shop.payment("SJA1", 97_000, **own(WANJIKU))

    def twin(*said: Any) -> Any:
        shop.run(lambda tx: hold(tx, [WANJIKU], "mpesa-EARLIER"))
        return decide(*said)

    monkeypatch.setattr("shared.matching.reconcile.decide", twin)
    reconcile_payment(shop, shop.business, payment)
    assert shop.doc("payments", payment)["matching"] == "review"
    _, told = client("GET", f"/v1/matches/{payment}/explanation")
    assert (told["same"], told["again"]["decision"], told["again"]["reasons"][0]["code"]) == (
        True,
        "review",
        "held",
    )


PAID = st.tuples(
    st.sampled_from(["", "first", "second", "wrong", "RENT", "HW-17A"]),
    st.sampled_from([97_000, 33_000, 130_000, 12_345]),
    st.sampled_from(
        [own(WANJIKU), own(OTIENO), EMPLOYER, {"payer_masked": "2547*****678", "payer_name": "G"}]
    ),
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(PAID, min_size=1, max_size=5))
def test_every_decision_in_the_store_is_retold(fresh_shop: Any, paid: list[Any]) -> None:
    """One after the other on the same invoices: balances, holds and known payers move between them."""
    shop: Shop = fresh_shop()
    said = {"first": shop.invoice("inv_1", WANJIKU, 97_000), "second": shop.invoice("inv_2", OTIENO, 33_000)}
    said["wrong"] = said["first"][:-1] + "9"
    payments = []
    for n, (reference, cents, who) in enumerate(paid):
        payments.append(shop.payment(f"SJ{n}", cents, reference=said.get(reference, reference), **who))
        reconcile_payment(shop, shop.business, payments[-1])
    for payment in payments:
        made = shop.doc("decisions", shop.doc("payments", payment)["decision_id"])
        assert same(made, decided_again(made)), "whatever has happened to the books since"


def shop_key(decision: str) -> Any:
    from shared.store import Key

    return Key("decisions", decision)


REFERENCES = [
    "",
    "INV-2025-04871",
    "4871",
    "INV 4817",
    "HW-17A",
    "2025-88811",
    "RENT",
    "0712345678",
    "INV 1 & 2",
]
RULES = [
    DecisionRules(),
    DecisionRules(model="clues-1"),
    DecisionRules(posting=False),
    DecisionRules(most_cents=50_000, window_days=10),
    DecisionRules(auto_milli=999, allocation=AllocationRules(writeoff_cents=0, withholding_milli=())),
]


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(REFERENCES),
    st.sampled_from([97_000, 50_000, 92_819, 130_000, 30_000]),
    st.sampled_from([WANJIKU, OTIENO, HALIMA, ""]),
    st.sampled_from(["hash", "masked", "phone"]),
    st.sampled_from(RULES),
    st.booleans(),
)
def test_every_kept_case_decides_as_it_did(  # noqa: PLR0917
    reference: str, cents: int, who: str, how: str, rules: DecisionRules, held: bool
) -> None:
    desk = Desk()
    desk.invoice("INV-2025-04871", WANJIKU, 97_000, issued_on="2025-01-01T00:00:00.000Z")
    desk.invoice("INV-2025-04817", OTIENO, 97_000)
    desk.invoice("INV-2025-00001", HALIMA, 30_000)
    if held:
        desk.books.hold([WANJIKU], "mpesa-EARLIER")
    shown = payer(who, how) if who else {}
    case = desk.case(cents, reference=reference, paid_on="2026-03-01T10:00:00.000Z", **shown)
    decision = decide(case, rules)
    again_case, again_rules = retold(kept(case, rules, decision.model))
    assert again_case == case
    again = decide(again_case, again_rules)
    assert again == decision
    assert same(as_record(decision), again)
    told = as_record(decision)
    assert not same({**told, "reasons": told["reasons"][1:]}, again), "every part of it is compared"


def test_a_case_that_is_too_much_is_not_kept(desk: Desk) -> None:
    desk.invoice("INV-2025-04871", WANJIKU, 97_000)
    case = desk.case(97_000, reference="INV-2025-04871")
    assert kept(case, DecisionRules(), "trees-1")
    many = desk.case(97_000, reference="x" * MOST_BYTES)
    assert kept(many, DecisionRules(), "trees-1") == ""
