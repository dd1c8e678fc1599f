"""Pull Transactions: the customer payments of the last 48 hours, page after page (D3 Pull Transactions)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from shared.core import logs
from shared.core.clock import EAT
from shared.core.errors import Invalid
from shared.payments.gateways.daraja.notices import PullRow
from shared.payments.gateways.daraja.payloads import build
from shared.payments.gateways.daraja.transport import error_code
from shared.payments.gateways.port import Evidence, NoAnswer
from shared.payments.gateways.transport import HttpAnswer, NoHttpAnswer

QUERY = "/pulltransactions/v1/query"
REACH = timedelta(hours=48)
MOST_PAGES = 200
"""Twenty thousand payments in a window; a listing that never ends is no answer."""
Post = Callable[[str, Mapping[str, Any]], HttpAnswer | NoHttpAnswer]


def pull_window(post: Post, shortcode: str, since: datetime, until: datetime) -> list[Evidence] | NoAnswer:
    """Every payment between two moments; rows that cannot be read are left out and logged."""
    since = max(since, until - REACH + timedelta(minutes=1))
    found: list[Evidence] = []
    offset = 0
    for _ in range(MOST_PAGES):
        rows = _rows(post(QUERY, _query_body(shortcode, since, until, offset)))
        if isinstance(rows, NoAnswer):
            return rows
        if not rows:
            return found
        found += [proof for row in rows if (proof := _proof(row, shortcode)) is not None]
        offset += len(rows)
    return NoAnswer("endless_listing")


def _query_body(shortcode: str, since: datetime, until: datetime, offset: int) -> dict[str, str]:
    return {
        "ShortCode": shortcode,
        "StartDate": _eat(since),
        "EndDate": _eat(until + timedelta(seconds=1)),  # whole seconds: the last one must not fall out
        "OffSetValue": str(offset),
    }


def _eat(moment: datetime) -> str:
    return moment.astimezone(EAT).strftime("%Y-%m-%d %H:%M:%S")


def _rows(answer: HttpAnswer | NoHttpAnswer) -> list[Any] | NoAnswer:
    if isinstance(answer, NoHttpAnswer):
        return NoAnswer(answer.reason)
    code, groups = str(answer.body.get("ResponseCode", "")), answer.body.get("Response")
    if error_code(answer) or answer.status != 200 or code not in {"1000", "1001"}:
        return NoAnswer(error_code(answer) or f"http_{answer.status}")
    if code == "1001" or not isinstance(groups, list):
        return []
    return [row for group in groups for row in (group if isinstance(group, list) else [group])]


def _proof(row: Any, shortcode: str) -> Evidence | None:
    try:
        return build(PullRow, row if isinstance(row, dict) else {}).evidence(shortcode)
    except Invalid as error:
        logs.warn(
            "a listed payment cannot be read", code=error.code, fields=[e.pointer for e in error.errors]
        )
        return None
