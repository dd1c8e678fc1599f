"""Answering questions: the queue's order, confirm, rule out, many at once, history, holds that end."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matching_client import Client
from matching_world import EMPLOYER, HALIMA, OTIENO, WANJIKU, Shop, own

from shared.books import trial_balance
from shared.core.errors import NotFound, Refused
from shared.matching import match_by_hand, reconcile_payment, undo_match
from shared.matching.manual import confirm, rule_out, set_aside
from shared.matching.places import review_place
from shared.matching.records import MOST_AGAIN, ask_about, hold, yielded
from shared.matching.rules import RULES

FIRM_PAYS = {"payer_hash": "ab" * 32, "payer_name": "ZAKAYO MWAURA NJENGA"}


def masked_part(shop: Shop, receipt: str, cents: int = 20_000) -> str:
    """A payment that is likely Wanjiku's and is asked about: a masked number, one name, a part."""
    phone = "254712345678"
    shown = {"payer_masked": f"{phone[:4]}*****{phone[-3:]}", "payer_name": "GRACE"}
    return shop.payment(receipt, cents, **shown)


def decide(shop: Shop, *payments: str) -> None:
    for payment in payments:
        reconcile_payment(shop, shop.business, payment)


@pytest.fixture
def client(shop: Shop) -> Client:
    return Client(shop)


@pytest.fixture
def asked(shop: Shop) -> str:
    shop.invoice("inv_1", WANJIKU, 97_000)
    payment = masked_part(shop, "SJA1")
    decide(shop, payment)
    return payment


def test_the_dearest_and_likeliest_question_comes_first(shop: Shop, client: Client, asked: str) -> None:
    strangers = [shop.payment(f"SJB{n}", cents, **FIRM_PAYS) for n, cents in enumerate((10_000, 900_000))]
    decide(shop, *strangers)
    _, queue = client("GET", "/v1/review")
    small, large = strangers
    assert [item["subject_id"] for item in queue["data"]] == [large, asked, small]
    _, newest = client("GET", "/v1/review?sort=newest&limit=1")
    assert len(newest["data"]) == 1
    assert newest["next_cursor"]
    told = queue["data"][1]
    assert told["about"]["payer_name"] == "GRACE"
    assert told["about"]["amount_cents"] == told["value_cents"] == 20_000
    assert told["suggestions"][0]["links"][0]["invoice_id"] == "inv_1"
    assert told["suggestions"][0]["reasons"]


def test_a_suggestion_is_confirmed_and_the_payer_remembered(shop: Shop, client: Client, asked: str) -> None:
    status, made = client("POST", f"/v1/matches/{asked}/confirm", {"note": "she called"})
    assert (status, made["state"], made["allocated_cents"]) == (200, "manual", 20_000)
    assert shop.doc("invoices", "inv_1")["balance_cents"] == 77_000
    again = masked_part(shop, "SJA2", 77_000)
    decide(shop, again)
    assert shop.doc("payments", again)["matching"] == "auto", "the payer is known now"
    _, history = client("GET", f"/v1/matches/{asked}/history")
    assert [(step["what"], step["by"], step["note"]) for step in history["data"]] == [
        ("decided", "engine", ""),
        ("confirmed", "usr_1", "she called"),
    ]
    assert history["data"][0]["model"]


def test_a_suggestion_that_is_not_there_is_refused(shop: Shop, client: Client, asked: str) -> None:
    status, problem = client("POST", f"/v1/matches/{asked}/confirm", {"choice": 2})
    assert (status, problem["code"]) == (409, "nothing_suggested")
    assert shop.doc("invoices", "inv_1")["balance_cents"] == 97_000


