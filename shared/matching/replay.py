"""A decision made again from its own record: the proof that its reasons are the ones it was made for."""

from __future__ import annotations

from dataclasses import dataclass

from shared.core.errors import Invalid
from shared.matching.casefile import model_version, unpack
from shared.matching.decide import decide
from shared.matching.explain import in_words
from shared.matching.judge import whole_record
from shared.matching.model import Decision
from shared.store import Data


@dataclass(frozen=True, slots=True)
class Proof:
    """Whether the engine, given the same case and rules, decides the same today.

    ``same`` is None when the case was not kept. ``differs`` names the parts of the record that would be
    others; ``model`` and ``model_now`` tell whether the figures have changed since.
    """

    same: bool | None
    differs: tuple[str, ...] = ()
    model: str = ""
    model_now: str = ""
    words: str = ""


def regenerate(record: Data) -> Decision:
    """Decide again what a stored decision decided; raises Invalid ``basis_unreadable``."""
    case, rules = unpack(record.get("basis") or {})
    return decide(case, rules)


def prove(record: Data) -> Proof:
    """Compare a stored decision with the one that its basis gives."""
    now, then = model_version(), (record.get("basis") or {}).get("model", "")
    try:
        again = regenerate(record)
    except Invalid:
        return Proof(None, model=then, model_now=now)
    made = whole_record(again)
    differs = tuple(sorted(name for name, value in made.items() if record.get(name) != value))
    return Proof(not differs, differs, then, now, in_words(again))
