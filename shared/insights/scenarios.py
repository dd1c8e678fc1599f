"""What may be asked of "what if": changes of a usual month, in closed words."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from shared.http import Body
from shared.insights.plan import Category

Code = Literal["usual_month", "price_keeps_customers", "customers_lost", "once", "no_balance"]
"""What a scenario assumes."""
_Percent = Annotated[int, Field(ge=-90, le=500)]


class Price(Body):
    """Prices change by ``percent``; ``lost_percent`` of the sales stay away for it."""

    kind: Literal["price"]
    percent: _Percent
    lost_percent: Annotated[int, Field(ge=0, le=100)] = 0


class Cost(Body):
    """A category's cost changes by ``percent``."""

    kind: Literal["cost"]
    category: Category
    percent: _Percent


class Hire(Body):
    """Somebody is paid ``monthly_cents`` more each month; negative where somebody leaves."""

    kind: Literal["hire"]
    monthly_cents: Annotated[int, Field(ge=-100_000_000_00, le=100_000_000_00)]


class LoseCustomer(Body):
    """A customer buys nothing any more."""

    kind: Literal["lose_customer"]
    customer_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$")]


class PayLater(Body):
    """A category's suppliers are paid ``days`` later: once, so much stays in the house."""

    kind: Literal["pay_later"]
    category: Category
    days: Annotated[int, Field(ge=1, le=365)]


Change = Annotated[Price | Cost | Hire | LoseCustomer | PayLater, Field(discriminator="kind")]
