"""Reconciling on a real store: one commit, once, with everything that follows."""

from __future__ import annotations

import pytest
from matching_world import EMPLOYER, FIRM, HALIMA, NAMES, OTIENO, PHONES, WANJIKU, Shop, own

from shared.books import trial_balance
from shared.core.errors import NotFound, Refused
from shared.matching import match_by_hand, reconcile_payment, undo_match
from shared.matching import reconcile as reconcile_module
from shared.matching.identity import payer_key
from shared.matching.lookup import payment_facts
from shared.matching.model import Decision
from shared.matching.places import payer_place, review_place
from shared.store import Key


def masked(who: str) -> dict[str, str]:
    phone = PHONES[who]
    return {"payer_masked": f"{phone[:4]}*****{phone[-3:]}", "payer_name": NAMES[who].split()[0].upper()}


def reconcile(shop: Shop, payment: str) -> Decision | None:
    return reconcile_payment(shop, shop.business, payment)


def holds(shop: Shop, who: str) -> list[str]:
    doc = shop.find("holds", who)
    return doc.data["payment_ids"] if doc else []


def review(shop: Shop, payment: str) -> dict[str, object]:
    return shop.store.require(shop.business, review_place("payment", payment)).data


def test_a_named_payment_is_posted_with_its_decision_and_event(shop: Shop) -> None:
    number = shop.invoice("inv_1", WANJIKU, 150_000)
    payment = shop.payment("SJA1", 150_000, reference=f"INV {number}", **own(WANJIKU))
    reconcile(shop, payment)
    doc = shop.doc("payments", payment)
    assert (doc["matching"], doc["customer_id"], doc["unallocated_cents"]) == ("auto", WANJIKU, 0)
    assert (shop.doc("invoices", "inv_1")["status"], shop.doc("invoices", "inv_1")["balance_cents"]) == (
        "paid",
        0,
    )
    decision = shop.doc("decisions", doc["decision_id"])
    assert decision["payment_id"] == payment
    assert decision["links"] == [
        {"invoice_id": "inv_1", "number": number, "cents": 150_000, "writeoff_cents": 0}
    ]
    assert "ref_full_long" in {reason["code"] for reason in decision["reasons"]}
    assert shop.bus.types == ["payment.matched.v1"]


def test_a_redelivery_changes_nothing(shop: Shop) -> None:
    number = shop.invoice("inv_1", WANJIKU, 150_000)
    payment = shop.payment("SJA1", 150_000, reference=number, **own(WANJIKU))
    reconcile(shop, payment)
    before = shop.doc("payments", payment)
    assert reconcile(shop, payment) is None
    assert shop.doc("payments", payment) == before
    assert len(shop.bus.events) == 1


@pytest.mark.parametrize("fields", [{"status": "claimed"}, {"matching": "manual"}, {"matching": "review"}])
def test_only_settled_payments_that_wait_are_matched(shop: Shop, fields: dict[str, str]) -> None:
    number = shop.invoice("inv_1", WANJIKU, 150_000)
    payment = shop.payment("SJA1", 150_000, reference=number, **own(WANJIKU), **fields)
    assert reconcile(shop, payment) is None
    assert shop.doc("invoices", "inv_1")["balance_cents"] == 150_000


def test_an_unknown_payment_is_an_error(shop: Shop) -> None:
    with pytest.raises(NotFound):
        reconcile(shop, "mpesa-NONE")


def test_a_charge_is_written_off_and_the_rest_is_kept_on_account(shop: Shop) -> None:
    short, over = shop.invoice("inv_1", FIRM, 500_000), shop.invoice("inv_2", HALIMA, 97_000)
    reconcile(shop, shop.payment("SJA1", 495_000, reference=short, **own(FIRM)))
    reconcile(shop, shop.payment("SJA2", 100_000, reference=over, **own(HALIMA)))
    assert shop.doc("invoices", "inv_1")["status"] == shop.doc("invoices", "inv_2")["status"] == "paid"
    assert shop.doc("customers", HALIMA)["credit_cents"] == 3_000
    assert not any(trial_balance(shop.store, shop.business).totals.values())


def test_a_strangers_money_reaches_a_person(shop: Shop) -> None:
    shop.invoice("inv_1", WANJIKU, 97_000)
    payment = shop.payment("SJA1", 50_000, reference="SALES", **EMPLOYER)
    reconcile(shop, payment)
    assert shop.doc("payments", payment)["matching"] == "none"
    assert (review(shop, payment)["status"], review(shop, payment)["value_cents"]) == ("open", 50_000)
    assert shop.bus.types == ["payment.review.v1"]


