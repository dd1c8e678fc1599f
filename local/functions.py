"""The functions in one process: each keeps its own functions-framework WSGI app, loaded on first use.

The framework is made for one function a process. It loads every source as a module named ``main``, appends
its folder to the search path and leaves the signature type in the environment; each load is undone here, and
names must be unique because its registry goes by the bare function name.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from local.topology import ROOT, Function

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_SIGNATURE = "FUNCTION_SIGNATURE_TYPE"


class Functions:
    """Loads functions when they are first called; a load that failed is tried again by the next call.

    Args:
        topology: which functions there are.
        folder: where ``{name}/main.py`` lies.
    """

    def __init__(self, topology: Sequence[Function], folder: Path = ROOT / "functions") -> None:
        self.topology = {function.name: function for function in topology}
        self._folder = folder
        self._loaded: dict[str, tuple[WSGIApplication, ModuleType]] = {}
        self._lock = threading.Lock()

    def app(self, name: str) -> WSGIApplication:
        """The WSGI app of a function; raises whatever loading its main.py raises."""
        return self._load(name)[0]

    def module(self, name: str) -> ModuleType:
        """The main.py of a function as loaded; raises whatever loading it raises."""
        return self._load(name)[1]

    def loaded(self) -> frozenset[str]:
        """The names of the functions that were called already."""
        return frozenset(self._loaded)

    def by_path(self, path: str) -> Function | None:
        """The function whose path prefix covers ``path``, by whole segments."""
        for function in self.topology.values():
            if any(path == prefix or path.startswith(prefix + "/") for prefix in function.paths):
                return function
        return None

    def _load(self, name: str) -> tuple[WSGIApplication, ModuleType]:
        if name not in self._loaded:
            with self._lock:
                if name not in self._loaded:
                    self._loaded[name] = _create(name, self._folder / name / "main.py")
        return self._loaded[name]


def _create(name: str, source: Path) -> tuple[WSGIApplication, ModuleType]:
    import functions_framework

    with _isolated():
        create: Callable[..., WSGIApplication] = functions_framework.create_app
        app = create(target=name, source=str(source))
        return app, sys.modules["main"]


@contextmanager
def _isolated() -> Iterator[None]:
    """Put back what a load leaves behind: the module ``main``, a search path, the signature variable."""
    before, path, signature = sys.modules.get("main"), list(sys.path), os.environ.pop(_SIGNATURE, None)
    try:
        yield
    finally:
        sys.modules.pop("main", None)
        if before is not None:
            sys.modules["main"] = before
        sys.path[:] = path
        os.environ.pop(_SIGNATURE, None)
        if signature is not None:
            os.environ[_SIGNATURE] = signature
