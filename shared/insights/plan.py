"""A plan: what a question asks for, in closed words. Nothing outside these words can be computed."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

Intent = Literal[
    "revenue_total",
    "expense_total",
    "expense_breakdown",
    "largest_expenses",
    "outstanding_invoices",
    "ageing",
    "top_customers",
    "customer_risk",
    "compare_periods",
    "trend",
    "cash_flow",
    "forecast",
    "health_score",
    "kpi",
    "anomalies",
    "unreconciled",
    "payment_success",
    "tax_summary",
    "budget_variance",
    "cash_position",
    "find_transaction",
    "out_of_scope",
]
INTENTS: tuple[Intent, ...] = get_args(Intent)
POSITIONS: frozenset[Intent] = frozenset(
    {
        "outstanding_invoices",
        "ageing",
        "health_score",
        "kpi",
        "customer_risk",
        "cash_position",
        "find_transaction",
    }
)
"""What is asked as of today, without a period."""
MetricName = Literal[
    "revenue",
    "expenses",
    "receivables",
    "health_score",
    "dso",
    "avg_days_to_pay",
    "runway",
    "payment_success_rate",
    "failures_by_reason",
    "failed_count",
    "cash_flow",
    "net_cash_flow",
    "cash_balance",
    "anomalies",
    "unreconciled",
    "vat",
    "withholding",
    "budget_variance",
    "late_payment_risk",
    "churn_risk",
    "transaction",
]
Channel = Literal["mpesa", "airtel", "bank"]
Category = Literal[
    "stock_cogs",
    "rent",
    "utilities",
    "airtime_internet",
    "fuel",
    "transport_delivery",
    "travel_lodging",
    "vehicle_costs",
    "premises_upkeep",
    "wages_salaries",
    "payroll_statutory",
    "taxes",
    "licences_permits",
    "professional_fees",
    "marketing",
    "software_cloud",
    "bank_mpesa_fees",
    "loans_finance",
    "insurance",
    "office_supplies",
    "equipment_furniture",
    "meals_entertainment",
    "staff_welfare_training",
    "owner_transfers",
]
Assumption = Literal[
    "default_period",
    "as_of_today",
    "date_range_given",
    "cash_basis",
    "previous_whole",
    "default_limit",
    "tax_hint",
    "pro_rated",
    "shillings_only",
    "by_delay",
    "due_days",
    "bills_again",
]


class Period(BaseModel):
    """Nairobi days from ``from`` to ``to``, both included."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        defer_build=True,
    )
    start: Annotated[date, Field(alias="from")]
    end: Annotated[date, Field(alias="to")]

    @model_validator(mode="after")
    def _in_order(self) -> Period:
        if self.start > self.end:
            raise ValueError("a period ends on or after its first day")
        return self

    @property
    def days(self) -> int:
        """How many days, both ends counted."""
        return (self.end - self.start).days + 1


class Filters(BaseModel):
    """What narrows a metric; ``amount_cents`` in cents, ``min_days_overdue`` in days."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    channel: Channel | None = None
    category: Category | None = None
    customer: Annotated[str | None, Field(max_length=200)] = None
    reference: Annotated[str | None, Field(max_length=40)] = None
    amount_cents: int | None = None
    kind: Literal["duplicate_payment"] | None = None
    min_days_overdue: Annotated[int | None, Field(ge=0, le=3650)] = None
    granularity: Literal["day", "week", "month"] | None = None
    overdue_only: bool | None = None
    reason: Annotated[str | None, Field(max_length=40)] = None

    def given(self) -> dict[str, Any]:
        """Only what narrows."""
        return self.model_dump(exclude_none=True)


class Plan(BaseModel):
    """One reading of a question. The business is not part of it: that comes from the token.

    Args:
        period: None for positions, which are as of today.
        limit: rows asked for, None where the question names no number.
        confidence_milli: 0 to 1000; below the router's threshold nothing is computed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    intent: Intent
    metric: MetricName | None = None
    period: Period | None = None
    compare_to: Period | None = None
    filters: Filters = Filters()
    limit: Annotated[int | None, Field(ge=1, le=50)] = None
    confidence_milli: Annotated[int, Field(ge=0, le=1000)] = 0
    assumptions: tuple[Assumption, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> Plan:
        if (self.compare_to is not None) != (self.intent == "compare_periods"):
            raise ValueError("a comparison has two periods, nothing else has")
        if (self.metric is None) != (self.intent == "out_of_scope"):
            raise ValueError("every question in scope names a metric")
        return self
