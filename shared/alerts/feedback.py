"""A person's word on an alert: it is closed, and what was no problem is harder to raise again."""

from __future__ import annotations

from shared.alerts.moves import millis
from shared.alerts.places import ALERTS, EVERYBODY, quiet_key
from shared.alerts.quiet import louder
from shared.store import Doc, Key, Tx


def say(tx: Tx, alert_id: str, verdict: str, *, note: str, actor: str) -> Doc:
    """Close an alert; the same word again changes nothing. Raises NotFound.

    Every rule that gave a reason is quietened for its party; raised thresholds fade with the months.
    """
    alert = tx.require(Key(ALERTS, alert_id))
    if alert.data["state"] == verdict:
        return alert
    if verdict == "not_a_problem":
        _quieten(tx, alert)
    return tx.update(alert.key, {"state": verdict, "note": note, "decided_by": actor, "decided_at": tx.now})


def _quieten(tx: Tx, alert: Doc) -> None:
    now = millis(tx.now)
    for party in (alert.data["party"], EVERYBODY):
        key = quiet_key(party)
        known = tx.get(key)
        data = known.data if known else None
        for detector in dict.fromkeys(one["detector"] for one in alert.data["reasons"]):
            data = louder(data, detector, party, now)
        if data is not None:
            tx.put(key, data)