def test_a_customer_who_is_ruled_out_is_not_suggested_again(shop: Shop, client: Client, asked: str) -> None:
    status, made = client("POST", f"/v1/matches/{asked}/rule-out", {"customer_id": WANJIKU})
    assert (status, made["state"]) == (200, "review")
    item = shop.store.require(shop.business, review_place("payment", asked)).data
    assert (item["status"], item["suggestions"], item["may_be"]) == ("open", [], [])
    assert shop.find("holds", WANJIKU) is None, "nobody waits for it any longer"
    later = masked_part(shop, "SJA2", 97_000)
    decide(shop, later)
    told = shop.store.require(shop.business, review_place("payment", later)).data
    assert WANJIKU not in [one["customer_id"] for one in told["suggestions"]]
    named = shop.payment(
        "SJA3",
        97_000,
        reference=shop.doc("invoices", "inv_1")["number"],
        payer_masked="2547*****678",
        payer_name="GRACE",
    )
    decide(shop, named)
    asked_again = shop.store.require(shop.business, review_place("payment", named)).data
    assert asked_again["reasons"][0] == "pair_rejected", "even her own number is asked about"
    shop.run(lambda tx: match_by_hand(tx, named, [("inv_1", 97_000)], customer_id=WANJIKU, actor="usr_1"))
    shop.invoice("inv_2", WANJIKU, 33_000)
    last = masked_part(shop, "SJA4", 33_000)
    decide(shop, last)
    assert shop.doc("payments", last)["matching"] == "auto", "a person said that she pays after all"


def test_many_are_confirmed_as_they_were_looked_at(shop: Shop, client: Client) -> None:
    shop.invoice("inv_1", WANJIKU, 97_000)
    shop.invoice("inv_2", OTIENO, 50_000)
    one = masked_part(shop, "SJA1")
    other = shop.payment("SJA2", 10_000, payer_masked="2547*****321", payer_name="PETER")
    stranger = shop.payment("SJA3", 10_000, **FIRM_PAYS)
    decide(shop, one, other, stranger)
    status, seen = client("POST", "/v1/review/preview", {"payment_ids": [one, other, stranger, "mpesa-NONE"]})
    assert status == 200
    assert set(seen["left_out"]) >= {stranger, "mpesa-NONE"}
    looks = [{"payment_id": item["payment_id"], "look": item["look"]} for item in seen["items"]]
    assert one in {item["payment_id"] for item in seen["items"]}
    assert seen["total_cents"] == sum(link["cents"] for i in seen["items"] for link in i["links"])
    assert shop.doc("invoices", "inv_1")["balance_cents"] == 97_000, "looking changes nothing"
    shop.run(lambda tx: rule_out(tx, one, WANJIKU, actor="usr_2"))
    _, done = client("POST", "/v1/review/confirm", {"items": looks})
    told = {item["payment_id"]: (item["outcome"], item["code"]) for item in done["items"]}
    assert told[one] == ("left_alone", "nothing_suggested"), "it changed since it was looked at"
    books = [shop.doc("invoices", one)["balance_cents"] for one in ("inv_1", "inv_2")]
    _, repeated = client("POST", "/v1/review/confirm", {"items": looks})
    assert repeated["confirmed"] == done["confirmed"], "asked again, the answer is the same"
    assert {i["code"] for i in repeated["items"] if i["outcome"] == "confirmed"} <= {"confirmed_before"}
    assert [shop.doc("invoices", i)["balance_cents"] for i in ("inv_1", "inv_2")] == books, "and done once"


def test_a_confirmation_that_was_undone_is_not_told_as_done(shop: Shop, client: Client, asked: str) -> None:
    _, seen = client("POST", "/v1/review/preview", {"payment_ids": [asked]})
    items = [{"payment_id": asked, "look": seen["items"][0]["look"]}]
    for code in ("", "confirmed_before"):
        _, done = client("POST", "/v1/review/confirm", {"items": items})
        assert [(item["outcome"], item["code"]) for item in done["items"]] == [("confirmed", code)]
        assert shop.doc("invoices", "inv_1")["balance_cents"] == 77_000
    shop.run(lambda tx: undo_match(tx, asked, actor="usr_1"))
    _, done = client("POST", "/v1/review/confirm", {"items": items})
    assert [(item["outcome"], item["code"]) for item in done["items"]] == [("left_alone", "changed_since")]
    assert shop.doc("invoices", "inv_1")["balance_cents"] == 97_000


