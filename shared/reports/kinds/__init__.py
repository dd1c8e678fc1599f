"""The kinds of reports: one function each, over store queries, read-only."""

from __future__ import annotations

from collections.abc import Callable

from shared.insights.metrics.sources import Scope
from shared.reports.ask import Ask, Kind
from shared.reports.kinds.ageing import ageing
from shared.reports.kinds.cash_flow import cash_flow
from shared.reports.kinds.customer_statement import customer_statement
from shared.reports.kinds.profit_and_loss import profit_and_loss
from shared.reports.kinds.receipts import receipts
from shared.reports.kinds.reconciliation import reconciliation
from shared.reports.kinds.vat_helper import vat_helper
from shared.reports.model import Report

Build = Callable[[Scope, Ask, str], Report]
REGISTRY: dict[Kind, Build] = {
    "profit_and_loss": profit_and_loss,
    "cash_flow": cash_flow,
    "ageing": ageing,
    "customer_statement": customer_statement,
    "vat_helper": vat_helper,
    "reconciliation": reconciliation,
    "receipts": receipts,
}


def build(scope: Scope, ask: Ask, name: str) -> Report:
    """Compute a checked ask for the business called ``name``.

    Raises NotFound for a customer that does not exist, Contended when the books kept changing meanwhile.
    """
    return REGISTRY[ask.kind](scope, ask, name)
