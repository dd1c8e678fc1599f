"""What a model gets to word one sentence: slots by name, what they mean in our words, and nothing else.

Of a fact only its name and kind go out, never its value; of a record nothing at all: a customer, a merchant
or a category that somebody made up is a slot whose text code fills in afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from shared.insights.facts import Fact
from shared.insights.neutral_words import SAYINGS
from shared.insights.phrases import TEMPLATES
from shared.insights.senses import NOUNS, SENSES, SIDES, Sense
from shared.insights.vocabulary import LABELS
from shared.insights.wording import SLOT, Language, fill

SlotKind = Literal["money", "percent", "count", "name", "date", "words"]
FIGURES: tuple[SlotKind, ...] = ("money", "percent", "count")
_KINDS: dict[str, SlotKind] = {"KES": "money", "%": "percent"}
_WORDS = {
    "from_whom": "whom it came from, with its preposition",
    "on_what": "what it was spent on, with its preposition",
    "Metric": "which flow of money this is about: it is the subject",
    "window": "the days it is about",
}


@dataclass(frozen=True, slots=True)
class Slot:
    """One slot.

    Args:
        means: what it stands for, in words of this program.
        text: what code fills in; it never leaves.
        version: changes when the figure or a record behind it does.
        side: what may be said of it (senses.SIDES); "" for what takes no side.
        noun: in Swahili the noun that must stand before a counted slot.
    """

    name: str
    kind: SlotKind
    means: str
    text: str
    version: str = ""
    side: str = ""
    noun: str = ""


@dataclass(frozen=True, slots=True)
class Material:
    """One sentence to be worded: ``key`` names its template, ``slots`` come in the template's order."""

    key: str
    language: Language
    period: str
    slots: tuple[Slot, ...]

    @property
    def sense(self) -> Sense:
        return SENSES[self.key]

    def _classes(self) -> tuple[str, ...]:
        return (*self.sense.says, *self.sense.may)

    def told(self) -> dict[str, Any]:
        """All that leaves for a model."""
        return {
            "language": self.language,
            "intent": self.key.partition(".")[0],
            "says": list(self.sense.says),
            "words": {name: SAYINGS[name][self.language == "sw"] for name in self._classes()},
            "period": self.period,
            "slots": [_told(slot, self.language) for slot in self.slots],
        }


def material_of(
    key: str, language: Language, facts: Mapping[str, Fact], words: Mapping[str, str], period: str
) -> Material | None:
    """The material of a template's sentence; None where a model may not word it."""
    if key not in SENSES:
        return None
    slots = tuple(_slots(TEMPLATES[language][key], facts, words, language))
    return Material(key, language, period, slots)


def _slots(
    template: str, facts: Mapping[str, Fact], words: Mapping[str, str], language: Language
) -> Iterator[Slot]:
    for match in SLOT.finditer(template):
        name, part = match["name"], match["part"]
        text = fill(match[0], facts, words, language)
        if name in words:
            if text:
                yield Slot(name.lower(), "words", _WORDS[name], text.strip())
        elif part and text:
            kind: SlotKind = "name" if part == ".label" else "date"
            means = f"the {'name' if part == '.label' else 'day or days'} of {_label(name, language)}"
            named = f"{name}_{'name' if part == '.label' else 'date'}"
            yield Slot(named, kind, means, text, facts[name].data_version)
        elif not part:
            yield _figure(facts[name], text, language)


def _figure(fact: Fact, text: str, language: Language) -> Slot:
    noun = NOUNS[fact.id][1] if language == "sw" and fact.id in NOUNS else ""
    kind = _KINDS.get(fact.unit, "count")
    version = f"{fact.value}/{fact.data_version}"
    return Slot(fact.id, kind, _label(fact.id, language), text, version, SIDES.get(fact.id, ""), noun)


def _label(name: str, language: Language) -> str:
    """From our vocabulary, whatever label a fact has."""
    return LABELS[language].get(name, name.replace("_", " "))


def _told(slot: Slot, language: Language) -> dict[str, str]:
    told = {"slot": slot.name, "kind": slot.kind, "means": slot.means}
    if slot.name in NOUNS:
        told["noun"] = NOUNS[slot.name][language == "sw"]
    return told