def test_a_split_lifts_the_veto_of_each_customer_in_it(shop: Shop, client: Client, asked: str) -> None:
    shop.invoice("inv_2", OTIENO, 50_000)
    client("POST", f"/v1/matches/{asked}/rule-out", {"customer_id": WANJIKU})
    links = [{"invoice_id": "inv_1", "cents": 15_000}, {"invoice_id": "inv_2", "cents": 5_000}]
    status, made = client("POST", f"/v1/matches/{asked}", {"links": links})
    assert (status, made["unallocated_cents"], made["customer_id"]) == (200, 0, "")
    later = masked_part(shop, "SJA2")
    decide(shop, later)
    told = shop.store.require(shop.business, review_place("payment", later)).data
    assert told["suggestions"][0]["customer_id"] == WANJIKU


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("kind=payment", {"large", "asked", "small"}),
        ("kind=receipt", set()),
        ("reason=stranger", {"large", "small"}),
        (f"customer_id={WANJIKU}", {"asked"}),
        (f"customer_id={OTIENO}", set()),
        ("least_cents=20000", {"large", "asked"}),
        ("most_cents=20000", {"asked", "small"}),
        ("least_cents=20000&most_cents=20000", {"asked"}),
        ("least_milli=1", {"asked"}),
        ("status=done", set()),
    ],
)
def test_the_queue_is_narrowed(shop: Shop, client: Client, asked: str, wanted: str, found: set[str]) -> None:
    small, large = (shop.payment(f"SJB{n}", cents, **FIRM_PAYS) for n, cents in enumerate((10_000, 900_000)))
    decide(shop, small, large)
    names = {small: "small", large: "large", asked: "asked"}
    for limit in (1, 2, 50):  # a page that a filter leaves nothing of is read past
        seen: list[str] = []
        cursor = ""
        while True:
            _, page = client("GET", f"/v1/review?{wanted}&limit={limit}{cursor}")
            seen += [names[item["subject_id"]] for item in page["data"]]
            if page["next_cursor"] is None:
                break
            assert page["data"], "three questions are within the pages of one answer"
            cursor = f"&cursor={page['next_cursor']}"
        assert (set(seen), len(seen)) == (found, len(found))


@pytest.mark.parametrize("wrong", ["kind=PAY!", "least_milli=1001", "most_cents=-1", "sort=size", "who=me"])
def test_a_filter_that_means_nothing_is_refused(client: Client, wrong: str) -> None:
    assert client("GET", f"/v1/review?{wrong}")[0] == 422


def test_a_payment_that_moved_since_the_look_is_left_alone(shop: Shop, client: Client, asked: str) -> None:
    _, seen = client("POST", "/v1/review/preview", {"payment_ids": [asked]})
    look = {"payment_id": asked, "look": seen["items"][0]["look"]}
    shop.run(lambda tx: tx.update(tx.require(shop_key(asked)).key, {"reference": "changed"}))
    _, done = client("POST", "/v1/review/confirm", {"items": [look]})
    assert done["items"][0]["code"] == "changed_since"
    assert shop.doc("payments", asked)["matching"] == "review"


def shop_key(payment: str) -> Any:
    from shared.store import Key

    return Key("payments", payment)


def test_likely_ones_are_offered_without_being_named(shop: Shop, client: Client, asked: str) -> None:
    sure = shop.store.require(shop.business, review_place("payment", asked)).data["confidence_milli"]
    body = {"least_milli": max(500, sure)}
    _, seen = client("POST", "/v1/review/preview", body)
    assert [item["payment_id"] for item in seen["items"]] == ([asked] if sure >= 500 else [])
    _, none = client("POST", "/v1/review/preview", {"least_milli": 1000})
    assert none["items"] == []


