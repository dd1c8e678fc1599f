"""Ids: random or derived, always something that every store accepts."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from shared.core.ids import Ids, SeededIds, SystemIds, check_id, derived_id

PARTS = st.lists(st.text(alphabet=st.sampled_from("ab\x1e\x1f01é"), max_size=4), min_size=1, max_size=3)


def test_random_ids_are_valid_and_never_repeat() -> None:
    for source in (SystemIds(), SeededIds(1)):
        ids = [check_id(source.new("inv")) for _ in range(1000)]
        assert len(set(ids)) == 1000
        assert {len(each) for each in ids} == {28}


def test_a_seed_repeats_its_ids_and_dice() -> None:
    def draw(source: Ids) -> list[object]:
        return [source.new("a"), source.fraction(), source.new("b")]

    assert draw(SeededIds(7)) == draw(SeededIds(7))
    assert draw(SeededIds(7)) != draw(SeededIds(8))


def test_fractions_lie_between_zero_and_one() -> None:
    for source in (SystemIds(), SeededIds(1)):
        assert all(0 <= source.fraction() < 1 for _ in range(500))


@given(PARTS, PARTS)
def test_other_parts_give_another_id(one: list[str], other: list[str]) -> None:
    assume(one != other)
    assert derived_id("key", *one) != derived_id("key", *other)


@given(st.lists(st.text(st.characters(codec=None)), min_size=1))
def test_any_parts_give_a_valid_id(parts: list[str]) -> None:
    assert check_id(derived_id("key", *parts)) == derived_id("key", *parts)


def test_derived_ids_do_not_change_between_versions() -> None:
    assert derived_id("evt", "biz_1", "payments/mpesa-A", "1") == "evt_729889ba95c0fb88118c2b0e66654aeb"
