"""``python -m tests.simulation.hunt``: run every mutant until it is caught.

Prints one line of JSON, and ends with status 1 if one survives.
"""

from __future__ import annotations

import argparse
import gc
import json
import re
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass

from tests.simulation.mutants import MUTANTS, mutated
from tests.simulation.report import to_stderr
from tests.simulation.schedule import run

MOST = 300
_BROKEN = re.compile(r"(?:Type|Attribute|Name|Key|Value)Error\(")


@dataclass(frozen=True, slots=True)
class Catch:
    """The first seed that noticed a mutant, and by which promise; ``seed`` -1 when none did."""

    name: str
    seed: int
    why: str


def hunt(name: str) -> Catch:
    """Run schedules with a mutant until a promise breaks."""
    gc.disable()
    with mutated(name):
        for seed in range(MOST):
            violation = run(seed).violation
            if violation:
                return Catch(name, seed, violation)
            if seed % 50 == 49:
                gc.collect()
    return Catch(name, -1, "")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="", help="mutants whose name holds this")
    given = parser.parse_args()
    names = [name for name in MUTANTS if given.only in name]
    with ProcessPoolExecutor(given.jobs) as pool:
        catches = []
        for catch in pool.map(hunt, names):
            to_stderr(f"{catch.name}: {f'seed {catch.seed}: {catch.why}' if catch.why else 'SURVIVES'}")
            catches.append(catch)
    # a mutant that crashes is a patch that no longer fits the code: it was not caught by any promise
    survivors = [catch.name for catch in catches if not catch.why or _BROKEN.search(catch.why)]
    caught = {catch.name: asdict(catch) for catch in catches if catch.name not in survivors}
    print(
        json.dumps({"mutants": len(names), "caught": len(caught), "survivors": survivors, "catches": caught})
    )
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
