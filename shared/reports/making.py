"""Making one report: computed, written as a file, put in the bucket, described in a record."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Any

from shared.core import context
from shared.core.clock import EAT, rfc3339
from shared.core.money import KES
from shared.insights.metrics.sources import Scope
from shared.reports.ask import Ask, Format
from shared.reports.model import Report
from shared.reports.places import file_name
from shared.reports.ports import Making
from shared.reports.wording import days_of, fact_label, sentences_of, title_of
from shared.store import Data, Key

PROFILE = Key("profile", "business")
READY, MAKING, FAILED = "ready", "making", "failed"


@dataclass(frozen=True, slots=True)
class Made:
    """What a finished report adds to its record."""

    report: Report
    data: Data


def today_of(ports: Making) -> date:
    """The Nairobi day."""
    return ports.clock.now().astimezone(EAT).date()


def make(ports: Making, business: str, ask: Ask, format_: Format, *, tag: str) -> Made:
    """Compute a checked ask and keep its file under a name that nothing else has.

    Args:
        tag: the report's id and what tells this try from every other.

    Raises NotFound for a customer that does not exist, and what the store and the bucket raise.
    """
    from shared.reports.files.write import write
    from shared.reports.kinds import build

    profile = ports.store.get(business, PROFILE)
    name = str(profile.data.get("name") or "") if profile else ""
    scope = Scope(ports.store, business, today_of(ports))
    report = build(scope, ask, name or "Hesabu")
    file = write(report, ask, format_, scope, ports.blobs)
    blob = ports.blobs.put(file_name(business, tag, format_), file.content, only_if_absent=True)
    context.note(report=ask.kind, format=format_, bytes=len(file.content))
    told = {
        "status": READY,
        "ask": ask.model_dump(mode="json"),
        "title": title_of(report, ask.language),
        "days": days_of(report, ask.language),
        "totals": [_total(fact, ask) for fact in report.totals],
        "notes": sentences_of(report, ask.language),
        "file": blob.name,
        "generation": blob.generation,
        "size_bytes": len(file.content),
        "sha256": hashlib.sha256(file.content).hexdigest(),
        "media_type": file.media_type,
        "shown_name": shown_name(report, ask, format_),
        "ready_on": rfc3339(ports.clock.now()),
        "error": "",
    }
    return Made(report, told)


def blank(kind: str, format_: str, *, actor: str) -> Data:
    """The record of a report of which nothing is known yet but what was asked for."""
    return {
        "status": MAKING,
        "kind": kind,
        "format": format_,
        "ask": {},
        "created_by": actor,
        "definition_id": "",
        "slot": "",
        "deliver_to": [],
        "claim": "",
        "claimed_on": "",
        "attempts": 1,
        "title": "",
        "days": "",
        "totals": [],
        "notes": [],
        "file": "",
        "generation": "",
        "size_bytes": 0,
        "sha256": "",
        "media_type": "",
        "shown_name": "",
        "ready_on": "",
        "error": "",
    }


def _total(fact: Any, ask: Ask) -> Data:
    return {
        "id": fact.id,
        "label": fact_label(fact, ask.language),
        "value": fact.value,
        "unit": fact.unit,
        "currency": KES if fact.unit == KES else "",
        "formatted": fact.formatted,
        "record_count": fact.record_count,
        "query_hash": fact.query_hash,
        "data_version": fact.data_version,
    }


def shown_name(report: Report, ask: Ask, format_: Format) -> str:
    """What the file is called where it is saved: ``profit-and-loss-2026-03-01-2026-03-31.pdf``."""
    span = [ask.period.start, ask.period.end] if ask.period else [ask.as_of]
    subject = unicodedata.normalize("NFKD", report.subject).encode("ascii", "ignore").decode().lower()
    words = [report.kind, *re.findall("[a-z0-9]+", subject)[:4]]
    parts = [*words, *(day.isoformat() for day in span if day)]
    return f"{'-'.join(parts).replace('_', '-')[:100]}.{format_}"
