"""The catalogue of events: one frozen model per type, versioned names, one envelope (CloudEvents 1.0).

An event names what happened and the record that says more; consumers read the record, so that a late or
repeated event can never bring back an old state.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from shared.core import context
from shared.core.errors import Invalid, Permanent
from shared.core.ids import check_id, derived_id

SYSTEM = "system"
"""The tenant of what belongs to no business: users, the list of businesses, timers."""


class EventData(BaseModel):
    """The payload of one event type."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)
    TYPE: ClassVar[str]


D_co = TypeVar("D_co", bound=EventData, covariant=True)


class CallbackReceived(EventData):
    """A provider called back; its raw body is stored as evidence and waits to be processed."""

    TYPE: ClassVar[str] = "callback.received.v1"
    evidence_id: str


class AttemptFailed(EventData):
    """An attempt to collect ended without money, for a reason that the payer can be told."""

    TYPE: ClassVar[str] = "attempt.failed.v1"
    attempt_id: str


class PaymentSettled(EventData):
    """Money is proven received and booked; it waits to be matched."""

    TYPE: ClassVar[str] = "payment.settled.v1"
    payment_id: str


class PaymentMatched(EventData):
    """A payment was allocated to invoices."""

    TYPE: ClassVar[str] = "payment.matched.v1"
    payment_id: str


class PaymentNeedsReview(EventData):
    """A person must say what a payment is for, or whether it happened."""

    TYPE: ClassVar[str] = "payment.review.v1"
    payment_id: str


class PaymentReversed(EventData):
    """The provider took money back that a business had received, all of it or a part."""

    TYPE: ClassVar[str] = "payment.reversed.v1"
    payment_id: str


class RefundSent(EventData):
    """The provider says that a refund reached the payer."""

    TYPE: ClassVar[str] = "refund.sent.v1"
    payout_id: str


class PayoutRequested(EventData):
    """Money waits for somebody else than who asked for it to let it go out."""

    TYPE: ClassVar[str] = "payout.requested.v1"
    payout_id: str


class ObjectFinalized(EventData):
    """A file landed in the bucket (Cloud Storage's own event type, by Eventarc or by the local watcher)."""

    TYPE: ClassVar[str] = "google.cloud.storage.object.v1.finalized"
    bucket: str
    name: str
    generation: str


class ObjectMissed(EventData):
    """A file in the bucket left no trace, though its event is long due: it is announced once more."""

    TYPE: ClassVar[str] = "object.missed.v1"
    bucket: str
    name: str
    generation: str


class ReceiptRead(EventData):
    """A receipt photo reached a final reading: accepted, to be reviewed, a duplicate or refused."""

    TYPE: ClassVar[str] = "receipt.read.v1"
    receipt_id: str


class ReceiptMatched(EventData):
    """A receipt was found among the outgoing transactions."""

    TYPE: ClassVar[str] = "receipt.matched.v1"
    receipt_id: str
    transaction_id: str


class TransactionRecorded(EventData):
    """Money went out: a line that may have a receipt."""

    TYPE: ClassVar[str] = "transaction.recorded.v1"
    transaction_id: str


class SubscriptionPaused(EventData):
    """Too many periods of a subscription failed one after another: a person must look."""

    TYPE: ClassVar[str] = "subscription.paused.v1"
    subscription_id: str


class AlertRaised(EventData):
    """Something looks wrong enough to tell the business of."""

    TYPE: ClassVar[str] = "alert.raised.v1"
    alert_id: str


class StatementImport(EventData):
    """A statement's lines wait to be booked, all of them or those that are left."""

    TYPE: ClassVar[str] = "statement.import.v1"
    statement_id: str


class ReportReady(EventData):
    """A scheduled report was made and lies in the bucket: it can be sent to whom it is for."""

    TYPE: ClassVar[str] = "report.ready.v1"
    report_id: str


class SweepDue(EventData):
    """The timer ticked: poll, relay, expire."""

    TYPE: ClassVar[str] = "sweep.due.v1"


CATALOGUE: dict[str, type[EventData]] = {
    model.TYPE: model
    for model in (
        CallbackReceived,
        AttemptFailed,
        PaymentSettled,
        PaymentMatched,
        PaymentNeedsReview,
        PaymentReversed,
        RefundSent,
        PayoutRequested,
        ObjectFinalized,
        ObjectMissed,
        ReceiptRead,
        ReceiptMatched,
        TransactionRecorded,
        SubscriptionPaused,
        AlertRaised,
        StatementImport,
        ReportReady,
        SweepDue,
    )
}


