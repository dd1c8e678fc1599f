"""What-if scenarios and customer segments over HTTP."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from shared.core.clock import EAT
from shared.http import READERS, Api, Body, Call, View
from shared.insights.facts import Fact
from shared.insights.ports import Ports
from shared.insights.scenarios import Change, Code

SAID: dict[Code, str] = {
    "usual_month": "A usual month is the mean of the last three whole ones.",
    "price_keeps_customers": "Everybody goes on buying as before.",
    "customers_lost": "As many stay away as was said.",
    "once": "Paying later keeps money in the house once, not every month.",
    "no_balance": "No balance is recorded, so there is no runway.",
}


class WhatIf(Body):
    """Changes, made one after the other."""

    changes: Annotated[list[Change], Field(min_length=1, max_length=10)]


class WhatIfView(View):
    """The usual month (``…_now``) and the changed one (``…_then``) as facts."""

    object: str = "what_if"
    facts: list[Fact]
    assumptions: list[str]


class MemberView(View):
    customer_id: str
    name: str
    facts: list[Fact]


class SegmentView(View):
    name: str
    facts: list[Fact]
    customers: list[MemberView]


class SegmentsView(View):
    """Segments that have customers; of each the most paying ones."""

    object: str = "customer_segments"
    facts: list[Fact]
    segments: list[SegmentView]


def add_routes(api: Api[Ports]) -> None:
    """Put the routes beside those of questions: the same function serves both."""
    api.post(
        "/v1/what-if", roles=READERS, body=WhatIf, returns=WhatIfView, summary="Work out what would change"
    )(compute_what_if)
    api.get(
        "/v1/customer-segments", roles=READERS, returns=SegmentsView, summary="Group customers by their year"
    )(read_segments)


def compute_what_if(call: Call[Ports], body: WhatIf) -> WhatIfView:
    """Plain arithmetic on the last three whole months; refused where there are fewer."""
    from shared.insights.metrics import Scope
    from shared.insights.whatif import what_if
    from shared.insights.wording import localise

    today = call.ports.clock.now().astimezone(EAT).date()
    found = what_if(Scope(call.ports.store, call.business, today), body.changes)
    return WhatIfView(
        facts=[localise(fact, "en") for fact in found.facts],
        assumptions=[SAID[code] for code in found.assumed],
    )


def read_segments(call: Call[Ports]) -> SegmentsView:
    """By recency, frequency and money of a year, with what each is worth; refused under twenty customers."""
    from shared.insights.metrics import Scope
    from shared.insights.segments import segments
    from shared.insights.wording import localise

    today = call.ports.clock.now().astimezone(EAT).date()
    shared, found = segments(Scope(call.ports.store, call.business, today))
    told = [
        SegmentView(
            name=one.name,
            facts=[localise(fact, "en") for fact in one.facts],
            customers=[
                MemberView(customer_id=who, name=name, facts=[localise(fact, "en") for fact in facts])
                for who, name, facts in one.customers
            ],
        )
        for one in found
    ]
    return SegmentsView(facts=[localise(fact, "en") for fact in shared], segments=told)
