"""What a cold start of each function costs, as a multiple of a bare functions-framework hello world.

    python -m bench.cold_start [--adapters embedded|cloud] [--runs 7] [--only NAME] [--photo FILE]

CPU seconds of fresh processes with bytecode present, medians; the floor is measured in the same run.
Import is loading the function; first answer is that plus one useful request (a payment matched and booked, a
question answered). Without --photo, ocr_receipt's answer is a refused file: no engine is loaded.

With ``--adapters cloud`` each function runs from its own zip, as deployed, on Firestore, Pub/Sub and Cloud
Storage stand-ins that are started once (bench/cloud.py says what they leave out).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.cold_requests import First, first_requests, useful
from bench.floor import ROOT, base_environment, write_hello
from bench.places import Place, open_place
from local.providers.africas_talking import FakeAfricasTalking
from local.providers.serve import serving
from local.safaricom.app import build_safaricom
from local.safaricom.model import Merchant
from local.safaricom.serving import Served
from local.safaricom.state import State
from shared.app import App
from shared.core.clock import SystemClock
from shared.core.settings import Settings

CHILD = Path(__file__).with_name("cold_child.py")


def main() -> None:
    """Measure and print one JSON line."""
    parser = argparse.ArgumentParser(prog="python -m bench.cold_start", description=__doc__)
    parser.add_argument("--adapters", choices=["embedded", "cloud"], default="embedded")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--only", action="append", help="measure this function only (may be repeated)")
    parser.add_argument("--photo", type=Path, help="a receipt photo for ocr_receipt; else it refuses a file")
    args = parser.parse_args()
    photo = args.photo.read_bytes() if args.photo else None
    with tempfile.TemporaryDirectory() as name, open_place(args.adapters, Path(name)) as place:
        measured = _measure(place, Path(name), args.runs, photo, args.only or _targets())
        print(json.dumps({"adapters": args.adapters, **measured}))


@dataclass(frozen=True, slots=True)
class Bench:
    """Where a run happens, and how often everything is repeated; each run has its own run of the floor.

    ``outside`` are the settings that lead to the stand-ins for Safaricom and the SMS provider.
    """

    place: Place
    outside: dict[str, str]
    runs: int
    photo: bytes | None
    hello: Path

    def imports(self, target: str) -> list[tuple[float, float]]:
        """CPU seconds to load a function, and to load hello world right after it."""
        source, env = self.place.source(target), self.place.settings(target, "import", **self.outside)
        _child(source, target, "import", First(), env)  # one to warm the disk and the bytecode
        return [
            (_child(source, target, "import", First(), env)["cpu"], self._floor("import"))
            for _ in range(self.runs)
        ]

    def answers(self, target: str) -> list[tuple[dict[str, Any], float]]:
        """Load and answer once, each time for a business of its own, so that no run finds its work done."""
        return [(self._answer(target, str(run)), self._floor("answer")) for run in range(self.runs)]

    def _floor(self, stage: str) -> float:
        return float(_child(self.hello, "hello", stage, First(method="GET"), base_environment())["cpu"])

    def _answer(self, target: str, run: str) -> dict[str, Any]:
        source, env = self.place.source(target), self.place.settings(target, run, **self.outside)
        ours = {name.lower(): value for name, value in env.items() if name != "K_SERVICE"}
        settings = Settings.model_validate(ours)  # the seeding is no function, and writes no log of metrics
        with contextlib.closing(App(settings)) as app:
            first = first_requests(app, self.photo)[target]
            report = _child(source, target, "answer", first, env, modules=self.place.imports)
            if not 200 <= report["status"] < 300 or not useful(app, target):
                raise SystemExit(f"{target} answered {report['status']}: that was no useful first answer")
        return report


def _measure(
    place: Place, folder: Path, runs: int, photo: bytes | None, targets: Sequence[str]
) -> dict[str, Any]:
    merchant = Merchant()
    safaricom = build_safaricom(State(None), SystemClock(), merchants=[merchant])
    with Served(safaricom) as served, serving(FakeAfricasTalking(key="bench")) as sms_url:
        outside = {f"DARAJA_{name.upper()}": getattr(merchant, name) for name in _ACCOUNT}
        outside |= {"DARAJA_URL": served.url, "SMS_URL": sms_url, "SMS_KEY": "bench"}
        bench = Bench(place, outside, runs, photo, write_hello(folder))
        measured = {target: _function(bench, target) for target in targets}
    floors = [figures.pop("floor") for figures in measured.values()]
    return {"floor_cpu_s": round(statistics.median(floors), 3), "runs": runs, "functions": measured}


_ACCOUNT = ("key", "secret", "shortcode", "passkey")


def _targets() -> list[str]:
    return sorted(path.parent.name for path in (ROOT / "functions").glob("*/main.py"))


def _function(bench: Bench, target: str) -> dict[str, Any]:
    imports, answers = bench.imports(target), bench.answers(target)
    figures = {
        "import_ratio": _ratio(imports),
        "first_answer_ratio": _ratio([(report["cpu"], floor) for report, floor in answers]),
        "rss_mib": max(report["rss_mib"] for report, _ in answers),
    }
    print(f"{target}: {figures}", file=sys.stderr)
    return {**figures, "floor": statistics.median(floor for _, floor in imports)}


def _ratio(pairs: list[tuple[float, float]]) -> float:
    """The median over the median: both were measured in turns, so that a slow moment slows both."""
    ours, floors = zip(*pairs, strict=True)
    return float(round(statistics.median(ours) / statistics.median(floors), 2))


def _child(
    source: Path, target: str, stage: str, first: First, env: dict[str, str], *, modules: Sequence[str] = ()
) -> dict[str, Any]:
    command = [sys.executable, "-P", str(CHILD), str(source), target, stage, *modules]
    given, home = first.as_json(), source.parent
    done = subprocess.run(
        command, input=given, env=env, cwd=home, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{target} did not start:\n{done.stderr[-2000:]}")
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return report


if __name__ == "__main__":
    main()
