"""The timer: relay outboxes, poll what is pending, expire (sweep.due.v1)."""

from __future__ import annotations

import functions_framework
from cloudevents.http import CloudEvent

from shared.app import app
from shared.payments.timer import sweep_consumer


@functions_framework.cloud_event
def sweep(event: CloudEvent) -> None:
    app().consume(sweep_consumer, event)
