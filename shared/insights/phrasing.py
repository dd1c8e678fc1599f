"""A first sentence in a model's words: slots out, checked words back, else the template's sentence."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from shared.core import logs
from shared.core.clock import business_day
from shared.insights.answer import Guard
from shared.insights.facts import Fact
from shared.insights.gate import NotAsked, Turn
from shared.insights.guard import Verdict, review
from shared.insights.material import Material, material_of
from shared.insights.ports import Phraser, PhraserFailed
from shared.insights.wording import Language


class Wording:
    """Words sentences of one question; see answers.Say."""

    def __init__(self, phraser: Phraser, turn: Turn) -> None:
        self._phraser = phraser
        self._turn = turn

    def __call__(
        self, key: str, language: Language, facts: Mapping[str, Fact], words: Mapping[str, str], period: str
    ) -> tuple[str, Guard]:
        """The text and ``passed``, or "" with ``fell_back``, or ``not_used`` where nobody was asked."""
        material = material_of(key, language, facts, words, period)
        if material is None:
            return "", "not_used"
        kept = self._turn.gate.texts.get(self._key(material))
        if kept is not None and (text := review(kept, material).text):
            return text, "passed"
        return self._asked(material)

    def _asked(self, material: Material) -> tuple[str, Guard]:
        try:
            raw, verdict = self._turn.ask("phrase", lambda: self._reviewed(material))
        except NotAsked as failure:
            logs.info("the phraser is not asked, the template stands", why=failure.code)
            return "", "not_used"
        except PhraserFailed as failure:
            logs.warn("no words of the phraser, the template stands", why=failure.code)
            return "", "fell_back"
        self._turn.gate.texts.put(self._key(material), raw)
        return verdict.text, "passed"

    def _reviewed(self, material: Material) -> tuple[str, Verdict]:
        """What the model wrote, and what the guard says of it; raises PhraserFailed when that is no."""
        raw = self._phraser.phrase(material.told())
        verdict = review(raw, material)
        if verdict.fault:
            raise PhraserFailed(f"guard_{verdict.fault}", ill=False)
        return raw, verdict

    def _key(self, material: Material) -> str:
        """Another figure, another version of a record behind it or another day is another text."""
        day = business_day(self._turn.gate.clock.now())
        slots = [(slot.name, slot.text, slot.version) for slot in material.slots]
        known = [self._turn.business, day, material.key, material.language, material.period, slots]
        return hashlib.sha256(json.dumps(known).encode()).hexdigest()
