"""A bucket in which files arrive."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.blobs.folder import FolderBlobs
from shared.bus import Outbox
from shared.core.clock import ManualClock
from shared.store import Store
from tests.support.bus import RecordingBus
from tests.unit.receipts.intake_world import World


@pytest.fixture
def world(store: Store, bus: RecordingBus, clock: ManualClock, tmp_path: Path) -> World:
    return World(store, Outbox(store, bus), bus, FolderBlobs(tmp_path / "bucket", "bucket"), clock)
