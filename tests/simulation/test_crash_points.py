"""Wherever a process dies, once or again during the repair, the payment ends where it belongs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
WINDOW = 1
"""Pairs of neighbouring steps in every test run; ``make crash-points`` tries all within 25."""


def test_every_crash_point_is_covered_and_none_loses_or_doubles_money() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.simulation.crash_points", "--window", str(WINDOW)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    assert (found["violations"], done.returncode) == (0, 0), done.stderr[-3000:]
    assert found["covered"] == found["points"] > 600
    assert found["pairs"] > 300
