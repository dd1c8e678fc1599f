"""Spoiling lines as engines and exports do: misread letters, lost spaces, cut ends."""

from __future__ import annotations

from random import Random

_PAIRS = "o0 0O l1 il 1l s5 5S b8 8B g9 ec ao tf hb uv z2 ce rn mrn nm dcl wvv"
_MISREAD = {pair[0]: pair[1:] for pair in _PAIRS.split()}


def misread(random: Random, text: str, share: float = 0.07) -> str:
    """Each letter is misread with this chance, each space lost with twice of it."""
    kept = []
    for char in text:
        roll = random.random()
        if char == " ":
            kept.append("" if roll < 2 * share else " ")
        else:
            kept.append(_MISREAD.get(char.lower(), char) if roll < share else char)
    return "".join(kept)


def cut(random: Random, text: str) -> str:
    """Cut short to half to four fifths, as narrow columns do."""
    return text[: max(6, round(len(text) * random.uniform(0.5, 0.8)))]
