"""What each stage of reading is worth: on and off, on clean and on damaged copies, for both engines.

    python -m bench.receipt_stages --images DIR --labels FILE [--count 10] [--damages tilt7,photo]

A figure is the share of receipts whose total, date and merchant are right, together and each. The last line
of standard output is one JSON object: engine, then damage, then variant.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from bench.kenya.degrade import FIXED
from bench.ocr_cache import CachedEngine
from bench.receipt_scores import TODAY, judge
from bench.receipts import find_images, read_labels
from shared.core.money import format_units
from shared.receipts.engines.port import Engine
from shared.receipts.engines.rapid import RapidEngine
from shared.receipts.engines.tesseract import TesseractEngine, tesseract_installed
from shared.receipts.extract.fields import extract
from shared.receipts.headers import sniff
from shared.receipts.image import decode
from shared.receipts.light import evened
from shared.receipts.model import EngineText
from shared.receipts.rows import build_rows

if TYPE_CHECKING:
    from PIL.Image import Image


class Evened:
    """An engine that sees every page evened out: what a fixed light stage would do."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.name = f"{engine.name}-evened"

    def read(self, picture: Image) -> EngineText:
        return self._engine.read(evened(picture).convert("RGB"))


class Named:
    """An engine under another name, so that its lines are kept apart."""

    def __init__(self, engine: Engine, name: str) -> None:
        self.name = name
        self.read = engine.read


Variant = tuple[str, Engine, bool]
"""A name, the engine, and whether rows undo the tilt."""


def variants(cache: Path) -> dict[str, list[Variant]]:
    """Each engine as it is used, and with one stage changed."""
    rapid = CachedEngine(RapidEngine(), cache)
    unturned = CachedEngine(Named(RapidEngine(turn=False), "rapidocr-unturned"), cache)
    lit = CachedEngine(Evened(RapidEngine()), cache)
    found: dict[str, list[Variant]] = {
        "rapidocr": [
            ("as used", rapid, True),
            ("no orientation", unturned, True),
            ("no tilt", rapid, False),
            ("light always", lit, True),
        ]
    }
    if tesseract_installed():
        clean = CachedEngine(TesseractEngine(), cache)
        plain = CachedEngine(Named(TesseractEngine(clean=False), "tesseract-plain"), cache)
        found["tesseract"] = [("as used", clean, True), ("no light, no levelling", plain, True)]
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Read every copy with every variant, print the table and the figures."""
    options = _options(arguments)
    labels = read_labels(options.labels)
    files = [path for path in find_images(options.images) if path.name in labels][: options.count]
    figures: dict[str, dict[str, dict[str, Any]]] = {}
    for engine, made in variants(options.ocr_cache).items():
        for damage in ("clean", *options.damages):
            pages = [(_damaged(path, damage), labels[path.name]) for path in files]
            for name, reader, level in made:
                told = _share([judge(_read(page, reader, level), label) for page, label in pages])
                figures.setdefault(engine, {}).setdefault(damage, {})[name] = told
                print(engine, damage, name, told, sep=" | ", file=sys.stderr)
    print(json.dumps({"receipts": len(files), **figures}))
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure what each stage of reading is worth.")
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--labels", type=Path, required=True)
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--ocr-cache", type=Path, default=Path("var/ocr"), help="where engine lines are kept")
    parser.add_argument("--damages", type=lambda text: text.split(","), default=sorted(FIXED))
    return parser.parse_args(arguments)


def _damaged(path: Path, damage: str) -> Image:
    """The picture as it is read, after a damage drawn from the file's name."""
    from PIL import Image, ImageOps

    content = path.read_bytes()
    if damage != "clean":
        with Image.open(BytesIO(content)) as opened:
            upright = ImageOps.exif_transpose(opened).convert("RGB")
        upright.thumbnail((2000, 2000))
        make: Callable[[Image.Image, Random], bytes] = FIXED[damage]
        content = make(upright, Random(path.name))
    return decode(sniff(content), content).colour


def _read(picture: Image, engine: Engine, level: bool) -> dict[str, Any]:
    fields = extract(build_rows(engine.read(picture).lines, level=level), (), TODAY)
    return {
        "company": fields.merchant,
        "date": fields.date.isoformat() if fields.date else None,
        "total": None if fields.total_cents is None else format_units(fields.total_cents),
    }


def _share(marks: Sequence[Mapping[str, bool]]) -> dict[str, float]:
    whole = max(len(marks), 1)
    names = ("all_three", "total", "date", "merchant")
    return {name: round(sum(mark[name] for mark in marks) / whole, 3) for name in names}


if __name__ == "__main__":
    sys.exit(main())
