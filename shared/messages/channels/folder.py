"""The embedded channel: messages become files in a folder, so that a demo needs no key and tells nobody."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.core.clock import Clock, rfc3339
from shared.core.ids import check_id
from shared.messages.model import Channel, Failed, Message, Outcome, Sent

_EXTENSIONS = {
    "application/pdf": ".pdf",
    "application/json": ".json.txt",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/zip": ".zip",
    "text/csv": ".csv",
}
"""A JSON attachment must not look like a message of this folder."""


class FolderChannel:
    """Writes ``{message id}.json``, and the attachment beside it, each in one step.

    Args:
        root: the folder; it is made when the first message is written.
        channel: which channel this stands in for.
        clock: when a message was written.
    """

    def __init__(self, root: Path, channel: Channel, clock: Clock) -> None:
        self._root = root
        self._channel = channel
        self._clock = clock

    def send(self, message: Message) -> Outcome:
        """Write one message; see MessageChannel."""
        name = check_id(message.id)
        try:
            self._root.mkdir(parents=True, exist_ok=True)
            attachment = self._attach(name, message)
            letter = json.dumps(self._letter(message, attachment), ensure_ascii=False, indent=1)
            self._write(f"{name}.json", letter.encode())
        except OSError as error:
            return Failed(f"folder_{type(error).__name__}", retryable=True)
        return Sent(f"{name}.json")

    def _letter(self, message: Message, attachment: str) -> dict[str, Any]:
        return {
            "id": message.id,
            "channel": self._channel.value,
            "from": message.sender.name,
            "reply_to": message.sender.reply_to,
            "to": message.recipient,
            "title": message.title,
            "text": message.text,
            "attachment": attachment,
            "written_at": rfc3339(self._clock.now()),
        }

    def _attach(self, name: str, message: Message) -> str:
        file = message.attachment
        if file is None:
            return ""
        place = name + _EXTENSIONS.get(file.media_type, ".bin")
        self._write(place, file.content)
        return place

    def _write(self, name: str, content: bytes) -> None:
        """All of a file or none of it: readers never see half a message."""
        part = self._root / f".{name}.{os.getpid()}.part"
        part.write_bytes(content)
        part.replace(self._root / name)


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as the folder holds it; ``attachment`` is a file name in the same folder, or ""."""

    id: str
    channel: str
    to: str
    title: str
    text: str
    attachment: str
    written_at: str


def letters(root: Path, limit: int = 50) -> list[Letter]:
    """The newest messages of a folder, newest first; files that are no message are passed over."""
    found = [letter for path in root.glob("*.json") if (letter := _letter(path)) is not None]
    return sorted(found, key=lambda letter: (letter.written_at, letter.id), reverse=True)[:limit]


def _letter(path: Path) -> Letter | None:
    try:
        raw = json.loads(path.read_bytes())
        return Letter(**{name: str(raw[name]) for name in Letter.__slots__})
    except (OSError, ValueError, KeyError, TypeError):
        return None
