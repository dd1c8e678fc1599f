"""``python -m tests.simulation --n 2000 --seed 0 --jobs 2``: one line of JSON; ``--trace`` prints every step.

Ends with status 1 when a promise was broken, or when a fault that must be seen was not.
"""

from __future__ import annotations

import argparse
import json
import sys

from tests.simulation.report import many, to_stderr
from tests.simulation.schedule import run


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="make simulate")
    parser.add_argument("--n", type=int, default=2000, help="how many schedules")
    parser.add_argument("--seed", type=int, default=0, help="the seed of the first one")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--trace", action="store_true", help="print every step (of the first schedule)")
    given = parser.parse_args(arguments)
    if given.trace:
        result = run(given.seed, keep_lines=True)
        print("\n".join(result.lines))
        print(f"seed {given.seed}, trace {result.trace}: {result.violation or 'every promise was kept'}")
        return 1 if result.violation else 0
    total, seconds = many(given.seed, given.n, given.jobs, to_stderr)
    print(json.dumps(total.line(seconds)))
    return 1 if total.broken or total.unmet() else 0


if __name__ == "__main__":
    sys.exit(main())
