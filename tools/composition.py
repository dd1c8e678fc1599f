"""The composition root, read part by part: a function reaches only the ports that its rooms ask for.

shared/app.py can build everything, each port in a property of its own with its imports inside. Taken as one
file it would carry the receipt engines into the callback; taken by property it carries what is used.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeGuard

from tools.imports import Import, imports_of, run_time_nodes

PORTS = "ports"
"""What rooms call the App they are given, as in ``call.ports.gateway``; a test holds them to it."""


@dataclass(slots=True)
class Part:
    """One top-level definition, or one method or property of a class: its imports and the parts it names.

    A definition goes by its name, a method by its name after a dot, as it is used.
    """

    imports: list[Import] = field(default_factory=list)
    names: set[str] = field(default_factory=set)


class Composition:
    """The parts of one composition root.

    Args:
        tree: the syntax tree of the file.
    """

    def __init__(self, tree: ast.Module) -> None:
        self._parts: dict[str, Part] = {}
        top = ast.Module([node for node in tree.body if not _defines(node)], [])
        self._top = list(imports_of(top))
        self._start = _names(top)
        for node in filter(_defines, tree.body):
            self._add(node)

    def _add(self, node: ast.stmt) -> None:
        assert isinstance(node, ast.ClassDef | ast.FunctionDef)  # noqa: S101 - what _defines said
        methods = [
            inner for inner in node.body if isinstance(node, ast.ClassDef) and _is_called_by_name(inner)
        ]
        self._parts |= {f".{method.name}": _part(method) for method in methods}
        rest = [inner for inner in node.body if inner not in methods]
        bases = node.bases if isinstance(node, ast.ClassDef) else []
        around = [ast.Expr(value) for value in (*node.decorator_list, *bases)]
        self._parts[node.name] = _part(ast.Module([*around, *rest], []))

    def reached(self, names: Iterable[str], ports: Iterable[str]) -> Iterator[Import]:
        """What importing ``names`` and using ``ports`` can lead to, and the imports of the file's top."""
        yield from self._top
        seen: set[str] = set()
        waiting = {*names, *self._start, *(f".{port}" for port in ports)}
        while waiting:
            name = waiting.pop()
            if name in seen or name not in self._parts:
                continue
            seen.add(name)
            yield from self._parts[name].imports
            waiting |= self._parts[name].names


def ports_used(tree: ast.AST, *, catalogue: bool = False) -> set[str]:
    """The names that a module takes from the App it is given.

    Args:
        catalogue: the module (a room's ports.py) only lists what its room may ask for. A Protocol anywhere
            else says what the code beside it does ask for, whatever it calls its argument.
    """
    nodes = list(run_time_nodes(tree))
    used = {node.attr for node in nodes if isinstance(node, ast.Attribute) and _is_ports(node.value)}
    protocols = () if catalogue else (node for node in nodes if _is_protocol(node))
    return used.union(*(_members(protocol) for protocol in protocols))


def _is_protocol(node: ast.AST) -> bool:
    return isinstance(node, ast.ClassDef) and any(
        ast.unparse(base).startswith("Protocol") for base in node.bases
    )


def _members(node: ast.AST) -> set[str]:
    return {inner.name for inner in ast.iter_child_nodes(node) if isinstance(inner, ast.FunctionDef)}


def _is_ports(node: ast.expr) -> bool:
    if isinstance(node, ast.Call):  # app().outbox, in a main.py
        return isinstance(node.func, ast.Name) and node.func.id == "app"
    return PORTS in {getattr(node, "id", ""), getattr(node, "attr", "")}


def _part(node: ast.AST) -> Part:
    return Part(list(imports_of(node)), _names(node))


def _names(node: ast.AST) -> set[str]:
    """Plain names, and attributes of anything: inside one file that is exact enough, never too little."""
    found = {inner.id for inner in run_time_nodes(node) if isinstance(inner, ast.Name)}
    return found | {f".{inner.attr}" for inner in run_time_nodes(node) if isinstance(inner, ast.Attribute)}


def _defines(node: ast.stmt) -> bool:
    return isinstance(node, ast.ClassDef | ast.FunctionDef)


def _is_called_by_name(node: ast.stmt) -> TypeGuard[ast.FunctionDef]:
    return isinstance(node, ast.FunctionDef) and not node.name.startswith("__")
