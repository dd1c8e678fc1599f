"""What Daraja posts to us, read into models that other rooms can trust.

Shapes: D3 MpesaExpressSimulate (STK), CustomerToBusiness (C2B), and the ``Result`` family of B2C, B2B,
transaction status, reversal, balance and tax. Items are read by name: their order differs per release,
``Value`` may be missing, codes come as number or text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import Field, ValidationError

from shared.core.errors import FieldError, Invalid
from shared.payments.gateways.daraja.fields import (
    Cents,
    Moment,
    Payload,
    Receipt,
    RequiredCents,
    RequiredReceipt,
    RequiredText,
    Text,
    as_text,
    payer_hint,
)
from shared.payments.gateways.daraja.results import PROVIDER, stk_result
from shared.payments.gateways.port import Evidence, Outcome
from shared.payments.gateways.strict_json import read_json

ModelT = TypeVar("ModelT", bound=Payload)


class StkCallback(Payload):
    """The end of one STK push; the money fields are None unless it succeeded."""

    merchant_request_id: Text = Field(default="", alias="MerchantRequestID")
    checkout_request_id: RequiredText = Field(alias="CheckoutRequestID")
    code: RequiredText = Field(alias="ResultCode")
    description: Text = Field(default="", alias="ResultDesc")
    amount_cents: Cents = Field(default=None, alias="Amount")
    receipt: Receipt = Field(default=None, alias="MpesaReceiptNumber")
    at: Moment = Field(default=None, alias="TransactionDate")
    phone: Text = Field(default="", alias="PhoneNumber")

    def evidence(self) -> Evidence:
        """The provider-neutral claim; a success without receipt or amount is only ``unknown``."""
        result = stk_result(self.code)
        outcome = result.outcome
        if outcome is Outcome.SUCCESS and (self.receipt is None or not self.amount_cents):
            outcome = Outcome.UNKNOWN
        return Evidence(
            provider=PROVIDER,
            kind="callback",
            outcome=outcome,
            code=self.code,
            description=self.description,
            request_id=self.checkout_request_id,
            receipt=self.receipt,
            amount_cents=self.amount_cents,
            payer=payer_hint(self.phone),
            at=self.at,
            failure=result.failure,
        )


class C2bNotice(Payload):
    """Money paid to a till or paybill, as announced to the validation or confirmation URL."""

    kind: Text = Field(default="", alias="TransactionType")
    receipt: RequiredReceipt = Field(alias="TransID")
    at: Moment = Field(default=None, alias="TransTime")
    amount_cents: RequiredCents = Field(alias="TransAmount")
    shortcode: RequiredText = Field(alias="BusinessShortCode")
    bill_ref: Text = Field(default="", alias="BillRefNumber")
    invoice_number: Text = Field(default="", alias="InvoiceNumber")
    third_party_id: Text = Field(default="", alias="ThirdPartyTransID")
    msisdn: Text = Field(default="", alias="MSISDN")
    first_name: Text = Field(default="", alias="FirstName")
    middle_name: Text = Field(default="", alias="MiddleName")
    last_name: Text = Field(default="", alias="LastName")

    @property
    def name(self) -> str:
        """The payer's name as far as it is shown; v2 shows the first name only."""
        return " ".join(part for part in (self.first_name, self.middle_name, self.last_name) if part)

    def evidence(self) -> Evidence:
        """The provider-neutral claim that the shortcode received money."""
        return Evidence(
            provider=PROVIDER,
            kind="c2b",
            outcome=Outcome.SUCCESS,
            code="0",
            receipt=self.receipt,
            amount_cents=self.amount_cents,
            payer=payer_hint(self.msisdn, self.name),
            account=self.bill_ref,
            shortcode=self.shortcode,
            at=self.at,
        )


class AsyncResult(Payload):
    """The answer of B2C, B2B, tax, transaction status, reversal or balance to its ResultURL.

    ``parameters`` keeps every value of a repeated key (status names DebitPartyName twice), "" where the
    provider sent none. ``code`` stays text: reversal answers ``R000002``. A body that came to the
    QueueTimeOutURL looks the same and means unknown, so the route decides, not this model.
    """

    result_type: Text = Field(default="", alias="ResultType")
    code: RequiredText = Field(alias="ResultCode")
    description: Text = Field(default="", alias="ResultDesc")
    originator_conversation_id: Text = Field(default="", alias="OriginatorConversationID")
    conversation_id: Text = Field(default="", alias="ConversationID")
    transaction_id: Text = Field(default="", alias="TransactionID")
    parameters: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    reference: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @property
    def succeeded(self) -> bool:
        """Only code 0 is a success."""
        return self.code == "0"

    def value(self, key: str) -> str:
        """The first value of a parameter, "" when absent."""
        return next(iter(self.parameters.get(key, ())), "")


