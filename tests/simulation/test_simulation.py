"""Two thousand worlds that fail by seed, and not one broken promise; the same seed tells the same story."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SCHEDULES = 2000


def simulate(*arguments: str, hashing: str = "0") -> subprocess.CompletedProcess[str]:
    """The command as ``make simulate`` runs it, in a process of its own: its log is not this test run's."""
    return subprocess.run(
        [sys.executable, "-m", "tests.simulation", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hashing},
        capture_output=True,
        text=True,
        check=False,
    )


def test_no_schedule_breaks_a_promise_and_every_fault_happens_often() -> None:
    done = simulate("--n", str(SCHEDULES), "--jobs", "2")
    found = json.loads(done.stdout.splitlines()[-1])
    assert (found["violations"], found["unmet"], done.returncode) == (0, [], 0), done.stderr[-3000:]
    assert found["schedules"] == found["distinct_traces"] == SCHEDULES
    assert found["steps"] > 100 * SCHEDULES
    assert (
        min(found["faults"][name] for name in ("crash_after_commit", "commit_ack_lost", "late_success"))
        >= 100
    )


def test_the_same_seed_gives_the_same_trace_to_the_byte() -> None:
    one, other = (simulate("--seed", "7", "--trace", hashing=hashing) for hashing in ("1", "2"))
    assert one.returncode == other.returncode == 0
    assert len(one.stdout) > 5000
    assert one.stdout == other.stdout
    assert simulate("--seed", "8", "--trace").stdout != one.stdout


def test_a_seed_says_the_same_alone_as_among_others() -> None:
    among = json.loads(simulate("--n", "5", "--seed", "40", "--jobs", "1").stdout)
    alone = [json.loads(simulate("--n", "1", "--seed", str(40 + n)).stdout)["steps"] for n in range(5)]
    assert among["steps"] == sum(alone)
