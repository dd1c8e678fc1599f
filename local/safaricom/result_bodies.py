"""The exact bytes of ``Result`` posts, with the differences that Daraja's products really have.

Shapes: D3 B2C, Reversals, TransactionStatus and AccountBalance. Codes are numbers here and text there, times
have two forms, a name comes twice, a value is missing, and a failure has no parameters at all.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from local.safaricom.payloads import DESCRIPTIONS

if TYPE_CHECKING:
    from local.safaricom.asked import Asked

WORDS = {
    **DESCRIPTIONS,
    "26": "System busy. Unable to process the request.",
    "2001": "The initiator information is invalid.",
    "2032": "The transaction does not exist.",
    "2040": "Credit Party customer type can't be supported by the service.",
    "8006": "The security credential is locked.",
    "R000001": "The transaction has already been reversed.",
    "R000002": "The OriginalTransactionID is invalid.",
}
_NUMBER = re.compile(r'"\\u0001([-0-9.]+)"')


def number(units: str) -> str:
    """A decimal that is to be written as a JSON number, digit for digit."""
    return f"\u0001{units}"


def result_body(asked: Asked) -> bytes:
    """What is posted to the ResultURL."""
    code = asked.code or "0"
    result: dict[str, Any] = {
        "ResultType": "0" if asked.kind == "balance" else 0,
        "ResultCode": _code(code, asked.kind),
        "ResultDesc": WORDS.get(code, "The request could not be processed."),
        "OriginatorConversationID": asked.originator,
        "ConversationID": asked.conversation,
        "TransactionID": asked.receipt or "NLJ0000000",
    }
    if code == "0":
        result["ResultParameters"] = {"ResultParameter": [_parameter(p) for p in asked.parameters]}
    result["ReferenceData"] = {"ReferenceItem": _reference(asked)}
    return _written({"Result": result})


def timeout_body(conversation: str, originator: str) -> bytes:
    """What is posted to the QueueTimeOutURL: of the same form as a failure, which it is not."""
    return _written(
        {
            "Result": {
                "ResultType": 1,
                "ResultCode": 1,
                "ResultDesc": "The service request timed out in the queue.",
                "OriginatorConversationID": originator,
                "ConversationID": conversation,
                "TransactionID": "",
            }
        }
    )


def _code(code: str, kind: str) -> int | str:
    """Balance sends text; a reversal's own codes are no numbers."""
    return int(code) if code.isdigit() and kind != "balance" else code


def _parameter(parameter: list[Any]) -> dict[str, Any]:
    """A name alone is a parameter without its value."""
    key, *value = parameter
    return {"Key": key, "Value": value[0]} if value else {"Key": key}


def _reference(asked: Asked) -> dict[str, Any]:
    if asked.kind == "status":
        return {"Key": "Occasion"}
    return {"Key": "QueueTimeoutURL", "Value": asked.timeout_url}


def _written(body: dict[str, Any]) -> bytes:
    return _NUMBER.sub(r"\1", json.dumps(body, separators=(",", ":"))).encode()
