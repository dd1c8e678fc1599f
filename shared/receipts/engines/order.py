"""The order of the engines: a page's own text, this machine's engines, Vision, Gemini; each only as needed.

A cloud engine is asked only for a receipt that would go to a person, and whatever becomes of the call the
receipt is read: what was tried, and why it stopped, stands in the result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from shared.core import measures
from shared.core.errors import Unavailable
from shared.receipts.confidence import ACCEPT, decide
from shared.receipts.engines.beliefs import believe
from shared.receipts.engines.cloud import Cloud
from shared.receipts.engines.port import Engine, FieldReader, PageReader
from shared.receipts.engines.tried import Log, Outcome, ReaderFailed, Refrained, ask
from shared.receipts.extract.fields import extract
from shared.receipts.image import Picture
from shared.receipts.model import EngineText, Row
from shared.receipts.reading import Fields
from shared.receipts.rows import build_rows
from shared.receipts.sheets import Sheet

CLOUD_TIME = timedelta(seconds=60)
"""After this long no further page goes to a cloud engine: the receipt is to be written in any case."""
UNREAD = EngineText((), "none", "", trusted=False)
"""A page that no engine of this machine could read."""


@dataclass(frozen=True)
class Understood:
    """What the pages say, and what is to be done; ``chosen`` are fields that a model pointed at."""

    texts: tuple[EngineText, ...]
    rows: tuple[Row, ...]
    fields: Fields
    decision: str
    reasons: tuple[str, ...]
    chosen: tuple[str, ...] = ()

    @property
    def unsure(self) -> tuple[str, ...]:
        """The fields that a person would be asked about."""
        return tuple(name for name, least in ACCEPT.items() if self.fields.confidence.get(name, 0) < least)

    @property
    def worth(self) -> tuple[bool, int, int]:
        """How good a reading is beside another of the same receipt."""
        sure = len(ACCEPT) - len(self.unsure)
        return (self.decision == "accept", sure, sum(self.fields.confidence.get(name, 0) for name in ACCEPT))

    def sources(self) -> dict[str, str]:
        """Which engine each field comes from."""
        found = {name: self.texts[self.rows[row].page].engine for name, row in self.fields.rows.items()}
        return found | dict.fromkeys(self.chosen, "gemini")


class Order:
    """One receipt on its way through the engines; ``log`` fills as it goes.

    Args:
        sheets: its pages.
        codes: the texts of its QR codes.
        engines: this machine's, in order.
        cloud: what the business may ask beyond them, None for nothing.
    """

    def __init__(
        self,
        sheets: Sequence[Sheet],
        codes: Sequence[str],
        today: date,
        engines: Sequence[Engine],
        cloud: Cloud | None,
    ) -> None:
        self.log = Log()
        self._sheets = sheets
        self._codes = codes
        self._today = today
        self._engines = engines
        self._cloud = cloud

    def run(self) -> Understood:
        """Read the receipt as well as can be; raises Unavailable when nothing could read a page."""
        texts, failure = self._here()
        cloud = self._cloud
        if failure is not None and (cloud is None or cloud.readers.pages is None):
            raise failure
        found = self._understand(texts)
        if cloud is None:
            return found
        if cloud.readers.pages and _wants_pages(found):
            found = self._pages(cloud, cloud.readers.pages, found)
        if failure is not None and UNREAD in found.texts:
            raise failure
        if cloud.readers.fields and found.unsure and found.rows:  # without rows nothing would be believed
            found = self._fields(cloud, cloud.readers.fields, found)
        return found

    # --- this machine
    def _here(self) -> tuple[tuple[EngineText, ...], Unavailable | None]:
        texts, failure = [], None
        for page, sheet in enumerate(self._sheets):
            try:
                texts.append(self._page_here(page, sheet))
            except Unavailable as none:
                texts.append(UNREAD)
                failure = none
        return tuple(texts), failure

    def _page_here(self, page: int, sheet: Sheet) -> EngineText:
        """A page's own text, else the first engine that reads any; one that cannot run passes its turn."""
        if sheet.text is not None:
            self.log.begin(sheet.text.engine, page).read(sheet.text)
            return sheet.text
        last: EngineText | None = None
        failure = Unavailable("no OCR engine is set up", code="ocr_unavailable")
        for engine in self._engines:
            read = self._try(engine, page, sheet.picture)
            if isinstance(read, Unavailable):
                failure = read
            elif read.lines:
                return read
            else:
                last = read
        if last is None:
            raise failure
        return last

    def _try(self, engine: Engine, page: int, picture: Picture) -> EngineText | Unavailable:
        trial = self.log.begin(engine.name, page)
        try:
            read = engine.read(picture.colour)
        except Unavailable as cannot:
            trial.end(Outcome.UNAVAILABLE, cannot.code)
            return cannot
        except Exception as error:  # noqa: BLE001 - whatever broke it, the next engine may read the page
            why = type(error).__name__
            trial.end(Outcome.FAILED, why)
            return Unavailable(f"{engine.name} failed: {why}", code="ocr_unavailable")
        measures.OCR_SECONDS.observe(trial.seconds, engine=engine.name)
        trial.read(read)
        return read

    # --- the cloud
    def _pages(self, cloud: Cloud, reader: PageReader, found: Understood) -> Understood:
        """The receipt as Vision reads it, where that is better; pages with text of their own stay here."""
        texts = list(found.texts)
        until = cloud.readers.clock.now() + CLOUD_TIME
        for page, sheet in enumerate(self._sheets):
            if sheet.text is not None:
                continue
            if cloud.readers.clock.now() >= until:
                self.log.begin(reader.name, page, reader.version).end(Outcome.TIMED_OUT, "of the receipt")
                break
            read = self._ask_page(cloud, reader, page, sheet.picture)
            if read is None:
                break  # what stopped this page would stop the next
            if read.lines or texts[page] == UNREAD:
                texts[page] = read
        again = self._understand(tuple(texts))
        return again if again.worth > found.worth or UNREAD in found.texts else found

    def _ask_page(self, cloud: Cloud, reader: PageReader, page: int, picture: Picture) -> EngineText | None:
        trial = self.log.begin(reader.name, page, reader.version)
        uri = cloud.uri if len(self._sheets) == 1 else ""
        try:
            read = ask(
                reader.name,
                cloud.readers.breaker(reader.name),
                lambda: cloud.afford(reader.name),
                lambda: reader.read_page(picture, uri),
            )
        except (ReaderFailed, Refrained) as stopped:
            trial.stopped(stopped)
            return None
        trial.read(read)
        return read

    def _fields(self, cloud: Cloud, reader: FieldReader, found: Understood) -> Understood:
        """The receipt with the unsure fields that a model pointed at and that hold."""
        trial, wanted = self.log.begin(reader.name, 0, reader.version), found.unsure
        pictures = [sheet.picture for sheet in self._sheets]
        hint = [row.text for row in found.rows]
        try:
            said = ask(
                reader.name,
                cloud.readers.breaker(reader.name),
                lambda: cloud.afford(reader.name),
                lambda: reader.read_fields(pictures, wanted, hint),
            )
        except (ReaderFailed, Refrained) as stopped:
            trial.stopped(stopped)
            return found
        held = believe(said, wanted, found.rows, found.fields, self._today)
        outcome = Outcome.BELIEVED if held.names else Outcome.UNBELIEVED
        trial.end(outcome, "; ".join([*held.names, *held.doubts]))
        return replace(_decided(found, held.fields), chosen=held.names)

    # --- what both share
    def _understand(self, texts: tuple[EngineText, ...]) -> Understood:
        rows = tuple(row for page, text in enumerate(texts) for row in build_rows(text.lines, page=page))
        return _decided(Understood(texts, rows, Fields(), "", ()), extract(rows, self._codes, self._today))


def _wants_pages(found: Understood) -> bool:
    return bool(found.unsure) or not all(text.trusted for text in found.texts)


def _decided(found: Understood, fields: Fields) -> Understood:
    flags = fields.flags if found.rows else ("nothing_read",)
    trusted = all(text.trusted for text in found.texts)
    decision, reasons = decide(fields.confidence, flags, trusted=trusted)
    return replace(found, fields=fields, decision=decision, reasons=reasons)
