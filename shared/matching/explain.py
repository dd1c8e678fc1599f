"""A decision in words and as stored: what was decided, every clue with its weight, and the best rival."""

from __future__ import annotations

from typing import Any

from shared.matching.model import Candidate, Decision, Link, Reason


def as_record(decision: Decision) -> dict[str, Any]:
    """The parts of a decision that go into decisions/{id}, JSON values only."""
    return {
        "decision": decision.verdict,
        "model": decision.model,
        "confidence_milli": decision.confidence_milli,
        "reasons": [_reason(r) for r in decision.reasons],
        "links": [_link(link) for link in decision.links],
        "customer_id": decision.customer_id,
        "candidates": [_candidate(c) for c in decision.candidates],
        "rival": _candidate(decision.rival) if decision.rival else None,
    }


def _reason(reason: Reason) -> dict[str, Any]:
    return {"code": reason.code, "text": reason.text, "weight": reason.weight}


def _link(link: Link) -> dict[str, Any]:
    return {
        "invoice_id": link.invoice_id,
        "number": link.number,
        "cents": link.cents,
        "writeoff_cents": link.written_off_cents,
    }


def _candidate(candidate: Candidate) -> dict[str, Any]:
    return {
        "customer_id": candidate.customer_id,
        "share_milli": candidate.per_mille,
        "score": candidate.score,
        "step": candidate.allocation.step,
        "fit": candidate.allocation.fit,
        "links": [_link(link) for link in candidate.allocation.links],
        "reasons": [_reason(r) for r in candidate.reasons],
    }


_SAID = {"auto": "Posted", "review": "To be checked", "none": "Not matched", "manual": "Matched"}


def in_words(decision: Decision) -> str:
    """One sentence for a list line: the verdict and the clues that moved it most."""
    return _sentence(decision.verdict, [(r.weight, r.text) for r in decision.reasons])


def stored_in_words(record: dict[str, Any]) -> str:
    """The same of a decision as it was kept."""
    return _sentence(record["decision"], [(r["weight"], r["text"]) for r in record["reasons"]])


def _sentence(verdict: str, reasons: list[tuple[int, str]]) -> str:
    telling = sorted(reasons, key=lambda r: -r[0])[:3] if verdict == "auto" else reasons[:2]
    what = _SAID[verdict]
    return f"{what}: {'; '.join(text for _, text in telling)}." if telling else f"{what}."
