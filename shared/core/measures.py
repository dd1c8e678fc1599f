"""The one list of metrics: what is counted, timed and watched, at every step of every function.

``python -m tools.dashboards`` writes it as infra/metrics.json, for Terraform, and as the two dashboards. A
label holds one of a few words: never an id, a business, a phone number or a name.
"""

from __future__ import annotations

from shared.core.metrics import SECONDS, Metric

HTTP_REQUESTS = Metric(
    "hesabu_http_requests_total",
    "counter",
    "1",
    "HTTP requests answered, by function, route and class of status",
    ("function", "route", "status"),
)
HTTP_SECONDS = Metric(
    "hesabu_http_request_seconds",
    "distribution",
    "s",
    "Time from an HTTP request to its answer",
    ("function", "route"),
    SECONDS,
)
EVENTS = Metric(
    "hesabu_events_total",
    "counter",
    "1",
    "Events delivered to a function: done, ignored, again (it comes once more) or buried as a dead letter",
    ("function", "type", "outcome"),
)
EVENT_SECONDS = Metric(
    "hesabu_event_seconds",
    "distribution",
    "s",
    "Time a function took over one delivered event",
    ("function", "type"),
    SECONDS,
)
CALLBACKS = Metric(
    "hesabu_callbacks_total",
    "counter",
    "1",
    "Calls to callback addresses: received, duplicate (the same body again) or refused (a forged address)",
    ("route", "outcome"),
)
CALLBACK_SOURCES = Metric(
    "hesabu_callback_sources_total",
    "counter",
    "1",
    "Fresh callbacks by where they came from: known (a listed address), unlisted, unknown (there is no list)",
    ("route", "source"),
)
ATTEMPTS = Metric(
    "hesabu_attempts_total",
    "counter",
    "1",
    "Attempts to collect that reached a state in which nobody waits for them",
    ("state",),
)
PAYMENTS = Metric(
    "hesabu_payments_total",
    "counter",
    "1",
    "Payments announced (claimed), proven and booked (settled), or handed to a person (review)",
    ("channel", "outcome"),
)
MATCHES = Metric(
    "hesabu_matches_total",
    "counter",
    "1",
    "Decisions about what a payment is for, by the engine or a person",
    ("decision", "by"),
)
RECEIPTS = Metric(
    "hesabu_receipts_total",
    "counter",
    "1",
    "Receipt files that reached a reading: accepted, needs_review, duplicate or refused",
    ("decision",),
)
OCR_SECONDS = Metric(
    "hesabu_ocr_seconds",
    "distribution",
    "s",
    "Time an OCR engine took over one page",
    ("engine",),
    (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0),
)
MESSAGES = Metric(
    "hesabu_messages_total",
    "counter",
    "1",
    "Messages handed to a channel, by what became of them: sent, failed, unknown or suppressed",
    ("channel", "outcome"),
)
RELAYED = Metric(
    "hesabu_outbox_relayed",
    "distribution",
    "1",
    "Events that one sweep found unpublished and published",
    (),
    (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0),
)
UNPUBLISHED = Metric(
    "hesabu_publish_failures_total",
    "counter",
    "1",
    "Commits whose events could not be published at once and wait for the sweep",
)
DEAD_LETTERS = Metric(
    "hesabu_dead_letters_total",
    "counter",
    "1",
    "Events that a function refused for good, or gave up on",
    ("function", "code"),
)
STORE_RETRIES = Metric(
    "hesabu_store_retries_total",
    "counter",
    "1",
    "Transactions run again, by cause: conflict, unknown (the answer was lost), or contended (given up)",
    ("cause",),
)
COMMIT_SECONDS = Metric(
    "hesabu_commit_seconds",
    "distribution",
    "s",
    "Time a commit took in the store",
    (),
    SECONDS,
)
PROVIDER_CALLS = Metric(
    "hesabu_provider_calls_total",
    "counter",
    "1",
    "Calls to providers: ok, refused, failed (5xx), silent (no answer) or unreachable (never sent)",
    ("provider", "operation", "outcome"),
)
PROVIDER_SECONDS = Metric(
    "hesabu_provider_call_seconds",
    "distribution",
    "s",
    "Time a provider took to answer",
    ("provider", "operation"),
    SECONDS,
)
SWEEP_FAILURES = Metric(
    "hesabu_sweep_failures_total",
    "counter",
    "1",
    "Businesses that a sweep could not finish",
)
STUCK_ATTEMPTS = Metric(
    "hesabu_stuck_attempts",
    "gauge",
    "1",
    "Attempts without an end half an hour after they were made, over all businesses",
)
STUCK_PAYOUTS = Metric(
    "hesabu_stuck_payouts",
    "gauge",
    "1",
    "Payouts whose end the provider has not told for an hour, or that nobody has decided about for a day",
    ("awaiting",),
)
UNMATCHED_AGE = Metric(
    "hesabu_unmatched_age_seconds",
    "gauge",
    "s",
    "Age of the oldest payment that the engine has not looked at, or that waits for a person",
    ("matching",),
)

MEASURES: tuple[Metric, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Metric))
"""Every metric, in the order of this file."""
