"""How right predictions are: labelled fields, accepted totals, and whether confidences mean what they say."""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from random import Random
from typing import Any

from shared.receipts.extract.dates import dates_in
from shared.receipts.extract.text import fold_code

TODAY = date.today()  # noqa: DTZ011 - a bench runs on the clock of its machine
_NEAR_CENTS = 5
_FUZZY, _ITEM_FUZZY = 90, 80
_OF_TOTAL = ("total_", "proof_wanted", "engine_untrusted")
_CALIBRATED = {
    name: name for name in ("total", "date", "merchant", "kra_pin", "cu_invoice", "mpesa_code", "tax")
}
"""Confidence of a field to the mark that says whether it was right."""
Scored = Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]


def accuracy(scored: Scored) -> dict[str, Any]:
    """Shares of right fields among labelled images, and how right the accepted ones are."""
    marks = [judge(line, label) for line, label in scored]
    figures: dict[str, Any] = {name: _share(marks, name) for name in marks[0]}
    figures["total_interval"] = _interval([mark["total"] for mark in marks])
    accepted = [mark for (line, _), mark in zip(scored, marks, strict=True) if line["decision"] == "accept"]
    sure = [mark for (line, _), mark in zip(scored, marks, strict=True) if total_accepted(line)]
    for name in ("date", "merchant", "all_three"):
        figures[f"{name}_interval"] = _interval([mark[name] for mark in marks])
    figures["labelled"] = len(marks)
    figures["accept_coverage"] = round(len(accepted) / len(marks), 4)
    figures["accepted_total_right"] = _share(accepted, "total")
    figures["sure_total_coverage"] = round(len(sure) / len(marks), 4)
    figures["sure_total_right"] = _share(sure, "total")
    return figures | _printed(scored) | _items(scored) | _calibration(scored, marks)


def total_accepted(line: Mapping[str, Any]) -> bool:
    """Whether a total needs no person: no reason of the decision is about it, whatever is said of others."""
    about = (reason for reason in line["reasons"] if reason.startswith(_OF_TOTAL))
    return line["total"] is not None and not any(about)


def _sure(line: Mapping[str, Any], field: str) -> float:
    return float(line["confidence"].get(field, 0.0))


def _share(marks: Sequence[Mapping[str, bool]], name: str) -> float | None:
    return round(statistics.mean(mark[name] for mark in marks), 4) if marks else None


def _interval(right: Sequence[bool]) -> list[float]:
    """Where 95 of 100 redraws of the same size lie: a gain smaller than this is noise."""
    random = Random(1)
    means = sorted(statistics.mean(random.choices(right, k=len(right))) for _ in range(400))
    return [round(means[10], 3), round(means[389], 3)]


def _printed(scored: Scored) -> dict[str, Any]:
    """Fields that not every receipt prints: right among those that print them."""
    figures: dict[str, Any] = {}
    for name, same in _SAME.items():
        pairs = [(line.get(name), label[name]) for line, label in scored if label.get(name)]
        if pairs:
            figures[name] = round(statistics.mean(same(read, wanted) for read, wanted in pairs), 4)
            figures[f"{name}_count"] = len(pairs)
    codes = [(line["mpesa_code"], label["mpesa_code"]) for line, label in scored if label.get("mpesa_code")]
    if codes:
        figures["mpesa_code_raw"] = round(statistics.mean(read == wanted for read, wanted in codes), 4)
    for module in sorted({label["module_px"] for _, label in scored if label.get("module_px")}):
        sized = [(li, la) for li, la in scored if la.get("module_px") == module and la.get("qr")]
        if sized:
            figures[f"qr_{module}px"] = round(statistics.mean(li["qr"] == la["qr"] for li, la in sized), 4)
    return figures


def _plain(read: object, wanted: object) -> bool:
    return read is not None and _letters(str(read)) == _letters(str(wanted))


def _folded(read: object, wanted: object) -> bool:
    return read is not None and fold_code(str(read)) == fold_code(str(wanted))


def _cents(read: object, wanted: object) -> bool:
    return read is not None and abs(float(str(read)) - float(str(wanted))) < _NEAR_CENTS / 100