def parse_stk_callback(raw: bytes) -> StkCallback:
    """Read an STK callback body; raises Invalid ``callback_invalid`` or ``json_invalid``, TooLarge."""
    return stk_from(read_json(raw))


def parse_c2b(raw: bytes) -> C2bNotice:
    """Read a C2B validation or confirmation body; raises as parse_stk_callback."""
    return c2b_from(read_json(raw))


def parse_notice(route: str, raw: bytes) -> Evidence:
    """The claim in a body that came to ``stk``, ``bill`` or ``c2b/confirmation``; raises Invalid."""
    if route == "bill":
        from shared.payments.gateways.daraja.notices import BillPayment

        return build(BillPayment, read_json(raw)).evidence()
    return (parse_stk_callback(raw) if route == "stk" else parse_c2b(raw)).evidence()


def parse_result(raw: bytes) -> AsyncResult:
    """Read a ``Result`` body; raises as parse_stk_callback."""
    return result_from(read_json(raw))


def stk_from(body: Mapping[str, Any]) -> StkCallback:
    """The STK callback in an already read object."""
    callback = member(member(body, "Body"), "stkCallback")
    metadata = callback.get("CallbackMetadata")
    items = named_values(metadata.get("Item") if isinstance(metadata, dict) else None, "Name", "/Item")
    return build(StkCallback, {**callback, **_single(items, _STK_ITEMS)})


def c2b_from(body: Mapping[str, Any]) -> C2bNotice:
    """The C2B notice in an already read object."""
    return build(C2bNotice, body)


def result_from(body: Mapping[str, Any]) -> AsyncResult:
    """The asynchronous result in an already read object."""
    result = member(body, "Result")
    parameters, reference = result.get("ResultParameters"), result.get("ReferenceData")
    return build(
        AsyncResult,
        {
            **result,
            "parameters": _values(parameters, "ResultParameter"),
            "reference": _values(reference, "ReferenceItem"),
        },
    )


_STK_ITEMS = ("Amount", "MpesaReceiptNumber", "TransactionDate", "PhoneNumber")


def named_values(items: Any, name: str, pointer: str) -> dict[str, tuple[str, ...]]:
    """``[{name: …, "Value": …}]`` (or one bare object) as values by name, each kept in order."""
    if items is None or items == "":
        return {}
    rows = [items] if isinstance(items, dict) else items
    if not isinstance(rows, list) or len(rows) > 200:
        raise _fault(pointer, "must be a list of at most 200 items")
    found: dict[str, tuple[str, ...]] = {}
    for row in rows:
        key, value = _item(row, name, pointer)
        found[key] = (*found.get(key, ()), value)
    return found


def _item(row: Any, name: str, pointer: str) -> tuple[str, str]:
    if not isinstance(row, dict) or not isinstance(row.get(name), str):
        raise _fault(pointer, f"every item needs a {name}")
    try:
        return row[name], as_text(row.get("Value"))
    except ValueError as error:
        raise _fault(f"{pointer}/{row[name][:40]}", str(error)) from None


def _single(items: Mapping[str, tuple[str, ...]], names: tuple[str, ...]) -> dict[str, str]:
    for name in names:
        if len(set(items.get(name, ()))) > 1:
            raise _fault(f"/Item/{name}", "is given twice with different values")
    return {name: items.get(name, ("",))[0] for name in names}


def _values(holder: Any, name: str) -> dict[str, tuple[str, ...]]:
    return named_values(holder.get(name) if isinstance(holder, dict) else None, "Key", f"/{name}")


def member(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The object under ``name``; raises Invalid ``callback_invalid``."""
    value = body.get(name)
    if not isinstance(value, dict):
        raise _fault(f"/{name}", "must be an object")
    return value


def build(model: type[ModelT], fields: Mapping[str, Any]) -> ModelT:
    """Validate into ``model``; raises Invalid ``callback_invalid`` with one FieldError per fault."""
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        faults = [FieldError("/" + "/".join(map(str, e["loc"])), e["msg"]) for e in error.errors()]
        raise Invalid("callback_invalid", "the callback cannot be read", faults) from None


def _fault(pointer: str, detail: str) -> Invalid:
    return Invalid("callback_invalid", "the callback cannot be read", [FieldError(pointer, detail)])
