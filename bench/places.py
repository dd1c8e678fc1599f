"""Where the functions of a cold-start run live: the checkout on SQLite, or their zips on cloud stand-ins."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bench.floor import ROOT, environment


class Place(Protocol):
    """Which source a function is loaded from, and with which settings."""

    def source(self, target: str) -> Path:
        """The main.py of a function."""
        ...

    def settings(self, target: str, run: str, **more: str) -> dict[str, str]:
        """The environment of one run, whose data no other run sees."""
        ...

    @property
    def imports(self) -> Sequence[str]:
        """What production imports before the first answer and a stand-in lets it go without."""
        ...


@dataclass(frozen=True, slots=True)
class Embedded:
    """From the checkout, on SQLite, the embedded queue and a folder."""

    folder: Path
    imports: Sequence[str] = ()

    def source(self, target: str) -> Path:
        return ROOT / "functions" / target / "main.py"

    def settings(self, target: str, run: str, **more: str) -> dict[str, str]:
        folder = self.folder / f"{target}-{run}"
        folder.mkdir()
        return environment(folder, **more)


@dataclass(frozen=True, slots=True)
class Cloud:
    """From unpacked zips, on stand-ins for the cloud; ``hosts`` lead there."""

    folder: Path
    hosts: Mapping[str, str]
    imports: Sequence[str]

    def source(self, target: str) -> Path:
        return self.folder / target / "main.py"

    def settings(self, target: str, run: str, **more: str) -> dict[str, str]:
        from bench.cloud import cloud_environment

        project = f"{target}-{run}".replace("_", "-")  # a project's id holds no underscore
        return cloud_environment(project, self.hosts, PYTHONPATH=str(self.folder / target), **more)


@contextlib.contextmanager
def open_place(adapters: str, folder: Path) -> Iterator[Place]:
    """``embedded`` or ``cloud``, with whatever it needs running."""
    if adapters == "embedded":
        yield Embedded(folder)
        return
    from bench.cloud import CREDENTIALS, cloud, unpacked

    with cloud(folder) as hosts:
        yield Cloud(unpacked(folder / "zips"), hosts, CREDENTIALS)
