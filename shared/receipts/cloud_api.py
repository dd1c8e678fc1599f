"""Over HTTP: whether a business lets cloud engines see its receipts, and how many calls a day."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from pydantic import Field

from shared.http import MANAGERS, OWNERS, Api, Body, Call, View
from shared.receipts.cloud_policy import MOST_A_DAY, POLICY, CloudPolicy, change_policy, read_policy
from shared.receipts.ports import Ports
from shared.store import Data

PATH = "/v1/receipts/policy/cloud"
_Calls = Annotated[int, Field(ge=0, le=MOST_A_DAY)]


class NewCloudPolicy(Body):
    """The whole policy as it shall be."""

    allowed: bool
    vision_pages_a_day: _Calls
    gemini_calls_a_day: _Calls


class CloudPolicyView(View):
    """The policy, and the latest changes of it with who made them."""

    object: str = "receipt_cloud_policy"
    allowed: bool
    vision_pages_a_day: int
    gemini_calls_a_day: int
    changes: list[dict[str, Any]]


def add_routes(api: Api[Ports]) -> None:
    """Put the policy's routes beside those of receipts: the same function serves both."""
    api.get(
        PATH, roles=MANAGERS, returns=CloudPolicyView, summary="Read what cloud engines may see of receipts"
    )(read_cloud_policy)
    api.route(
        "PUT",
        PATH,
        roles=OWNERS,
        body=NewCloudPolicy,
        returns=CloudPolicyView,
        summary="Choose what cloud engines may see of receipts",
    )(change_cloud_policy)


def read_cloud_policy(call: Call[Ports]) -> CloudPolicyView:
    """A business that never chose keeps its receipts to itself."""
    doc = call.ports.store.get(call.business, POLICY)
    return _view(read_policy(doc), doc.data if doc is not None else {})


def change_cloud_policy(call: Call[Ports], body: NewCloudPolicy) -> CloudPolicyView:
    """Holds for every receipt that is read from now on; an engine is asked only where it is set up."""
    new = CloudPolicy(**body.model_dump())
    kept = call.ports.outbox.run(call.business, lambda tx: change_policy(tx, new, call.actor.user))
    return _view(new, kept)


def _view(policy: CloudPolicy, kept: Data) -> CloudPolicyView:
    return CloudPolicyView(**asdict(policy), changes=kept.get("changes", []))
