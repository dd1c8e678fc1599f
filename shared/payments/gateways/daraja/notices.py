"""The rarer shapes Daraja posts or answers, and the one function that recognises any of them.

Shapes: D3 M-Pesa Ratiba (standing orders), Bill Manager, B2B Express and Pull Transactions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field, field_validator

from shared.core.errors import Invalid
from shared.payments.gateways.daraja.fields import (
    Cents,
    ListedMoment,
    Payload,
    RequiredCents,
    RequiredReceipt,
    RequiredText,
    Text,
)
from shared.payments.gateways.daraja.fields import payer_hint as hint_of
from shared.payments.gateways.daraja.payloads import (
    AsyncResult,
    C2bNotice,
    StkCallback,
    build,
    c2b_from,
    named_values,
    result_from,
    stk_from,
)
from shared.payments.gateways.daraja.results import PROVIDER
from shared.payments.gateways.port import Evidence, Outcome
from shared.payments.gateways.strict_json import read_json


class RatibaNotice(Payload):
    """One execution of a standing order. Success spells its keys lower-case, failure upper-case."""

    code: RequiredText = Field(alias="responsecode")
    description: Text = Field(default="", alias="responsedescription")
    request_id: Text = Field(default="", alias="requestrefid")
    response_id: Text = Field(default="", alias="responserefid")
    values: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @property
    def succeeded(self) -> bool:
        """The callback says 0; the acknowledgement, which is not a callback, says 200."""
        return self.code == "0"


class BillPayment(Payload):
    """A bill paid through Bill Manager, pushed up to five times."""

    receipt: RequiredReceipt = Field(alias="transactionId")
    amount_cents: RequiredCents = Field(alias="paidAmount")
    msisdn: Text = ""
    created: Text = Field(default="", alias="dateCreated")
    account: Text = Field(default="", alias="accountReference")
    shortcode: Text = Field(default="", alias="shortCode")

    def evidence(self) -> Evidence:
        """The claim that the shortcode received money: a notice like C2B's, and of the same receipt."""
        phone = f"254{self.msisdn[1:]}" if self.msisdn.startswith("0") else self.msisdn
        return Evidence(
            provider=PROVIDER,
            kind="c2b",
            outcome=Outcome.SUCCESS,
            code="0",
            receipt=self.receipt,
            amount_cents=self.amount_cents,
            payer=hint_of(phone),
            account=self.account,
            shortcode=self.shortcode,
        )


class B2bExpressNotice(Payload):
    """The end of a USSD push to a merchant's till."""

    code: RequiredText = Field(alias="resultCode")
    request_id: RequiredText = Field(alias="requestId")
    description: Text = Field(default="", alias="resultDesc")
    conversation_id: Text = Field(default="", alias="conversationID")
    receipt: Text = Field(default="", alias="transactionId")
    amount_cents: Cents = Field(default=None, alias="amount")


_NOBODY = frozenset({"MPESA", "M-PESA"})
"""What stands for the sender where no name is told (the specimen of Daraja's Pull Transactions page)."""


class PullRow(Payload):
    """One customer payment of the last 48 hours, as Pull Transactions lists it."""

    receipt: RequiredReceipt = Field(alias="transactionId")
    at: ListedMoment = Field(default=None, alias="trxDate")
    msisdn: Text = ""
    sender: Text = ""
    kind: Text = Field(default="", alias="transactiontype")
    account: Text = Field(default="", alias="billreference")
    amount_cents: RequiredCents = Field(alias="amount")
    organisation: Text = Field(default="", alias="organizationname")

    def evidence(self, shortcode: str) -> Evidence:
        """Independent proof that the shortcode received this money."""
        return Evidence(
            provider=PROVIDER,
            kind="pull",
            outcome=Outcome.SUCCESS,
            code="0",
            receipt=self.receipt,
            amount_cents=self.amount_cents,
            payer=hint_of(self.msisdn, "" if self.sender.upper() in _NOBODY else self.sender),
            account=self.account,
            shortcode=shortcode,
            at=self.at,
        )


class PullPage(Payload):
    """One page of Pull Transactions; code 1000 has rows, 1001 has none (``[[]]``)."""

    code: RequiredText = Field(alias="ResponseCode")
    message: Text = Field(default="", alias="ResponseMessage")
    rows: tuple[PullRow, ...] = Field(default=(), alias="Response")

    @field_validator("rows", mode="before")
    @classmethod
    def _flat(cls, value: Any) -> Any:
        groups = value if isinstance(value, list) else []
        return [row for group in groups for row in (group if isinstance(group, list) else [group])]


DarajaNotice = (
    StkCallback | C2bNotice | AsyncResult | RatibaNotice | BillPayment | B2bExpressNotice | PullPage
)


def parse_callback(raw: bytes) -> DarajaNotice:
    """Recognise and read any Daraja payload.

    Raises Invalid ``callback_unknown`` for no known shape, ``callback_invalid`` or ``json_invalid`` for a
    broken one, and TooLarge above 1 MiB.
    """
    return recognise(read_json(raw))


def recognise(body: Mapping[str, Any]) -> DarajaNotice:
    """Read an object by the one member that only its shape has."""
    if "Body" in body:
        return stk_from(body)
    if "Result" in body:
        return result_from(body)
    if "TransID" in body:
        return c2b_from(body)
    if any(key.lower() == "responseheader" for key in body):
        return ratiba_from(body)
    for mark, model in _FLAT_SHAPES.items():
        if mark in body:
            return build(model, body)
    raise Invalid("callback_unknown", "the payload has no shape that Daraja is known to send")


_FLAT_SHAPES: dict[str, type[BillPayment | B2bExpressNotice | PullPage]] = {
    "paidAmount": BillPayment,
    "resultCode": B2bExpressNotice,
    "ResponseMessage": PullPage,
}


def ratiba_from(body: Mapping[str, Any]) -> RatibaNotice:
    """The standing-order notice in an object whose keys may be of either case."""
    parts = _lower(body)
    header, content = _lower(parts.get("responseheader")), _lower(parts.get("responsebody"))
    rows = content.get("responsedata") or []
    rows = [_titled(row) for row in rows] if isinstance(rows, list) else rows
    return build(RatibaNotice, {**header, "values": named_values(rows, "Name", "/responseData")})


def _lower(value: Any) -> dict[str, Any]:
    return {key.lower(): item for key, item in value.items()} if isinstance(value, Mapping) else {}


def _titled(row: Any) -> Any:
    fields = _lower(row)
    return {"Name": fields.get("name"), "Value": fields.get("value")}