def test_when_a_question_is_answered_what_waited_for_it_is_decided(shop: Shop) -> None:
    shop.invoice("inv_1", WANJIKU, 97_000, due="2026-03-05")
    shop.invoice("inv_2", WANJIKU, 33_000, due="2026-04-05")
    question = masked_part(shop, "SJA1")
    unnamed = shop.payment("SJA2", 33_000, **own(WANJIKU))
    decide(shop, question, unnamed)
    item = shop.store.require(shop.business, review_place("payment", unnamed)).data
    assert "held" in item["reasons"]
    before = len(shop.bus.types)
    shop.run(lambda tx: confirm(tx, question, 0, actor="usr_1"))
    assert "payment.settled.v1" in shop.bus.types[before:]
    assert shop.doc("payments", unnamed)["matching"] == "waiting"
    assert shop.find("holds", WANJIKU) is None
    decide(shop, unnamed)
    assert shop.doc("payments", unnamed)["matching"] == "auto"
    assert shop.store.require(shop.business, review_place("payment", unnamed)).data["status"] == "done"


def test_one_who_still_waits_for_another_question_is_left(shop: Shop) -> None:
    shop.invoice("inv_1", WANJIKU, 97_000)
    first, second = masked_part(shop, "SJA1"), masked_part(shop, "SJA2", 30_000)
    unnamed = shop.payment("SJA3", 97_000, **own(WANJIKU))
    decide(shop, first, second, unnamed)
    shop.run(lambda tx: set_aside(tx, first, actor="usr_1"))
    decide(shop, second, unnamed)
    assert [shop.doc("payments", one)["matching"] for one in (second, unnamed)] == ["review", "review"]
    shop.run(lambda tx: set_aside(tx, second, actor="usr_1"))
    assert shop.doc("payments", unnamed)["matching"] == "waiting"


def test_one_answer_frees_only_so_many_and_each_once(shop: Shop) -> None:
    shop.invoice("inv_1", WANJIKU, 97_000)
    question = masked_part(shop, "SJA0", 10_000)
    waiting = [shop.payment(f"SJB{n}", 1_000 + n, **own(WANJIKU)) for n in range(MOST_AGAIN + 2)]
    whole = [shop.invoice(f"inv_b{n}", WANJIKU, 1_000 + n) for n in range(MOST_AGAIN + 2)]
    assert len(set(whole)) == len(waiting)
    decide(shop, question, *waiting)
    told = [shop.store.require(shop.business, review_place("payment", one)).data for one in waiting]
    assert all("held" in item["reasons"] for item in told)
    before = len(shop.bus.types)
    shop.run(lambda tx: set_aside(tx, question, actor="usr_1"))
    assert shop.bus.types[before:].count("payment.settled.v1") == MOST_AGAIN
    states = [shop.doc("payments", one)["matching"] for one in waiting]
    assert (states.count("waiting"), states.count("review")) == (MOST_AGAIN, 2)
    before = len(shop.bus.types)
    decide(shop, *waiting)
    assert "payment.settled.v1" not in shop.bus.types[before:], "deciding again asks for no other round"


def test_who_has_a_question_of_its_own_is_not_asked_twice(shop: Shop) -> None:
    shop.invoice("inv_1", WANJIKU, 97_000)
    first, second = masked_part(shop, "SJA1"), masked_part(shop, "SJA2", 30_000)
    decide(shop, first, second)
    before = len(shop.bus.types)
    shop.run(lambda tx: set_aside(tx, first, actor="usr_1"))
    assert shop.bus.types[before:] == []
    assert shop.doc("payments", second)["matching"] == "review"
    assert shop.store.require(shop.business, review_place("payment", second)).data["status"] == "open"


