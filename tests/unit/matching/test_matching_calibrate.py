"""Shares become chances: rising, capped by what speaks against a decision."""

from __future__ import annotations

from itertools import pairwise

import pytest

from shared.matching.calibrate import CEILINGS, chance


def test_a_larger_share_is_never_a_smaller_chance() -> None:
    chances = [chance(share) for share in range(1001)]
    assert all(low <= high for low, high in pairwise(chances))
    assert (chances[0], chances[-1]) == (250, 999)


@pytest.mark.parametrize("code", sorted(CEILINGS))
def test_a_veto_caps_the_chance(code: str) -> None:
    assert chance(1000, [code, "unsure"]) == CEILINGS[code] < 990


def test_other_vetoes_leave_it() -> None:
    assert chance(1000, ["unproven"]) == chance(1000)
