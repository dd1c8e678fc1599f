"""What a cold start of each function costs, as a multiple of a bare functions-framework hello world.

    python -m bench.cold_start [--adapters embedded] [--runs 5] [--photo FILE]

CPU seconds of fresh processes with bytecode present, medians; the floor is measured in the same run.
Import is loading the function; first answer is that plus one useful request (a payment matched and booked, a
question answered). Without --photo, ocr_receipt's answer is a refused file: no engine is loaded.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.cold_requests import First, first_requests, useful
from bench.floor import ROOT, environment, write_hello
from local.safaricom.app import build_safaricom
from local.safaricom.model import Merchant
from local.safaricom.serving import Served
from local.safaricom.state import State
from shared.app import App
from shared.core.clock import SystemClock
from shared.core.settings import Settings


def main() -> None:
    """Measure and print one JSON line."""
    parser = argparse.ArgumentParser(prog="python -m bench.cold_start", description=__doc__)
    parser.add_argument("--adapters", choices=["embedded"], default="embedded")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--photo", type=Path, help="a receipt photo for ocr_receipt; else it refuses a file")
    args = parser.parse_args()
    photo = args.photo.read_bytes() if args.photo else None
    with tempfile.TemporaryDirectory() as name:
        print(json.dumps(_measure(Path(name), args.runs, photo)))


@dataclass(frozen=True, slots=True)
class Bench:
    """Where a run happens, and how often everything is repeated."""

    folder: Path
    env: dict[str, str]
    runs: int
    photo: bytes | None

    def imported(self, source: Path, target: str) -> float:
        """Median CPU seconds to load a function."""
        _child(source, target, "import", First(), self.env)  # one to warm the disk and the bytecode
        reports = [_child(source, target, "import", First(), self.env) for _ in range(self.runs)]
        return statistics.median(report["cpu"] for report in reports)

    def answered(self, target: str) -> list[dict[str, Any]]:
        """Load and answer once, each time for a business of its own, so that no run finds its work done."""
        return [self._answer(target, self.folder / f"{target}-{run}") for run in range(self.runs)]

    def _answer(self, target: str, folder: Path) -> dict[str, Any]:
        folder.mkdir()
        daraja = {name: value for name, value in self.env.items() if name.startswith("DARAJA")}
        env = environment(folder, **daraja)
        app = App(Settings.model_validate({name.lower(): value for name, value in env.items()}))
        first = first_requests(app, self.photo)[target]
        report = _child(ROOT / "functions" / target / "main.py", target, "answer", first, env)
        if not 200 <= report["status"] < 300 or not useful(app, target):
            raise SystemExit(f"{target} answered {report['status']}: that was no useful first answer")
        app.store.close()
        return report


def _measure(folder: Path, runs: int, photo: bytes | None) -> dict[str, Any]:
    merchant = Merchant()
    safaricom = build_safaricom(State(None), SystemClock(), merchants=[merchant])
    hello = write_hello(folder)
    with Served(safaricom) as served:
        daraja = {f"DARAJA_{name.upper()}": getattr(merchant, name) for name in _ACCOUNT}
        env = environment(folder, DARAJA_URL=served.url, **daraja)
        bench = Bench(folder, env, runs, photo)
        floor = bench.imported(hello, "hello")
        asked = [_child(hello, "hello", "answer", First(method="GET"), env)["cpu"] for _ in range(runs)]
        functions = {
            target: _function(bench, target, floor, statistics.median(asked)) for target in _targets()
        }
    return {"floor_cpu_s": round(floor, 3), "runs": runs, "functions": functions}


_ACCOUNT = ("key", "secret", "shortcode", "passkey")


def _targets() -> list[str]:
    return sorted(path.parent.name for path in (ROOT / "functions").glob("*/main.py"))


def _function(bench: Bench, target: str, floor_import: float, floor_answer: float) -> dict[str, Any]:
    imported = bench.imported(ROOT / "functions" / target / "main.py", target)
    reports = bench.answered(target)
    figures = {
        "import_ratio": round(imported / floor_import, 2),
        "first_answer_ratio": round(statistics.median(r["cpu"] for r in reports) / floor_answer, 2),
        "rss_mib": max(r["rss_mib"] for r in reports),
    }
    print(f"{target}: {figures}", file=sys.stderr)
    return figures


def _child(source: Path, target: str, stage: str, first: First, env: dict[str, str]) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.cold_child", str(source), target, stage]
    done = subprocess.run(
        command, input=first.as_json(), env=env, cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{target} did not start:\n{done.stderr[-2000:]}")
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return report


if __name__ == "__main__":
    main()
