"""Importing a part of a package without running the package: for SDKs whose ``__init__`` loads everything."""

from __future__ import annotations

import contextlib
import importlib.util
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def package_not_run(name: str) -> Iterator[None]:
    """Within the block, modules below ``name`` can be imported and its ``__init__`` is not run.

    The package stands in ``sys.modules`` without having been run; afterwards it is gone, and a later import
    is whole. One that is loaded already is used as it is.
    """
    spec = None if name in sys.modules else importlib.util.find_spec(name)
    if spec is None:  # loaded by somebody else already, or not installed: the import inside says so
        yield
        return
    bare = sys.modules[name] = importlib.util.module_from_spec(spec)
    try:
        yield
    finally:
        if sys.modules.get(name) is bare:
            del sys.modules[name]
