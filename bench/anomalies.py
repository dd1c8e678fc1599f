"""Alerts against seeded ledgers: are the first twenty right, is enough found, is a clean business left alone?

    python -m bench.anomalies [--seeds 5] [--store-days 180] [--out FILE]

Mechanisms of two families are put into ledgers of eighty payers, forty payees and 180 days: those that the
rules were developed against, and others that never set a rule. Everything is judged on the past only. One
ledger goes through the product's own consumer and chore over a SQLite store, and must end in the same alerts.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from time import perf_counter
from typing import Any

from bench.anomaly_desk import Judged, drafts, merged, moves_of, run
from bench.anomaly_dev import DEVELOPED_ON
from bench.anomaly_ledger import Ledger, clean_ledger
from bench.anomaly_other import HELD_BACK
from bench.anomaly_store import through_the_store
from shared.alerts.batch.features import features
from shared.alerts.batch.forest import forest
from shared.alerts.findings import DETECTORS, Finding
from shared.alerts.judging import judge, learn
from shared.alerts.moves import Move
from shared.alerts.profile import NOBODY
from shared.alerts.raising import BUDGET
from shared.alerts.weighing import Draft
from shared.store import Data, Key

Mechanisms = Mapping[str, Callable[[Ledger], None]]
TIMES = 2
"""How often each mechanism is put into a ledger: 1 to 3 % of its records in all."""


def spoilt(seed: int, mechanisms: Mechanisms) -> Ledger:
    """A ledger with every mechanism in it."""
    ledger = clean_ledger(seed)
    for _ in range(TIMES):
        for put in mechanisms.values():
            put(ledger)
    ledger.sort()
    return ledger


def scores(ledgers: list[tuple[Ledger, Judged]]) -> dict[str, Any]:
    """Precision of the first alerts, recall of records in all and by mechanism, average precision."""
    each = [_of_one(ledger, merged(drafts(judged))) for ledger, judged in ledgers]
    by_mechanism: dict[str, list[bool]] = defaultdict(list)
    for one in each:
        for name, hits in one["found"].items():
            by_mechanism[name] += hits
    hits = [hit for found in by_mechanism.values() for hit in found]
    return {
        "precision_at_10": _mean(one["p10"] for one in each),
        "precision_at_20": _mean(one["p20"] for one in each),
        "average_precision": _mean(one["ap"] for one in each),
        "recall": round(sum(hits) / len(hits), 3),
        "recall_by_mechanism": {name: round(sum(f) / len(f), 2) for name, f in by_mechanism.items()},
        "injected": round(len(hits) / len(each), 1),
        "forest_alone_precision_at_20": _mean(_peer(ledger, judged.oddness) for ledger, judged in ledgers),
        "amount_z_precision_at_20": _mean(_peer(ledger, _by_amount(judged)) for ledger, judged in ledgers),
        "forest_slots_found": sum(_right(m.subject, ledger) for ledger, j in ledgers for m, _ in j.unruled),
        "forest_slots_used": sum(len(judged.unruled) for _, judged in ledgers),
    }


def _of_one(ledger: Ledger, alerts: list[Draft]) -> dict[str, Any]:
    right = [any(_right(record, ledger) for record in alert.records) for alert in alerts]
    told = {record for alert in alerts for record in alert.records}
    found: dict[str, list[bool]] = defaultdict(list)
    for record, mechanism in ledger.labels.items():
        found[mechanism].append(record in told)
    return {
        "p10": _at(right, 10),
        "p20": _at(right, 20),
        "ap": _average(right, ledger, alerts),
        "found": found,
    }


def _peer(ledger: Ledger, scored: list[tuple[int, Move]]) -> float:
    """The precision of the first twenty movements by one score: what there is without rules."""
    first = sorted(scored, key=lambda one: (-one[0], one[1].subject))[:20]
    return _at([_right(move.subject, ledger) for _, move in first], 20)


def _by_amount(judged: Judged) -> list[tuple[int, Move]]:
    return [(move.cents, move) for move in judged.moves]


def _right(record: str, ledger: Ledger) -> bool:
    return record in ledger.labels


def _at(right: list[bool], most: int) -> float:
    first = right[:most]
    return sum(first) / len(first) if first else 0.0


def _average(right: list[bool], ledger: Ledger, alerts: list[Draft]) -> float:
    """The mean precision at every injected record, at the alert that shows it first; 0 where none does."""
    seen: set[str] = set()
    total, good = 0.0, 0
    for place, (ok, alert) in enumerate(zip(right, alerts, strict=True), start=1):
        good += ok
        fresh = {record for record in alert.records if record in ledger.labels} - seen
        seen |= fresh
        total += len(fresh) * good / place
    return total / len(ledger.labels)


def without_each(ledgers: list[tuple[Ledger, Judged]]) -> dict[str, float]:
    """The recall in all when one rule is silent."""
    out: dict[str, float] = {}
    for detector in DETECTORS:
        if not any(f.detector == detector for _, j in ledgers for f in _all(j)):
            continue
        keep = _not(detector)
        each = [_of_one(ledger, merged(drafts(judged, keep))) for ledger, judged in ledgers]
        hits = [hit for one in each for found in one["found"].values() for hit in found]
        out[detector] = round(sum(hits) / len(hits), 3)
    return out


def _not(detector: str) -> Callable[[Finding], bool]:
    return lambda found: found.detector != detector


def _all(judged: Judged) -> Iterable[Finding]:
    yield from (one for found in judged.found.values() for one in found)
    yield from (found for _, found in judged.looked_back)


def false_alerts(seed: int) -> tuple[float, float, dict[str, int], float]:
    """On a clean ledger: alerts a day, those told within the budget, all by detector, the forest's a day."""
    ledger = clean_ledger(seed)
    judged = run(ledger)
    alerts = merged(drafts(judged))
    by_day: dict[str, int] = defaultdict(int)
    by_detector: dict[str, int] = defaultdict(int)
    for alert in alerts:
        by_day[alert.day] += 1
        by_detector[alert.detector] += 1
    told = sum(min(BUDGET, count) for count in by_day.values())
    return len(alerts) / ledger.days, told / ledger.days, by_detector, len(judged.unruled) / ledger.days


