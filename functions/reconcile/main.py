"""Match payments to invoices and receipts to outgoing money, on payment.settled, receipt.read and
transaction.recorded."""

from __future__ import annotations

import functions_framework
from cloudevents.http import CloudEvent

from shared.app import app
from shared.matching.consumer import consumer


@functions_framework.cloud_event
def reconcile(event: CloudEvent) -> None:
    app().consume(consumer, event)
