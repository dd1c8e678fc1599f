"""The guard: a model's words reach an answer only when they can say nothing but what the template says.

The rules refuse more than is wrong, because a refused text costs nothing: the template stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from shared.insights import guard_words as words
from shared.insights.material import FIGURES, Material, Slot
from shared.insights.neutral_words import NEUTRAL
from shared.insights.senses import EXPLICIT, GROUPS

LONGEST = 600
FLOATING = ("from_whom", "on_what", "window")
"""Slots that say the same wherever they stand; every other one keeps its place among the others."""
_BRACED = re.compile(r"\{([a-z][a-z_0-9]*)\}")
_LETTERS = re.compile(r"[A-Za-z .,:;!()'’–—-]*")
_BESIDE = re.compile(r"(?:^|(?<=[ (]))\{[a-z][a-z_0-9]*\}(?=$|[ )]|[.,:;!](?:$|[ )])|\)[.,:;!])")
_FOLLOWED = re.compile(r"\{([a-z][a-z_0-9]*)\}\s+(?=\{(?!from_whom|on_what))")
_SIGNED = re.compile(r"[-–—]\s*\{")
_JOINED = re.compile(r"\w[.:;!()]\w|\)\w|\w\(|--|\.\.")
_SPELLED = re.compile(r"(?:\b[A-Za-z]\b[\s.,'’–—-]*){3,}|\b[IVXLCDM]{2,}\b|\b[ivxlcdm]{2,}\b(?<!mix)(?<!mid)")
_WORD = re.compile(r"(?<!\|)[a-z]+")
_SENTENCE = re.compile(r"(?<=[.!])\s+")
_WINDOW = re.compile(r"\bover (?:the )?(?=\|w)", re.IGNORECASE)
_CAPITAL = re.compile(r"[A-Z]")
_OPENING = re.compile(r"(?:^|[.!:]\s+)$")
_CLAUSE = re.compile(r"[,;.()!–—]|\b(?:and|while|but|against|whereas|na|huku|lakini|dhidi)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """``text`` with its slots filled, or "" and the ``fault`` that was found first."""

    text: str
    fault: str = ""


def review(raw: str, material: Material) -> Verdict:
    """Judge what a model wrote, and fill it when nothing is against it."""
    text = raw.strip()
    for fault, found in _RULES:
        if found(text, material):
            return Verdict("", fault)
    filled = _filled(text, material)
    return Verdict("", "figure") if _unexplained(filled, material) else Verdict(filled)


def _too_long(text: str, _: Material) -> bool:
    return not text or len(text) > LONGEST


def _markup(text: str, _: Material) -> bool:
    """Anything but letters and plain punctuation: digits of all scripts, signs, lines, braces in braces."""
    return _LETTERS.fullmatch(_BRACED.sub("", text)) is None or text[-1] not in ".!"


def _wrong_slots(text: str, material: Material) -> bool:
    """Unknown, missing or repeated slots, or slots in another order than they were given."""
    found = _BRACED.findall(text)
    if sorted(found) != sorted(slot.name for slot in material.slots):
        return True
    ordered = [slot.name for slot in material.slots if slot.name not in FLOATING]
    return [name for name in found if name in ordered] != ordered


def _glued(text: str, material: Material) -> bool:
    """A slot that touches letters, a sign or another figure; words that are joined by a point."""
    worded = {slot.name for slot in material.slots if slot.text[-1:].isalpha()}  # as "3 payments" is
    if any(match[1] not in worded for match in _FOLLOWED.finditer(text)):
        return True
    beside = len(_BESIDE.findall(text)) != len(_BRACED.findall(text))
    return beside or bool(_SIGNED.search(text) or _JOINED.search(_BRACED.sub("", text)))


def _number_words(text: str, _: Material) -> bool:
    bare = _plain(text)
    return bool(words.NUMBERS.search(bare) or _SPELLED.search(bare))


def _money_words(text: str, _: Material) -> bool:
    return words.MONEY.search(_plain(text)) is not None


def _forbidden(text: str, _: Material) -> bool:
    """Days, denials, guesses, the future, advice, debts of the business: no sentence here says these."""
    bare = _plain(text)
    lists = (words.TIME, words.NEGATION, words.GUESSES, words.FUTURE, words.ORDERS, words.DEBTS)
    return any(pattern.search(bare) for pattern in lists)


def _proper_name(text: str, _: Material) -> bool:
    """A capital where no sentence begins."""
    return any(not _OPENING.search(text[: match.start()]) for match in _CAPITAL.finditer(text))


def _other_language(text: str, material: Material) -> bool:
    return words.OTHER_LANGUAGE[material.language].search(_plain(text)) is not None


def _wrong_noun(text: str, material: Material) -> bool:
    """A noun that makes another thing of a figure: ``{revenue} customers``, ``wateja {payments}``."""
    return any(_misnamed(text, slot) for slot in material.slots if slot.kind in FIGURES)


def _misnamed(text: str, slot: Slot) -> bool:
    before, _, after = text.partition(f"{{{slot.name}}}")
    if slot.noun and before.casefold().split()[-1:] != [slot.noun]:
        return True
    return words.AFTER_AMOUNTS.match(after.lstrip()) is not None


def _wrong_claim(text: str, material: Material) -> bool:
    """A class of words that the sentence must say and does not, or says and must not."""
    sense, plain = material.sense, _plain(text)
    if any(not words.CLASSES[name].search(plain) for name in sense.says):
        return True
    allowed = (*sense.says, *sense.may)
    licensed = [match.span() for name in allowed for match in words.CLASSES[name].finditer(plain)]
    others = [name for name in words.CLASSES if name not in (*allowed, *words.SIDES_ONLY)]
    said = [match.span() for name in others for match in words.CLASSES[name].finditer(plain)]
    return any(not any(a <= start and end <= b for a, b in licensed) for start, end in said)


def _wrong_side(text: str, material: Material) -> bool:
    """A figure beside a word for another one: income that was spent, the earlier amount as today's."""
    sided = {slot.name: slot for slot in material.slots if slot.kind in FIGURES}
    return any(
        _contradicted(before, after, sided[name].side)
        for name, before, after in _neighbours(text, frozenset(sided))
        if sided[name].side
    )


