"""Read a receipt photo that landed in the bucket (object finalized)."""

from __future__ import annotations

import functions_framework
from cloudevents.http import CloudEvent

from shared.app import app
from shared.receipts.consumer import consumer


@functions_framework.cloud_event
def ocr_receipt(event: CloudEvent) -> None:
    app().consume(consumer, event)
