"""From an import to the distribution that brings it, by the files that installed distributions list."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from functools import lru_cache
from importlib import metadata

from tools.imports import Import, Unseen

ALWAYS = ("functions-framework",)
"""The build adds an old one of its own when the requirements name none."""
BESIDE = {"rapidocr": ("onnxruntime",)}
"""What a distribution loads by name without asking for it: RapidOCR takes any of five inference engines."""


OPTIONAL = frozenset({"easyocr", "easyocr_en_models"})
"""Extras of pyproject.toml: whoever wants one installs it, and code that finds none says so."""


def distributions(imports: Iterable[Import]) -> frozenset[str]:
    """The distributions to install for these imports; raises Unseen when one is not installed here."""
    elsewhere = sys.stdlib_module_names | OPTIONAL
    found = {_brings(one) for one in imports if one.module.split(".")[0] not in elsewhere}
    return frozenset(found.union(ALWAYS, *(BESIDE.get(name, ()) for name in found)))


def _brings(one: Import) -> str:
    """The longest known part of the name decides: many distributions share ``google``."""
    parts = [*one.module.split("."), *filter(None, [one.name])]
    for depth in range(len(parts), 0, -1):
        if name := _homes().get(".".join(parts[:depth])):
            return name
    raise Unseen(f"'{one.module}' is imported, and no installed distribution brings it")


@lru_cache(maxsize=1)
def _homes() -> dict[str, str]:
    """Module -> distribution. A folder without ``__init__.py`` is shared, and belongs to nobody."""
    homes: dict[str, str] = {}
    for distribution in metadata.distributions():
        name, record = canonical(distribution.name), distribution.read_text("RECORD") or ""
        homes |= {module: name for module in map(_module, record.splitlines()) if module not in homes}
    homes.pop("", None)
    return homes


_MODULE = re.compile(r"((?:[A-Za-z_]\w*/)*)([A-Za-z_]\w*)\.(?:py|pyi|[^/,]*so),")


def _module(line: str) -> str:
    """The module that one line of a RECORD lists (``path,hash,size``), empty when it is none."""
    match = _MODULE.match(line)
    if match is None:
        return ""
    folder, stem = match[1].replace("/", "."), match[2]
    return folder.rstrip(".") if stem == "__init__" else folder + stem


def canonical(name: str) -> str:
    """A distribution's name as indexes spell it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()
