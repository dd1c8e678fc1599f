"""Write the list of metrics for Terraform, and both dashboards from it: ``python -m tools.dashboards``.

    infra/metrics.json                       log-based metrics are made from it
    infra/dashboards/grafana.json            import it and choose a Prometheus data source
    infra/dashboards/cloud-monitoring.json   a Cloud Monitoring dashboard

A test makes them again and compares, so they cannot drift from the code.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from shared.core.measures import MEASURES
from shared.core.metrics import Metric
from tools.cloud_panels import cloud_dashboard
from tools.grafana_panels import grafana_dashboard

ROOT = Path(__file__).resolve().parent.parent
INFRA = ROOT / "infra"


def documents() -> dict[Path, dict[str, Any]]:
    """Every file and what it holds."""
    return {
        INFRA / "metrics.json": metrics_document(),
        INFRA / "dashboards" / "grafana.json": grafana_dashboard(MEASURES),
        INFRA / "dashboards" / "cloud-monitoring.json": cloud_dashboard(MEASURES),
    }


def metrics_document() -> dict[str, Any]:
    """The list as Terraform reads it; infra/metrics.schema.json says what each field means."""
    return {"$schema": "./metrics.schema.json", "metrics": [_entry(metric) for metric in MEASURES]}


def _entry(metric: Metric) -> dict[str, Any]:
    entry = {
        "name": metric.name,
        "kind": metric.kind,
        "unit": metric.unit,
        "description": metric.description,
        "labels": list(metric.labels),
    }
    return {**entry, "buckets": list(metric.buckets)} if metric.buckets else entry


def text_of(document: dict[str, Any]) -> str:
    """JSON as it is committed."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write what differs, and say so."""
    for path, document in documents().items():
        text = text_of(document)
        if not path.exists() or path.read_text() != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            print(f"written: {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
