"""Material for every sentence that a model may word, with figures that no text under test contains."""

from __future__ import annotations

from shared.insights.facts import Fact, Unit
from shared.insights.material import Material, material_of
from shared.insights.phrases import TEMPLATES
from shared.insights.plan import Period
from shared.insights.wording import SLOT, Language, fill

NAME = "Baraka 24 Hardware"
PERIOD = Period.model_validate({"from": "2026-03-01", "to": "2026-03-18"})
WORDS = {
    "from_whom": f" from {NAME}",
    "on_what": " on fuel",
    "Metric": "Revenue",
    "window": "1 – 18 March 2026",
}
_UNITS: dict[str, Unit] = {
    "top_share": "%", "top_payer_share": "%", "change": "%", "payments": "count", "expense_count": "count",
    "open_invoices": "count", "owing_customers": "count", "score": "count",
}  # fmt: skip
_SAID = {"KES": "KES 7,654.30", "%": "12.3%", "count": "9"}


def parts(key: str, language: Language) -> tuple[dict[str, Fact], dict[str, str]]:
    """Facts and words for a template."""
    facts = {}
    for match in SLOT.finditer(TEMPLATES[language][key]):
        name = match["name"]
        if name not in WORDS:
            unit = _UNITS.get(name, "KES")
            said = "71/100" if name == "score" else _SAID[unit]
            facts[name] = Fact(id=name, label=NAME, value="9", unit=unit, formatted=said, period=PERIOD)
    return facts, dict(WORDS)


def material(key: str, language: Language = "en") -> Material:
    """What a model would get for a template's sentence; without its words from records where it has none."""
    found = material_of(key, language, *parts(key, language), "Period: 1–18 March 2026.")
    assert found is not None
    return found


def templated(key: str, language: Language) -> str:
    """The template's sentence, filled."""
    return fill(TEMPLATES[language][key], *parts(key, language), language)
