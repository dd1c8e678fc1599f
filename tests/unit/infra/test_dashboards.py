"""The list of metrics as files: made from the code, valid, and whole in both dashboards."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from shared.core.errors import Invalid
from shared.core.measures import MEASURES
from tools.dashboards import INFRA, documents, text_of
from tools.panels import rows_of

LISTED = json.loads((INFRA / "metrics.json").read_text())
SCHEMA = json.loads((INFRA / "metrics.schema.json").read_text())
GRAFANA = json.loads((INFRA / "dashboards" / "grafana.json").read_text())
CLOUD = json.loads((INFRA / "dashboards" / "cloud-monitoring.json").read_text())
NAMES = {metric.name for metric in MEASURES}


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_the_committed_file_is_what_the_code_makes(path: Any) -> None:
    assert path.read_text() == text_of(documents()[path]), "run: python -m tools.dashboards"


def test_the_list_follows_its_schema_and_is_the_code_s() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    Draft202012Validator(SCHEMA).validate(LISTED)
    assert [(m["name"], m["kind"], tuple(m["labels"])) for m in LISTED["metrics"]] == [
        (metric.name, metric.kind, metric.labels) for metric in MEASURES
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "other_total"}, {"name": "hesabu_UPPER"}, {"kind": "summary"}, {"unit": "ms"},
        {"labels": ["a", "a"]}, {"labels": ["with space"]}, {"description": ""}, {"buckets": [1, 2]},
        {"kind": "distribution"}, {"kind": "distribution", "buckets": [0, 1]}, {"more": 1},
    ],
)  # fmt: skip
def test_the_schema_refuses_what_terraform_could_not_use(changes: dict[str, Any]) -> None:
    broken = copy.deepcopy(LISTED)
    assert broken["metrics"][0]["kind"] == "counter"
    broken["metrics"][0] |= changes
    with pytest.raises(ValidationError):
        Draft202012Validator(SCHEMA).validate(broken)


def panels() -> list[dict[str, Any]]:
    return [panel for panel in GRAFANA["panels"] if panel["type"] != "row"]


def expressions() -> Iterator[str]:
    return (target["expr"] for panel in panels() for target in panel["targets"])


def test_grafana_asks_for_every_metric_as_prometheus_names_it() -> None:
    asked = {name for query in expressions() for name in re.findall(r"hesabu_[a-z_]+", query)}
    distributions = {m.name for m in MEASURES if m.kind == "distribution"}
    assert asked == (NAMES - distributions) | {f"{name}_bucket" for name in distributions}
    for query in expressions():
        assert query.count("(") == query.count(")")
        assert query.count("[") == query.count("]") == query.count("$__rate_interval")


def test_grafana_groups_by_declared_labels_only() -> None:
    labels = {metric.name: set(metric.labels) for metric in MEASURES}
    for query in expressions():
        name = re.findall(r"hesabu_[a-z_]+", query)[0].removesuffix("_bucket")
        grouped = {g.strip() for by in re.findall(r"by \(([^)]*)\)", query) for g in by.split(",")} - {""}
        assert grouped - {"le"} == labels[name]


def test_grafana_can_load_it() -> None:
    identities = [panel["id"] for panel in GRAFANA["panels"]]
    assert len(set(identities)) == len(identities)
    (source,) = GRAFANA["templating"]["list"]
    assert (source["type"], source["query"]) == ("datasource", "prometheus")
    for panel in panels():
        assert panel["datasource"]["uid"] == "${datasource}"
        assert panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24
    assert no_overlap([tuple(panel["gridPos"][k] for k in "xywh") for panel in GRAFANA["panels"]])


def tiles() -> list[dict[str, Any]]:
    return list(CLOUD["mosaicLayout"]["tiles"])


def data_sets() -> list[dict[str, Any]]:
    charts = (tile["widget"]["xyChart"] for tile in tiles() if "xyChart" in tile["widget"])
    return [d["timeSeriesQuery"]["timeSeriesFilter"] for chart in charts for d in chart["dataSets"]]


def test_cloud_monitoring_shows_every_log_based_metric() -> None:
    shown = {
        re.fullmatch(r'metric\.type="logging\.googleapis\.com/user/(\w+)"', d["filter"])[1]
        for d in data_sets()
    }  # type: ignore[index]
    assert shown == NAMES


def test_cloud_monitoring_aligns_each_kind_as_its_value_type_allows() -> None:
    kinds = {metric.name: metric for metric in MEASURES}
    for found in data_sets():
        metric = kinds[found["filter"].split("/")[-1].strip('"')]
        told = found["aggregation"]
        assert (told["perSeriesAligner"] == "ALIGN_RATE") == (metric.kind == "counter")
        assert (told["crossSeriesReducer"] == "REDUCE_MEAN") == (metric.kind == "gauge")
        assert told.get("groupByFields", []) == [f'metric.label."{label}"' for label in metric.labels]


def test_cloud_monitoring_can_lay_it_out() -> None:
    width = CLOUD["mosaicLayout"]["columns"]
    places = [(t.get("xPos", 0), t["yPos"], t["width"], t["height"]) for t in tiles()]
    assert all(x + w <= width <= 48 for x, _, w, _ in places)
    assert no_overlap(places)


def no_overlap(places: list[Any]) -> bool:
    cells = [(x + i, y + j) for x, y, w, h in places for i in range(w) for j in range(h)]
    return len(cells) == len(set(cells))


def test_a_metric_without_a_place_is_named() -> None:
    with pytest.raises(Invalid, match="hesabu_commit_seconds"):
        rows_of([metric for metric in MEASURES if metric.name != "hesabu_commit_seconds"])
