"""Prove that every zip works by itself: its own requirements in an empty environment, and nothing else.

    python -m tools.package_check [FUNCTION ...]

Builds the zips twice, which must give the same bytes. Functions with the same requirements share an
environment. In it each zip is unpacked, loaded by functions-framework in a fresh interpreter, asked once
without settings, made to carry out every import it holds, and started as on Cloud Run. Prints one line for
each function; ends with 1 when one of them fails.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tools.distributions import OPTIONAL
from tools.graph import Graph
from tools.imports import Unseen
from tools.package import Built, package
from tools.uv import run_uv

PROBE = Path(__file__).with_name("package_probe.py")


class Failed(Exception):
    """A zip does not work by itself; the message says how."""


def main(argv: Sequence[str] | None = None) -> int:
    """Check, and return the process's exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.package_check", description=__doc__)
    parser.add_argument("functions", nargs="*", metavar="FUNCTION", help="all of them without it")
    arguments = parser.parse_args(argv)
    failures = 0
    with tempfile.TemporaryDirectory(prefix="hesabu-package-") as name:
        try:
            for built, fault in check(Graph(), Path(name), arguments.functions):
                failures += bool(fault)
                print(f"{built}  {fault or 'ok'}", flush=True)
        except (Unseen, Failed) as error:
            print(f"package-check: {error}", file=sys.stderr)
            return 1
    return 1 if failures else 0


def check(graph: Graph, work: Path, functions: Sequence[str] = ()) -> Iterator[tuple[Built, str]]:
    """Every zip as built, with what is wrong with it, "" when nothing is.

    Raises Failed when a rebuild gives other bytes, or requirements cannot be installed.
    """
    zips = package(graph, work / "dist", functions)
    again = package(Graph(graph.root, graph.without), work / "again", functions)
    if changed := [one.function for one, two in zip(zips, again, strict=True) if one.sha256 != two.sha256]:
        raise Failed(f"built twice, not the same bytes: {', '.join(changed)}")
    environments = Environments(work / "environments")
    for built in zips:
        folder = work / "functions" / built.function
        shutil.rmtree(folder, ignore_errors=True)
        with zipfile.ZipFile(built.path) as archive:
            archive.extractall(folder)
        python = environments.python(folder / "requirements.txt")
        yield built, "; ".join(faults(graph, python, folder, built.function))


class Environments:
    """Empty environments by what is installed in them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def python(self, requirements: Path) -> Path:
        """The interpreter of an environment that holds these requirements; raises Failed."""
        home = self._folder / hashlib.sha256(requirements.read_bytes()).hexdigest()[:16]
        python = home / "bin" / "python"
        if not python.exists():
            _uv("venv", "--python", sys.executable, str(home))
            install = ("pip", "install", "--python", str(python), "--require-hashes", "--no-deps")
            given = ("--requirement", str(requirements))
            if run_uv(*install, "--offline", *given).returncode:  # not all of it was ever fetched here
                _uv(*install, *given)
            _uv("pip", "check", "--python", str(python))  # as the platform's build does, and fails
        return python


def faults(graph: Graph, python: Path, folder: Path, function: str) -> Iterator[str]:
    """What is wrong with one unpacked zip."""
    reached = ((one.module, one.name) for one in graph.reach(function).imports)
    imports = [one for one in reached if one[0].split(".")[0] not in OPTIONAL]
    done = _probe(python, folder, function, "answers", json.dumps(sorted(imports)))
    if done.returncode:
        yield f"does not load: {_last_line(done.stderr)}"
        return
    seen = json.loads(done.stdout.splitlines()[-1])
    if seen["status"] < 500 or "AUTH_SECRET" not in seen["said"]:
        yield f"without settings it answers {seen['status']}, and does not name them"
    yield from (f"cannot {missing}" for missing in seen["missing"])
    yield from (f"{stray} does not come from the zip" for stray in seen["strays"])
    started = _probe(python, folder, function, "starts")
    if started.returncode != 1 or "AUTH_SECRET: is missing" not in _last_line(started.stderr):
        yield "starts on Cloud Run without settings"


def _probe(
    python: Path, folder: Path, function: str, stage: str, given: str = ""
) -> subprocess.CompletedProcess[str]:
    command = [str(python), "-I", str(PROBE), str(folder), function, stage]
    bare = {"PATH": os.defpath}
    return subprocess.run(
        command, input=given, cwd=folder, env=bare, capture_output=True, text=True, check=False
    )


def _uv(*arguments: str) -> None:
    done = run_uv(*arguments)
    if done.returncode:
        raise Failed(f"uv {' '.join(arguments[:2])}: {done.stderr.strip()}")


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["it said nothing"])[-1]


if __name__ == "__main__":
    sys.exit(main())
