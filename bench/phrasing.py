"""What a model that words answers gets past the guard: an honest one, and one that lies in all ways we know.

    python -m bench.phrasing [--lies 2000]

A small business asks questions in both languages through the whole use case. The honest writer gives our own
sentence in slots, the liar (bench/phraser_words.py) anything but that. Lies that were taken are listed on
standard error, each once. The last line of standard output is one JSON object: of each writer how many texts
were written and taken, in how many answers stands a digit that is no fact's, and how many microseconds the
guard takes for a text.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

from bench.insights import BUSINESS, documents
from bench.phraser_words import lie
from local.readers.wording import honest
from shared.core.clock import ManualClock, Stopwatch
from shared.core.ids import SeededIds
from shared.insights import guard, phrasing
from shared.insights.answer import Answer
from shared.insights.ask import ask
from shared.insights.call_budget import Caps
from shared.insights.examples import EXAMPLES
from shared.insights.gate import Gate
from shared.insights.material import Material
from shared.insights.plan import Period
from shared.insights.wording import Language, say_day, say_period
from shared.store import Store
from shared.store.indexes import SCHEMA
from shared.store.sqlite import SqliteAdapter

NOW = datetime(2026, 3, 18, 9, tzinfo=UTC)
MORE = (
    "Who are my top 5 customers this year?", "Show revenue by month for the last 6 months",
    "Cash flow for last month", "Compare revenue this month with last month",
    "Linganisha mapato ya mwezi huu na mwezi uliopita", "Largest expenses last month",
    "Gharama kubwa zaidi mwezi uliopita", "Who owes me money?", "Nani ananidai?", "Revenue last month",
    "Mapato ya mwezi uliopita", "Matumizi ya mwezi uliopita", "How healthy is my business?",
)  # fmt: skip


class Writer:
    """Stands for the model: keeps what it wrote, and how long the guard took over it."""

    def __init__(self, write: Callable[[Mapping[str, Any]], str]) -> None:
        self._write = write
        self.wrote: list[str] = []
        self.microseconds: list[float] = []

    def phrase(self, about: Mapping[str, Any]) -> str:
        self.wrote.append(self._write(about))
        return self.wrote[-1]

    def review(self, raw: str, material: Material) -> guard.Verdict:
        watch = Stopwatch()
        verdict = guard.review(raw, material)
        self.microseconds.append(1e6 * watch.seconds)
        return verdict


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask with both writers and print one JSON line."""
    parser = argparse.ArgumentParser(prog="python -m bench.phrasing", description=__doc__)
    parser.add_argument("--lies", type=int, default=2000)
    options = parser.parse_args(arguments)
    random = Random(17)
    logging.disable(logging.WARNING)  # each refusal is a warning
    told: dict[str, Any] = {"benchmark": "phrasing"}
    with tempfile.TemporaryDirectory(prefix="hesabu-bench-") as folder:
        store = _books(Path(folder) / "b.db")
        told |= _tally("honest", Writer(honest), store, 100)
        liar = Writer(lambda about: lie(random, about))
        told |= _tally("liar", liar, store, options.lies)
        store.close()
    taken = sorted(liar.microseconds)
    told["guard_p95_us"] = round(taken[int(0.95 * len(taken))])
    print(json.dumps(told))
    return 0


def _books(path: Path) -> Store:
    store = Store(SqliteAdapter(path, durable=False), SCHEMA, ManualClock(NOW), SeededIds(1))
    store.ensure_indexes()
    for key, data in documents(1500):
        store.put(BUSINESS, key, data)
    return store


def _tally(who: str, writer: Writer, store: Store, most: int) -> dict[str, int]:
    counts, seen = Counter[str](), set[str]()
    for answer in _answers(writer, store, most):
        counts["fell_back" if answer.guard == "fell_back" else "taken"] += 1
        counts["made_up"] += bool(_unexplained(answer))
        if answer.phrased_by == "gemini" and writer.wrote[-1] not in seen:
            seen.add(writer.wrote[-1])
            print(f"{who}: {writer.wrote[-1]}", file=sys.stderr)
    return {
        f"{who}_texts": len(writer.wrote),
        f"{who}_taken": counts["taken"],
        f"{who}_made_up": counts["made_up"],
    }


def _answers(writer: Writer, store: Store, most: int) -> Iterator[Answer]:
    """Answers whose first sentence the writer was asked for, ``most`` of them."""
    asked = [each.question for each in EXAMPLES] + list(MORE)
    vars(phrasing)["review"] = writer.review
    while True:
        for question in asked:
            gate = Gate(store.clock, Caps(10**9, 10**9))  # a new one: nothing kept, nothing resting
            ports = SimpleNamespace(
                store=store, clock=store.clock, planner=None, phraser=writer, model_gate=gate
            )
            answer = ask(ports, BUSINESS, question)
            if answer.guard != "not_used":
                yield answer
            if len(writer.wrote) >= most:
                return


def _unexplained(answer: Answer) -> str:
    """Digits of the text that stand in no fact, no name and no day of the template's answer."""
    text = answer.text
    told = [fact.formatted for fact in answer.facts] + [fact.label for fact in answer.facts]
    told += [word for fact in answer.facts if fact.period for word in _days(fact.period, answer.language)]
    for period in (answer.period_used, answer.compared_with):
        told += _days(period, answer.language) if period else []
    told.append(say_day(NOW.date(), answer.language))
    for one in sorted(filter(None, told), key=len, reverse=True):
        text = text.replace(one, "")
    return "".join(character for character in text if character.isnumeric())


def _days(period: Period, language: Language) -> list[str]:
    return [say_period(period, language)]


if __name__ == "__main__":
    sys.exit(main())
