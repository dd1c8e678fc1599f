"""The settlement policy over HTTP: how much proof a business wants; its owner changes it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from pydantic import Field

from shared.http import MANAGERS, OWNERS, Api, Body, Call, View
from shared.payments.gateways.daraja.request import MAX_CENTS
from shared.payments.places import PROFILE
from shared.payments.policy import CHANGES, SettlementPolicy, Unproven, change_policy, read_policy
from shared.payments.ports import Ports
from shared.store import Data, Tx


class NewPolicy(Body):
    """The whole policy as it shall be, and why."""

    trust_callback_cents: Annotated[int, Field(ge=0, le=MAX_CENTS)]
    two_proofs_from_cents: Annotated[int, Field(ge=1, le=MAX_CENTS)] | None
    unproven: Unproven
    note: Annotated[str, Field(min_length=3, max_length=500)]


class PolicyView(View):
    """When money is credited, and the latest changes of that with who made them."""

    object: str = "settlement_policy"
    trust_callback_cents: int
    two_proofs_from_cents: int | None
    unproven: str
    changes: list[dict[str, Any]]


def add_routes(api: Api[Ports]) -> None:
    """Put the policy's routes beside those of collecting: the same function serves both."""
    api.get(
        "/v1/settlement-policy", roles=MANAGERS, returns=PolicyView, summary="Read when money is credited"
    )(read_settlement_policy)
    api.route(
        "PUT",
        "/v1/settlement-policy",
        roles=OWNERS,
        body=NewPolicy,
        returns=PolicyView,
        summary="Change when money is credited",
    )(change_settlement_policy)


def read_settlement_policy(call: Call[Ports]) -> PolicyView:
    """A business that never chose credits nothing without proof, and asks a person about the rest."""
    store = call.ports.store
    profile, log = store.get_many(call.business, [PROFILE, CHANGES])
    return _view(read_policy(call.ports, profile), log.data["changes"] if log else [])


def change_settlement_policy(call: Call[Ports], body: NewPolicy) -> PolicyView:
    """Holds for every payment that is looked at from now on; what is booked already stays booked."""
    new = SettlementPolicy(**body.model_dump(exclude={"note"}))

    def write(tx: Tx) -> Data:
        change_policy(call.ports, tx, new, call.actor.user, body.note)
        return {"changes": tx.require(CHANGES).data["changes"]}

    return _view(new, call.ports.outbox.run(call.business, write)["changes"])


def _view(policy: SettlementPolicy, changes: list[Data]) -> PolicyView:
    return PolicyView(**asdict(policy), changes=changes[:20])
