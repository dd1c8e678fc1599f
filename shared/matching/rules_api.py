"""The rules of matching over HTTP."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from shared.http import MANAGERS, OWNERS, Api, Body, Call, View
from shared.matching.ports import Ports
from shared.matching.rules import RULES, MatchingRules, as_data, change_rules, read_rules, version_of
from shared.store import Data

PATH = "/v1/matching-rules"
_Cents = Annotated[int, Field(ge=0, le=100_000_000_000)]
_Milli = Annotated[int, Field(ge=0, le=1000)]
_Model = Annotated[str, Field(pattern=r"^[a-z0-9-]{0,20}$")]


def _withheld() -> list[int]:
    return list(MatchingRules.withholding_milli)


class NewMatchingRules(Body):
    """The whole rules as they shall be, and why.

    ``auto_milli``: the least chance, in thousandths, of being exactly right, from 500 on; 0 leaves it to the
    model. ``version``: of the rules that were read; the change is refused when they are others by now.
    ``most_cents``: larger payments are always asked, 0 for no limit. ``window_days``: invoices issued longer
    before the payment are not paid unnamed, 0 for no limit. ``writeoff_milli``: of the invoice's total.
    ``withholding_milli``: shares of the net that a payer may keep back for the tax office.
    """

    posting: bool
    most_cents: _Cents = 0
    window_days: Annotated[int, Field(ge=0, le=3660)] = 0
    auto_milli: Annotated[int, Field(ge=0, le=1000)] = 0
    exact_cents: Annotated[int, Field(ge=0, le=10_000)] = MatchingRules.exact_cents
    writeoff_cents: Annotated[int, Field(ge=0, le=1_000_000)] = MatchingRules.writeoff_cents
    writeoff_milli: Annotated[int, Field(ge=0, le=100)] = MatchingRules.writeoff_milli
    withholding_milli: Annotated[list[_Milli], Field(max_length=6, default_factory=_withheld)]
    model: _Model = ""
    shadow: _Model = ""
    note: Annotated[str, Field(min_length=3, max_length=500)]
    version: Annotated[int | None, Field(ge=0)] = None


class MatchingRulesView(View):
    """The rules, and the latest changes of them with who made them."""

    object: str = "matching_rules"
    version: int
    posting: bool
    most_cents: int
    window_days: int
    auto_milli: int
    exact_cents: int
    writeoff_cents: int
    writeoff_milli: int
    withholding_milli: list[int]
    model: str
    shadow: str
    changes: list[dict[str, Any]]


def add_routes(api: Api[Ports]) -> None:
    """Put the routes beside those of matches: the same function serves both."""
    api.get(PATH, roles=MANAGERS, returns=MatchingRulesView, summary="Read how payments are matched")(
        read_matching_rules
    )
    api.route(
        "PUT",
        PATH,
        roles=OWNERS,
        body=NewMatchingRules,
        returns=MatchingRulesView,
        summary="Change how payments are matched",
    )(change_matching_rules)


def read_matching_rules(call: Call[Ports]) -> MatchingRulesView:
    """Tolerances, how sure is sure enough, and what is always asked."""
    doc = call.ports.store.get(call.business, RULES)
    return _view(read_rules(doc), version_of(doc), doc.data["changes"] if doc is not None else [])


def change_matching_rules(call: Call[Ports], body: NewMatchingRules) -> MatchingRulesView:
    """Holds for every payment that is decided from now on; what was posted stays so."""
    said = body.model_dump(exclude={"note", "version"})
    new = MatchingRules(**{**said, "withholding_milli": tuple(said["withholding_milli"])})
    version, changes = call.ports.store.transaction(
        call.business, lambda tx: change_rules(tx, new, call.actor.user, body.note, body.version)
    )
    return _view(new, version, changes)


def _view(rules: MatchingRules, version: int, changes: list[Data]) -> MatchingRulesView:
    return MatchingRulesView(**as_data(rules), version=version, changes=changes[:20])
