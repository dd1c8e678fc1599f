"""The Cloud Monitoring dashboard, over the log-based metrics that Terraform makes from infra/metrics.json.

A log-based metric is a DELTA: an INT64 that counts lines, or a DISTRIBUTION of the values in them. There is
no log-based gauge, so a gauge is a distribution too, and the mean of what was told in a period is its value:
the sweep tells each once a period (Google Cloud, "LogMetric": metricDescriptor; "Aggregation": REDUCE_MEAN).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from shared.core.metrics import Metric
from tools.panels import Row, rows_of, title_of

_COLUMNS, _HEIGHT, _HEADING = 48, 16, 4
_MINUTES = {"counter": 1, "distribution": 1, "gauge": 5}


def cloud_dashboard(metrics: Sequence[Metric]) -> dict[str, Any]:
    """A mosaic with a heading and a row of charts for each row of the list."""
    return {
        "displayName": "Hesabu",
        "mosaicLayout": {"columns": _COLUMNS, "tiles": list(_tiles(rows_of(metrics)))},
    }


def _tiles(rows: Sequence[Row]) -> Iterator[dict[str, Any]]:
    top = 0
    for row in rows:
        heading = {"text": {"content": f"## {row.title}", "format": "MARKDOWN"}}
        yield _tile(0, top, _COLUMNS, _HEADING, heading)
        top += _HEADING
        width = _COLUMNS // len(row.metrics)
        for column, metric in enumerate(row.metrics):
            yield _tile(column * width, top, width, _HEIGHT, _chart(metric))
        top += _HEIGHT


def _tile(left: int, top: int, width: int, height: int, widget: dict[str, Any]) -> dict[str, Any]:
    place = {"xPos": left, "yPos": top} if left else {"yPos": top}
    return {**place, "width": width, "height": height, "widget": widget}


def _chart(metric: Metric) -> dict[str, Any]:
    chart = {
        "dataSets": [_data_set(metric, reducer) for reducer in _reducers(metric)],
        "yAxis": {"scale": "LINEAR", "label": "1/s" if metric.kind == "counter" else metric.unit},
    }
    return {"title": title_of(metric), "xyChart": chart}


def _reducers(metric: Metric) -> tuple[str, ...]:
    percentiles = ("REDUCE_PERCENTILE_50", "REDUCE_PERCENTILE_95")
    return {"counter": ("REDUCE_SUM",), "gauge": ("REDUCE_MEAN",), "distribution": percentiles}[metric.kind]


def _data_set(metric: Metric, reducer: str) -> dict[str, Any]:
    aggregation: dict[str, Any] = {
        "alignmentPeriod": f"{60 * _MINUTES[metric.kind]}s",
        "perSeriesAligner": "ALIGN_RATE" if metric.kind == "counter" else "ALIGN_DELTA",
        "crossSeriesReducer": reducer,
    }
    if metric.labels:
        aggregation["groupByFields"] = [f'metric.label."{label}"' for label in metric.labels]
    asked = {"filter": f'metric.type="logging.googleapis.com/user/{metric.name}"', "aggregation": aggregation}
    labels = " ".join(f"${{metric.labels.{label}}}" for label in metric.labels)
    share = reducer.removeprefix("REDUCE_PERCENTILE_")
    legend = f"p{share} {labels}".strip() if share.isdigit() else labels
    return {
        "plotType": "LINE",
        "timeSeriesQuery": {"timeSeriesFilter": asked},
        **({"legendTemplate": legend} if legend else {}),
    }
