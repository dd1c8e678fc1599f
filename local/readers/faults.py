"""Everything that goes wrong between Google's readers and a business, as switches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from local.safaricom.state import State
from local.switches import switch_on, take

FAULTS = {
    "status": "answered with the HTTP status `code` and Google's error form; nothing is read",
    "close": "the connection is cut before an answer",
    "hold": "no answer comes for `seconds`",
    "cut_json": "the answer ends in the middle of its JSON",
    "html_200": "a web page with HTTP 200 instead of an answer",
    "picture_refused": "Vision answers, and says error `code` (google.rpc) of the picture",
    "no_answers": "Vision answers with an empty list",
    "odd_boxes": "Vision answers with a word of three corners",
    "blocked_prompt": "Gemini refuses the prompt for safety",
    "blocked_answer": "Gemini stops its answer for safety, without content",
    "cut_short": "Gemini runs out of tokens in the middle of its JSON",
    "no_object": "Gemini answers with a JSON list",
    "extra_fields": "Gemini adds a field that nobody asked for",
    "wrong_types": "Gemini gives numbers where text was asked for",
    "lie": "Gemini gives `value` for `field` (or for that slot), whatever the picture says",
    "obey": "Gemini does what the receipt tells it: its total is the amount in a printed instruction",
}
ROUTES = ("", "vision", "gemini")


@dataclass(slots=True)
class Fault:
    """One switch that is on; ``route`` is the service it breaks, "" for both."""

    name: str
    times: int | None = 1
    route: str = ""
    code: int = 503
    seconds: float = 30
    field: str = "total"
    value: str = ""


def fault_errors(fields: dict[str, Any]) -> list[str]:
    """What is wrong with the fields of a new fault."""
    times, seconds, code = fields.get("times"), fields.get("seconds", 1), fields.get("code", 503)
    checks = (
        (fields.get("name") in tuple(FAULTS), f"name must be one of {', '.join(FAULTS)}"),
        (set(fields) <= set(Fault.__dataclass_fields__), "unknown field"),
        (fields.get("route", "") in ROUTES, f"route must be one of {', '.join(ROUTES[1:])}"),
        (
            all(isinstance(fields.get(name, ""), str) for name in ("field", "value")),
            "field and value are text",
        ),
        (type(code) is int and 1 <= code <= 599, "code must be 1 to 599"),
        (type(seconds) in {int, float} and 0 <= seconds <= 3600, "seconds must be 0 to 3600"),
        (times is None or (type(times) is int and 1 <= times <= 10**6), "times must be a count or null"),
    )
    return [message for passed, message in checks if not passed]


def add_fault(state: State, fault: Fault) -> str:
    """Switch a fault on; its id switches it off again."""
    return switch_on(state, fault)


def take_fault(state: State, route: str) -> Fault | None:
    """The oldest fault of a service, with one of its times used up; None when nothing is to go wrong."""
    return take(state, Fault, lambda fault: fault.route in {"", route})
