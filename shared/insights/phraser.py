"""Gemini as a writer: names of slots go out, one or two sentences with those slots come back.

It sees no figure, no name and not the question. What it returns goes through shared/insights/guard.py. How
it is asked: shared/core/generative.py.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from shared.core.generative import GeminiAccount, generate, is_ill, parts_of
from shared.insights.neutral_words import NEUTRAL
from shared.insights.ports import PhraserFailed

TIMEOUT_SECONDS = 6
MOST_TOKENS = 400
_STOP = 1
"""Candidate.FinishReason.STOP: the answer is whole."""
_INSTRUCTION = (
    "You word one answer about a small Kenyan business's money, in plain text of one or two short sentences, "
    "in the language that is named (en English, sw Swahili). You are told which figures there are and never "
    "what they are. Write every slot you are given exactly once, in braces as in {revenue}, in the order "
    "given; code puts the figure, its currency or per cent sign, or the name in its place. Where a slot has "
    "a noun, in English code writes the noun too; in Swahili write the noun just before the slot. Write no "
    "digit and no number word (no half, twice, dozen, first), no currency, no per cent, no date or "
    "month, no name, no advice, no approximation, no negation, no markup, no list, no link. Say only what is "
    "under says: which way a figure went is told there and nowhere else. Use no other words than those under "
    "words and these. English: " + ", ".join(sorted(NEUTRAL["en"])) + ". Swahili: "
    + ", ".join(sorted(NEUTRAL["sw"])) + "."
)  # fmt: skip


class GeminiPhraser:
    """Asks a Gemini model for a sentence around slots.

    Args:
        key: the API key.
        model: the model's name, from settings only.
        url: another endpoint with its scheme (tests, proxies); empty for Google's own.
    """

    def __init__(self, key: str, model: str, url: str = "", timeout: int = TIMEOUT_SECONDS) -> None:
        self._account = GeminiAccount(key, model, url, timeout)

    def phrase(self, about: Mapping[str, Any]) -> str:
        """The text as the model wrote it, unchecked; raises PhraserFailed for whatever goes wrong."""
        try:
            return _text(self._generate(about))
        except PhraserFailed:
            raise
        except Exception as error:
            raise PhraserFailed(type(error).__name__, ill=is_ill(error)) from error

    def _generate(self, about: Mapping[str, Any]) -> Any:
        return generate(
            self._account,
            json.dumps(about, ensure_ascii=False),
            config={"max_output_tokens": MOST_TOKENS},
            system_instruction=_INSTRUCTION,
        )


def _text(response: Any) -> str:
    """The words of the one candidate, if it finished; a thinking model may spend all its tokens on none."""
    finished = [int(candidate.finish_reason) for candidate in response.candidates]
    if finished != [_STOP]:
        raise PhraserFailed(f"finished_{finished}", ill=False)
    text = "".join(part.text for part in parts_of(response))
    if not text:
        raise PhraserFailed("no_words", ill=False)
    return text
