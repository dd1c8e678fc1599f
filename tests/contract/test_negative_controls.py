"""The contract has teeth: an adapter with a known defect fails the check that names it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from shared.core.errors import HesabuError
from shared.store.model import Adapter
from tests.contract.checks import CHECKS
from tests.support import broken
from tests.support.box import Box

CONTROLS: list[tuple[Callable[[Adapter], Adapter], str]] = [
    (broken.NeverLooks, "no_update_is_lost"),
    (broken.ChecksOnlyWhatItWrites, "write_skew_is_prevented"),
    (broken.ChecksOnlyWhatItWrites, "a_read_that_is_not_written_must_still_hold"),
    (broken.ForgetsAbsences, "absent_read_skew_is_prevented"),
    (broken.ForgetsAbsences, "one_of_many_creates_wins"),
    (broken.CountsVersions, "a_document_that_comes_back_is_another_one"),
    (broken.AppliesHalf, "writes_land_all_or_none"),
    (broken.OneBigTenant, "the_same_id_in_two_businesses"),
    (broken.OneBigTenant, "queries_stay_in_their_business"),
    (broken.UnknownIsFine, "a_lost_answer_with_a_key_is_applied_once"),
    (broken.UnknownIsFine, "a_lost_answer_without_a_key_surfaces"),
    (broken.UnknownIsAgain, "a_lost_answer_without_a_key_surfaces"),
    (broken.LosesTies, "pages_hold_everything_once_with_ties"),
    (broken.SortsByUtf16, "text_sorts_by_its_utf8_bytes"),
    (broken.TearsReads, "reads_alone_are_one_moment"),
    (broken.TearsReads, "an_error_from_two_moments_is_not_believed"),
]


@pytest.mark.parametrize(("defect", "name"), CONTROLS, ids=[f"{d.__name__}-{n}" for d, n in CONTROLS])
def test_a_defect_is_noticed(adapter: Adapter, defect: Callable[[Adapter], Adapter], name: str) -> None:
    with pytest.raises((AssertionError, pytest.fail.Exception, HesabuError)):
        CHECKS[name](Box(adapter, defect))


@pytest.mark.parametrize("name", sorted({name for _, name in CONTROLS}))
def test_the_same_check_passes_without_the_defect(adapter: Adapter, name: str) -> None:
    CHECKS[name](Box(adapter))
