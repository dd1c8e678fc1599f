"""Any permutation, repetition and form of the same lines imports to the same documents."""

from __future__ import annotations

import random
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.payments.statements.read import Wish, parse
from tests.unit.payments import statement_files as files
from tests.unit.payments.collecting import NOW, Desk
from tests.unit.payments.statement_desk import balances, everything, hand_in
from tests.unit.payments.statement_files import Fact, Style, charge, paid, with_balances

CENTS = st.integers(1, 300).map(lambda shillings: shillings * 100)


def fact(number: int, drawn: tuple[str, int, int]) -> list[Fact]:
    """The facts of one draw: what kind, how much, which minute."""
    kind, cents, minute = drawn
    at, receipt = NOW + timedelta(minutes=minute), f"UC2{number:07d}"
    back = Fact(f"UC2R{number:06d}", -cents, at, "Pay Bill Reversal", linked=receipt)
    made = {
        "paid": [paid(receipt, cents, at, f"A{number}")],
        "paid and charged": [paid(receipt, cents, at), charge(receipt, 500, at)],
        "charges": [charge("", cents, at), charge("", cents, at)],
        "spent": [Fact(receipt, -cents, at, "Business Buy Goods", party="KPLC")],
        "to bank": [Fact(receipt, -cents, at, "Organization Settlement Account")],
        "taken back": [paid(receipt, cents, at), back],
        "failed": [Fact(receipt, cents, at, status="Failed")],
    }
    return made[kind]


KINDS = st.sampled_from(["paid", "paid and charged", "charges", "spent", "to bank", "taken back", "failed"])
DAYS = st.lists(st.tuples(KINDS, CENTS, st.integers(0, 30)), min_size=1, max_size=8)


def of_day(draws: list[tuple[str, int, int]]) -> list[Fact]:
    facts = [one for number, drawn in enumerate(draws) for one in fact(number, drawn)]
    return with_balances(sorted(facts, key=lambda one: one.at), 10_000_000)


def imported(contents: list[bytes]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        for content in contents:
            assert hand_in(desk, content, chunk=5)["status"] == "imported"
        told = {**everything(desk), "balances": balances(desk)}
        desk.close()
        return told


def shuffled(facts: list[Fact], seed: int) -> list[Fact]:
    """The facts in any order, some of them twice."""
    dice = random.Random(seed)
    mixed = [*facts, *dice.choices(facts, k=3)]
    dice.shuffle(mixed)
    return mixed


@settings(max_examples=60, deadline=None)
@given(DAYS, st.integers(0, 2**16), st.booleans())
def test_keys_depend_on_neither_order_nor_repetition_nor_style(
    draws: list[tuple[str, int, int]], seed: int, iso: bool
) -> None:
    facts = of_day(draws)
    style = Style(iso=iso, minus=not iso, newest_first=iso, thousands=not iso)
    usual = {key: {**line.data(), "row": 0} for key, line in parse(files.org_csv(facts), Wish()).lines}
    mixed = parse(files.org_csv(shuffled(facts, seed), style), Wish()).lines
    assert {key: {**line.data(), "row": 0} for key, line in mixed} == usual
    cut = random.Random(seed).randrange(len(facts)) + 1
    for key, line in parse(files.org_csv(facts[:cut]), Wish()).lines:
        assert {**line.data(), "row": 0} == usual[key], "the beginning of a file is the beginning of the file"


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(DAYS, st.integers(0, 2**16))
def test_order_repetition_overlap_and_form_change_nothing(
    draws: list[tuple[str, int, int]], seed: int
) -> None:
    facts = of_day(draws)
    cut = random.Random(seed).randrange(len(facts)) + 1
    mixed = files.org_csv(shuffled(facts, seed), Style(iso=False, newest_first=False))
    several = [files.org_csv(facts[:cut]), files.org_xlsx(facts), mixed]
    assert imported(several) == imported([files.org_csv(facts)])


@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
@given(DAYS)
def test_a_pdf_after_the_csv_adds_nothing(draws: list[tuple[str, int, int]]) -> None:
    facts = [one for one in of_day(draws) if one.receipt and one.reason != "Pay Bill Reversal"]
    if facts:
        assert imported([files.org_csv(facts), files.pdf(facts)]) == imported([files.org_csv(facts)])
