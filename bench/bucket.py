"""Receipt photos through the bucket of a running system: dropped, read, matched and announced.

    python -m bench.bucket --images DIR [--most 1000]

Starts the embedded system on a folder of its own, drops every image into the bucket as a phone or a scanner
would, and waits until each has a receipt in a final state and nothing is left in any queue.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from bench.floor import SECRET
from local.system import System
from shared.access import add_business
from shared.core.settings import Settings
from shared.store import Query

BUSINESS = "bench"
FINAL = {"accepted", "needs_review", "duplicate", "refused"}
IMAGES = {".jpg", ".jpeg", ".png", ".webp", ".heic", ".pdf"}


def main() -> None:
    """Drop, wait, print one JSON line; the exit code is 1 when a photo reached no final state."""
    parser = argparse.ArgumentParser(prog="python -m bench.bucket", description=__doc__)
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--most", type=int, default=1000)
    parser.add_argument("--seconds", type=int, default=1800, help="give up after this long")
    args = parser.parse_args()
    photos = sorted(path for path in args.images.rglob("*") if path.suffix.lower() in IMAGES)[: args.most]
    if not photos:
        raise SystemExit(f"no images under {args.images}")
    with tempfile.TemporaryDirectory() as name:
        report = _run(Path(name), photos, args.seconds)
    print(json.dumps(report))
    sys.exit(report["final"] != len(photos))


def _run(folder: Path, photos: list[Path], limit: int) -> dict[str, Any]:
    system = System(_settings(folder))
    system.start()
    try:
        profile = {"name": "Bench", "currency": "KES", "phone": "", "email": "owner@example.com"}
        add_business(system.app.store, BUSINESS, profile)
        system.run()
        began = time.monotonic()
        for photo in photos:
            system.app.blobs.put(f"receipts/{BUSINESS}/{photo.name}", photo.read_bytes())
        states = _wait(system, len(photos), began + limit)
        seconds = time.monotonic() - began
        letters = system.app.store.all(BUSINESS, Query("messages", order="created_on"))
        return {
            "dropped": len(photos),
            "final": sum(count for state, count in states.items() if state in FINAL),
            "states": dict(states),
            "messages": len(letters),
            "dead_letters": sum(depth.dead for depth in system.bus.depths().values()),
            "seconds": round(seconds, 1),
        }
    finally:
        system.stop()


def _settings(folder: Path) -> Settings:
    return Settings.model_validate(
        {
            "store_url": f"sqlite:///{folder}/hesabu.db",
            "blob_url": f"file:///{folder}/bucket",
            "outbox_folder": f"{folder}/outbox",
            "auth_secret": SECRET,
            "callback_secret": SECRET,
            "log_level": "WARNING",
        }
    )


def _wait(system: System, photos: int, until: float) -> Counter[str]:
    """Look once a second until every photo has its receipt and every queue is empty."""
    while True:
        receipts = system.app.store.all(BUSINESS, Query("receipts", order="received_at"))
        busy = sum(depth.waiting + depth.in_flight for depth in system.bus.depths().values())
        print(f"{len(receipts)} of {photos} receipts, {busy} events waiting", file=sys.stderr)
        if (len(receipts) >= photos and not busy) or time.monotonic() > until:
            return Counter(str(doc.data["status"]) for doc in receipts)
        time.sleep(1)


if __name__ == "__main__":
    main()
