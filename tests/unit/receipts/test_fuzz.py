"""Broken bytes of every form give a reading or a refusal, and nothing else ever escapes."""

from __future__ import annotations

import os
import random
from io import BytesIO

import pytest
from PIL import Image

from shared.core.errors import Invalid
from shared.receipts import read_receipt
from tests.unit.receipts.support import TODAY, ScriptedEngine, pdf_with_text

_ROUNDS = int(os.environ.get("FUZZ_ROUNDS", "150"))
_APART = 6
"""PDFs are opened in a process of their own, which takes most of the time: so many times fewer of them."""


def _noise(chance: random.Random) -> Image.Image:
    return Image.frombytes("RGB", (120, 160), chance.randbytes(120 * 160 * 3))


def _sound(form: str, chance: random.Random) -> bytes:
    buffer = BytesIO()
    if form == "HEIC":
        import pillow_heif

        pillow_heif.from_pillow(_noise(chance)).save(buffer)
    elif form == "TEXT PDF":
        return pdf_with_text("DUKA LTD", "TOTAL 10.00")
    else:
        _noise(chance).save(buffer, form)
    return buffer.getvalue()


def _broken(content: bytes, chance: random.Random) -> bytes:
    damaged = bytearray(content[: chance.randrange(1, len(content))] if chance.random() < 0.3 else content)
    for _ in range(chance.choice((1, 3, 12))):
        at = chance.randrange(min(len(damaged), chance.choice((64, 600, len(content)))))
        damaged[at] = chance.choice((0, 255, chance.randrange(256)))
    return bytes(damaged)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "HEIC", "PDF", "TEXT PDF"])
def test_broken_bytes_are_read_or_refused(form: str) -> None:
    chance = random.Random(f"receipts {form}")
    sound = _sound(form, chance)
    engine = ScriptedEngine("TOTAL 10.00")
    codes: list[str] = []
    rounds = _ROUNDS // _APART if "PDF" in form else _ROUNDS
    for _ in range(rounds):
        try:
            reading = read_receipt(_broken(sound, chance), engines=[engine], today=TODAY)
        except Invalid as refusal:
            codes.append(refusal.code)
        else:
            assert reading.decision == "review"
    assert 0 < len(codes) < rounds
    assert all(code.startswith("receipt_") for code in codes)
