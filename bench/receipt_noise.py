"""Engine lines made worse: what a weak photo does to what an engine reads, without reading it again.

Confidence is learnt from mistakes, and good pictures give hardly any. Damages are drawn from a seed: letters
mixed up, lines lost, scores lowered, spaces gone.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random

from shared.receipts.model import Line

_MIXED = {
    "0": "O",
    "O": "0",
    "1": "I",
    "5": "S",
    "8": "B",
    "6": "G",
    "3": "8",
    "9": "4",
    "7": "1",
    "E": "F",
    ".": ",",
}


def spoil(lines: tuple[Line, ...], random: Random) -> tuple[Line, ...]:
    """Some lines of a page, each letter of which may be another; how bad is drawn for the page."""
    lost, wrong = random.choice((0.0, 0.03, 0.1)), random.choice((0.0, 0.01, 0.03, 0.06))
    kept = [line for line in lines if random.random() >= lost]
    return tuple(_spoil_line(line, wrong, random) for line in kept)


def _spoil_line(line: Line, wrong: float, random: Random) -> Line:
    letters = [_other(letter, random) if random.random() < wrong else letter for letter in line.text]
    text = "".join(letters)
    if random.random() < wrong * 3:
        text = text.replace(" ", "", 1)
    changed = sum(one != other for one, other in zip(text, line.text, strict=False))
    return replace(line, text=text, score=max(300, line.score - 60 * changed - random.randrange(15)))


def _other(letter: str, random: Random) -> str:
    if letter in _MIXED:
        return _MIXED[letter]
    return random.choice("0123456789") if letter.isdigit() else random.choice(("", letter.lower(), letter))