READ_FOLDERS = ("receipts/", "statements/")
"""The parts of the bucket in which a new file starts a function."""


class Elsewhere(Permanent):
    """The event is real and nobody's: acknowledged with a line in the log, no dead letter."""

    code = "event_elsewhere"


@dataclass(frozen=True, slots=True)
class Event(Generic[D_co]):
    """One fact on its way: a stable id, the business it belongs to, and typed data.

    ``request_id`` is that of the request it goes back to, "" for none; it is no part of what happened.
    """

    id: str
    business: str
    subject: str
    time: str
    data: D_co
    request_id: str = ""

    @property
    def type(self) -> str:
        return self.data.TYPE

    def to_cloud_event(self) -> dict[str, Any]:
        """The structured CloudEvents 1.0 form, ``business`` and ``requestid`` as extension attributes."""
        came_from = {"requestid": self.request_id} if self.request_id else {}
        return {
            "specversion": "1.0",
            "id": self.id,
            "source": "//hesabu",
            "type": self.type,
            "subject": self.subject,
            "time": self.time,
            "business": self.business,
            **came_from,
            "datacontenttype": "application/json",
            "data": self.data.model_dump(mode="json"),
        }


def new_event(
    business: str, subject: str, version: int, time: str, data: EventData, *, request_id: str = ""
) -> Event[EventData]:
    """An event whose id is the hash of aggregate, version and type: published twice, it stays one event.

    ``request_id`` is the one it goes back to; without it, that of the work at hand.
    """
    identity = derived_id("evt", business, subject, str(version), data.TYPE)
    return Event(identity, business, subject, time, data, request_id or context.current().request_id)


def parse(cloud_event: Any) -> Event[EventData]:
    """Read a structured CloudEvent; raises Invalid for what is no event of the catalogue.

    Raises Elsewhere for files in parts of the bucket that no function reads.
    """
    if not isinstance(cloud_event, dict):
        raise Invalid("event_invalid", "an event is a JSON object")
    model = CATALOGUE.get(str(cloud_event.get("type")))
    if model is None:
        raise Invalid("event_unknown", f"no event type '{str(cloud_event.get('type'))[:80]}'")
    if model is ObjectFinalized:
        return _parse_object(cloud_event)
    try:
        data = model.model_validate(_data(cloud_event))
    except ValidationError as error:
        raise Invalid("event_invalid", f"{model.TYPE}: {error.error_count()} wrong fields") from None
    business = check_id(_text(cloud_event, "business"), "business")
    identity, subject, time = (_text(cloud_event, name) for name in ("id", "subject", "time"))
    return Event(identity, business, subject, time, data, context.usable(cloud_event.get("requestid")))


def _parse_object(cloud_event: dict[str, Any]) -> Event[EventData]:
    """A bucket event carries no business of ours: objects are named ``receipts/{business}/…``.

    Eventarc announces the whole bucket; a trigger cannot be limited to a folder. A name that ends with a
    slash is a folder that somebody made in the console.
    """
    given = {name: str(v) for name, v in _data(cloud_event).items() if isinstance(v, str | int)}
    try:
        data = ObjectFinalized.model_validate(given)
    except ValidationError:
        raise Invalid("event_invalid", "the event names no stored object") from None
    if not data.name.startswith(READ_FOLDERS) or data.name.endswith("/"):
        raise Elsewhere(f"no function reads the object {data.name[:80]!a}")
    _, _, rest = data.name.partition("/")
    business, slash, _ = rest.partition("/")
    if not slash:
        raise Invalid("event_invalid", "a stored object is named {folder}/{business}/{file}")
    identity = derived_id("evt", data.bucket, data.name, data.generation)
    subject = f"objects/{data.name}"
    return Event(identity, check_id(business, "business"), subject, str(cloud_event.get("time", "")), data)


def _data(cloud_event: dict[str, Any]) -> dict[str, Any]:
    data = cloud_event.get("data")
    if isinstance(data, str | bytes):
        try:
            data = json.loads(data)
        except (ValueError, RecursionError):
            data = None
    if not isinstance(data, dict):
        raise Invalid("event_invalid", "the event carries no JSON object as data")
    return data


def _text(cloud_event: dict[str, Any], name: str) -> str:
    value = cloud_event.get(name)
    if not isinstance(value, str) or not value or len(value) > 512:
        raise Invalid("event_invalid", f"the event has no usable '{name}'")
    return value
