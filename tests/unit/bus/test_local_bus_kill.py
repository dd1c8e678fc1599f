"""Kill -9 in the middle of publishing and delivering: what was acknowledged is there, nothing is invented."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from shared.bus.local import LocalBus
from shared.core.clock import SystemClock
from shared.core.ids import SeededIds

PUBLISHER = """
import sys
from pathlib import Path
from shared.bus.local import LocalBus
from shared.core.clock import SystemClock
from shared.core.ids import SystemIds

bus = LocalBus(Path(sys.argv[1]), {"c": {"x.v1"}}, SystemClock(), SystemIds())
for n in range(100_000):
    bus.publish([{"id": f"{sys.argv[2]}-{n}", "type": "x.v1", "business": f"biz_{n % 7}"}])
    print(f"published {sys.argv[2]}-{n}", flush=True)
    if n % 3 == 0 and (delivery := bus.claim("c")):
        print(f"settling {delivery.event_id}", flush=True)
        bus.ack(delivery)
"""


def rounds(path: Path, name: str, lines: int) -> list[str]:
    """Run a publisher, kill it without warning after some lines, and return all it said."""
    child = subprocess.Popen(
        [sys.executable, "-c", PUBLISHER, str(path), name], stdout=subprocess.PIPE, text=True
    )
    with child:
        assert child.stdout is not None
        said = [child.stdout.readline() for _ in range(lines)]
        child.send_signal(signal.SIGKILL)
        said += child.stdout.readlines()
    return [line.strip() for line in said if line.endswith("\n")]


def test_no_acknowledged_event_is_lost_and_none_appears_twice(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    said = [line for n in range(4) for line in rounds(path, f"round{n}", 60 + 41 * n)]
    published = {line.split()[1] for line in said if line.startswith("published")}
    settled = {line.split()[1] for line in said if line.startswith("settling")}
    bus = LocalBus(path, {"c": {"x.v1"}}, SystemClock(), SeededIds(1))
    bus.release()
    left: list[str] = []
    while delivery := bus.claim("c"):
        left.append(delivery.event_id)
        bus.ack(delivery)
    bus.close()
    assert len(left) == len(set(left))
    assert published - settled <= set(left)
    assert len(published) > 200
