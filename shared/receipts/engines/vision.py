"""Google Cloud Vision, DOCUMENT_TEXT_DETECTION, over REST or gRPC: one page a call (docs/decisions/0029).

What is sent is our own picture of the page: upright, without the notes of the camera that say where it was
taken. Limits: Cloud Vision, "Quotas and limits" (JSON requests of 10 MB, and base64 adds 37 %).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from shared.core.bounded import bound
from shared.receipts.engines.google_faults import explained
from shared.receipts.engines.tried import Outcome, ReaderFailed
from shared.receipts.engines.vision_lines import Word, lines_of, upright
from shared.receipts.model import Corners, EngineText

if TYPE_CHECKING:
    from PIL.Image import Image

    from shared.receipts.image import Picture

TIMEOUT_SECONDS = 20.0
INLINE_BYTES = 7_000_000
HINTS = ("en", "sw")
_MAX_WORDS = 5000
_MOST_BYTES = 32 << 20
"""A page of five thousand words takes about six megabytes of JSON."""
_RATE_LIMITED, _UNAVAILABLE = 8, (4, 13, 14)
"""Codes of google.rpc.Status: RESOURCE_EXHAUSTED; DEADLINE_EXCEEDED, INTERNAL, UNAVAILABLE."""


class VisionReader:
    """Asks Cloud Vision what a page says.

    Args:
        transport: ``rest`` or ``grpc``.
        url: another endpoint with its scheme (tests, proxies); empty for Google's own. With ``http:`` no
            credentials are looked for and none are sent.
        timeout: seconds that one call may take.
    """

    name = "vision"
    version = "cloud-vision v1 DOCUMENT_TEXT_DETECTION"

    def __init__(self, transport: str = "rest", url: str = "", timeout: float = TIMEOUT_SECONDS) -> None:
        self._transport = transport
        self._url = url.rstrip("/")
        self._timeout = timeout
        self._client: Any = None
        self._lock = threading.Lock()

    def read_page(self, picture: Picture, uri: str = "") -> EngineText:
        """The lines of one page, in pixels of ``picture.colour`` set upright; raises ReaderFailed.

        ``uri`` is where Cloud Storage keeps the same picture (``gs://``), for one that is too large to send.
        """
        try:
            return self._read(picture, uri)
        except Exception as error:
            raise explained(error) from error

    def _read(self, picture: Picture, uri: str) -> EngineText:
        from google.cloud import vision_v1

        request = {
            "image": _image(picture, uri),
            "features": [{"type_": vision_v1.Feature.Type.DOCUMENT_TEXT_DETECTION}],
            "image_context": {"language_hints": list(HINTS)},
        }
        # retry=None: the library's own would wait for ten minutes
        answer = self._connected().batch_annotate_images(
            requests=[request], timeout=self._timeout, retry=None
        )
        return self._understood(vision_v1.BatchAnnotateImagesResponse.pb(answer), picture)

    def _understood(self, answer: Any, picture: Picture) -> EngineText:
        if len(answer.responses) != 1:
            raise ReaderFailed(Outcome.GARBLED, f"{len(answer.responses)} answers to one request")
        (said,) = answer.responses
        if said.error.code:
            raise _refusal(said.error.code)
        longer = max(picture.colour.size)
        for page in said.full_text_annotation.pages:  # a picture has one page, an empty one has none
            lines, turned = upright(lines_of(_paragraphs(page)), page.width, page.height, longer)
            return EngineText(lines, self.name, self.version, turned=turned)
        return EngineText((), self.name, self.version)

    def _connected(self) -> Any:
        with self._lock:
            if self._client is None:
                self._client = _client(self._transport, self._url)
                if self._transport == "rest":
                    bound(self._client.transport._session, self._timeout, _MOST_BYTES)
            return self._client

    def close(self) -> None:
        """Let go of the connection."""
        with self._lock:
            if self._client is not None:
                self._client.transport.close()
            self._client = None


def _client(transport: str, url: str) -> Any:
    from google.auth.credentials import AnonymousCredentials
    from google.cloud import vision_v1
    from google.cloud.vision_v1.services.image_annotator import transports

    options: dict[str, Any] = {"api_endpoint": url} if url else {}
    anonymous: Any = AnonymousCredentials
    plain = urlsplit(url).scheme == "http"
    if plain and transport == "grpc":
        import grpc

        channel = grpc.insecure_channel(urlsplit(url).netloc)
        wire = transports.ImageAnnotatorGrpcTransport(channel=channel)
        return vision_v1.ImageAnnotatorClient(transport=wire)
    return vision_v1.ImageAnnotatorClient(
        transport=transport,
        client_options=options,
        credentials=anonymous() if plain else None,
    )


def _image(picture: Picture, uri: str) -> dict[str, Any]:
    """The page at full size where that can be sent, else where it lies, else as small as we read it."""
    full = _jpeg(picture.full)
    if len(full) <= INLINE_BYTES:
        return {"content": full}
    return {"source": {"image_uri": uri}} if uri else {"content": _jpeg(picture.colour)}


def _jpeg(image: Image) -> bytes:
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def _refusal(code: int) -> ReaderFailed:
    if code == _RATE_LIMITED:
        return ReaderFailed(Outcome.THROTTLED, f"status {code}")
    outcome = Outcome.FAILED if code in _UNAVAILABLE else Outcome.REFUSED
    return ReaderFailed(outcome, f"status {code}")


def _paragraphs(page: Any) -> Iterator[list[Word]]:
    left = _MAX_WORDS
    for block in page.blocks:
        for paragraph in block.paragraphs:
            words = [_word(word) for word in paragraph.words[:left]]
            left -= len(words)
            yield [word for word in words if word.text]


def _word(word: Any) -> Word:
    text = "".join(symbol.text for symbol in word.symbols)
    after = word.symbols[-1].property.detected_break.type_ if word.symbols else 0
    return Word(
        text=text,
        corners=_corners(word.bounding_box),
        score=max(0, min(1000, round(word.confidence * 1000))),
        space=after in _SPACES,
        ends_line=after in _LINE_ENDS,
    )


_SPACES, _LINE_ENDS = (1, 2), (3, 4, 5)
"""TextAnnotation.DetectedBreak.BreakType: SPACE, SURE_SPACE; EOL_SURE_SPACE, HYPHEN, LINE_BREAK."""


def _corners(box: Any) -> Corners:
    """Four vertices; the wire leaves out what is 0."""
    points = [(float(vertex.x), float(vertex.y)) for vertex in box.vertices]
    if len(points) != 4:
        raise ReaderFailed(Outcome.GARBLED, f"a word has {len(points)} corners")
    return points[0], points[1], points[2], points[3]
