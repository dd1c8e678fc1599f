"""Payments that want the same invoices: the most credible set of suggestions that the balances bear."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import product

from hypothesis import given
from hypothesis import strategies as st
from matching_client import Client
from matching_world import WANJIKU, Shop, own

from shared.matching import reconcile_payment
from shared.matching.competing import SEARCHED, Wish, assigned, components
from shared.matching.places import review_place
from shared.matching.rules import MatchingRules

A, B, C = ({name: 100} for name in ("inv_a", "inv_b", "inv_c"))
OWED = {"inv_a": 100, "inv_b": 100, "inv_c": 100}


def test_nobody_competes_and_all_keep_their_first() -> None:
    wishes = [Wish("p1", 600, (A, B)), Wish("p2", 300, (B,)), Wish("p3", 900, ())]
    assert assigned(wishes, OWED) == {"p1": 0, "p2": 0, "p3": None}


def test_who_has_another_likely_invoice_gives_way() -> None:
    wishes = [Wish("p1", 600, (A, B)), Wish("p2", 620, (A,))]
    assert assigned(wishes, OWED) == {"p1": 1, "p2": 0}
    surer = [Wish("p1", 980, (A, B)), Wish("p2", 400, (A, C))]
    assert assigned(surer, OWED) == {"p1": 0, "p2": 1}


def test_parts_of_one_invoice_do_not_compete_while_it_bears_them() -> None:
    parts = [Wish(f"p{n}", 700, ({"inv_a": 40},)) for n in range(3)]
    assert assigned(parts[:2], OWED) == {"p0": 0, "p1": 0}
    assert sorted(map(str, assigned(parts, OWED).values())) == ["0", "0", "None"]


def test_a_chain_is_one_component_and_strangers_are_not_in_it() -> None:
    wishes = [Wish("p1", 600, (A, B)), Wish("p2", 600, (B, C)), Wish("p3", 600, ({"inv_d": 1},))]
    assert [[w.payment_id for w in group] for group in components(wishes)] == [["p1", "p2"], ["p3"]]


def test_a_balance_that_is_gone_leaves_nothing() -> None:
    assert assigned([Wish("p1", 999, (A,))], {}) == {"p1": None}


def test_a_crowd_is_decided_for_its_surest() -> None:
    crowd = [Wish(f"p{n:02}", 500 + n, (A,)) for n in range(4 * SEARCHED)]
    found = assigned(crowd, OWED)
    assert [who for who, choice in found.items() if choice == 0] == ["p31"]


wishes_drawn = st.lists(
    st.builds(
        lambda sure, choices: (sure, tuple({name: cents} for name, cents in choices)),
        st.integers(0, 1000),
        st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), st.integers(1, 100)), max_size=3),
    ),
    max_size=4,
)


@given(wishes_drawn, st.dictionaries(st.sampled_from(["a", "b", "c"]), st.integers(0, 150)))
def test_no_other_bearable_answer_is_likelier(
    drawn: list[tuple[int, tuple[dict[str, int], ...]]], owed: dict[str, int]
) -> None:
    wishes = [Wish(f"p{n}", sure, choices) for n, (sure, choices) in enumerate(drawn)]
    found = assigned(wishes, owed)
    assert found == assigned(wishes[::-1], owed), "the order says nothing"
    assert bears(wishes, list(found.values()), owed)
    for group in components(wishes):
        if not bears(group, [0 if w.choices else None for w in group], owed):
            best = min(cost(group, c) for c in answers(group) if bears(group, c, owed))
            assert math.isclose(cost(group, [found[w.payment_id] for w in group]), best)


def answers(wishes: Sequence[Wish]) -> list[tuple[int | None, ...]]:
    return list(product(*[[*range(len(w.choices)), None] for w in wishes]))


def cost(wishes: Sequence[Wish], choices: Sequence[int | None]) -> float:
    nothing = [w.chance(len(w.choices)) / 2 for w in wishes]
    return -sum(
        math.log(n if c is None else w.chance(c)) for w, c, n in zip(wishes, choices, nothing, strict=True)
    )


def bears(wishes: Sequence[Wish], choices: Sequence[int | None], owed: Mapping[str, int]) -> bool:
    spent: dict[str, int] = {}
    for wish, choice in zip(wishes, choices, strict=True):
        for name, cents in (wish.choices[choice] if choice is not None else {}).items():
            spent[name] = spent.get(name, 0) + cents
    return all(cents <= owed.get(name, 0) for name, cents in spent.items())


def test_a_preview_shows_who_competes_and_confirms_only_one(shop: Shop) -> None:
    client = Client(shop)
    shop.invoice("inv_1", WANJIKU, 20_000)
    quiet = MatchingRules(posting=False)
    one, other = (shop.payment(f"SJA{n}", 20_000, **own(WANJIKU)) for n in (1, 2))
    for payment in (one, other):
        reconcile_payment(shop, shop.business, payment, quiet)
    first = [
        shop.store.require(shop.business, review_place("payment", p)).data["suggestions"][0]["links"]
        for p in (one, other)
    ]
    assert first[0] == first[1] != [], "both are suggested for the one invoice"
    _, seen = client("POST", "/v1/review/preview", {"payment_ids": [one, other]})
    assert len(seen["items"]) == 1
    assert seen["total_cents"] == 20_000
    (left,) = seen["competing"]
    assert {left["payment_id"], seen["items"][0]["payment_id"]} == {one, other}
    assert left["with_payments"] == [seen["items"][0]["payment_id"]]
    assert left["choice"] is None or left["choice"] > 0
