"""Say what is wrong with the settings in the environment before anything is deployed or started.

    python -m tools.check_settings [--cloud] [--connect]

Prints one line for each fault, beginning with the variable's name, and ends with 1; secrets are never shown.
Without options it looks at the settings alone. --cloud judges them as a function on Cloud Run would, and asks
for every secret that infra/functions.json requires. --connect asks the store, the bus and the bucket.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any

from local import preflight
from local.topology import ROOT
from shared.app import App
from shared.core.errors import Invalid
from shared.core.settings import load_settings

TOPOLOGY = ROOT / "infra" / "functions.json"


def main(argv: Sequence[str] | None = None) -> int:
    """Check, and return the process's exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.check_settings", description=__doc__)
    parser.add_argument("--cloud", action="store_true", help="as a function on Cloud Run sees them")
    parser.add_argument("--connect", action="store_true", help="ask the store, the bus and the bucket")
    arguments = parser.parse_args(argv)
    if arguments.cloud:
        os.environ.setdefault("K_SERVICE", "check-settings")
    faults = _first_of_each(_faults(cloud=arguments.cloud, connect=arguments.connect))
    print(*(faults or ["settings are usable"]), sep="\n", file=sys.stderr if faults else sys.stdout)
    return 1 if faults else 0


def _first_of_each(faults: Iterable[str]) -> list[str]:
    """One line for a variable: what misses it says more than that it is missing."""
    first: dict[str, str] = {}
    for fault in faults:
        first.setdefault(fault.split()[0].rstrip(":"), fault)
    return list(first.values())


def _faults(*, cloud: bool, connect: bool) -> Iterator[str]:
    if cloud:
        yield from missing_secrets(json.loads(TOPOLOGY.read_text()), os.environ)
    try:
        settings = load_settings()
    except Invalid as error:
        yield from (f"{fault.pointer}: {fault.detail}" for fault in error.errors)
        return
    with closing(App(settings)) as app:
        yield from preflight.unusable(app)
        if connect:
            yield from preflight.unreachable(app)


def missing_secrets(topology: Mapping[str, Any], environ: Mapping[str, str]) -> Iterator[str]:
    """Secrets that some function cannot do without and that are not there."""
    for name, secret in topology["secrets"].items():
        if secret["required"] and not environ.get(name):
            functions = topology["functions"]
            users = [which for which, one in functions.items() if name in one["secrets"]]
            whose = ", ".join(users) if len(users) < len(functions) else "every function"
            yield f"{name}: is missing, and {whose} cannot do without; {secret['made_by']}"


if __name__ == "__main__":
    sys.exit(main())
