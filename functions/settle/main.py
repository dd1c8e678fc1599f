"""Turn stored callbacks into settled payments (callback.received.v1)."""

from __future__ import annotations

import functions_framework
from cloudevents.http import CloudEvent

from shared.app import app
from shared.payments.consumer import settle_consumer


@functions_framework.cloud_event
def settle(event: CloudEvent) -> None:
    app().consume(settle_consumer, event)
