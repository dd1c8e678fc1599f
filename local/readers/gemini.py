"""Simulated Gemini, ``generateContent``: it reads rows and picture by our own rules, and answers as asked.

Asked to word an answer, it does that too (wording.py).

A model is as good as what it looks at: this one says what the rules find in the rows of the prompt, else in
the picture. Its switches make it lie, obey a receipt, or answer out of form. Source: the Generative Language
API, models.generateContent, v1beta.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from datetime import date
from typing import Any

from local.readers.desk import Desk, fingerprint
from local.readers.faults import Fault
from local.readers.wording import About, about_in, worded
from shared.receipts.extract.amounts import amounts_in
from shared.receipts.extract.fields import extract
from shared.receipts.model import Line, Row
from shared.receipts.rows import build_rows

_ORDER = re.compile(r"(?i)\b(?:ignore|instruction|system|assistant|you must)\b")
_STOP, _MAX_TOKENS, _SAFETY = "STOP", "MAX_TOKENS", "SAFETY"


class Refusal(Exception):
    """Gemini refuses the request with 400 INVALID_ARGUMENT."""


def generate(desk: Desk, body: Any, fault: Fault | None, today: date) -> dict[str, Any]:
    """The answer to one request as JSON names it; raises Refusal."""
    parts = _parts(body)
    pictures = [_picture(part["inlineData"]) for part in parts if "inlineData" in part]
    hint = " ".join(str(part["text"]) for part in parts if "text" in part)
    schema = (body.get("generationConfig") or {}).get("responseSchema") or {}
    wanted = list(schema.get("properties") or {})
    desk.note(
        "gemini",
        {
            "sha256": [fingerprint(picture) for picture in pictures],
            "hint": hint,
            "wanted": wanted,
            "config": body.get("generationConfig"),
            "instruction": body.get("systemInstruction"),
        },
    )
    if fault is not None and fault.name == "blocked_prompt":
        return {"promptFeedback": {"blockReason": _SAFETY}}
    if (about := about_in(hint)) is not None:
        return _worded(about, fault)
    rows = _rows(hint) or _looked_at(desk, pictures)
    return _answer(_said(rows, wanted, today), rows, fault)


def _worded(about: About, fault: Fault | None) -> dict[str, Any]:
    name = fault.name if fault is not None else ""
    if name == "blocked_answer":
        return _candidate(None, _SAFETY)
    try:
        text = worded(about, fault)
    except (LookupError, TypeError) as unknown:
        raise Refusal("nothing to word") from unknown
    return _candidate(text[:-9], _MAX_TOKENS) if name == "cut_short" else _candidate(text, _STOP)


def _parts(body: Any) -> list[dict[str, Any]]:
    contents = body.get("contents") if isinstance(body, dict) else None
    if not isinstance(contents, list) or len(contents) != 1:
        raise Refusal("send one turn")
    parts = contents[0].get("parts")
    if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
        raise Refusal("contents without parts")
    return parts


def _picture(data: dict[str, Any]) -> bytes:
    try:
        return base64.b64decode(data["data"], validate=True)
    except (binascii.Error, KeyError, TypeError, ValueError):
        raise Refusal("inlineData is not base64") from None


def _rows(hint: str) -> tuple[Row, ...]:
    try:
        texts = json.loads(hint)["rows"]
    except (ValueError, KeyError, TypeError):
        return ()
    return tuple(_row(str(text), index) for index, text in enumerate(texts))


def _row(text: str, index: int) -> Row:
    right, top, bottom = 10.0 * len(text), 30.0 * index, 30.0 * index + 20
    corners = ((0.0, top), (right, top), (right, bottom), (0.0, bottom))
    return Row((Line(text, corners, 990),), 0, 20.0)


def _looked_at(desk: Desk, pictures: list[bytes]) -> tuple[Row, ...]:
    try:
        return build_rows(desk.eyes(pictures[0])[0].lines) if pictures else ()
    except ValueError:
        raise Refusal("Unable to process input image") from None


def _said(rows: tuple[Row, ...], wanted: list[str], today: date) -> dict[str, Any]:
    fields = extract(rows, (), today)
    cents = fields.total_cents
    known = {
        "merchant": fields.merchant,
        "date": fields.date.isoformat() if fields.date else None,
        "total": f"{cents // 100}.{cents % 100:02d}" if cents is not None else None,
    }
    return {name: known.get(name) for name in wanted}


def _answer(said: dict[str, Any], rows: tuple[Row, ...], fault: Fault | None) -> dict[str, Any]:
    name = fault.name if fault is not None else ""
    if name == "blocked_answer":
        return _candidate(None, _SAFETY)
    if name == "cut_short":
        return _candidate(json.dumps(said)[:-4], _MAX_TOKENS)
    if name == "no_object":
        return _candidate(json.dumps([said]), _STOP)
    if fault is not None:
        said |= _lies(fault, rows)
    return _candidate(json.dumps(said, ensure_ascii=False), _STOP)


def _lies(fault: Fault, rows: tuple[Row, ...]) -> dict[str, Any]:
    match fault.name:
        case "lie":
            return {fault.field: fault.value}
        case "extra_fields":
            return {"approved": "true"}
        case "wrong_types":
            return {"total": 12.5, "date": 20260101}
        case "obey":
            return {"total": _ordered(rows)}
        case _:
            return {}


def _ordered(rows: tuple[Row, ...]) -> str | None:
    """The amount that an instruction on the receipt asks for."""
    orders = (row.text for row in rows if _ORDER.search(row.text))
    amounts = (amount.cents for text in orders for amount in amounts_in(text))
    cents = next(amounts, None)
    return None if cents is None else f"{cents // 100}.{cents % 100:02d}"


def _candidate(text: str | None, finish: str) -> dict[str, Any]:
    candidate: dict[str, Any] = {"finishReason": finish, "index": 0}
    if text is not None:
        candidate["content"] = {"role": "model", "parts": [{"text": text}]}
    usage = {"promptTokenCount": 1, "candidatesTokenCount": 1, "totalTokenCount": 2}
    return {"candidates": [candidate], "usageMetadata": usage}