def test_a_settlement_line_asks_nobody(shop: Shop) -> None:
    shop.invoice("inv_1", WANJIKU, 97_000)
    payment = shop.payment("BK1", 97_000, channel="bank", narration="MPESA SETTLEMENT 600123 77")
    reconcile(shop, payment)
    assert shop.doc("payments", payment)["matching"] == "none"
    assert shop.find("review", review_place("payment", payment).id) is None
    assert shop.bus.events == []


def test_a_waiting_question_holds_the_customers_unnamed_money(shop: Shop) -> None:
    shop.invoice("inv_1", WANJIKU, 97_000, due="2026-03-05")
    number = shop.invoice("inv_2", WANJIKU, 33_000, due="2026-04-05")
    question = shop.payment("SJA1", 20_000, **masked(WANJIKU))
    unnamed = shop.payment("SJA2", 97_000, **own(WANJIKU))
    named = shop.payment("SJA3", 33_000, reference=number, **own(WANJIKU))
    for payment in (question, unnamed, named):
        reconcile(shop, payment)
    states = [shop.doc("payments", p)["matching"] for p in (question, unnamed, named)]
    assert states == ["review", "review", "auto"]
    assert "held" in review(shop, unnamed)["reasons"]  # type: ignore[operator]
    assert holds(shop, WANJIKU) == [question, unnamed]
    shop.run(lambda tx: match_by_hand(tx, question, [("inv_1", 20_000)], customer_id="", actor="usr_a"))
    assert holds(shop, WANJIKU) == []
    assert review(shop, question)["status"] == "done"
    assert shop.doc("payments", unnamed)["matching"] == "waiting", "it is decided again"


