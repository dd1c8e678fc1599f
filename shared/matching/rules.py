"""How a business wants its payments matched: tolerances, how sure is sure enough, and what it looks at
itself.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from shared.core.errors import FieldError, Invalid, Refused
from shared.matching.decide import DecisionRules
from shared.matching.judges import VERSIONS
from shared.matching.policy import AllocationRules
from shared.store import Data, Doc, Key, Tx

RULES = Key("profile", "matching-rules")
KEPT_CHANGES = 50
LEAST_AUTO_MILLI = 500
"""Below a half a match is likelier wrong than right: nobody may have such money posted unasked."""
_USUAL = DecisionRules()


@dataclass(frozen=True)
class MatchingRules:
    """Cents, and shares in thousandths. ``shadow`` is a model that decides too and is only written down."""

    posting: bool = _USUAL.posting
    most_cents: int = _USUAL.most_cents
    window_days: int = _USUAL.window_days
    auto_milli: int = _USUAL.auto_milli
    exact_cents: int = _USUAL.allocation.exact_cents
    writeoff_cents: int = _USUAL.allocation.writeoff_cents
    writeoff_milli: int = _USUAL.allocation.writeoff_milli
    withholding_milli: tuple[int, ...] = _USUAL.allocation.withholding_milli
    model: str = ""
    shadow: str = ""

    def deciding(self, model: str | None = None) -> DecisionRules:
        """The rules as the engine takes them, for another model when one is given."""
        allocation = AllocationRules(
            exact_cents=self.exact_cents,
            writeoff_cents=self.writeoff_cents,
            writeoff_milli=self.writeoff_milli,
            withholding_milli=self.withholding_milli,
        )
        return DecisionRules(
            auto_milli=self.auto_milli if model is None else 0,
            allocation=allocation,
            model=self.model if model is None else model,
            posting=self.posting,
            most_cents=self.most_cents,
            window_days=self.window_days,
        )


def read_rules(doc: Doc | None) -> MatchingRules:
    """The rules as kept; what they do not say is as for a business that never chose."""
    said = doc.data if doc is not None else {}
    names = MatchingRules.__dataclass_fields__
    known = {name: said[name] for name in names if name in said}
    if "withholding_milli" in known:
        known["withholding_milli"] = tuple(known["withholding_milli"])
    return MatchingRules(**known)


def as_data(rules: MatchingRules) -> Data:
    """The rules as a document keeps them."""
    return {**asdict(rules), "withholding_milli": list(rules.withholding_milli)}


def version_of(doc: Doc | None) -> int:
    """How often the rules were changed; 0 for a business that never chose."""
    return int(doc.data["version"]) if doc is not None else 0


def change_rules(
    tx: Tx, new: MatchingRules, actor: str, note: str, version: int | None = None
) -> tuple[int, list[Data]]:
    """Write rules whole, with who asked for it and what they were.

    Args:
        version: of the rules that the person had before them; None changes whatever stands.

    Returns the version and the changes, the latest first. Raises Invalid ``model_unknown`` for a model that
    is not among ``judges.VERSIONS`` and ``auto_too_low`` below ``LEAST_AUTO_MILLI``, Refused
    ``rules_changed`` when ``version`` is not the one that stands.
    """
    _check(new)
    doc = tx.get(RULES)
    before, stands = read_rules(doc), version_of(doc)
    if version is not None and version != stands:
        raise Refused("somebody changed the rules since they were read", code="rules_changed")
    changes: list[Data] = list(doc.data["changes"]) if doc else []
    if before == new and changes:
        return stands, changes
    record: Data = {
        "version": stands + 1,
        "by": actor,
        "at": tx.now,
        "note": note,
        "before": as_data(before),
        "after": as_data(new),
    }
    changes = [record, *changes[: KEPT_CHANGES - 1]]
    tx.put(RULES, {**as_data(new), "version": stands + 1, "changes": changes})
    return stands + 1, changes


def _check(new: MatchingRules) -> None:
    wrong = [name for name in ("model", "shadow") if getattr(new, name) not in ("", *VERSIONS)]
    if wrong:
        known = ", ".join(VERSIONS)
        errors = [FieldError(f"/{name}", f"must be empty or one of {known}") for name in wrong]
        raise Invalid("model_unknown", f"matching models are {known}", errors)
    if 0 < new.auto_milli < LEAST_AUTO_MILLI:
        least = f"must be 0 or at least {LEAST_AUTO_MILLI}"
        raise Invalid("auto_too_low", f"auto_milli {least}", [FieldError("/auto_milli", least)])
