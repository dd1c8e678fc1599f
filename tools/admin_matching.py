"""The operator's commands for matching (``python -m tools.admin``): ``drift``, is it as sure as it is right?

``answers`` writes what people answered as samples for fitting (tools/matching_answers.py).
"""

from __future__ import annotations

import argparse
import json
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from shared.app import App
from shared.matching.fitted import FIGURES
from shared.matching.places import PAYMENTS
from shared.store import Query, Store
from tools.matching_answers import decisions_of

Command = Callable[[App, argparse.Namespace], None]
Add = Callable[[str, Command], argparse.ArgumentParser]
Decision = dict[str, Any]
LOUD = 0.05
"""A share this far from what was measured when the model was made is worth a look."""
FEWEST = 100
"""With fewer answers a share says little."""


def add_to(add: Add) -> None:
    """Put the command into the operator's command line."""
    one = add("drift", drift)
    one.add_argument("id")
    one.add_argument("--payments", type=int, default=1000, help="so many of the newest")

    one = add("answers", answers)
    one.add_argument("id")
    one.add_argument("--out", type=Path, required=True)
    one.add_argument("--payments", type=int, default=100_000, help="so many of the newest")


def answers(app: App, arguments: argparse.Namespace) -> None:
    """Write a business's own answers to a file that only its owner can read."""
    from tools.matching_answers import exported

    count = 0
    with open(arguments.out, "w", encoding="utf-8", opener=lambda p, f: os.open(p, f, 0o600)) as out:
        for line in exported(app.store, arguments.id, arguments.payments):
            out.write(json.dumps(line, ensure_ascii=False) + "\n")
            count += 1
    print(json.dumps({"business": arguments.id, "answers": count, "out": str(arguments.out)}))


def drift(app: App, arguments: argparse.Namespace) -> None:
    """Compare what matching decided lately with what people said, and with the figures of its making."""
    print(json.dumps(report(app.store, arguments.id, arguments.payments)))


def report(store: Store, business: str, most: int) -> dict[str, Any]:
    """What became of the newest payments.

    Returns counts of decisions by the engine; ``undone`` of its own postings; ``hit`` of its suggestions
    among answered questions; for each tenth of confidence how sure it was and how right; ``shadow`` agreement
    where another model looked on; and ``apart``: the shares that differ from the model's own figures by more
    than ``LOUD``, once there are ``FEWEST`` of them.
    """
    counts: Counter[str] = Counter()
    by_model: Counter[str] = Counter()
    tenths: dict[int, list[float]] = {}
    for payment in store.all(business, Query(PAYMENTS, (), "-paid_at"), most):
        made = [doc.data for doc in decisions_of(store, business, payment.id)]
        own = [one for one in made if one["actor"] == "engine"]
        if not own:
            continue
        first, last = own[0], made[-1]
        counts["decided"] += 1
        counts[first["decision"]] += 1
        by_model[first.get("model", "")] += 1
        if shadow := first.get("shadow"):
            counts["shadowed"] += 1
            counts["shadow_agrees"] += shadow["decision"] == first["decision"] and shadow["same_links"]
        right = _right(first, last)
        if first["decision"] == "auto":
            counts["undone"] += not right
        elif last["actor"] != "engine":
            counts["answered"] += 1
            counts["hit"] += right
        if first["decision"] == "auto" or last["actor"] != "engine":
            tenth = tenths.setdefault(min(9, first["confidence_milli"] // 100), [0, 0, 0])
            tenth[0] += 1
            tenth[1] += first["confidence_milli"] / 1000
            tenth[2] += right
    return {
        "business": business,
        **dict(sorted(counts.items())),
        "models": dict(sorted(by_model.items())),
        "tenths": [
            {"from": tenth / 10, "count": n, "sure": round(sure / n, 3), "right": round(right / n, 3)}
            for tenth, (n, sure, right) in sorted(tenths.items())
        ],
        "apart": apart(counts),
    }


def apart(counts: Counter[str]) -> dict[str, dict[str, float]]:
    """The shares that have left what they were when the model was made."""
    shares = {
        "review_load": (counts["review"] + counts["none"], counts["decided"]),
        "review_hit": (counts["hit"], counts["answered"]),
        "false_credit": (counts["undone"], counts["auto"]),
    }
    found = {}
    for name, (part, whole) in shares.items():
        made = FIGURES[name]
        if whole >= FEWEST and abs(part / whole - made) > (
            LOUD if name != "false_credit" else 5 * made + 0.002
        ):
            found[name] = {"now": round(part / whole, 4), "made": made}
    return found


def _right(first: Decision, last: Decision) -> bool:
    """Whether what stands now is what was posted or suggested first."""
    said = first["links"] or (first["candidates"][0]["links"] if first["candidates"] else [])
    return _credits(said) == _credits(last["links"])


def _credits(links: list[dict[str, Any]]) -> dict[str, int]:
    return {link["invoice_id"]: link["cents"] for link in links}
