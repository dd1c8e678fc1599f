"""Build dist/<function>.zip, what Cloud Run functions are deployed from.

    python -m tools.package [--out dist] [FUNCTION ...]

A zip holds main.py, requirements.txt with hashes, and of shared/ only what the function reaches. The same
sources give the same bytes, so that a deployment that goes by the zip's hash touches what changed and nothing
else. Prints one line a zip: name, modules, size in kB, SHA-256.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.distributions import distributions
from tools.graph import ROOT, Graph
from tools.imports import Unseen
from tools.requirements import LOCK, Pin, imported, read_pins, with_hashes
from tools.zips import write_zip


@dataclass(frozen=True, slots=True)
class Built:
    """One zip as built."""

    function: str
    path: Path
    modules: int
    size: int
    sha256: str

    def __str__(self) -> str:
        return f"{self.function:<16}{self.modules:>4} modules {self.size / 1000:>7.1f} kB  {self.sha256}"


def main(argv: Sequence[str] | None = None) -> int:
    """Build the zips; returns the process's exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.package", description=__doc__)
    parser.add_argument("functions", nargs="*", metavar="FUNCTION", help="all of them without it")
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    arguments = parser.parse_args(argv)
    try:
        for built in package(Graph(), arguments.out, arguments.functions):
            print(built)
    except (Unseen, OSError) as error:
        print(f"package: {error}", file=sys.stderr)
        return 1
    return 0


def package(graph: Graph, out: Path, functions: Sequence[str] = ()) -> list[Built]:
    """Build the zips of some functions, or of all.

    Raises Unseen: an import that cannot be followed, a data file that no module names, requirements that are
    not up to date. OSError: a file cannot be read or written.
    """
    known = graph.functions()
    if unknown := set(functions) - set(known):
        raise Unseen(f"there is no function {', '.join(sorted(unknown))}")
    _every_data_file_is_named(graph)
    lock = read_pins((graph.root / LOCK).read_text())
    out.mkdir(parents=True, exist_ok=True)
    return [_build(graph, function, out, lock) for function in functions or known]


def contents(graph: Graph, function: str, lock: Mapping[Pin, tuple[str, ...]]) -> dict[str, bytes]:
    """The files of one zip by name; raises as ``package`` does."""
    home = graph.root / "functions" / function
    reach = graph.reach(function)
    text = (home / "requirements.txt").read_text()
    if imported(text) != distributions(reach.foreign):
        raise Unseen(f"functions/{function}/requirements.txt is not what main.py imports: run make lock")
    ours = sorted({*reach.modules.values(), *reach.data})
    return {
        "main.py": (home / "main.py").read_bytes(),
        "requirements.txt": with_hashes(text, lock).encode(),
        **{path.relative_to(graph.root).as_posix(): path.read_bytes() for path in ours},
    }


def _build(graph: Graph, function: str, out: Path, lock: Mapping[Pin, tuple[str, ...]]) -> Built:
    files = contents(graph, function, lock)
    path = out / f"{function}.zip"
    digest = write_zip(path, files)
    modules = sum(name.endswith(".py") for name in files)
    return Built(function, path, modules, path.stat().st_size, digest)


def _every_data_file_is_named(graph: Graph) -> None:
    """A file that no module of its room mentions would be in no zip, and be missed only in production."""
    orphans = set(graph.data_files()) - graph.data_of_all()
    if orphans:
        names = ", ".join(str(path.relative_to(graph.root)) for path in sorted(orphans))
        raise Unseen(f"no module of its room names {names}")


if __name__ == "__main__":
    sys.exit(main())
