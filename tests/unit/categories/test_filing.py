"""Records are filed where they are made; a person's word moves record, expense, memory and audit together."""

from __future__ import annotations

import pytest
from categories_world import BUSINESS, OTHER, Client, Desk

from shared.categories.places import CHANGES
from shared.receipts.review import categorise, take_back
from shared.store import Key, Query

MERCHANT = "NYOTA BLUE SPRINGS"


def test_a_receipt_is_filed_when_its_expense_is_written(desk: Desk) -> None:
    cost = desk.expense(desk.buy("rcp_1", "RUBIS ENERGY KAREN", "DIESEL 40 LTRS"))
    assert (cost["category"], cost["category_source"], cost["custom_category"]) == ("fuel", "dictionary", "")
    assert cost["category_milli"] > 800
    unsure = desk.expense(desk.buy("rcp_2", "XYLOQ ZZWUKA"))
    assert (unsure["category"], unsure["category_source"]) == ("uncategorised", "ask")


def test_an_outgoing_line_is_filed_when_it_is_heard_of(desk: Desk) -> None:
    line = desk.spend("KPLC PREPAID", "Pay Bill to 888880 Acc. 5440")
    assert (line.data["category"], line.data["category_source"]) == ("utilities", "number")
    assert desk.spend("JOHN K", receipt="SJ2").data["category"] == "uncategorised"


def test_a_corrected_receipt_files_the_next_one_of_its_seller_and_no_past_one(
    client: Client, desk: Desk
) -> None:
    first, past = desk.buy("rcp_1", MERCHANT), desk.buy("rcp_2", "Nyota Blue Springs Ltd")
    before = desk.expense(past)
    filed = client.correct("meals_entertainment", receipt_id="rcp_1", note="drinking water")
    assert (filed["category"], filed["learnt"]) == ("meals_entertainment", True)
    desk.heard("rcp_1"), desk.heard("rcp_2")
    assert desk.expense(first)["category_source"] == "person"
    assert desk.expense(past) == before or before["category"] == "uncategorised"
    later = desk.expense(desk.buy("rcp_3", "nyota blue springs Karen"))
    assert (later["category"], later["category_source"]) == ("meals_entertainment", "memory")
    elsewhere = desk.expense(desk.buy("rcp_1", MERCHANT, business=OTHER), OTHER)
    assert elsewhere["category_source"] != "memory"


def test_undoing_a_receipts_category_forgets_what_it_taught(desk: Desk) -> None:
    desk.buy("rcp_1", MERCHANT)
    before = desk.expense(desk.heard("rcp_1"))
    desk.outbox.run(BUSINESS, lambda tx: categorise(tx, "rcp_1", "rent", actor="usr_1"))
    assert desk.expense(desk.heard("rcp_1"))["category"] == "rent"
    desk.outbox.run(BUSINESS, lambda tx: take_back(tx, "rcp_1", actor="usr_1"))
    again = desk.expense(desk.heard("rcp_1"))
    assert {**again, "created_on": ""} == {**before, "created_on": ""}
    assert desk.expense(desk.buy("rcp_2", MERCHANT))["category_source"] != "memory"


def test_a_corrected_line_moves_its_expense_and_teaches(client: Client, desk: Desk) -> None:
    line = desk.spend(MERCHANT)
    cost = desk.cost(line, MERCHANT)
    client.correct("utilities", transaction_id=line.id)
    assert desk.store.require(BUSINESS, line.key).data["category_source"] == "person"
    assert (desk.expense(cost)["category"], desk.expense(cost)["category_source"]) == ("utilities", "person")
    assert desk.spend(MERCHANT, receipt="SJ2").data["category_source"] == "memory"
    client.correct("rent", expense_id=cost)
    assert desk.store.require(BUSINESS, line.key).data["category"] == "rent"
    assert desk.expense(cost)["category"] == "rent"


def test_every_word_is_kept_with_who_said_it(client: Client, desk: Desk) -> None:
    line = desk.spend(MERCHANT)
    desk.buy("rcp_1", "RUBIS ENERGY")
    client.correct("utilities", transaction_id=line.id, note="spring water")
    desk.clock.advance(seconds=1)
    client.correct("rent", receipt_id="rcp_1")
    _, page = client("GET", "/v1/categories/changes")
    told = [(one["subject"], one["category"], one["by"], one["note"]) for one in page["data"]]
    assert told == [("rcp_1", "rent", "usr_1", ""), (line.id, "utilities", "usr_1", "spring water")]
    assert desk.store.all(OTHER, Query(CHANGES, (), "at")) == []


def test_what_has_a_receipt_is_filed_by_it(client: Client, desk: Desk) -> None:
    cost = desk.buy("rcp_1", MERCHANT)
    body = {"expense_id": cost, "category": "rent"}
    status, answer = client("POST", "/v1/categories/correct", body)
    assert (status, answer["code"]) == (409, "receipt_decides")
    assert "rcp_1" in answer["detail"]


