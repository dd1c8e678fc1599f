"""The port every engine stands behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from shared.receipts.model import EngineText

if TYPE_CHECKING:
    from PIL.Image import Image


class Engine(Protocol):
    """Reads upright lines from a picture of one page."""

    @property
    def name(self) -> str:
        """A stable short name, stored with every field: ``rapidocr``, ``tesseract``."""
        ...

    def read(self, picture: Image) -> EngineText:
        """The lines of an RGB picture, in pixels of the picture turned upright.

        Raises shared.core.errors.Unavailable when the engine cannot run here.
        """
        ...
