"""Simulated Gemini as a writer: our own sentence around the slots it is given, or what a switch says.

It sees what a model sees and nothing else: names of slots, what the sentence says, the language.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from local.readers.faults import Fault
from shared.insights.phrases import TEMPLATES
from shared.insights.senses import SENSES
from shared.insights.wording import SLOT

About = Mapping[str, Any]
_SPACED = ("from_whom", "on_what")


def in_slots(template: str, offered: set[str] | None = None) -> str:
    """A template as a model would write it; slots that are not ``offered`` are left out."""

    def slot(match: re.Match[str]) -> str:
        part = {".label": "_name", ".period": "_date"}.get(match["part"] or "", "")
        name = f"{match['name']}{part}".lower()
        if offered is not None and name not in offered:
            return ""
        return f"{' ' if name in _SPACED else ''}{{{name}}}"

    return SLOT.sub(slot, template)


def honest(about: About) -> str:
    """Our own sentence for these slots."""
    offered = {slot["slot"] for slot in about["slots"]}
    for key, sense in SENSES.items():
        if key.partition(".")[0] != about["intent"] or list(sense.says) != about["says"]:
            continue
        text = in_slots(TEMPLATES[about["language"]][key], offered)
        if set(re.findall(r"\{([a-z_0-9]+)\}", text)) == offered:
            return text
    raise LookupError(f"no sentence for {about}")


def about_in(prompt: str) -> About | None:
    """What a prompt asks to be worded; None for a prompt about anything else."""
    try:
        told = json.loads(prompt)
    except ValueError:
        return None
    wanted = {"language", "intent", "says", "slots"}
    return told if isinstance(told, dict) and wanted <= told.keys() else None


def worded(about: About, fault: Fault | None) -> str:
    """The sentence; with the switch ``lie`` its slot ``field`` is ``value``."""
    text = honest(about)
    return text.replace(f"{{{fault.field}}}", fault.value) if fault and fault.name == "lie" else text