def test_a_category_of_the_business_lies_within_one_of_the_24(client: Client, desk: Desk) -> None:
    own = {"code": "van_kca", "name": "Van KCA", "within": "vehicle_costs"}
    assert client("POST", "/v1/categories", own, key="k")[0] == 201
    assert client("POST", "/v1/categories", own, key="k")[0] == 201, "the same request again"
    assert client("POST", "/v1/categories", own, key="other")[0] == 409
    line = desk.spend(MERCHANT)
    cost = desk.cost(line, MERCHANT)
    filed = client.correct("van_kca", transaction_id=line.id)
    assert (filed["category"], filed["custom_category"]) == ("vehicle_costs", "van_kca")
    assert (desk.expense(cost)["category"], desk.expense(cost)["custom_category"]) == (
        "vehicle_costs",
        "van_kca",
    )
    assert client.propose(MERCHANT)["custom_category"] == "van_kca"
    _, listed = client("GET", "/v1/categories")
    assert listed["data"][-1]["code"] == "van_kca"
    assert client("PATCH", "/v1/categories/van_kca", {"open": False})[1]["open"] is False
    status, answer = client(
        "POST", "/v1/categories/correct", {"transaction_id": line.id, "category": "van_kca"}
    )
    assert (status, answer["code"]) == (422, "category_unknown")
    assert desk.expense(cost)["custom_category"] == "van_kca", "what was filed stays"


def test_a_receipt_under_a_closed_category_stays_filed(client: Client, desk: Desk) -> None:
    own = {"code": "van_kca", "name": "Van KCA", "within": "vehicle_costs"}
    client("POST", "/v1/categories", own, key="k")
    desk.buy("rcp_1", MERCHANT)
    client.correct("van_kca", receipt_id="rcp_1")
    client("PATCH", "/v1/categories/van_kca", {"open": False})
    cost = desk.expense(desk.heard("rcp_1"))
    assert (cost["category"], cost["custom_category"]) == ("vehicle_costs", "van_kca")


@pytest.mark.parametrize(
    ("own", "code"),
    [
        ({"code": "fuel", "name": "Mine", "within": "fuel"}, "category_taken"),
        ({"code": "uncategorised", "name": "Mine", "within": "fuel"}, "category_taken"),
        ({"code": "mine", "name": "Mine", "within": "nothing_known"}, "category_unknown"),
        ({"code": "Mine!", "name": "Mine", "within": "fuel"}, "body_invalid"),
        ({"code": "mine", "name": "", "within": "fuel"}, "body_invalid"),
    ],
)
def test_what_is_no_category_is_refused(client: Client, own: dict[str, str], code: str) -> None:
    status, answer = client("POST", "/v1/categories", own, key=code)
    assert (status, answer["code"]) == (422, code)


@pytest.mark.parametrize(
    "what", [{}, {"line": {"text": "x"}, "receipt_id": "rcp_1"}, {"receipt_id": "a", "expense_id": "b"}]
)
def test_exactly_one_thing_is_meant(client: Client, what: dict[str, object]) -> None:
    for path, more in (("propose", {}), ("correct", {"category": "rent"})):
        status, answer = client("POST", f"/v1/categories/{path}", {**what, **more})
        assert (status, answer["code"]) == (422, "subject_unclear")


def test_proposals_of_records_and_who_may_ask(client: Client, desk: Desk) -> None:
    line = desk.spend("KPLC PREPAID")
    desk.buy("rcp_1", "RUBIS ENERGY")
    for what, category in (({"transaction_id": line.id}, "utilities"), ({"receipt_id": "rcp_1"}, "fuel")):
        status, answer = client("POST", "/v1/categories/propose", what, role="viewer")
        assert (status, answer["category"]) == (200, category)
        assert client("POST", "/v1/categories/propose", what, business=OTHER)[0] == 404
        status, _ = client("POST", "/v1/categories/correct", {**what, "category": "rent"}, role="viewer")
        assert status == 403
    assert client("POST", "/v1/categories/propose", {"expense_id": "exp_none"})[0] == 404


def test_the_24_come_with_hints_that_are_no_advice(client: Client) -> None:
    _, listed = client("GET", "/v1/categories")
    assert len(listed["data"]) == 24
    assert {one["hint"]["advice"] for one in listed["data"]} == {"check with your accountant"}
    assert [one["code"] for one in listed["data"] if not one["cost"]] == ["owner_transfers"]


def test_an_expense_from_before_there_was_an_engine_is_still_read(desk: Desk) -> None:
    cost = desk.buy("rcp_1", MERCHANT)
    old = {
        name: value
        for name, value in desk.expense(cost).items()
        if not name.startswith(("category_", "custom"))
    }
    desk.store.put(BUSINESS, Key("expenses", cost), {**old, "category": "fuel"})
    assert desk.expense(desk.heard("rcp_1"))["category"] == "fuel"
