"""Everything that goes wrong between Safaricom and a business, as switches.

A rule waits until the thing it breaks happens; it works ``times`` times (None: until removed), on one
phone or on all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from local.safaricom.sim import Sim
from local.switches import switch_on, take

FAULTS = {
    "lost_callback": "the callback is never delivered",
    "duplicate_callback": "the callback is delivered `count` times",
    "late_callback": "the callback comes `seconds` later",
    "reordered_callback": "the callback comes after the next one that is delivered, or after `seconds`",
    "failure_then_success": "a callback with failure `code` comes just before the true, successful one",
    "amount_mismatch": "the callback names `amount_cents` (default: one shilling more), not what was paid",
    "success_after_failure": "failure `code` (1037) is called back, and the payment succeeds `seconds` later",
    "query_contradicts": "the query answers `code` (1) for a payment that was made",
    "query_in_flight": "the query answers 500.001.1001 though the payment has ended",
    "spike_arrest": "the request is refused with 500.003.02, nothing is prompted",
    "subscriber_locked": "the push is refused with 500.001.1001, nothing is prompted",
    "lost_ack": "the phone is prompted, but the answer is lost: `mode` http_500, close or hold",
    "broken_answer": "`route` (oauth, push, query, payout, …) answers in `mode`, and nothing else happens",
    "request_fails": "a payout, reversal or question ends with result `code` (26), nothing moves",
    "queue_timeout": "the time-out address is told instead of the result address; what was asked happened",
    "queue_lost": "the time-out address is told, and what was asked never happens",
    "token_expired": "the access token ends before its time",
}
_TEXTS = ("phone", "route")
TARGETS = ("stk", "c2b", "result", "order", "bill")
MODES = ("http_500", "close", "hold", "html_200", "envelope_200", "empty_400")


@dataclass(slots=True)
class Fault:
    """One switch that is on. ``target`` says which callback, ``route`` which endpoint it breaks."""

    name: str
    times: int | None = 1
    phone: str = ""
    target: str = "stk"
    route: str = ""
    mode: str = "http_500"
    code: str = ""
    count: int = 2
    seconds: float = 30
    amount_cents: int | None = None


def fault_errors(fields: dict[str, Any]) -> list[str]:
    """What is wrong with the fields of a new fault."""
    known = set(Fault.__dataclass_fields__)
    code, times, seconds = (fields.get(name) for name in ("code", "times", "seconds"))
    checks = (
        (fields.get("name") in tuple(FAULTS), f"name must be one of {', '.join(FAULTS)}"),
        (set(fields) <= known, f"only {', '.join(sorted(known))} are known"),
        (fields.get("target", "stk") in TARGETS, f"target must be one of {', '.join(TARGETS)}"),
        (fields.get("mode", "close") in MODES, f"mode must be one of {', '.join(MODES)}"),
        (all(isinstance(fields.get(name, ""), str) for name in _TEXTS), "phone and route must be text"),
        (code in (None, "") or _code(fields.get("name"), code), "code must be digits, as text"),
        (_count(fields.get("amount_cents") or 0, 0, 2**53), "amount_cents must be a number of cents"),
        (seconds is None or _seconds(seconds), "seconds must be 0 to 86400"),
        (_count(fields.get("count", 1), 1, 100), "count must be 1 to 100"),
        (times is None or _count(times, 1, 1_000_000), "times must be a count or null"),
    )
    return [message for passed, message in checks if not passed]


def add_fault(sim: Sim, fault: Fault) -> str:
    """Switch a fault on; its id switches it off again."""
    return switch_on(sim.state, fault)


def take_fault(sim: Sim, name: str, phone: str = "", target: str = "stk", route: str = "") -> Fault | None:
    """The oldest matching fault, with one of its times used up; None when nothing is to go wrong."""
    return take(sim.state, Fault, lambda fault: _matches(fault, name, phone, target, route))


def _matches(fault: Fault, name: str, phone: str, target: str, route: str) -> bool:
    return (
        fault.name == name
        and fault.phone in {"", phone}
        and fault.target == target
        and fault.route in {"", route}
    )


def _code(name: Any, code: Any) -> bool:
    """Digits; only requests that are answered later end with letters, too (R000002)."""
    return isinstance(code, str) and (code.isdigit() or (name == "request_fails" and code.isalnum()))


def _count(value: Any, least: int, most: int) -> bool:
    return type(value) is int and least <= value <= most


def _seconds(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 86_400
