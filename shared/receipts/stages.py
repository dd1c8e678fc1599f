"""What was done to a page before and after reading it: every stage with the measurement that it hangs on.

Nothing is done to every page: a fixed chain of clean-up steps makes the default engine worse
(docs/decisions/0027). Each step is taken only when its own figure asks for it; the figure is kept either way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import degrees

from shared.receipts.light import UNEVEN, contrast, unevenness
from shared.receipts.model import EngineText, Stage
from shared.receipts.rows import tilt
from shared.receipts.sheets import Sheet

_TILTED = 50
"""Hundredths of a degree from which rows lie otherwise than by height alone."""


def stages_of(
    content: bytes, sheets: Sequence[Sheet], texts: Sequence[EngineText], codes: int
) -> list[Stage]:
    """The stages of a receipt, in their order; of several pages the first one's figures."""
    return list(_stages(content, sheets, texts, codes))


def _stages(
    content: bytes, sheets: Sequence[Sheet], texts: Sequence[EngineText], codes: int
) -> Iterator[Stage]:
    first, text = sheets[0].picture, texts[0]
    yield Stage(
        "guard",
        True,
        {"bytes": len(content), "width": first.width, "height": first.height, "pages": len(sheets)},
    )
    shrunk = max(first.width, first.height) > max(first.colour.size)
    yield Stage(
        "shrink",
        shrunk,
        {"pixels": first.width * first.height, "kept": first.colour.width * first.colour.height},
    )
    yield Stage("codes", codes > 0, {"found": codes})
    if any(sheet.text for sheet in sheets):
        yield Stage("embedded_text", True, {"lines": sum(len(s.text.lines) for s in sheets if s.text)})
    yield Stage("orientation", text.turned != 0, {"degrees": text.turned})
    lean = round(100 * degrees(tilt(text.lines))) if text.lines else 0
    yield Stage("tilt", abs(lean) >= _TILTED, {"hundredths_of_a_degree": lean})
    light = {"uneven_thousandths": unevenness(first.colour), "contrast_thousandths": contrast(first.colour)}
    yield Stage("light", "evened" in text.steps, {**light, "asked_from": UNEVEN})
    yield Stage("enlarge", "enlarged" in text.steps, {"width": first.colour.width})
