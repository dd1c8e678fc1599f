"""The cloud engines of this installation, and what one business may ask of them for one receipt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shared.core.breaker import Breaker
from shared.core.clock import Clock
from shared.core.generative import GeminiAccount
from shared.receipts.engines.port import FieldReader, PageReader

if TYPE_CHECKING:
    from shared.core.settings import Settings


@dataclass(frozen=True)
class CloudReaders:
    """What is set up, one a process, each with a breaker of its own; None for what is not."""

    clock: Clock
    pages: PageReader | None = None
    fields: FieldReader | None = None
    bucket: str = ""
    """``gs://`` and the bucket of receipts, where it is Cloud Storage's: Vision can fetch from there."""
    breakers: dict[str, Breaker] = field(default_factory=dict)

    def breaker(self, name: str) -> Breaker:
        """The breaker of an engine; it lives as long as the process."""
        return self.breakers.setdefault(name, Breaker(self.clock))


@dataclass(frozen=True)
class Cloud:
    """The cloud engines for one receipt of a business that has switched them on.

    Args:
        readers: what is set up.
        afford: pays one call of the engine named, or says that today's budget is spent.
        uri: where Cloud Storage keeps the file, when it is a picture that Vision takes; else empty.
    """

    readers: CloudReaders
    afford: Callable[[str], bool]
    uri: str = ""


def build_cloud_readers(settings: Settings, clock: Clock) -> CloudReaders | None:
    """What the settings name, or None for nothing; no client is made and no package loaded here."""
    pages = _vision(settings) if settings.vision_transport else None
    key = settings.gemini_allowed_key
    fields = _gemini(settings, key) if key else None
    bucket = settings.blob_url if settings.blob_url.startswith("gs://") else ""
    return CloudReaders(clock, pages, fields, bucket) if pages or fields else None


def _vision(settings: Settings) -> PageReader:
    from shared.receipts.engines.vision import VisionReader

    return VisionReader(settings.vision_transport, settings.vision_url)


def _gemini(settings: Settings, key: str) -> FieldReader:
    from shared.receipts.engines.gemini import TIMEOUT_SECONDS, GeminiReader

    return GeminiReader(GeminiAccount(key, settings.gemini_model, settings.gemini_url, TIMEOUT_SECONDS))