def _neighbours(text: str, figures: frozenset[str]) -> Iterator[tuple[str, str, str]]:
    """Each figure's slot with the words before and after it, within its clause and up to other figures."""
    spots = [match for match in _BRACED.finditer(text) if match[1] in figures]
    ends = [0, *(match.end() for match in spots)]
    starts = [*(match.start() for match in spots[1:]), len(text)]
    for spot, begin, end in zip(spots, ends, starts, strict=False):
        before = _CLAUSE.split(_plain(text[begin : spot.start()]))[-1]
        after = _CLAUSE.split(_plain(text[spot.end() : end]))[0]
        yield spot[1], before, after


def _contradicted(before: str, after: str, side: str) -> bool:
    """Whether the nearest word of the side's group is another's, those before the figure first."""
    group = next(names for names in GROUPS if side in names)
    said = sorted((match.end(), name) for name in group for match in words.CLASSES[name].finditer(before))
    if said:
        last = said[-1][0]
        return side not in [name for end, name in said if end == last]
    follows = sorted((match.start(), name) for name in group for match in words.CLASSES[name].finditer(after))
    if not follows:
        return side in EXPLICIT
    return side not in [name for start, name in follows if start == follows[0][0]]


def _loose(text: str, _: Material) -> bool:
    """A sentence without a slot: it speaks of something that nobody asked to be worded."""
    return not all(_BRACED.search(sentence) for sentence in _SENTENCE.split(text))


def _unknown_words(text: str, material: Material) -> bool:
    """A word that is neither neutral nor in a class that was looked at: it may say anything."""
    plain = _WINDOW.sub(" ", _plain(text))
    for pattern in words.CLASSES.values():
        plain = pattern.sub(" ", plain)
    return not set(_WORD.findall(plain.casefold())) <= NEUTRAL[material.language]


def _plain(text: str) -> str:
    """The words around the slots; dashes and hyphens part words, so that none hides a number."""
    marked = _BRACED.sub(lambda match: " |w " if match[1] == "window" else " | ", text)
    return " ".join(re.sub(r"[–—-]", " ", marked).split())


_RULES: tuple[tuple[str, Callable[[str, Material], bool]], ...] = (
    ("length", _too_long),
    ("markup", _markup),
    ("slots", _wrong_slots),
    ("glued", _glued),
    ("number_word", _number_words),
    ("money_word", _money_words),
    ("forbidden", _forbidden),
    ("name", _proper_name),
    ("language", _other_language),
    ("noun", _wrong_noun),
    ("claim", _wrong_claim),
    ("side", _wrong_side),
    ("loose", _loose),
    ("vocabulary", _unknown_words),
)


def _filled(text: str, material: Material) -> str:
    known = {slot.name: slot for slot in material.slots}

    def put(match: re.Match[str]) -> str:
        said = known[match[1]].text
        opens = _OPENING.search(text[: match.start()]) is not None
        first = said[0].upper() if opens else said[0].lower() if match[1] == "metric" else said[0]
        return first + said[1:]

    return _BRACED.sub(put, text)


def _unexplained(filled: str, material: Material) -> bool:
    """Whether a digit is left once the texts of all slots are taken out."""
    for said in sorted((slot.text for slot in material.slots), key=len, reverse=True):
        filled = re.sub(re.escape(said), " ", filled, flags=re.IGNORECASE)
    return any(character.isnumeric() for character in filled)
