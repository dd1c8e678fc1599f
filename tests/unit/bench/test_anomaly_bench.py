"""The bench of alerts measures the product: rules alone and consumer with store end in the same alerts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.anomalies import main, spoilt
from bench.anomaly_desk import drafts, merged, run
from bench.anomaly_dev import DEVELOPED_ON
from bench.anomaly_ledger import clean_ledger
from bench.anomaly_other import HELD_BACK
from bench.anomaly_store import alerts_of, deliver, open_desk, through_the_store
from shared.alerts.batch.unruled import SLOTS
from shared.store import Query


def test_the_store_and_the_rules_alone_end_in_the_same_alerts(tmp_path: Path) -> None:
    ledger = spoilt(5, DEVELOPED_ON)
    told = through_the_store(ledger, 90, tmp_path)
    assert told["alerts"] == told["alerts_of_rules_alone"] == told["same"] > 5


def test_they_agree_on_records_reasons_and_slots_too(tmp_path: Path) -> None:
    ledger = clean_ledger(3, days=70)
    for put in HELD_BACK.values():
        put(ledger)
    ledger.docs = [
        doc for doc in ledger.docs if (doc.data.get("paid_at") or doc.data["created_on"]) < "2026-03-12"
    ]
    ledger.sort()
    desk = open_desk(tmp_path / "alerts.db")
    deliver(desk, ledger)
    judged = run(ledger)
    stored = {(doc.data["detector"], doc.data["party"], doc.data["day"]): doc.data for doc in alerts_of(desk)}
    for draft in merged(drafts(judged)):
        alert = stored[draft.detector, draft.party, draft.day]
        assert set(draft.records) <= set(alert["records"])
        assert set(alert["records"]) <= set(draft.records)
    every = desk.store.all("biz_bench", Query("alerts", (), "raised_at"))
    slots = [doc.data["records"][0] for doc in every if doc.data["detector"] == "unusual_no_rule"]
    assert set(slots) <= {move.subject for move, _ in judged.unruled}
    assert len(judged.unruled) <= SLOTS * ledger.days
    desk.store.close()


def test_ledgers_are_the_same_for_the_same_seed_and_hold_what_is_legitimate() -> None:
    one, other = clean_ledger(4), clean_ledger(4)
    assert [doc.data for doc in one.docs] == [doc.data for doc in other.docs]
    assert one.labels == {}
    kinds = [doc.key.collection for doc in one.docs]
    assert 1900 < len(kinds) < 3300
    assert kinds.count("payouts") > 5, "legitimate refunds are part of it"
    spoiled = spoilt(4, DEVELOPED_ON)
    assert 0.005 < len(spoiled.labels) / len(spoiled.docs) < 0.03


def test_the_two_families_share_no_mechanism() -> None:
    assert not set(DEVELOPED_ON) & set(HELD_BACK)


def test_the_last_line_holds_what_is_promised(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    main(["--seeds", "1", "--store-days", "10", "--out", str(tmp_path / "out.jsonl")])
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert {"precision_at_20", "precision_at_10", "recall", "false_alerts_per_day", "us_per_record"} <= set(
        last
    )
    assert last["store"]["same"] == last["store"]["alerts_of_rules_alone"]
    assert set(last["other"]["recall_by_mechanism"]) == set(HELD_BACK)
    first = json.loads((tmp_path / "out.jsonl").read_text().splitlines()[0])
    assert {"family", "detector", "records", "right"} <= set(first)
