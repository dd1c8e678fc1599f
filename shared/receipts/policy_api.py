"""The receipt policy over HTTP: how sure is sure enough, and the PIN that invoices to the business carry."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from pydantic import Field

from shared.http import MANAGERS, OWNERS, Api, Body, Call, View
from shared.receipts.policy import POLICY, ReceiptPolicy, change_policy, read_policy
from shared.receipts.ports import Ports
from shared.store import Data

PATH = "/v1/receipts/policy/review"
_Line = Annotated[int, Field(ge=500, le=1000)]
"""Thousandths; under a half a field is likelier wrong than right."""


class NewReceiptPolicy(Body):
    """The whole policy as it shall be, and why."""

    merchant: _Line
    date: _Line
    total: _Line
    proof_from_cents: Annotated[int, Field(ge=0, le=100_000_000_00)]
    kra_pin: Annotated[str, Field(pattern=r"^([AP]\d{9}[A-Z])?$")] = ""
    note: Annotated[str, Field(min_length=3, max_length=500)]


class ReceiptPolicyView(View):
    """The policy, and the latest changes of it with who made them."""

    object: str = "receipt_policy"
    merchant: int
    date: int
    total: int
    proof_from_cents: int
    kra_pin: str
    changes: list[dict[str, Any]]


def add_routes(api: Api[Ports]) -> None:
    """Put the policy's routes beside those of receipts: the same function serves both."""
    api.get(PATH, roles=MANAGERS, returns=ReceiptPolicyView, summary="Read when a receipt needs a person")(
        read_receipt_policy
    )
    api.route(
        "PUT",
        PATH,
        roles=OWNERS,
        body=NewReceiptPolicy,
        returns=ReceiptPolicyView,
        summary="Change when a receipt needs a person",
    )(change_receipt_policy)


def read_receipt_policy(call: Call[Ports]) -> ReceiptPolicyView:
    """Lines are in thousandths of certainty; from ``proof_from_cents`` on, arithmetic must agree."""
    doc = call.ports.store.get(call.business, POLICY)
    return _view(read_policy(doc), doc.data["changes"] if doc is not None else [])


def change_receipt_policy(call: Call[Ports], body: NewReceiptPolicy) -> ReceiptPolicyView:
    """Holds for every receipt that is read from now on; what was accepted stays so."""
    new = ReceiptPolicy(**body.model_dump(exclude={"note"}))
    changes = call.ports.store.transaction(
        call.business, lambda tx: change_policy(tx, new, call.actor.user, body.note)
    )
    return _view(new, changes)


def _view(policy: ReceiptPolicy, changes: list[Data]) -> ReceiptPolicyView:
    return ReceiptPolicyView(**asdict(policy), changes=changes[:20])
