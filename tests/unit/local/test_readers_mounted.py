"""The embedded runtime beside simulated Vision and Gemini: a dropped receipt is read over real HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import requests
from pydantic import SecretStr
from runtime_world import settings

from local.emulators import free_port
from local.system import System
from shared.core.clock import ManualClock
from shared.core.ids import SeededIds
from shared.receipts.cloud_policy import CloudPolicy, change_policy
from shared.store import Query
from tests.unit.receipts.readers_world import BLURRED, GOOD, Eyes
from tests.unit.receipts.support import ScriptedEngine, image_bytes


def test_a_dropped_receipt_is_read_by_the_simulated_vision(tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/readers"
    chosen = settings(
        tmp_path,
        vision_transport="rest",
        vision_url=url,
        gemini_url=url,
        gemini_key=SecretStr("k"),
        gemini_data_ok=True,
    )
    system = System(chosen, ManualClock(datetime(2026, 11, 23, 9, tzinfo=UTC)), SeededIds(5))
    system.start(port)
    try:
        system.app.built["engines"] = (ScriptedEngine(*BLURRED),)
        object.__setattr__(system.readers.desk, "eyes", Eyes(*GOOD))
        business = "biz_a"
        system.app.store.transaction(
            business, lambda tx: change_policy(tx, CloudPolicy(allowed=True), "usr_1")
        )
        system.app.blobs.put(f"receipts/{business}/a.png", image_bytes("PNG"))
        system.settle()
        (receipt,) = system.app.store.query(business, Query("receipts", (), "-received_at")).docs
        tried = [(one["engine"], one["outcome"]) for one in receipt.data["reading"]["engines_tried"]]
        assert tried == [("scripted", "read"), ("vision", "read")]
        assert (receipt.data["status"], receipt.data["total_cents"]) == ("accepted", 877_500)
        asked = requests.get(f"{url}/control/requests", timeout=10).json()
        assert (len(asked["vision"]), len(asked["gemini"])) == (1, 0)
    finally:
        system.stop()
