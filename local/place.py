"""Where the data lies, and the lock that says who runs on it."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import IO

from shared.core.errors import Refused
from shared.core.settings import Settings


def data_folder(settings: Settings) -> Path:
    """The folder of the SQLite store, of the bucket when the store is elsewhere, or ``var``."""
    for url, scheme in ((settings.store_url, "sqlite:///"), (settings.blob_url, "file:///")):
        if url.startswith(scheme):
            return Path(url.removeprefix(scheme)).parent
    return Path("var")


def hold(settings: Settings) -> IO[bytes]:
    """Hold the data until the returned file is closed; raises Refused ``already_running``.

    Leases of the bus may be taken back at start only by a process that is alone.
    """
    return hold_folder(data_folder(settings))


def hold_folder(folder: Path) -> IO[bytes]:
    """Hold whatever lies in ``folder``; raises Refused ``already_running``."""
    file = folder / "running.lock"
    file.parent.mkdir(parents=True, exist_ok=True)
    held = file.open("a+b")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        held.close()
        raise Refused(f"another Hesabu runs on {file.parent}", code="already_running") from None
    return held


def running(settings: Settings) -> bool:
    """Whether a system runs on this data."""
    try:
        hold(settings).close()
    except Refused:
        return True
    return False
