"""Read a receipt photo that landed in the bucket (object finalized)."""

from __future__ import annotations

import functions_framework
from cloudevents.http import CloudEvent

from shared.app import answer_health, app
from shared.receipts.consumer import consumer
from shared.receipts.engines.warm import warm_up

answer_health({"engines": lambda: warm_up(app().engines)})


@functions_framework.cloud_event
def ocr_receipt(event: CloudEvent) -> None:
    app().consume(consumer, event)
