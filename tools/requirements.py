"""Write functions/<name>/requirements.txt: what the function imports, pinned as the whole program is.

    python -m tools.requirements

What a function imports is read from its sources (tools/graph.py); uv adds what that needs, held to
requirements.lock. `make lock` runs this after the lock itself was resolved. The hashes stay in the lock;
`make package` joins them to the pins of each zip.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from tools.distributions import canonical, distributions
from tools.graph import Graph
from tools.imports import Unseen
from tools.uv import run_uv

LOCK = "requirements.lock"
_PIN = re.compile(r"([A-Za-z0-9._-]+)(\[\S+\])?==([^\s;\\]+)(?:\s*;\s*([^\\]+?))?\s*\\?")
_HASH = re.compile(r"\s*--hash=(\S+?)\s*\\?")
_HEAD = "# What functions/{function} imports, pinned as in {lock}; made by `make lock`, not by hand.\n"
_REST = "\n# what these need\n"


@dataclass(frozen=True, slots=True, order=True)
class Pin:
    """One pinned distribution; ``marker`` says on which Pythons and systems, everywhere when empty.

    ``extras`` ("[grpc]") are kept for the sake of pip, see ``with_hashes``.
    """

    name: str
    version: str
    marker: str = ""
    extras: str = ""

    def __str__(self) -> str:
        return f"{self.name}{self.extras}=={self.version}" + (f" ; {self.marker}" if self.marker else "")


def main() -> int:
    """Write every function's requirements; returns the process's exit code."""
    graph = Graph()
    try:
        for function in graph.functions():
            wanted = distributions(graph.reach(function).foreign)
            text = requirements(function, wanted, _compile(wanted, graph.root))
            (graph.root / "functions" / function / "requirements.txt").write_text(text)
    except Unseen as error:
        print(f"requirements: {error}", file=sys.stderr)
        return 1
    return 0


def requirements(function: str, wanted: frozenset[str], pins: Iterable[Pin]) -> str:
    """The text of one file: what is imported first, then what that needs."""
    ordered = sorted(pins)
    first = "".join(f"{pin}\n" for pin in ordered if pin.name in wanted)
    rest = "".join(f"{pin}\n" for pin in ordered if pin.name not in wanted)
    return _HEAD.format(function=function, lock=LOCK) + first + _REST + rest


def read_pins(text: str) -> dict[Pin, tuple[str, ...]]:
    """The pins of a requirements file, each with its hashes (``sha256:...``), which may be none."""
    pins: dict[Pin, tuple[str, ...]] = {}
    for line in text.splitlines():
        if match := _PIN.fullmatch(line.strip()):
            name, extras, version, marker = match.groups(default="")
            pins[Pin(canonical(name), version, marker, extras)] = ()
        elif match := _HASH.fullmatch(line):
            last = next(reversed(pins))
            pins[last] = (*pins[last], match[1])
    return pins


def imported(text: str) -> frozenset[str]:
    """The distributions that a function's file lists as imported by the function itself."""
    return frozenset(pin.name for pin in read_pins(text.partition(_REST)[0]))


def with_hashes(text: str, lock: Mapping[Pin, tuple[str, ...]]) -> str:
    """The pins of ``text`` with the hashes of the lock, so that pip takes no other file.

    A pin with extras is there without them too: where hashes are asked for, pip 23 holds ``name`` and
    ``name[extra]`` for two distributions, and refuses the one that is not pinned.

    Raises Unseen when a pin is not the lock's: run ``make lock``.
    """
    hashes = {(pin.name, pin.version): found for pin, found in lock.items()}
    lines = []
    for pin in read_pins(text):
        found = hashes.get((pin.name, pin.version))
        if not found:
            raise Unseen(f"{pin.name}=={pin.version} is not in {LOCK}: run make lock")
        for spelling in dict.fromkeys((replace(pin, extras=""), pin)):
            lines += [str(spelling), *(f"    --hash={one}" for one in found)]
    return "\n".join(lines).replace("\n    ", " \\\n    ") + "\n"


def _compile(wanted: frozenset[str], root: Path) -> list[Pin]:
    """Everything that ``wanted`` needs, on every system, in the versions of the lock."""
    options = ("--universal", "--python-version", "3.11", "--no-strip-extras", "--no-annotate", "--no-header")
    lock = str(root / LOCK)
    done = run_uv("pip", "compile", *options, "--constraint", lock, "-", given="\n".join(sorted(wanted)))
    if done.returncode:
        raise Unseen(f"uv pip compile: {done.stderr.strip()}")
    return list(read_pins(done.stdout))


if __name__ == "__main__":
    sys.exit(main())
