"""What both dashboards show: one panel a metric, in rows by what somebody looks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.core.errors import Invalid
from shared.core.metrics import Metric

ROWS: dict[str, tuple[str, ...]] = {
    "Is anything wrong": (
        "hesabu_stuck_attempts",
        "hesabu_stuck_payouts",
        "hesabu_unmatched_age_seconds",
        "hesabu_dead_letters_total",
        "hesabu_sweep_failures_total",
    ),
    "Collecting money": (
        "hesabu_attempts_total",
        "hesabu_callbacks_total",
        "hesabu_callback_sources_total",
        "hesabu_payments_total",
        "hesabu_matches_total",
    ),
    "Receipts and messages": ("hesabu_receipts_total", "hesabu_ocr_seconds", "hesabu_messages_total"),
    "Requests and events": (
        "hesabu_http_requests_total",
        "hesabu_http_request_seconds",
        "hesabu_events_total",
        "hesabu_event_seconds",
    ),
    "Providers": ("hesabu_provider_calls_total", "hesabu_provider_call_seconds"),
    "Store and bus": (
        "hesabu_commit_seconds",
        "hesabu_store_retries_total",
        "hesabu_publish_failures_total",
        "hesabu_outbox_relayed",
    ),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of panels under a heading."""

    title: str
    metrics: tuple[Metric, ...]


def rows_of(metrics: Sequence[Metric]) -> list[Row]:
    """Every metric in its row; raises Invalid ``dashboard_incomplete`` when one has none."""
    known = {metric.name: metric for metric in metrics}
    placed = [name for names in ROWS.values() for name in names]
    if sorted(placed) != sorted(known):
        missing = sorted(set(known) ^ set(placed))
        raise Invalid("dashboard_incomplete", f"place each metric in one row: {', '.join(missing)}")
    return [Row(title, tuple(known[name] for name in names)) for title, names in ROWS.items()]


def title_of(metric: Metric) -> str:
    """``hesabu_commit_seconds`` as ``Commit seconds``."""
    return metric.name.removeprefix("hesabu_").removesuffix("_total").replace("_", " ").capitalize()
