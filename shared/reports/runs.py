"""One slot of a definition: made once, kept, and announced in the commit that moves the definition on.

A run is claimed (its record), made (its file), then finished in one commit: the record is ready, the
definition waits for its next slot, ``report.ready.v1`` is in the outbox. The record's id is the definition
and the slot, so a second sweep finds it claimed or done. A worker that died is followed by another once its
lease is over; its file has a name of its own and is never sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.bus import emit
from shared.core import logs
from shared.core.clock import EAT, parse_rfc3339
from shared.core.errors import HesabuError, Retryable, UnknownOutcome
from shared.events import ReportReady
from shared.reports.definitions import ask_on, definition_of
from shared.reports.due import Running
from shared.reports.making import FAILED, MAKING, blank, make
from shared.reports.places import report_key
from shared.reports.schedule import Schedule, next_slot, stored
from shared.store import Data, Doc, Key, Tx

LEASE = timedelta(minutes=10)
"""Longer than any report takes."""
MOST_ATTEMPTS = 5
ACTOR = "schedule"


@dataclass(frozen=True, slots=True)
class Run:
    """One slot of one definition that is ours to make."""

    definition: Doc
    key: Key
    token: str

    @property
    def slot(self) -> datetime:
        return parse_rfc3339(self.definition.data["next_at"])


def attend(ports: Running, business: str, definition: Doc) -> None:
    """One definition; what fails for it stops no other."""
    key = report_key(business, definition.id, definition.data["next_at"])
    run = Run(definition, key, ports.ids.new("clm"))
    try:
        if ports.outbox.run(business, lambda tx: _claim(tx, run)):
            _make(ports, business, run)
    except (Retryable, UnknownOutcome) as error:
        logs.warn(
            "a report waits to be made again",
            business=business,
            report=key.id,
            code=error.code,
            why=str(error),
        )


def _claim(tx: Tx, run: Run) -> bool:
    """Take the right to make it: nobody has, or who had it died. One that died too often has failed."""
    definition = tx.require(run.definition.key)
    if definition.data["next_at"] != run.definition.data["next_at"] or not definition.data["scheduled"]:
        return False
    before = tx.get(run.key)
    if before is not None and not _abandoned(before, tx.now):
        return False
    attempts = before.data["attempts"] + 1 if before else 1
    if before is not None and attempts > MOST_ATTEMPTS:
        _finish(tx, run, {"status": FAILED, "error": "attempts_used"}, before)
        return False
    data = definition.data
    claimed: Data = {
        **blank(data["kind"], data["format"], actor=ACTOR),
        "definition_id": definition.id,
        "slot": data["next_at"],
        "deliver_to": data["deliver_to"],
        "claim": run.token,
        "claimed_on": tx.now,
        "attempts": attempts,
        "created_on": before.data["created_on"] if before else tx.now,
    }
    tx.put(run.key, claimed)
    return True


def _abandoned(report: Doc, now: str) -> bool:
    over = parse_rfc3339(now) >= parse_rfc3339(report.data["claimed_on"]) + LEASE
    return bool(report.data["status"] == MAKING and over)


def _make(ports: Running, business: str, run: Run) -> None:
    try:
        given = definition_of(run.definition)
        ask = ask_on(given, run.slot.astimezone(EAT).date())
        tag = f"{run.key.id}-{run.token}"
        made = make(ports, business, ask, given.format, tag=tag).data
    except (Retryable, UnknownOutcome):
        raise
    except HesabuError as error:
        logs.warn("a report cannot be made", business=business, report=run.key.id, code=error.code)
        made = {"status": FAILED, "error": error.code}
    except Exception:  # noqa: BLE001 - told with its stack and recorded: the timer moves money as well
        logs.error("making a report crashed", exc_info=True, business=business, report=run.key.id)
        made = {"status": FAILED, "error": "internal"}
    ports.outbox.run(business, lambda tx: _end(tx, run, made))


def _end(tx: Tx, run: Run, made: Data) -> None:
    """Write the outcome, unless another worker has taken over meanwhile."""
    report = tx.require(run.key)
    if report.data["claim"] == run.token and report.data["status"] == MAKING:
        _finish(tx, run, made, report)


def _finish(tx: Tx, run: Run, made: Data, report: Doc) -> None:
    """The outcome, the next slot and the news in one commit."""
    tx.put(run.key, {**report.data, **made})
    last = {"report_id": run.key.id, "slot": run.definition.data["next_at"], "status": made["status"]}
    changes: Data = {"last": {**last, "error": made["error"], "at": tx.now}}
    current = tx.require(run.definition.key)
    if current.data["schedule"] and current.data["next_at"] == run.definition.data["next_at"]:
        schedule = Schedule.model_validate(current.data["schedule"])
        changes["next_at"] = stored(next_slot(schedule, run.slot))
    tx.update(run.definition.key, changes)
    if made["status"] != FAILED:
        emit(tx, ReportReady(report_id=run.key.id), run.key)
