"""Switches of a simulated provider: what is to go wrong, how often, kept in its state until it is used up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, ClassVar, Protocol, TypeVar

from local.safaricom.state import State


class Switch(Protocol):
    """A dataclass; ``times`` None goes wrong until it is switched off."""

    __dataclass_fields__: ClassVar[dict[str, Any]]
    times: int | None


S = TypeVar("S", bound=Switch)


def switch_on(state: State, fault: Switch) -> str:
    """Keep a switch that is on; its id switches it off again."""
    with state.unit():
        id_ = f"{state.count('fault'):06d}"
        state.put("fault", id_, asdict(fault))
    return id_


def take(state: State, known: Callable[..., S], fits: Callable[[S], bool]) -> S | None:
    """The oldest switch that fits, with one of its times used up; None when nothing is to go wrong."""
    with state.unit():
        for id_, fact in state.all("fault"):
            fault = known(**fact)
            if fits(fault):
                _use(state, id_, fault)
                return fault
    return None


def _use(state: State, id_: str, fault: Switch) -> None:
    if fault.times is None:
        return
    fault.times -= 1
    if fault.times > 0:
        state.put("fault", id_, asdict(fault))
    else:
        state.delete("fault", id_)