def test_what_waited_for_one_that_is_decided_again_is_decided_too(shop: Shop) -> None:
    """The first waits for a question about one customer, and may be another's, for whom the second waits."""
    asked, first, second = (shop.payment(f"SJC{n}", 5_000) for n in range(3))

    def wait(tx: Any) -> None:
        for payment, may_be in ((asked, [WANJIKU]), (first, [WANJIKU, OTIENO]), (second, [OTIENO])):
            paid = tx.update(shop_key(payment), {"matching": "review"})
            told = {"reasons": [], "candidates": [], "may_be": may_be}
            ask_about(tx, paid, told)
            hold(tx, may_be, payment)
        yielded(tx, WANJIKU, first)
        yielded(tx, OTIENO, first)
        yielded(tx, OTIENO, second)

    shop.run(wait)
    shop.run(lambda tx: set_aside(tx, asked, actor="usr_1"))
    assert [shop.doc("payments", one)["matching"] for one in (first, second)] == ["waiting", "waiting"]
    assert [shop.find("holds", one) for one in (WANJIKU, OTIENO)] == [None, None]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/confirm", {}),
        ("/rule-out", {"customer_id": WANJIKU}),
        ("/undo", {}),
        ("/none", None),
    ],
)
def test_another_business_and_a_mere_reader_do_nothing(
    shop: Shop, asked: str, path: str, body: dict[str, Any] | None
) -> None:
    status, _ = Client(shop, business="biz_other")("POST", f"/v1/matches/{asked}{path}", body)
    assert status == 404
    status, _ = Client(shop, role="viewer")("POST", f"/v1/matches/{asked}{path}", body)
    assert status == 403
    assert shop.doc("payments", asked)["matching"] == "review"
    assert Client(shop, business="biz_other")("GET", f"/v1/matches/{asked}/history")[0] == 404
    _, seen = Client(shop, business="biz_other")("POST", "/v1/review/preview", {"payment_ids": [asked]})
    assert (seen["items"], seen["left_out"]) == ([], [asked])


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["match", "split", "one", "all", "none", "confirm"]),
        st.integers(1, 40),
        st.integers(1, 40),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_any_order_of_answers_leaves_only_what_stands(
    fresh_shop: Any, steps: list[tuple[str, int, int]]
) -> None:
    """Balances, credit and the trial balance are what the links that stand say, to the cent."""
    shop: Shop = fresh_shop()
    shop.invoice("inv_1", WANJIKU, 40_000)
    shop.invoice("inv_2", HALIMA, 70_000)
    payment = shop.payment("SJA1", 60_000, reference="FEES", **EMPLOYER)
    decide(shop, payment)
    for what, first, second in steps:
        try:
            shop.run(lambda tx, w=what, a=first, b=second: _step(tx, payment, w, a * 1000, b * 1000))
        except (Refused, NotFound):
            continue
    paid = shop.doc("payments", payment)
    links = paid["allocations"]
    for invoice, total in (("inv_1", 40_000), ("inv_2", 70_000)):
        credited = sum(x["cents"] + x["writeoff_cents"] for x in links if x["invoice_id"] == invoice)
        assert shop.doc("invoices", invoice)["balance_cents"] == total - credited
    lying = paid.get("on_account_cents", 0)
    assert sum(x["cents"] for x in links) + lying + paid["unallocated_cents"] == 60_000
    credit = sum(shop.doc("customers", who)["credit_cents"] for who in (WANJIKU, HALIMA))
    assert credit == lying
    books = trial_balance(shop.store, shop.business)
    assert not any(books.totals.values())
    assert -books.of("suspense:unmatched") == paid["unallocated_cents"]


def _step(tx: Any, payment: str, what: str, first: int, second: int) -> None:
    if what == "match":
        match_by_hand(tx, payment, [("inv_1", first)], customer_id=WANJIKU, actor="usr_1")
    elif what == "split":
        match_by_hand(tx, payment, [("inv_1", first), ("inv_2", second)], customer_id="", actor="usr_1")
    elif what == "one":
        undo_match(tx, payment, actor="usr_1", invoice_id="inv_1")
    elif what == "all":
        undo_match(tx, payment, actor="usr_1")
    elif what == "none":
        set_aside(tx, payment, actor="usr_1")
    else:
        confirm(tx, payment, 0, actor="usr_1")


