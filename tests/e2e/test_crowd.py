"""Many payers asked at the same moment, on one embedded port."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import requests

from local.server import THREADS
from tests.e2e.world import World


def test_more_requests_than_threads_do_not_wait_for_each_other(world: World) -> None:
    """Each of them asks the simulated Safaricom on this very port before it can answer."""

    def ask(n: int) -> str:
        body = {"phone": f"2547130000{n:02d}", "amount_cents": 10_000}
        headers = {**world.bearer(), "Idempotency-Key": f"crowd-{n}"}
        answer = requests.post(f"{world.system.url}/v1/attempts", json=body, headers=headers, timeout=20)
        return str(answer.json()["status"])

    crowd = 3 * THREADS
    with ThreadPoolExecutor(crowd) as people:
        assert list(people.map(ask, range(crowd))) == ["pending"] * crowd
    world.advance()
    assert len(world.true_ledger()) == 0, "phones without a mode show the prompt to a person"
