"""What is refused before anything is read further: orders, other people's data, overrides, advice."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

Refusal = Literal["write", "other_data", "instructions", "advice", "greeting", "unknown"]

_WRITE_ANYWHERE = (
    r"delete|erase|wipe|purge|truncate|drop (?:the |all )?(?:table|collection|database|data|records?)"
    r"|insert into|update \w+ set|futa|hamisha|ghairi"
)
_VERBS = (
    r"remove|send|pay|transfer|refund|reverse|cancel|void|approve|mark|edit|change|create|add|set|issue"
    r"|update"
    r"|withdraw|buy|charge|credit|write off|finali[sz]e|ondoa|tuma|tumia mtu|lipa|lipia|badilisha"
    r"|ongeza|weka"
    r"|tengeneza|rekebisha|rudisha|toa pesa|nunua"
)
_BEFORE = (
    r"^|(?:please|kindly|then|now|also|can you|could you|would you|you must|go ahead and|i want you to"
    r"|help me"
    r"|tafadhali|naomba|kisha|halafu|sasa|uta?)\s+|[.;,!:]\s*(?:and |then )?|\band (?:then )?"
)
_ASKED = r"(?: me\b| us\b| up\b| in\b| my | of\b)"
_PATTERNS: tuple[tuple[Refusal, str], ...] = (
    (
        "instructions",
        r"\b(?:ignore|disregard|forget|override|bypass|puuza|sahau)\b.{0,40}\b(?:instruction\w*|rules?"
        r"|prompts?|previous"
        r"|above|guard\w*|polic\w+|restriction\w*|maagizo|maelekezo|sheria)|\b(?:system|hidden|initial"
        r"|developer)"
        r" (?:prompt|message|mode|instructions?)|\byou are now\b|\bpretend (?:to|you|that)|\bact as\b"
        r"|\bjailbreak"
        r"|\byour (?:prompt|instructions|rules)|\b(?:api|secret|access|private) (?:key|token)s?\b"
        r"|\bpasswords?\b"
        r"|\bnenosiri\b|\bselect\b.{1,60}\bfrom\b|<script|\{\{|\$\{|\bunion select\b",
    ),
    (
        "other_data",
        r"\b(?:other|another|different|all|every|someone else's|somebody else's)\s+(?:business(?:es)?"
        r"|compan(?:y|ies)"
        r"|shops?|tenants?|users?|accounts?)\b(?!\s*(?:expense|cost|trip|travel))|\btenants?\b"
        r"|\bcompetitors?\b"
        r"|\bbiashara (?:nyingine|zingine|ya jirani|za wengine)|\bkampuni (?:nyingine|zingine)"
        r"|\b(?:phone|mobile|id|account|telephone) numbers?\b|\bnamba(?:ri)? za? simu\b"
        r"|\bpersonal (?:data|details)",
    ),
    ("write", rf"\b(?:{_WRITE_ANYWHERE})\b|(?:{_BEFORE})(?:{_VERBS})\b(?!{_ASKED})"),
    (
        "advice",
        r"\b(?:should|shall|must|ought) (?:i|we|my|our)\b(?! (?:expect|have (?:by|at|in|next)))"
        r"|\binvest\w*\b|\badvi[cs]e\b|\brecommend\w*\b"
        r"|\bworth buying\b"
        r"|\bni(?:we|na)?weza kuwekeza\b|\bniwekeze\b|\bwekeza\b|\bnifanye nini\b|\bushauri\b"
        r"|\btufanye nini\b",
    ),
)


@cache
def _compiled() -> tuple[tuple[Refusal, re.Pattern[str]], ...]:
    return tuple((reason, re.compile(pattern)) for reason, pattern in _PATTERNS)


def refusal(text: str) -> Refusal | None:
    """Why a lower-case question is refused, or None."""
    return next((reason for reason, pattern in _compiled() if pattern.search(text)), None)
