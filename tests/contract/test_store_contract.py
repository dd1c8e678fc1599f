"""Every adapter keeps every promise of the store port."""

from __future__ import annotations

import pytest

from tests.contract.checks import CHECKS
from tests.support.box import Box


@pytest.mark.parametrize("name", CHECKS)
def test_contract(box: Box, name: str) -> None:
    CHECKS[name](box)


def test_the_contract_is_whole() -> None:
    assert len(CHECKS) >= 30
