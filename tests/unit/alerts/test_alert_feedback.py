"""What people say: it takes effect at once, for that party most of all, and fades."""

from __future__ import annotations

from datetime import timedelta

import pytest
from alerts_world import BUSINESS, MONDAY, OTHER, Client, Desk

from shared.alerts.findings import RAISE
from shared.alerts.quiet import HALF_LIFE, Levels, louder
from shared.store import Data, Key

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def twice(desk: Desk, code: str, day: int, who: str = "a", shillings: int = 4321) -> None:
    at = MONDAY + day * DAY
    desk.paid(f"{code}1", shillings, at, payer_hash=who * 64)
    desk.paid(f"{code}2", shillings, at + 5 * MINUTE, payer_hash=who * 64)


def answer(client: Client, alert_id: str, verdict: str, key: str = "k") -> int:
    body = {"verdict": verdict, "note": "our driver"}
    status: int = client.call("POST", f"/v1/alerts/{alert_id}/feedback", body, key=key).status_code
    return status


def test_not_a_problem_is_not_told_again_of_that_party_and_still_of_others(
    desk: Desk, client: Client
) -> None:
    twice(desk, "A", 0)
    assert answer(client, desk.alerts()[0].id, "not_a_problem") == 200
    twice(desk, "B", 3, shillings=5432)
    assert len(desk.alerts()) == 1
    twice(desk, "C", 4, who="b")
    assert len(desk.alerts()) == 2


def test_it_fades(desk: Desk, client: Client) -> None:
    twice(desk, "A", 0)
    answer(client, desk.alerts()[0].id, "not_a_problem")
    twice(desk, "B", 100, shillings=5432)
    assert len(desk.alerts()) == 2


def test_handled_raises_no_threshold(desk: Desk, client: Client) -> None:
    twice(desk, "A", 0)
    assert answer(client, desk.alerts()[0].id, "handled") == 200
    twice(desk, "B", 3, shillings=5432)
    assert len(desk.alerts()) == 2


def test_the_same_word_again_counts_once(desk: Desk, client: Client) -> None:
    twice(desk, "A", 0)
    alert = desk.alerts()[0].id
    for key in ("one", "one", "two"):
        assert answer(client, alert, "not_a_problem", key) == 200
    levels = Levels(lambda key: _data(desk, key), 0)
    party = desk.alerts()[0].data["party"]
    assert levels.threshold("duplicate_payment", party) == RAISE + 350 + 25
    assert levels.threshold("velocity", party) == RAISE


def _data(desk: Desk, key: Key) -> Data | None:
    doc = desk.store.get(BUSINESS, key)
    return doc.data if doc else None


def test_levels_halve_and_are_bounded() -> None:
    data: Data | None = None
    for _ in range(10):
        data = louder(data, "velocity", "till", 0)
    kept = data
    assert Levels(lambda key: kept if "x" not in key.id else None, 0).raised("velocity", "till")
    now = Levels(lambda key: kept, 0).level("velocity", "till")
    later = Levels(lambda key: kept, HALF_LIFE).level("velocity", "till")
    assert now == 1400, "of the party and of everybody, both at most 700 in this store of one document"
    assert later == now // 2


def test_a_new_occurrence_opens_a_handled_alert_of_that_day_again(desk: Desk, client: Client) -> None:
    twice(desk, "A", 0)
    answer(client, desk.alerts()[0].id, "handled")
    desk.paid("A3", 4321, MONDAY + 9 * MINUTE)
    (alert,) = desk.alerts()
    assert (alert.data["state"], alert.data["count"]) == ("open", 2)


@pytest.mark.parametrize(
    ("role", "status"), [("owner", 200), ("accountant", 200), ("cashier", 403), ("viewer", 403)]
)
def test_who_may_answer(desk: Desk, client: Client, role: str, status: int) -> None:
    twice(desk, "A", 0)
    path = f"/v1/alerts/{desk.alerts()[0].id}/feedback"
    answer = client.call("POST", path, {"verdict": "handled"}, role=role, key="k")
    assert answer.status_code == status


def test_the_list_is_filtered_and_paged(desk: Desk, client: Client) -> None:
    for n, who in enumerate("abc"):
        twice(desk, who, n, who)
    for n in range(3):
        desk.spent(f"V{n}", 900 + n, MONDAY + 4 * DAY + n * 9 * MINUTE)
    answer(client, desk.alerts()[0].id, "handled")

    def listed(query: str) -> list[str]:
        return [one["detector"] for one in client.call("GET", f"/v1/alerts?{query}").get_json()["data"]]

    assert listed("") == ["velocity", *["duplicate_payment"] * 3]
    assert listed("state=open&detector=duplicate_payment") == ["duplicate_payment"] * 2
    assert listed("state=handled") == ["duplicate_payment"]
    assert listed("since=2026-03-06T00:00:00Z") == ["velocity"]
    page = client.call("GET", "/v1/alerts?limit=2").get_json()
    assert (len(page["data"]), page["has_more"]) == (2, True)
    rest = client.call("GET", f"/v1/alerts?limit=2&cursor={page['next_cursor']}").get_json()
    assert [one["detector"] for one in rest["data"]] == ["duplicate_payment"] * 2
    for wrong in ("state=closed", "detector=magic", "since=yesterday", "x=1"):
        assert client.call("GET", f"/v1/alerts?{wrong}").status_code in (400, 422)


def test_one_alert_and_the_counts(desk: Desk, client: Client) -> None:
    twice(desk, "A", 0)
    alert = desk.alerts()[0].id
    told = client.call("GET", f"/v1/alerts/{alert}").get_json()
    assert (told["amount_cents"], told["records"][0], told["told"]) == (432_100, "payments/mpesa-A2", True)
    assert told["reasons"][0]["code"] == "same_amount_within_minutes"
    counts = client.call("GET", "/v1/alerts/summary").get_json()
    assert (counts["open"], counts["told"], counts["not_told"]) == (1, 1, 0)
    answer(client, alert, "handled")
    assert client.call("GET", "/v1/alerts/summary").get_json()["open"] == 0


def test_another_business_sees_and_changes_nothing(desk: Desk) -> None:
    twice(desk, "A", 0)
    alert = desk.alerts()[0]
    stranger = Client(desk, OTHER)
    assert stranger.call("GET", "/v1/alerts").get_json()["data"] == []
    assert stranger.call("GET", f"/v1/alerts/{alert.id}").status_code == 404
    assert answer(stranger, alert.id, "not_a_problem") == 404
    assert desk.alerts()[0].etag == alert.etag