_SAME = {
    "kra_pin": _plain,
    "cu_invoice": _plain,
    "qr": lambda read, wanted: read == wanted,
    "mpesa_code": _folded,
    "tax": _cents,
    "receipt_number": lambda read, wanted: read is not None and str(read).lstrip("0") == wanted.lstrip("0"),
    "payment_method": _plain,
    "buyer_pin": _plain,
    "till": _plain,
}


def _items(scored: Scored) -> dict[str, float]:
    """F1 over all lines: one is found when its amount is exact and its description alike."""
    labelled = [(line, label) for line, label in scored if label.get("items")]
    if not labelled:
        return {}
    found = sum(_found(line["items"], label["items"]) for line, label in labelled)
    read = sum(len(line["items"]) for line, _ in labelled)
    wanted = sum(len(label["items"]) for _, label in labelled)
    return {"items_f1": round(2 * found / max(read + wanted, 1), 4)}


def _found(read: Sequence[Mapping[str, Any]], wanted: Sequence[Mapping[str, Any]]) -> int:
    from rapidfuzz import fuzz

    left = list(read)
    hits = 0
    for item in wanted:
        amount, name = float(item["amount"]), _letters(item["description"])
        same = [one for one in left if one["amount"] and float(one["amount"]) == amount]
        best = max(same, key=lambda one: fuzz.ratio(_letters(one["description"]), name), default=None)
        if best is not None and fuzz.partial_ratio(_letters(best["description"]), name) >= _ITEM_FUZZY:
            left.remove(best)
            hits += 1
    return hits


def _calibration(scored: Scored, marks: Sequence[Mapping[str, bool]]) -> dict[str, float]:
    """Brier score and expected calibration error (ten equal bins) of every field with a confidence."""
    figures: dict[str, float] = {}
    for field, mark in _CALIBRATED.items():
        pairs = list(_pairs(scored, marks, field, mark))
        if pairs:
            figures[f"brier_{field}"] = round(statistics.mean((p - right) ** 2 for p, right in pairs), 4)
            figures[f"ece_{field}"] = round(expected_error(pairs), 4)
    return figures


def _pairs(
    scored: Scored, marks: Sequence[Mapping[str, bool]], field: str, mark: str
) -> Iterable[tuple[float, bool]]:
    for (line, label), judged in zip(scored, marks, strict=True):
        if field not in line["confidence"]:
            continue
        if mark in judged:
            yield _sure(line, field), judged[mark]
        elif label.get(mark):
            yield _sure(line, field), _SAME[mark](line.get(mark), label[mark])


def expected_error(pairs: Sequence[tuple[float, bool]], bins: int = 10) -> float:
    """By how much confidences are off: the mean over equally wide bins, weighted by how many fall in each."""
    error = 0.0
    for number in range(bins):
        low, high = number / bins, (number + 1) / bins
        inside = [(p, right) for p, right in pairs if low < p <= high]
        if inside:
            gap = statistics.mean(p for p, _ in inside) - statistics.mean(right for _, right in inside)
            error += abs(gap) * len(inside) / len(pairs)
    return error


def judge(line: Mapping[str, Any], label: Mapping[str, Any]) -> dict[str, bool]:
    """Which fields are right: total exact and within five cents, calendar date, merchant by its letters."""
    from rapidfuzz import fuzz

    wanted = round(float(re.sub(r"[^\d.]", "", str(label["total"]))) * 100)
    total = None if line["total"] is None else round(float(line["total"]) * 100)
    likeness = fuzz.ratio(_letters(label["company"]), _letters(line["company"] or ""))
    right = {
        "total": total == wanted,
        "total_near": total is not None and abs(total - wanted) <= _NEAR_CENTS,
        "date": line["date"] is not None and line["date"] == _iso(str(label["date"])),
        "merchant": likeness >= _FUZZY,
    }
    return right | {"all_three": right["total"] and right["date"] and right["merchant"]}


def _iso(text: str) -> str | None:
    return next((value.isoformat() for value, _ in dates_in(text, TODAY)), None)


def _letters(text: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", text.upper())


def right_of(field: str, read: object, label: Mapping[str, Any]) -> bool | None:
    """Whether a printed field was read right; None where the label does not know it."""
    if field not in _SAME or not label.get(field):
        return None
    return bool(_SAME[field](read, label[field]))
