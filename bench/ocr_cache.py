"""What an engine read, kept on disk by the picture: rules can be tuned without reading everything again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from shared.receipts.engines.port import Engine
from shared.receipts.model import EngineText, Line

if TYPE_CHECKING:
    from PIL.Image import Image


class CachedEngine:
    """An engine that reads each picture once; ``hits`` counts what came from the disk, which is no speed."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._engine, self._folder, self._version = engine, folder, ""
        self.name = engine.name
        self.hits = 0

    def read(self, picture: Image) -> EngineText:
        """The lines of an RGB picture, from the disk where they are known."""
        digest = hashlib.sha256(picture.tobytes() + repr(picture.size).encode()).hexdigest()[:32]
        path = self._folder / f"{self.name}-{digest}.json"
        if path.is_file() and (known := _text(json.loads(path.read_text()))).version == self._now():
            self.hits += 1
            return known
        text = self._engine.read(picture)
        path.write_text(json.dumps(asdict(text)))
        return text

    def _now(self) -> str:
        """The version that the engine says of itself when it reads; asked once, with a blank page."""
        if not self._version:
            from PIL import Image

            self._version = self._engine.read(Image.new("RGB", (64, 64), "white")).version
        return self._version


def _text(stored: dict[str, object]) -> EngineText:
    lines, stored["steps"] = stored.pop("lines"), tuple(stored.get("steps", ()))  # type: ignore[arg-type]
    return EngineText(lines=tuple(map(_line, lines)), **stored)  # type: ignore[call-overload, arg-type]


def _line(stored: dict[str, object]) -> Line:
    corners = tuple((x, y) for x, y in stored["corners"])  # type: ignore[attr-defined]
    return Line(str(stored["text"]), corners, stored["score"])  # type: ignore[arg-type]
