"""Writing an alert: once for detector, party and day; the day's first five are told, the rest kept."""

from __future__ import annotations

from datetime import timedelta

from shared.alerts.findings import severity
from shared.alerts.moves import millis, moment
from shared.alerts.places import DAYS, alert_key
from shared.alerts.weighing import MOST_RECORDS, Draft
from shared.bus import emit
from shared.core.clock import business_day, parse_rfc3339, rfc3339
from shared.events import AlertRaised
from shared.store import Data, Doc, Key, Tx

BUDGET = 5
"""Alerts that a business is told of in a Nairobi day."""
UNRULED = 3
"""What the forest alone finds unusual has slots of its own, in the list only."""
STALE = timedelta(days=14)
"""What happened longer ago is listed and not told: somebody imports their past."""


def raise_alert(tx: Tx, draft: Draft) -> Doc:
    """Write an alert, or add to the one of the same detector, party and day; the same again changes nothing.

    Its event leaves with this commit when the day's budget allows.
    """
    key = alert_key(draft.detector, draft.party, draft.day)
    known = tx.get(key)
    if known is not None:
        return _add(tx, known, draft)
    told = draft.tell_from == 1 and _may_tell(tx, draft)
    doc = tx.create(key, {**_fresh(draft, tx.now), "told": told})
    if told:
        emit(tx, AlertRaised(alert_id=key.id), key)
    return doc


def note_unruled(tx: Tx, draft: Draft) -> Doc | None:
    """Write what no rule explains; None when the day of it has no slot left, or it is known."""
    key = alert_key(draft.detector, draft.party, draft.day)
    place = Key(DAYS, f"unruled-{draft.day}")
    used = tx.get(place)
    if tx.get(key) is not None or (used is not None and used.data["count"] >= UNRULED):
        return None
    tx.put(place, {"count": (used.data["count"] if used else 0) + 1})
    return tx.create(key, {**_fresh(draft, tx.now), "told": False})


def sum_up(tx: Tx, day: str) -> Doc | None:
    """One alert for all of a day that were not told; None when there were none, or it is there already."""
    kept = tx.get(Key(DAYS, day))
    key = alert_key("held_back", day, day)
    if kept is None or not kept.data["kept"] or tx.get(key) is not None:
        return None
    count = kept.data["kept"]
    why: Data = {"detector": "held_back", "code": "more_than_told", "score_milli": 600}
    why["facts"] = {"count": count, "day": day}
    end = millis(rfc3339(parse_rfc3339(f"{day}T21:00:00Z"))) - 1
    draft = Draft("held_back", day, "", day, 600, 0, end, (why,), ())
    doc = tx.create(key, {**_fresh(draft, tx.now), "told": True, "count": count})
    emit(tx, AlertRaised(alert_id=key.id), key)
    return doc


def tell_again(tx: Tx, alert: Doc) -> None:
    """Announce an alert of the night once more: who was told by then is not told again."""
    emit(tx, AlertRaised(alert_id=alert.id), alert.key, alert.version + 1)


def _may_tell(tx: Tx, draft: Draft) -> bool:
    """Whether it is news, and the day's budget allows it."""
    return draft.at_ms > millis(tx.now) - STALE // timedelta(milliseconds=1) and _admit(tx)


def _admit(tx: Tx) -> bool:
    """Count one alert of today; whether it is told."""
    place = Key(DAYS, business_day(parse_rfc3339(tx.now)))
    known = tx.get(place)
    told, kept = (known.data["told"], known.data["kept"]) if known else (0, 0)
    admitted = told < BUDGET
    tx.put(place, {"told": told + admitted, "kept": kept + (not admitted)})
    return admitted


def _fresh(draft: Draft, now: str) -> Data:
    return {
        "detector": draft.detector,
        "party": draft.party,
        "party_label": draft.label,
        "day": draft.day,
        "state": "open",
        "score_milli": draft.score,
        "severity": draft.severity,
        "cents": draft.cents,
        "happened_at": rfc3339(moment(draft.at_ms)),
        "reasons": list(draft.reasons),
        "records": list(draft.records),
        "count": 1,
        "raised_at": now,
        "note": "",
        "decided_by": "",
        "decided_at": "",
    }


def _add(tx: Tx, known: Doc, draft: Draft) -> Doc:
    """More of the same on the same day: one alert, which a person may have to look at again."""
    records = known.data["records"]
    if draft.records[0] in records:
        return known
    score = max(known.data["score_milli"], draft.score)
    stronger = draft.score > known.data["score_milli"]
    changes: Data = {
        "records": list(dict.fromkeys([*records, *draft.records]))[:MOST_RECORDS],
        "score_milli": score,
        "severity": severity(score),
        "reasons": _reasons(known.data["reasons"], draft, stronger=stronger),
        "cents": draft.cents if stronger else known.data["cents"],
        "count": known.data["count"] + 1,
        "state": "open",
    }
    if not known.data["told"] and changes["count"] == draft.tell_from and _may_tell(tx, draft):
        emit(tx, AlertRaised(alert_id=known.id), known.key, known.version + 1)
        changes["told"] = True
    return tx.update(known.key, changes)


def _reasons(known: list[Data], draft: Draft, *, stronger: bool) -> list[Data]:
    """Every rule that spoke that day, once, in the words of the strongest occurrence."""
    ordered = [*draft.reasons, *known] if stronger else [*known, *draft.reasons]
    return list({(one["detector"], one["code"]): one for one in reversed(ordered)}.values())[::-1]
