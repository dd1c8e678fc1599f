"""The ports that every engine stands behind: those of this machine, and those over a network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from shared.receipts.model import EngineText

if TYPE_CHECKING:
    from PIL.Image import Image

    from shared.receipts.image import Picture


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


class PageReader(Protocol):
    """A cloud engine that reads the lines of one page."""

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...

    def read_page(self, picture: Picture, uri: str = "") -> EngineText:
        """The lines of a page, in pixels of ``picture.colour`` set upright; raises tried.ReaderFailed."""
        ...


class FieldReader(Protocol):
    """A model that looks at the pages and says what single fields are; nobody believes it unchecked."""

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...

    def read_fields(
        self, pages: Sequence[Picture], wanted: Sequence[str], hint: Sequence[str]
    ) -> Mapping[str, Any]:
        """What the model says of the ``wanted`` fields, as it said it; raises tried.ReaderFailed.

        ``hint`` are the rows that an engine read, which are data to the model as the picture is.
        """
        ...
