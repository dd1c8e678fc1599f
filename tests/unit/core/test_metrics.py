"""Metrics: exact under threads, told to the log where it counts, and readable by Prometheus's own parser."""

from __future__ import annotations

import json
import re
import threading
from collections import Counter
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from shared.core import logs
from shared.core.measures import MEASURES
from shared.core.metrics import MOST_SERIES, REGISTRY, SECONDS, Metric, Registry
from tests.support.log_lines import captured

ROOT = Path(__file__).parents[3]
SENT = Metric("test_sent_total", "counter", "1", 'Told "so"\nand \\ so', ("channel", "outcome"))
TOOK = Metric("test_took_seconds", "distribution", "s", "How long", ("step",), (0.1, 1.0, 10.0))
AGE = Metric("test_age", "gauge", "s", "How old")
NASTY = 'a"b\\c\nd{e="f"}, é'


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Registry:
    fresh = Registry()
    monkeypatch.setattr("shared.core.metrics.REGISTRY", fresh)
    return fresh


def families(registry: Registry) -> dict[str, dict[tuple[str, ...], float]]:
    """What Prometheus's parser reads: sample name -> label values -> value."""
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(registry.exposition([SENT, TOOK, AGE])):
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
    return found


def test_what_is_told_is_what_prometheus_reads(registry: Registry) -> None:
    SENT.add(channel="sms", outcome="sent")
    SENT.add(channel="sms", outcome="sent")
    SENT.add(channel=NASTY, outcome="")
    for seconds in (0.05, 0.1, 0.5, 99.5):
        TOOK.observe(seconds, step="one")
    AGE.set(3)
    AGE.set(2.5)
    read = families(registry)
    assert read["test_sent_total"] == {("sms", "sent"): 2, (NASTY, ""): 1}
    assert read["test_age"] == {(): 2.5}
    assert read["test_took_seconds_bucket"] == {
        ("one", "0.1"): 2, ("one", "1"): 3,
        ("one", "10"): 3, ("one", "+Inf"): 4,
    }  # fmt: skip
    assert read["test_took_seconds_count"] == {("one",): 4}
    assert read["test_took_seconds_sum"][("one",)] == pytest.approx(100.15)


def test_every_metric_is_announced_with_its_help_and_type_before_its_samples(registry: Registry) -> None:
    SENT.add(channel="sms", outcome="sent")
    lines = registry.exposition([SENT, TOOK, AGE]).splitlines()
    assert lines[0] == '# HELP test_sent_total Told "so"\\nand \\\\ so'
    assert lines[1] == "# TYPE test_sent_total counter"
    assert lines[2] == 'test_sent_total{channel="sms",outcome="sent"} 1'
    assert lines[3:] == ["# HELP test_took_seconds How long", "# TYPE test_took_seconds histogram",
                         "# HELP test_age How old", "# TYPE test_age gauge"]  # fmt: skip
    assert registry.exposition([SENT]).endswith("\n")
    parsed = list(text_string_to_metric_families(registry.exposition([SENT])))
    assert parsed[0].documentation == SENT.description


def test_threads_lose_no_count(registry: Registry) -> None:
    def work() -> None:
        for _ in range(500):
            SENT.add(channel="sms", outcome="sent")
            TOOK.observe(0.2, step="x")

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert registry.value(SENT, channel="sms", outcome="sent") == 4000
    assert registry.value(TOOK, step="x") == 4000


@pytest.mark.parametrize("labels", [{}, {"channel": "sms"}, {"channel": "a", "outcome": "b", "more": "c"}])
def test_labels_that_are_not_the_declared_ones_are_refused(
    registry: Registry, labels: dict[str, str]
) -> None:
    with pytest.raises(ValueError, match="channel, outcome"):
        SENT.add(**labels)
    assert "test_sent_total{" not in registry.exposition([SENT])


def test_a_metric_is_only_used_as_what_it_is(registry: Registry) -> None:
    for misuse in (lambda: SENT.set(1, channel="a", outcome="b"), AGE.add, lambda: TOOK.set(1, step="x")):
        with pytest.raises(ValueError, match="is a"):
            misuse()


def test_a_label_that_runs_wild_does_not_eat_the_memory(registry: Registry) -> None:
    for number in range(MOST_SERIES + 50):
        SENT.add(channel=str(number), outcome="x")
        TOOK.observe(1, step=str(number))
    SENT.add(channel="0", outcome="x")
    assert registry.exposition([SENT]).count("\n") == MOST_SERIES + 2
    assert registry.value(SENT, channel="0", outcome="x") == 2, "what was known before goes on counting"
    assert registry.value(TOOK, step=str(MOST_SERIES)) == 0


def test_in_the_cloud_every_emission_is_a_line_whatever_the_level(
    registry: Registry, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("ERROR", metrics=True)
    SENT.add(channel="sms", outcome="sent")
    TOOK.observe(0.25, step="one")
    logs.configure("ERROR")
    SENT.add(channel="sms", outcome="sent")
    first, second = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert {
        "metric": "test_sent_total",
        "value": 1,
        "labels": {"channel": "sms", "outcome": "sent"},
    }.items() <= (first.items())
    assert (second["metric"], second["value"], second["labels"]) == (
        "test_took_seconds",
        0.25,
        {"step": "one"},
    )


def test_without_the_cloud_nothing_is_written(registry: Registry) -> None:
    with captured(logs.metric_log) as lines:
        SENT.add(channel="sms", outcome="sent")
    assert lines.all == []


# --- the one list
def test_names_follow_both_worlds() -> None:
    assert [name for name, times in Counter(m.name for m in MEASURES).items() if times > 1] == []
    for metric in MEASURES:
        assert re.fullmatch(r"hesabu_[a-z_]{3,80}", metric.name)
        assert (metric.kind == "counter") == metric.name.endswith("_total"), "Prometheus's naming"
        assert (metric.unit == "s") == metric.name.endswith("_seconds")
        assert bool(metric.buckets) == (metric.kind == "distribution")
        assert list(metric.buckets) == sorted(set(metric.buckets))
        assert len(metric.labels) <= 10, "Cloud Logging's limit for a log-based metric"
        assert not {"le", "quantile"} & set(metric.labels)
    assert list(SECONDS) == sorted(SECONDS)


def test_every_declared_metric_is_emitted_somewhere() -> None:
    source = "\n".join(path.read_text() for top in ("shared", "local") for path in (ROOT / top).rglob("*.py"))
    names = re.findall(r"^([A-Z_]+) = Metric\(", (ROOT / "shared/core/measures.py").read_text(), re.MULTILINE)
    assert len(names) == len(MEASURES) >= 20
    used = set(re.findall(r"measures\.([A-Z_]+)\b", source))
    assert used == set(names)


def test_metrics_are_made_in_the_one_list_only() -> None:
    makers = [p for p in (ROOT / "shared").rglob("*.py") if re.search(r"= Metric\(", p.read_text())]
    assert [path.name for path in makers] == ["measures.py"]


def test_the_run_so_far_can_be_exposed() -> None:
    assert list(text_string_to_metric_families(REGISTRY.exposition(MEASURES)))
