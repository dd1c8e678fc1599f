"""What one source file imports, at its top or inside functions, read from its syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

OURS = "shared"


class Unseen(Exception):
    """An import whose target cannot be read from the source; the message says where."""


@dataclass(frozen=True, slots=True)
class Import:
    """``import module`` when ``name`` is empty, else ``from module import name``."""

    module: str
    name: str = ""

    @property
    def ours(self) -> bool:
        return self.module.split(".")[0] == OURS


LAZY = "shared.core.lazy"
"""The one module that may import by a computed name: the tables it is given are read instead."""


def imports_of(tree: ast.AST, module: str = "") -> Iterator[Import]:
    """Every import below ``tree`` that can happen at run time, so not those for type checkers only.

    Raises Unseen: a relative import, or an ``import_module`` whose argument is not a plain string.
    """
    for node in run_time_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level or node.module is None:
                raise Unseen(f"line {node.lineno}: a relative import")
            yield from (Import(node.module, alias.name) for alias in node.names)
        elif isinstance(node, ast.Call) and _called(node) in _BY_NAME and module != LAZY:
            yield Import(_literal(node))


def run_time_nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """``tree`` and everything below it, without the bodies of ``if TYPE_CHECKING``."""
    yield tree
    for child in _below(tree):
        yield from run_time_nodes(child)


def _below(node: ast.AST) -> Iterable[ast.AST]:
    if isinstance(node, ast.If) and ast.unparse(node.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}:
        return node.orelse
    return ast.iter_child_nodes(node)


def _called(call: ast.Call) -> str:
    function = call.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _literal(call: ast.Call) -> str:
    if len(call.args) == 1 and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str):
        return call.args[0].value
    raise Unseen(f"line {call.lineno}: the module to import is not a plain string")


def lazy_homes(tree: ast.Module, package: str) -> dict[str, str]:
    """Public name -> module, for a package whose names load when used (shared/core/lazy.py).

    Raises Unseen when the table is not made of plain strings and ``dict.fromkeys``.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) == "lazy_names":
            try:
                homes = _table(node.args[1])
            except (ValueError, IndexError, AttributeError) as error:
                raise Unseen(f"line {node.lineno}: the table of lazy names cannot be read") from error
            return {name: f"{package}.{home}" for name, home in homes.items()}
    return {}


_BY_NAME = frozenset({"import_module", "__import__", "run_module"})


def _table(node: ast.expr) -> dict[str, str]:
    if not isinstance(node, ast.Dict):
        raise ValueError(ast.unparse(node))
    table: dict[str, str] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:  # ** of dict.fromkeys(names, home)
            names, home = (ast.literal_eval(argument) for argument in value.args)  # type: ignore[attr-defined]
            table |= dict.fromkeys(names, home)
        else:
            table[ast.literal_eval(key)] = ast.literal_eval(value)
    return table