def test_a_hold_that_appears_while_deciding_still_counts(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.invoice("inv_1", WANJIKU, 97_000)
    payment = shop.payment("SJA1", 97_000, **own(WANJIKU))
    decide = reconcile_module.decide

    def slow(*given: object) -> Decision:
        decision = decide(*given)  # type: ignore[arg-type]
        shop.store.put(shop.business, Key("holds", WANJIKU), {"payment_ids": ["mpesa-OTHER"]})
        return decision

    monkeypatch.setattr(reconcile_module, "decide", slow)
    reconcile(shop, payment)
    assert shop.doc("payments", payment)["matching"] == "review"
    assert shop.doc("invoices", "inv_1")["balance_cents"] == 97_000


def test_balances_that_move_while_deciding_are_decided_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = shop.invoice("inv_1", WANJIKU, 97_000)
    first = shop.payment("SJA1", 97_000, reference=number, **own(WANJIKU))
    second = shop.payment("SJA2", 60_000, reference=number, **own(WANJIKU))
    decide, calls = reconcile_module.decide, []

    def slow(*given: object) -> Decision:
        decision = decide(*given)  # type: ignore[arg-type]
        if not calls:
            calls.append(decision.verdict)
            shop.run(lambda tx: match_by_hand(tx, second, [("inv_1", 60_000)], customer_id="", actor="usr_a"))
        return decision

    monkeypatch.setattr(reconcile_module, "decide", slow)
    reconcile(shop, first)
    assert calls == ["auto"]
    assert shop.doc("invoices", "inv_1")["balance_cents"] == 37_000
    suggested = review(shop, first)["suggestions"][0]  # type: ignore[index]
    assert [link["cents"] for link in suggested["links"]] == [37_000], "made on what is owed now"


def test_endless_movement_is_refused_not_guessed(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    number = shop.invoice("inv_1", WANJIKU, 97_000)
    payment = shop.payment("SJA1", 97_000, reference=number, **own(WANJIKU))
    case = reconcile_module.gather

    def stale(*given: object) -> object:
        found = case(*given)  # type: ignore[arg-type]
        found.opened.clear()
        return found

    decided = reconcile_module.decide

    def on_what_was_seen(case_: object, rules: object) -> Decision:
        shown = case(
            reconcile_module.StoreLookup(shop.store, shop.business, "KES"), case_.payment, rules.allocation
        )  # type: ignore[attr-defined]
        return decided(shown, rules)  # type: ignore[arg-type]

    monkeypatch.setattr(reconcile_module, "gather", stale)
    monkeypatch.setattr(reconcile_module, "decide", on_what_was_seen)
    with pytest.raises(Refused, match="has changed"):
        reconcile(shop, payment)
    assert shop.doc("payments", payment)["matching"] == "waiting"


def test_a_person_teaches_who_pays_for_whom(shop: Shop) -> None:
    shop.invoice("inv_1", WANJIKU, 97_000)
    shop.invoice("inv_2", WANJIKU, 60_000)
    first = shop.payment("SJA1", 97_000, reference="FEES", **EMPLOYER)
    reconcile(shop, first)
    assert shop.doc("payments", first)["matching"] == "none"
    shop.run(lambda tx: match_by_hand(tx, first, [("inv_1", 97_000)], customer_id="", actor="usr_a"))
    second = shop.payment("SJA2", 60_000, reference="FEES", **EMPLOYER)
    reconcile(shop, second)
    assert shop.doc("payments", second)["allocations"][0]["invoice_id"] == "inv_2"
    assert shop.doc("payments", second)["matching"] == "auto"


def test_undo_restores_every_balance_exactly_and_forgets_the_payer(shop: Shop) -> None:
    shop.invoice("inv_1", WANJIKU, 40_000, due="2026-03-05")
    shop.invoice("inv_2", WANJIKU, 70_000, due="2026-04-05")
    number = shop.invoice("inv_3", FIRM, 500_000)
    several = shop.payment("SJA1", 110_000, **own(WANJIKU))
    short = shop.payment("SJA2", 495_000, reference=number, **own(FIRM))
    invoices, people = ("inv_1", "inv_2", "inv_3"), (WANJIKU, FIRM)
    before = [shop.doc("invoices", i) for i in invoices] + [shop.doc("customers", c) for c in people]
    money = shop.doc("payments", short)
    reconcile(shop, several)
    reconcile(shop, short)
    payer = payer_place(payer_key(payment_facts(shop.store.require(shop.business, Key("payments", short)))))
    assert shop.find("keys", payer.id) is not None
    shop.run(lambda tx: undo_match(tx, several, actor="usr_a", invoice_id="inv_1"))
    assert shop.doc("invoices", "inv_1")["balance_cents"] == 40_000
    assert shop.doc("invoices", "inv_2")["balance_cents"] == 0
    assert shop.doc("payments", several)["matching"] == "review"
    shop.run(lambda tx: undo_match(tx, several, actor="usr_a"))
    shop.run(lambda tx: undo_match(tx, short, actor="usr_a"))
    after = [shop.doc("invoices", i) for i in invoices] + [shop.doc("customers", c) for c in people]
    assert after == before
    again = shop.doc("payments", short)
    assert {k: again[k] for k in ("unallocated_cents", "allocations", "customer_id")} == {
        k: money[k] for k in ("unallocated_cents", "allocations", "customer_id")
    }
    assert shop.find("keys", payer.id) is None
    assert holds(shop, FIRM) == [short]
    assert not any(trial_balance(shop.store, shop.business).totals.values())


def test_the_engine_leaves_alone_what_a_person_touched(shop: Shop) -> None:
    number = shop.invoice("inv_1", WANJIKU, 97_000)
    payment = shop.payment("SJA1", 97_000, reference=number, **own(WANJIKU))
    reconcile(shop, payment)
    shop.run(lambda tx: undo_match(tx, payment, actor="usr_a"))
    assert reconcile(shop, payment) is None
    assert shop.doc("invoices", "inv_1")["balance_cents"] == 97_000


def test_another_businesss_invoices_are_never_seen(shop: Shop) -> None:
    other = Shop(shop.store, f"{shop.business}-2")
    other.customer(WANJIKU)
    number = other.invoice("inv_1", WANJIKU, 97_000)
    payment = shop.payment("SJA1", 97_000, reference=number, **own(WANJIKU))
    reconcile(shop, payment)
    assert shop.doc("payments", payment)["matching"] == "review"
    assert other.doc("invoices", "inv_1")["balance_cents"] == 97_000


def test_an_invoice_in_another_currency_is_not_touched(shop: Shop) -> None:
    number = shop.invoice("inv_1", OTIENO, 97_000)
    payment = shop.payment("SJA1", 97_000, reference=number, currency="USD", **own(OTIENO))
    reconcile(shop, payment)
    assert shop.doc("payments", payment)["matching"] == "review"
    assert shop.doc("invoices", "inv_1")["balance_cents"] == 97_000


def test_who_also_owes_in_another_currency_is_asked_unless_the_amount_settles(shop: Shop) -> None:
    number = shop.invoice("inv_1", OTIENO, 97_000)
    shop.invoice("inv_2", OTIENO, 50_000)
    shop.store.update(shop.business, Key("invoices", "inv_2"), {"currency": "USD"})
    part = shop.payment("SJA1", 60_000, **own(OTIENO))
    whole = shop.payment("SJA2", 97_000, reference=number, **own(OTIENO))
    reconcile(shop, part)
    reconcile(shop, whole)
    assert "other_currency" in review(shop, part)["reasons"]  # type: ignore[operator]
    assert shop.doc("payments", whole)["matching"] == "auto"
