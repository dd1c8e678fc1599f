"""Tell payers and the business, by SMS and e-mail, what happened to their money and receipts."""

from __future__ import annotations

import functions_framework
from cloudevents.http import CloudEvent

from shared.app import app
from shared.messages.consumer import consumer


@functions_framework.cloud_event
def notify(event: CloudEvent) -> None:
    app().consume(consumer, event)