def test_rules_are_kept_with_who_changed_them_and_obeyed(shop: Shop) -> None:
    owner = Client(shop, role="owner")
    number = shop.invoice("inv_1", WANJIKU, 97_000)
    _, usual = owner("GET", "/v1/matching-rules")
    assert (usual["posting"], usual["most_cents"], usual["changes"]) == (True, 0, [])
    new = {"posting": True, "most_cents": 50_000, "note": "larger ones I look at myself"}
    status, made = owner("PUT", "/v1/matching-rules", new)
    assert (status, made["most_cents"], made["changes"][0]["by"]) == (200, 50_000, "usr_1")
    payment = shop.payment("SJA1", 97_000, reference=number, **own(WANJIKU))
    decide(shop, payment)
    item = shop.store.require(shop.business, review_place("payment", payment)).data
    assert item["reasons"][0] == "above_limit"
    assert Client(shop)("PUT", "/v1/matching-rules", new)[0] == 403
    wrong = {**new, "model": "trees-99"}
    status, problem = owner("PUT", "/v1/matching-rules", wrong)
    assert (status, problem["code"]) == (422, "model_unknown")
    assert shop.doc("profile", RULES.id)["most_cents"] == 50_000


def test_rules_that_changed_meanwhile_are_not_overwritten(shop: Shop) -> None:
    owner = Client(shop, role="owner")
    _, usual = owner("GET", "/v1/matching-rules")
    new = {"posting": False, "note": "holidays", "version": usual["version"]}
    assert (usual["version"], owner("PUT", "/v1/matching-rules", new)[1]["version"]) == (0, 1)
    status, problem = owner("PUT", "/v1/matching-rules", {**new, "posting": True})
    assert (status, problem["code"]) == (409, "rules_changed")
    status, same = owner("PUT", "/v1/matching-rules", {**new, "version": 1})
    assert (status, same["version"], len(same["changes"])) == (200, 1, 1), "nothing new is no change"
    _, made = owner("PUT", "/v1/matching-rules", {"posting": True, "note": "back again"})
    assert (made["version"], [one["version"] for one in made["changes"]]) == (2, [2, 1])
    assert made["changes"][0]["before"]["posting"] is False


def test_nothing_likelier_wrong_than_right_is_posted_by_any_rule(shop: Shop) -> None:
    owner = Client(shop, role="owner")
    for auto, status in ((499, 422), (1, 422), (500, 200), (0, 200)):
        body = {"posting": True, "auto_milli": auto, "note": "how sure"}
        assert owner("PUT", "/v1/matching-rules", body)[0] == status


def test_the_rules_of_a_business_are_its_own(shop: Shop) -> None:
    body = {"posting": False, "note": "holidays"}
    assert Client(shop, role="owner")("PUT", "/v1/matching-rules", body)[0] == 200
    _, other = Client(shop, business="biz_other")("GET", "/v1/matching-rules")
    assert (other["posting"], other["changes"]) == (True, [])
    assert Client(shop, role="viewer")("GET", "/v1/matching-rules")[0] == 403


@pytest.mark.parametrize(
    ("rules", "code"),
    [({"posting": False}, "posting_off"), ({"posting": True, "window_days": 30}, "old_invoice")],
)
def test_what_a_business_wants_to_see_itself_is_asked(shop: Shop, rules: dict[str, Any], code: str) -> None:
    shop.invoice("inv_1", WANJIKU, 97_000)
    assert Client(shop, role="owner")("PUT", "/v1/matching-rules", {**rules, "note": "to see"})[0] == 200
    payment = shop.payment("SJA1", 97_000, **{**own(WANJIKU), "paid_at": "2027-03-01T10:00:00.000Z"})
    decide(shop, payment)
    item = shop.store.require(shop.business, review_place("payment", payment)).data
    assert item["reasons"][0] == code


def test_a_shadow_model_is_written_down_and_decides_nothing(shop: Shop) -> None:
    body = {"posting": True, "model": "clues-1", "shadow": "trees-1", "note": "before we change"}
    assert Client(shop, role="owner")("PUT", "/v1/matching-rules", body)[0] == 200
    number = shop.invoice("inv_1", WANJIKU, 97_000)
    payment = shop.payment("SJA1", 97_000, reference=number, **own(WANJIKU))
    decide(shop, payment)
    made = shop.doc("decisions", shop.doc("payments", payment)["decision_id"])
    assert made["model"] == "clues-1"
    assert made["shadow"]["model"] == "trees-1"
    assert made["shadow"]["same_links"] is True
    assert made["shadow"]["decision"] in ("auto", "review")
