"""A plan as Terraform's JSON tells it, with the questions that the tests ask."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource that would be created; ``values`` lacks what is known only afterwards."""

    address: str
    type: str
    values: Values

    @property
    def key(self) -> str:
        """The key of the resource, or of the module it is in: what stands in the last brackets."""
        return self.address.rsplit('["', 1)[1].rstrip('"]') if '["' in self.address else ""

    @property
    def module(self) -> str:
        """The key of the module's instance it is in, if it is in one."""
        return self.address.split('["', 1)[1].split('"]', 1)[0] if self.address.startswith("module.") else ""


class Plan:
    """Everything a root would create in an empty project."""

    def __init__(self, document: Values) -> None:
        self.document = document
        changes = [c for c in document["resource_changes"] if c["mode"] == "managed"]
        assert {tuple(change["change"]["actions"]) for change in changes} == {("create",)}
        self.resources = [Resource(c["address"], c["type"], c["change"]["after"]) for c in changes]

    def of(self, kind: str) -> list[Resource]:
        """The resources of a type, without the prefix ``google_``."""
        return [r for r in self.resources if r.type == f"google_{kind}"]

    def one(self, address: str) -> Values:
        """The values of the resource at an address."""
        (found,) = (r.values for r in self.resources if r.address == address)
        return found

    def grants(self) -> Iterator[tuple[str, str, str]]:
        """Every role given: on what (a type), which, to whom; empty for what is not known yet."""
        for resource in self.resources:
            if resource.type.endswith(("_iam_member", "_iam_binding")):
                where = resource.type.removeprefix("google_").removesuffix("_iam_member")
                yield where, resource.values.get("role", ""), resource.values.get("member", "")

    def output(self, name: str) -> Any:
        """An output that is known before anything is created."""
        return self.document["planned_values"]["outputs"][name]["value"]

    def referring(self, module: str, kind: str, name: str, attribute: str) -> list[str]:
        """What an attribute of a resource's configuration refers to, for values known only afterwards."""
        root = self.document["configuration"]["root_module"]
        place = root["module_calls"][module]["module"] if module else root
        address = f"google_{kind}.{name}"
        (block,) = (r for r in place["resources"] if r["address"] == address)
        return sorted(_references(block["expressions"], attribute))


def _references(expressions: Any, attribute: str) -> Iterator[str]:
    if isinstance(expressions, list):
        for item in expressions:
            yield from _references(item, attribute)
    elif isinstance(expressions, dict):
        for name, value in expressions.items():
            if name == attribute and isinstance(value, dict):
                yield from value.get("references", [])
            else:
                yield from _references(value, attribute)


def read_plan(file: Path) -> Plan:
    """The plan in a file."""
    return Plan(json.loads(file.read_text()))
