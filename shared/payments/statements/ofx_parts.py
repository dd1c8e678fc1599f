"""The parts of an OFX message, as its text is read: SGML (OFX 1) and XML (OFX 2) alike (OFX 2.3, 1.2).

The package ofxtools reads more, takes 0.7 s to import, logs what it reads and passes over in silence what
lies between tags; a statement needs what stands in a dozen elements, with the line that each stands in.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from shared.payments.statements.faults import refuse, shown

MOST_DEEP = 20
LONGEST = 2_000
"""Characters of one value."""
_TAG = re.compile(r"<(/?)([A-Z0-9][A-Z0-9._]{0,39})\s*>([^<]*)(</\2\s*>\s*)?")
_END = re.compile(r"</([A-Z0-9._]{1,40})\s*>")


@dataclass(frozen=True, slots=True)
class Part:
    """An aggregate of the message: its name, what encloses it, its own values, the line it begins in."""

    name: str
    inside: tuple[str, ...]
    row: int
    values: dict[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        return self.values.get(name, "")


def parts(text: str) -> Iterator[Part]:
    """Every aggregate where it ends, the inner ones first; one is held at a time with those around it.

    A value needs no end in OFX 1: what has neither text nor, anywhere, an end is an empty value.
    Raises Invalid ``statement_damaged``, ``statement_entities``, ``statement_cut_off`` or
    ``statement_cell_too_long`` naming the line.
    """
    at = text.index("<OFX>")
    aggregates = frozenset(_END.findall(text)) | {"OFX"}
    open_: list[Part] = []
    row = 1 + text.count("\n", 0, at)
    while at < len(text):
        tag = _TAG.match(text, at)
        if tag is None:
            raise _not_a_tag(text, at, row)
        ends, name, value, ended = tag.groups()
        if ends:
            yield _close(open_, name, value, row)
        elif value.strip():
            _put(open_, name, value, row)
        elif not ended and name in aggregates:
            _open(open_, name, row)
        row += tag[0].count("\n")
        at = tag.end()
        if not open_:
            break
    if open_:
        raise refuse("statement_cut_off", row, open_[-1].name, "this part does not end: is the file whole?")
    if text[at:].strip():
        raise refuse("statement_damaged", row, "OFX", "something follows the end of the message")


def _open(open_: list[Part], name: str, row: int) -> None:
    if len(open_) >= MOST_DEEP:
        raise refuse("statement_damaged", row, name, "the parts are nested too deeply")
    open_.append(Part(name, tuple(part.name for part in open_), row))


def _put(open_: list[Part], name: str, value: str, row: int) -> None:
    if not open_:
        raise refuse("statement_damaged", row, name, f"{shown(value.strip())} stands outside of any value")
    if len(value) > LONGEST:
        raise refuse("statement_cell_too_long", row, name, f"more than {LONGEST} characters")
    if name in open_[-1].values:
        raise refuse("statement_damaged", row, name, "this value stands twice")
    open_[-1].values[name] = " ".join(html.unescape(value).split())


def _close(open_: list[Part], name: str, value: str, row: int) -> Part:
    if open_[-1].name != name:
        raise refuse("statement_damaged", row, name, f"ends here, where {open_[-1].name} is still open")
    if value.strip():
        raise refuse("statement_damaged", row, name, f"{shown(value.strip())} stands outside of any value")
    return open_.pop()


def _not_a_tag(text: str, at: int, row: int) -> Exception:
    if text.startswith("<!", at):
        return refuse("statement_entities", row, text[at : at + 9], "declarations and comments are not read")
    return refuse("statement_damaged", row, shown(text[at : at + 12]), "not a tag of OFX")
