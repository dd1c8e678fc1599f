"""The small API of ``http_world`` for every test of this folder."""

from __future__ import annotations

import pytest
from http_world import World

from shared.core.clock import ManualClock


@pytest.fixture
def world(clock: ManualClock) -> World:
    return World(clock)
