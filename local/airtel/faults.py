"""Everything that goes wrong between Airtel and a business, as switches.

A rule waits until the thing it breaks happens; it works ``times`` times (None: until removed), on one
phone or on all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from local.airtel.sim import Sim
from local.switches import switch_on, take

FAULTS = {
    "lost_callback": "the callback is never delivered",
    "duplicate_callback": "the callback is delivered `count` times",
    "late_callback": "the callback comes `seconds` later",
    "early_callback": "a callback that says TF comes before the payment has ended",
    "wrong_hash": "the callback carries a hash of something else",
    "no_hash": "the callback carries no hash, though the app has a key",
    "lost_ack": "the phone is prompted, but the answer is lost: `mode` http_500, close or hold",
    "ambiguous_push": "the phone is prompted, and the answer says DP00800001024 with HTTP 200",
    "refused_push": "the push is refused with `code` and HTTP 200, nothing is prompted",
    "enquiry_ambiguous": "the enquiry answers TA though the payment has ended",
    "enquiry_in_flight": "the enquiry answers TIP though the payment has ended",
    "success_after_failure": "TF is told and called back, and the payment succeeds `seconds` later",
    "lost_refund_answer": "the refund is made, but its answer is lost: `mode`",
    "outage": "`route` (token, push, enquiry, refund) answers in `mode`, and nothing else happens",
    "token_expired": "the access token ends before its time",
}
ROUTES = ("", "token", "push", "enquiry", "refund")
MODES = ("http_500", "close", "hold", "html_200", "empty_400")


@dataclass(slots=True)
class Fault:
    """One switch that is on; ``route`` is the endpoint it breaks, "" for every one."""

    name: str
    times: int | None = 1
    phone: str = ""
    route: str = ""
    mode: str = "http_500"
    code: str = "DP00800001003"
    count: int = 2
    seconds: float = 30


def fault_errors(fields: dict[str, Any]) -> list[str]:
    """What is wrong with the fields of a new fault."""
    times, seconds, count = fields.get("times"), fields.get("seconds", 1), fields.get("count", 1)
    checks = (
        (fields.get("name") in tuple(FAULTS), f"name must be one of {', '.join(FAULTS)}"),
        (set(fields) <= set(Fault.__dataclass_fields__), "unknown field"),
        (fields.get("route", "") in ROUTES, f"route must be one of {', '.join(ROUTES[1:])}"),
        (fields.get("mode", "close") in MODES, f"mode must be one of {', '.join(MODES)}"),
        (all(isinstance(fields.get(name, ""), str) for name in ("phone", "code")), "phone and code are text"),
        (_number(seconds, 0, 86_400), "seconds must be 0 to 86400"),
        (type(count) is int and 1 <= count <= 100, "count must be 1 to 100"),
        (times is None or (type(times) is int and 1 <= times <= 10**6), "times must be a count or null"),
    )
    return [message for passed, message in checks if not passed]


def add_fault(sim: Sim, fault: Fault) -> str:
    """Switch a fault on; its id switches it off again."""
    return switch_on(sim.state, fault)


def take_fault(sim: Sim, name: str, phone: str = "", route: str = "") -> Fault | None:
    """The oldest matching fault, with one of its times used up; None when nothing is to go wrong."""
    return take(
        sim.state,
        Fault,
        lambda fault: fault.name == name and fault.phone in {"", phone} and fault.route in {"", route},
    )


def _number(value: Any, least: float, most: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most
