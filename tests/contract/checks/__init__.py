"""The contract of the store port: each ``check_`` takes a Box and asserts one promise, on any adapter."""

from __future__ import annotations

from collections.abc import Callable

from tests.support.box import Box

from . import documents, outcomes, pages, queries, races, tenants, transactions, values

Check = Callable[[Box], None]

CHECKS: dict[str, Check] = {
    name.removeprefix("check_"): check
    for module in (documents, tenants, values, queries, pages, transactions, races, outcomes)
    for name, check in vars(module).items()
    if name.startswith("check_")
}
