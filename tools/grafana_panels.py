"""The Grafana dashboard: Prometheus queries for what the local gateway exposes at /metrics."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from shared.core.metrics import Metric
from tools.panels import Row, rows_of, title_of

_SOURCE = {"type": "prometheus", "uid": "${datasource}"}
_COLUMNS, _HEIGHT = 24, 8
_UNITS = {"s": "s", "1": "short"}


def grafana_dashboard(metrics: Sequence[Metric]) -> dict[str, Any]:
    """A dashboard that asks for its data source, with a row of panels for each row of the list."""
    return {
        "uid": "hesabu",
        "title": "Hesabu",
        "tags": ["hesabu"],
        "schemaVersion": 39,
        "editable": True,
        "timezone": "Africa/Nairobi",
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {"list": [_data_source()]},
        "panels": list(_panels(rows_of(metrics))),
    }


def _data_source() -> dict[str, Any]:
    return {"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus"}


def _panels(rows: Sequence[Row]) -> Iterator[dict[str, Any]]:
    identity, top = 0, 0
    for row in rows:
        identity += 1
        place = {"h": 1, "w": _COLUMNS, "x": 0, "y": top}
        yield {"id": identity, "type": "row", "title": row.title, "gridPos": place, "panels": []}
        top += 1
        width = _COLUMNS // len(row.metrics)
        for column, metric in enumerate(row.metrics):
            identity += 1
            place = {"h": _HEIGHT, "w": width, "x": column * width, "y": top}
            yield _panel(identity, metric, place)
        top += _HEIGHT


def _panel(identity: int, metric: Metric, place: dict[str, int]) -> dict[str, Any]:
    unit = "ops" if metric.kind == "counter" else _UNITS[metric.unit]
    return {
        "id": identity,
        "type": "timeseries",
        "title": title_of(metric),
        "description": metric.description,
        "datasource": _SOURCE,
        "gridPos": place,
        "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
        "targets": [
            {
                "refId": chr(ord("A") + n),
                "datasource": _SOURCE,
                "expr": query,
                "legendFormat": legend or "__auto",
            }
            for n, (query, legend) in enumerate(_queries(metric))
        ],
    }


def _queries(metric: Metric) -> list[tuple[str, str]]:
    by, legend = ", ".join(metric.labels), " ".join(f"{{{{{label}}}}}" for label in metric.labels)
    grouped = f" by ({by})" if by else ""
    if metric.kind == "gauge":
        return [(f"max{grouped}({metric.name})", legend)]
    if metric.kind == "counter":
        return [(f"sum{grouped}(rate({metric.name}[$__rate_interval]))", legend)]
    buckets = f"sum by ({', '.join(['le', *metric.labels])})(rate({metric.name}_bucket[$__rate_interval]))"
    return [
        (f"histogram_quantile({share / 100}, {buckets})", f"p{share} {legend}".strip()) for share in (50, 95)
    ]