def speed(seed: int) -> dict[str, float]:
    """Microseconds a record: judging and learning with all its past, and one score of the forest."""
    moves = moves_of(clean_ledger(seed).docs)
    profiles: dict[Key, Data] = {}
    began = perf_counter()
    for move in moves:
        judge(move, profiles)
        profiles |= learn(move, profiles)
    took = perf_counter() - began
    trees, values = forest(), features(moves[-1], NOBODY, _nothing())
    began = perf_counter()
    for _ in range(500):
        trees.score(values)
    scored = perf_counter() - began
    return {
        "us_per_record": round(1e6 * took / len(moves), 1),
        "us_per_forest_score": round(2000 * scored, 1),
    }


def _nothing() -> Any:
    from shared.alerts.habits import NONE

    return NONE


def _mean(values: Iterable[float]) -> float:
    return round(statistics.fmean(values), 3)


def main(argv: Iterable[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--store-days", type=int, default=180, help="0 leaves the store out")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args(None if argv is None else list(argv))
    families: dict[str, Mechanisms] = {"developed_on": DEVELOPED_ON, "other": HELD_BACK}
    result: dict[str, Any] = {}
    for family, mechanisms in families.items():
        ledgers = [(ledger, run(ledger)) for ledger in (spoilt(s, mechanisms) for s in range(given.seeds))]
        result[family] = scores(ledgers) | {"recall_without": without_each(ledgers)}
        print(family, json.dumps(result[family], indent=1), file=sys.stderr)
        if given.out:
            _write(given.out, family, ledgers)
    quiet = [false_alerts(1000 + seed) for seed in range(given.seeds)]
    print("clean", [dict(one[2]) for one in quiet], file=sys.stderr)
    both = {name: round((result["developed_on"][name] + result["other"][name]) / 2, 3) for name in _HEADLINE}
    store = through_the_store(spoilt(77, DEVELOPED_ON), given.store_days) if given.store_days else {}
    last = both | {
        "false_alerts_per_day": _mean(one[0] for one in quiet),
        "false_alerts_told_per_day": _mean(one[1] for one in quiet),
        "forest_slots_per_clean_day": _mean(one[3] for one in quiet),
        **speed(1),
        "store": store,
        **result,
    }
    print(json.dumps(last))


_HEADLINE = ("precision_at_10", "precision_at_20", "recall", "average_precision")


def _write(out: Path, family: str, ledgers: list[tuple[Ledger, Judged]]) -> None:
    with out.open("a") as file:
        for ledger, judged in ledgers:
            for alert in merged(drafts(judged)):
                line = {"family": family, "seed": ledger.seed, "detector": alert.detector, "day": alert.day}
                mechanisms = sorted({ledger.labels.get(record, "") for record in alert.records} - {""})
                told = line | {"score_milli": alert.score, "records": alert.records, "right": mechanisms}
                file.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
