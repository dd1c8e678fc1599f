"""What the simulated readers know: who may ask, what they were asked, and what is to go wrong."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from local.readers.eyes import Eyes
from local.readers.faults import Fault, take_fault
from local.safaricom.state import State

KEPT = 200


@dataclass(frozen=True)
class Desk:
    """The state of both services.

    Args:
        eyes: how a picture is read.
        key: the API key that Gemini wants; Vision takes whoever comes, as a proxy beside an instance would.
        stored: pictures that Vision finds by ``gs://`` address, as if they lay in Cloud Storage.
    """

    state: State
    eyes: Eyes
    key: str
    stored: dict[str, bytes]

    def note(self, service: str, request: dict[str, Any]) -> None:
        """Remember a request: what it asked for and the fingerprint of each picture, never the picture."""
        number = self.state.count("request")
        self.state.put("request", f"{number:09d}", {"service": service, **request})
        self.state.delete("request", f"{number - KEPT:09d}")

    def requests(self, service: str) -> list[dict[str, Any]]:
        """The latest requests of a service, oldest first."""
        return [fact for _, fact in self.state.all("request") if fact["service"] == service]

    def fault(self, route: str) -> Fault | None:
        """What is to go wrong with this request, if anything is."""
        return take_fault(self.state, route)


def fingerprint(content: bytes) -> str:
    """What is remembered of a picture."""
    return hashlib.sha256(content).hexdigest()
