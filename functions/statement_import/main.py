"""Import statements: files that landed in the bucket, and lines that wait (statement.import.v1)."""

from __future__ import annotations

import functions_framework
from cloudevents.http import CloudEvent

from shared.app import app
from shared.payments.statements.consumer import statement_consumer


@functions_framework.cloud_event
def statement_import(event: CloudEvent) -> None:
    app().consume(statement_consumer, event)
