"""Watch money for what looks wrong: doubled, far too much, at night, to strangers, taken back."""

from __future__ import annotations

import functions_framework
from cloudevents.http import CloudEvent

from shared.alerts.consumer import consumer
from shared.app import app


@functions_framework.cloud_event
def alerts(event: CloudEvent) -> None:
    app().consume(consumer, event)
