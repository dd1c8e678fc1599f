"""The written allocation policy: a table of situations, and what must hold for any of them."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.matching import policy
from shared.matching.model import InvoiceFacts, Link
from shared.matching.policy import AllocationRules, allocate, take_back, write_off

RULES = AllocationRules()


def inv(
    id_: str, total: int, due: str = "2026-03-01", balance: int | None = None, foreign: bool = False
) -> InvoiceFacts:
    return InvoiceFacts(id_, id_, "cus", total, total if balance is None else balance, due, foreign=foreign)


A, B, C = inv("a", 100_000, "2026-01-01"), inv("b", 250_000, "2026-02-01"), inv("c", 70_000, "2026-03-01")
CLOSED = inv("z", 90_000, balance=0)

TABLE = [
    ("named exact", {"b"}, 250_000, {"b": 250_000}, "named", "exact", 0),
    ("named, a shilling short", {"b"}, 249_920, {"b": 249_920}, "named", "short_shillings", 0),
    ("named, part", {"b"}, 100_000, {"b": 100_000}, "named", "part", 0),
    ("named, over", {"b"}, 255_000, {"b": 250_000}, "named", "over", 5_000),
    ("two named, oldest first", {"a", "b"}, 300_000, {"a": 100_000, "b": 200_000}, "named", "part", 0),
    ("named and others sum exactly", {"b"}, 320_000, {"b": 250_000, "c": 70_000}, "named_group", "exact", 0),
    ("unnamed exact single", set(), 70_000, {"c": 70_000}, "exact", "exact", 0),
    ("unnamed exact group", set(), 170_000, {"a": 100_000, "c": 70_000}, "group", "exact", 0),
    ("unnamed all", set(), 420_000, {"a": 100_000, "b": 250_000, "c": 70_000}, "group", "exact", 0),
    ("unnamed, oldest first", set(), 130_000, {"a": 100_000, "b": 30_000}, "oldest", "part", 0),
    ("unnamed, over", set(), 500_000, {"a": 100_000, "b": 250_000, "c": 70_000}, "oldest", "over", 80_000),
    ("closed named, nothing exact", {"z"}, 130_000, {}, "closed", "nothing", 130_000),
    ("closed named, another exact", {"z"}, 250_000, {"b": 250_000}, "exact", "exact", 0),
    ("2% VAT withheld", {"b"}, 250_000 - 4_310, {"b": 245_690}, "named", "short_tax", 0),
    ("a charge deducted", {"b"}, 250_000 - 4_200, {"b": 245_800}, "named", "short_fee", 0),
]


@pytest.mark.parametrize("row", TABLE, ids=[row[0] for row in TABLE])
def test_policy(row: tuple[str, set[str], int, dict[str, int], str, str, int]) -> None:
    _, named, cents, links, step, fit, excess = row
    found = allocate([C, CLOSED, A, B], frozenset(named), cents, RULES)
    assert {link.invoice_id: link.cents for link in found.links} == links
    assert (found.step, found.fit, found.excess_cents) == (step, fit, excess)


def test_nothing_open_leaves_everything_on_account() -> None:
    assert allocate([CLOSED], frozenset(), 5_000, RULES).step == "nothing_open"


def test_a_foreign_invoice_is_met_alone_within_its_tolerance_and_never_in_a_group() -> None:
    usd = inv("u", 100_000, foreign=True)
    assert allocate([usd], frozenset({"u"}), 98_500, RULES).links == (Link("u", "u", 98_500, 1_500),)
    assert allocate([usd, C], frozenset(), 170_000, RULES).step == "oldest"


def test_write_offs_are_the_businesss_choice() -> None:
    strict = AllocationRules(writeoff_cents=0, writeoff_milli=0, withholding_milli=())
    assert write_off(B, 4_200, RULES) == (4_200, "short_fee")
    assert write_off(B, 4_200, strict) == (0, "part")
    assert write_off(inv("d", 10_000), 4_200, RULES) == (0, "part")  # 42% of it is no charge


def test_a_partial_reversal_takes_from_the_last_invoice_backwards() -> None:
    links = (Link("a", "a", 100), Link("b", "b", 50))
    assert take_back(links, 150) == (Link("b", "b", -50), Link("a", "a", -100))
    assert take_back(links, 70) == (Link("b", "b", -50), Link("a", "a", -20))


invoices = st.lists(st.integers(1, 60).map(lambda n: n * 5_000), min_size=0, max_size=9).map(
    lambda sums: [inv(f"i{k}", total, f"2026-01-{k + 1:02d}") for k, total in enumerate(sums)]
)


@given(invoices, st.integers(1, 900_000), st.sets(st.integers(0, 8)))
def test_never_more_than_the_money_or_the_balance(
    opened: list[InvoiceFacts], cents: int, picks: set[int]
) -> None:
    named = frozenset(f"i{k}" for k in picks)
    found = allocate(opened, named, cents, RULES)
    owed = {i.id: i.balance_cents for i in opened}
    assert sum(link.cents for link in found.links) + found.excess_cents == cents
    assert len({link.invoice_id for link in found.links}) == len(found.links)
    for link in found.links:
        assert link.cents > 0
        assert 0 <= link.written_off_cents <= owed[link.invoice_id] - link.cents


@given(
    invoices.flatmap(lambda found: st.tuples(st.just(found), st.permutations(found))), st.integers(1, 900_000)
)
def test_the_order_of_reading_changes_nothing(
    both: tuple[list[InvoiceFacts], list[InvoiceFacts]], cents: int
) -> None:
    one, other = both
    assert allocate(one, frozenset(), cents, RULES) == allocate(other, frozenset(), cents, RULES)


@given(
    st.lists(st.tuples(st.integers(1, 40), st.booleans()), max_size=9),
    st.integers(1, 120),
    st.integers(0, 2),
    st.booleans(),
)
def test_groups_are_those_that_trying_them_all_finds(
    owed: list[tuple[int, bool]], amount: int, must: int, foreign: bool
) -> None:
    """The first of the least size, oldest due first, within a shilling; dollars are met alone."""
    invoices = [
        inv(f"i{n}", cents * 50, f"2026-01-{n + 1:02d}", foreign=foreign and abroad)
        for n, (cents, abroad) in enumerate(owed)
    ]
    first, rest = invoices[:must], invoices[must:]
    for size in range(len(first), policy.GROUP_MOST + 1):
        tried = (
            [*first, *extra]
            for extra in itertools.combinations(rest[: policy.GROUP_AMONG], size - len(first))
        )
        wanted = next((group for group in tried if policy._exact(group, amount * 50, RULES)), None)
        assert policy._group(first, rest, amount * 50, RULES, size) == wanted
