"""Simulated Cloud Vision, ``POST /v1/images:annotate``: each picture is really looked at.

Source: Cloud Vision REST reference, images.annotate; its limits: 16 pictures and 10 MB of JSON a request.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

from local.readers.annotation import annotation
from local.readers.desk import Desk, fingerprint
from local.readers.faults import Fault

MAX_PICTURES = 16
MAX_JSON_BYTES = 10 * 1024 * 1024
_DOCUMENT = (11, "DOCUMENT_TEXT_DETECTION")
INVALID, NOT_FOUND = 3, 5


class Refusal(Exception):
    """Vision refuses the whole request with 400 INVALID_ARGUMENT."""


def annotate(desk: Desk, body: Any, fault: Fault | None) -> dict[str, Any]:
    """The answer to one request as JSON names it; raises Refusal."""
    requests = body.get("requests") if isinstance(body, dict) else None
    if not isinstance(requests, list) or not requests:
        raise Refusal("requests is empty")
    if len(requests) > MAX_PICTURES:
        raise Refusal("Too many images per request.")
    if fault is not None and fault.name == "no_answers":
        return {}
    answers = [_one(desk, request) for request in requests]
    return {"responses": [_spoilt(answer, fault) for answer in answers]}


def _one(desk: Desk, request: Any) -> dict[str, Any]:
    if not isinstance(request, dict):
        raise Refusal("a request must be an object")
    features = [feature.get("type") for feature in request.get("features", [])]
    if not features or any(feature not in _DOCUMENT for feature in features):
        raise Refusal("only DOCUMENT_TEXT_DETECTION is simulated")
    content, source = _content(desk, request.get("image") or {})
    hints = (request.get("imageContext") or {}).get("languageHints", [])
    desk.note("vision", {"sha256": fingerprint(content or b""), "source": source, "hints": hints})
    if content is None:
        return _error(NOT_FOUND, f"Error opening file: {source}.")
    try:
        text, size = desk.eyes(content)
    except ValueError:
        return _error(INVALID, "Bad image data.")
    full = annotation(text, size)
    return {"fullTextAnnotation": full} if full else {}


def _content(desk: Desk, image: dict[str, Any]) -> tuple[bytes | None, str]:
    """The bytes of a picture, sent or stored, and where it came from; None where nothing is stored."""
    if "content" in image:
        try:
            return base64.b64decode(image["content"], validate=True), "inline"
        except (binascii.Error, TypeError, ValueError):
            raise Refusal("Base64 decoding failed") from None
    source = image.get("source") or {}
    uri = str(source.get("imageUri") or source.get("gcsImageUri") or "")
    if not uri.startswith("gs://"):
        raise Refusal("image has neither content nor a Cloud Storage address")
    return desk.stored.get(uri), uri


def _error(code: int, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}


def _spoilt(answer: dict[str, Any], fault: Fault | None) -> dict[str, Any]:
    if fault is not None and fault.name == "picture_refused":
        return _error(fault.code, "the picture could not be read")
    if fault is not None and fault.name == "odd_boxes" and "fullTextAnnotation" in answer:
        word = answer["fullTextAnnotation"]["pages"][0]["blocks"][0]["paragraphs"][0]["words"][0]
        word["boundingBox"]["vertices"].pop()
    return answer
