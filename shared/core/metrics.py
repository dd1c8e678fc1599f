"""Counters, distributions and gauges: kept in this process, and told to the log where the log is counted.

Emission goes through a ``Metric`` of the one list (measures.py), so nothing undeclared can be told. Cloud
Logging's counters count lines and do not add values up, which is why a counter moves by one at a time.
"""

from __future__ import annotations

import math
import threading
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from shared.core import logs

Kind = Literal["counter", "distribution", "gauge"]
Labels = tuple[str, ...]
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Upper bounds, seconds: from a cached read to the slowest provider."""
MOST_SERIES = 1000
"""Label sets kept for one metric; what comes later is told to the log only."""
_KINDS = {"counter": "counter", "distribution": "histogram", "gauge": "gauge"}


class Metric(NamedTuple):
    """One declared metric; ``unit`` is UCUM (``1``, ``s``), ``buckets`` are upper bounds without infinity."""

    name: str
    kind: Kind
    unit: str
    description: str
    labels: Labels = ()
    buckets: tuple[float, ...] = ()

    def add(self, **labels: str) -> None:
        """Count one more; raises ValueError for labels that are not the declared ones."""
        self._tell("counter", 1, labels)

    def observe(self, value: float, **labels: str) -> None:
        """Add a value to the distribution; raises ValueError for labels that are not the declared ones."""
        self._tell("distribution", value, labels)

    def set(self, value: float, **labels: str) -> None:
        """Say what the value is now; raises ValueError for labels that are not the declared ones."""
        self._tell("gauge", value, labels)

    def _tell(self, kind: Kind, value: float, labels: dict[str, str]) -> None:
        if kind != self.kind or labels.keys() != set(self.labels):
            raise ValueError(f"{self.name} is a {self.kind} with the labels {', '.join(self.labels)}")
        REGISTRY.record(self, value, tuple(labels[name] for name in self.labels))
        logs.metric(self.name, value, labels)


class Histogram:
    """How many values fell under each bound, and what they add up to."""

    __slots__ = ("counts", "total")

    def __init__(self, bounds: int) -> None:
        self.counts = [0] * (bounds + 1)
        self.total = 0.0


class Registry:
    """The values of one process, safe for its threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: dict[str, dict[Labels, float]] = {}
        self._histograms: dict[str, dict[Labels, Histogram]] = {}

    def record(self, metric: Metric, value: float, labels: Labels) -> None:
        """Take one emission; a label set beyond ``MOST_SERIES`` is dropped, not an error."""
        with self._lock:
            if metric.kind == "distribution":
                self._observe(metric, value, labels)
                return
            series = self._values.setdefault(metric.name, {})
            if labels in series or len(series) < MOST_SERIES:
                series[labels] = value + (series.get(labels, 0) if metric.kind == "counter" else 0)

    def _observe(self, metric: Metric, value: float, labels: Labels) -> None:
        series = self._histograms.setdefault(metric.name, {})
        found = series.get(labels)
        if found is None:
            if len(series) >= MOST_SERIES:
                return
            found = series[labels] = Histogram(len(metric.buckets))
        found.counts[bisect_left(metric.buckets, value)] += 1
        found.total += value

    def value(self, metric: Metric, **labels: str) -> float:
        """A counter's or gauge's value, a distribution's number of observations; 0 when there are none."""
        key = tuple(labels[name] for name in metric.labels)
        with self._lock:
            if metric.kind == "distribution":
                found = self._histograms.get(metric.name, {}).get(key)
                return sum(found.counts) if found else 0
            return self._values.get(metric.name, {}).get(key, 0)

    def clear(self) -> None:
        """Forget every value."""
        with self._lock:
            self._values.clear()
            self._histograms.clear()

    def exposition(self, metrics: Sequence[Metric]) -> str:
        """The Prometheus text format, version 0.0.4, of these metrics in this order.

        Source: prometheus.io, "Exposition formats": HELP and TYPE before the samples of a metric, label
        values escaped, histogram buckets cumulative and ended by ``+Inf``.
        """
        with self._lock:
            lines = [line for metric in metrics for line in self._lines(metric)]
        return "".join(f"{line}\n" for line in lines)

    def _lines(self, metric: Metric) -> Iterator[str]:
        yield f"# HELP {metric.name} {_escaped(metric.description, quotes=False)}"
        yield f"# TYPE {metric.name} {_KINDS[metric.kind]}"
        for labels, value in sorted(self._values.get(metric.name, {}).items()):
            yield f"{metric.name}{_set(metric.labels, labels)} {_number(value)}"
        for labels, histogram in sorted(
            self._histograms.get(metric.name, {}).items(), key=lambda one: one[0]
        ):
            yield from _buckets(metric, labels, histogram)


def _buckets(metric: Metric, labels: Labels, histogram: Histogram) -> Iterator[str]:
    below = 0
    for bound, count in zip((*metric.buckets, math.inf), histogram.counts, strict=True):
        below += count
        place = _set((*metric.labels, "le"), (*labels, _number(bound)))
        yield f"{metric.name}_bucket{place} {below}"
    yield f"{metric.name}_sum{_set(metric.labels, labels)} {_number(histogram.total)}"
    yield f"{metric.name}_count{_set(metric.labels, labels)} {below}"


def _set(names: Labels, values: Labels) -> str:
    pairs = ",".join(f'{name}="{_escaped(value)}"' for name, value in zip(names, values, strict=True))
    return f"{{{pairs}}}" if pairs else ""


def _escaped(text: str, *, quotes: bool = True) -> str:
    text = text.replace("\\", "\\\\").replace("\n", "\\n")
    return text.replace('"', '\\"') if quotes else text


def _number(value: float) -> str:
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return str(int(value)) if value == int(value) else repr(float(value))


REGISTRY = Registry()
"""The values of this process."""
