"""Time: an injected clock, UTC in storage, East Africa Time only at the edges."""

from __future__ import annotations

import re
import threading
import time
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Protocol

from shared.core.errors import Invalid

_DARAJA = re.compile(r"[0-9]{14}")
EAT = timezone(timedelta(hours=3), "EAT")
"""East Africa Time: a fixed UTC+3, Kenya keeps no summer time."""


class Clock(Protocol):
    """Where time comes from; ``now`` is an aware UTC datetime, ``sleep`` takes seconds."""

    def now(self) -> datetime: ...
    def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class Stopwatch:
    """How long something really took, for logs and metrics only: decisions go by the injected clock."""

    def __init__(self) -> None:
        self._began = time.perf_counter()

    @property
    def seconds(self) -> float:
        """Seconds since it was made."""
        return time.perf_counter() - self._began

    @property
    def milliseconds(self) -> int:
        """Whole milliseconds since it was made."""
        return round(1000 * self.seconds)


class ManualClock:
    """A clock that moves only when told to; sleeping moves it, so tests take no time."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)
        self._lock = threading.Lock()

    def now(self) -> datetime:
        with self._lock:
            return self._now

    def sleep(self, seconds: float) -> None:
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        with self._lock:
            self._now += timedelta(seconds=seconds)


def rfc3339(moment: datetime) -> str:
    """The stored form, fixed width so that text order is time order: ``2026-03-01T10:00:00.000Z``."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_rfc3339(text: str) -> datetime:
    """Read an RFC 3339 time with its zone; raises Invalid ``time_invalid``."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid("time_invalid", f"'{text[:40]}' is not an RFC 3339 time") from None
    if moment.tzinfo is None:
        raise Invalid("time_invalid", f"'{text[:40]}' has no time zone")
    return _as_utc(moment)


def business_day(moment: datetime) -> str:
    """The Nairobi calendar day of a moment, ``2026-03-01``."""
    return moment.astimezone(EAT).date().isoformat()


def day_of(stored: str) -> str:
    """The Nairobi day of a stored day (which it is already) or moment; "" of what is neither."""
    try:
        if "T" not in stored:
            return date.fromisoformat(stored).isoformat()
        return business_day(parse_rfc3339(stored))
    except (Invalid, ValueError):
        return ""


def daraja_timestamp(moment: datetime) -> str:
    """Daraja's ``YYYYMMDDHHmmss``, in East Africa Time (D3 MpesaExpressSimulate)."""
    return moment.astimezone(EAT).strftime("%Y%m%d%H%M%S")


def parse_daraja_timestamp(text: str | int) -> datetime:
    """Read Daraja's zone-less East African timestamp as UTC; raises Invalid ``time_invalid``."""
    digits = str(text)
    try:
        if not _DARAJA.fullmatch(digits):  # strptime alone takes fewer digits and guesses
            raise ValueError
        moment = datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=EAT)
    except ValueError:
        raise Invalid("time_invalid", f"'{digits[:40]}' is not YYYYMMDDHHmmss") from None
    return _as_utc(moment)


def _as_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise Invalid("time_invalid", f"{moment.isoformat()} lies outside the calendar") from None
