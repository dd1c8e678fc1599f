"""Which modules, data files and foreign packages a function reaches, read from source; nothing is run.

Imports inside functions count, imports for type checkers do not. Three things are read beyond import
statements: names that load when they are used (shared/core/lazy.py), the parts of the composition root, and
strings that are the name of one of our modules (as in ``python -m``).
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tools.composition import Composition, ports_used
from tools.imports import OURS, Import, Unseen, imports_of, lazy_homes, run_time_nodes

ROOT = Path(__file__).resolve().parent.parent
COMPOSITION = f"{OURS}.app"
EMBEDDED = frozenset({"shared.store.sqlite", "shared.bus.local", "shared.blobs.folder"})
"""Adapters of one machine, which settings refuse in the cloud: a change of theirs redeploys nothing."""


@dataclass(frozen=True, slots=True)
class Source:
    """One module: where it lies, and what its text says."""

    path: Path
    imports: tuple[Import, ...]
    homes: dict[str, str]
    uses: frozenset[str]
    texts: frozenset[str]
    composition: Composition | None = None

    @property
    def package(self) -> bool:
        return self.path.name == "__init__.py"


@dataclass(slots=True)
class Reach:
    """What one function needs: our modules by name, our data files, and every import they can carry out."""

    modules: dict[str, Path] = field(default_factory=dict)
    data: frozenset[Path] = frozenset()
    imports: frozenset[Import] = frozenset()

    @property
    def foreign(self) -> frozenset[Import]:
        """The imports of other people's packages, and of Python's own."""
        return frozenset(one for one in self.imports if not one.ours)


class Graph:
    """The sources of a checkout.

    Args:
        root: holds ``shared/`` and ``functions/``.
        without: modules that are left out, with what only they import.
    """

    def __init__(self, root: Path = ROOT, without: frozenset[str] = EMBEDDED) -> None:
        self.root = root
        self.without = without
        self._sources: dict[str, Source] = {}

    def functions(self) -> list[str]:
        """The names of all functions."""
        return sorted(path.parent.name for path in (self.root / "functions").glob("*/main.py"))

    def reach(self, function: str) -> Reach:
        """Everything that ``functions/{function}/main.py`` reaches.

        Raises Unseen, naming the file, where an import cannot be read from the source.
        """
        main = self._read(f"{function}/main", self.root / "functions" / function / "main.py")
        found: dict[str, Source] = {}
        while True:
            imports = self._imports([main, *found.values()])
            names = {name for one in imports if one.ours for name in self._loads(one)} - found.keys()
            if not names:
                break
            found |= {name: self.source(name) for name in names}
        modules = {name: source.path for name, source in sorted(found.items())}
        imports = {one for one in imports if one.module not in self.without}
        return Reach(modules, frozenset(self._data(found.values())), frozenset(imports))

    def _imports(self, sources: list[Source]) -> set[Import]:
        """What these modules import; the composition root only for the ports that the others use."""
        used = {name for source in sources for name in source.uses}
        imports = {one for source in sources for one in source.imports if source.composition is None}
        for source in sources:
            if source.composition is not None:
                asked = {one.name for one in imports if one.module == COMPOSITION}
                imports |= set(source.composition.reached(asked, used))
        return imports

    def _loads(self, one: Import) -> Iterator[str]:
        """The modules of ours that one import loads, the packages they lie in included."""
        for home in self._homes(one):
            parts = home.split(".")
            names = (".".join(parts[:depth]) for depth in range(1, len(parts) + 1))
            yield from (name for name in names if name not in self.without)

    def _homes(self, one: Import) -> list[str]:
        source = self.source(one.module)
        if one.name in source.homes:
            return [one.module, source.homes[one.name]]
        if source.package and one.name and self._path(f"{one.module}.{one.name}"):
            return [f"{one.module}.{one.name}"]
        if one.name in {"", "*"}:  # its names are used in ways that are not followed
            return [one.module, *source.homes.values()]
        return [one.module]

    def source(self, name: str) -> Source:
        """One of our modules by name; raises Unseen when there is none."""
        path = self._path(name)
        if path is None:
            raise Unseen(f"there is no module {name}")
        return self._read(name, path)

    def _path(self, name: str) -> Path | None:
        base = self.root.joinpath(*name.split("."))
        return next(
            (path for path in (base / "__init__.py", base.with_suffix(".py")) if path.is_file()), None
        )

    def _read(self, name: str, path: Path) -> Source:
        if name not in self._sources:
            try:
                self._sources[name] = self._parsed(name, path)
            except Unseen as error:
                raise Unseen(f"{path.relative_to(self.root)}, {error}") from None
        return self._sources[name]

    def _parsed(self, name: str, path: Path) -> Source:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        constants = (node.value for node in run_time_nodes(tree) if isinstance(node, ast.Constant))
        texts = {value for value in constants if isinstance(value, str)}
        modules = (text for text in texts if text.startswith(f"{OURS}.") and self._path(text))
        return Source(
            path,
            (*imports_of(tree, name), *map(Import, modules)),
            lazy_homes(tree, name),
            frozenset(ports_used(tree, catalogue=path.name == "ports.py")),
            frozenset(texts),
            Composition(tree) if name == COMPOSITION else None,
        )

    def _data(self, sources: Iterable[Source]) -> Iterator[Path]:
        """Data files whose name, or whose folder's, a reached module of the same room mentions."""
        said: dict[str, set[str]] = {}
        for source in sources:
            said.setdefault(self._room(source.path), set()).update(source.texts)
        for path in self.data_files():
            room = self._room(path)
            below = path.relative_to(self.root / OURS / room).parts  # the file, and the folders it lies in
            if said.get(room, set()).intersection(below):
                yield path

    def data_of_all(self) -> set[Path]:
        """The data files that any module of ours would bring."""
        names = ((".".join(path.relative_to(self.root).with_suffix("").parts)) for path in self._python())
        return set(self._data(self.source(name.removesuffix(".__init__")) for name in names))

    def _python(self) -> list[Path]:
        return sorted((self.root / OURS).rglob("*.py"))

    def data_files(self) -> Iterator[Path]:
        """Every file of ours that is no Python."""
        for path in sorted((self.root / OURS).rglob("*")):
            if path.is_file() and path.suffix not in {".py", ".pyc"}:
                yield path

    def _room(self, path: Path) -> str:
        return path.relative_to(self.root).parts[1]
