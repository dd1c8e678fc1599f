"""Chances of late payment: learnt without looking ahead, used only where they do better."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import pytest
from insights_world import TODAY
from ledger_world import Ledger, facts

from shared.insights.forecasting.late import LEAST, Case, History, late_model

START = date(2025, 6, 1)


def drawn(random: Random, number: int, *, telling: bool) -> Case:
    """Large invoices of somebody are paid late where size tells; else a coin decides."""
    issued = START + timedelta(days=number // 2)
    due, cents = issued + timedelta(days=14), random.choice((100_000, 1_000_000))
    chance = (0.85 if cents > 500_000 else 0.1) if telling else 0.4
    late = random.random() < chance
    after = random.randint(1, 20) if late else -random.randint(0, 5)
    return Case(f"c{number % 9}", issued, due, cents, due + timedelta(days=after), late=late, days=after)


def cases(count: int, *, telling: bool, seed: int = 3) -> list[Case]:
    random = Random(seed)
    return [drawn(random, number, telling=telling) for number in range(count)]


def test_it_learns_what_tells_and_says_how_well() -> None:
    model = late_model(cases(400, telling=True))
    assert model is not None
    assert model.tried.count == 120
    assert model.tried.brier < 0.75 * model.tried.shrunk
    assert model.tried.auc > 0.8
    small, large = (
        model.chance(Case("c1", date(2026, 3, 1), date(2026, 3, 15), cents)) for cents in (100_000, 1_000_000)
    )
    assert small < 0.3
    assert large > 0.7


def test_it_is_not_used_where_nothing_tells_or_little_is_known() -> None:
    assert late_model(cases(LEAST - 1, telling=True)) is None
    used = [late_model(cases(260, telling=False, seed=seed)) for seed in range(12)]
    assert sum(model is not None for model in used) <= 1, "chance alone must not look like knowledge"
    assert late_model([]) is None


def test_all_late_or_none_late_is_no_model() -> None:
    every = [
        Case(c.customer, c.issued, c.due, c.cents, c.due, late=True, days=3) for c in cases(300, telling=True)
    ]
    assert late_model(every) is None


def test_an_invoice_is_judged_by_what_was_known_when_it_was_issued() -> None:
    history = History()
    first = Case("c1", START, START + timedelta(days=14), 100, START + timedelta(days=40), late=True, days=26)
    before = history.features(first)
    history.see(first)
    after = history.features(first)
    assert before[1] == pytest.approx(0.5)
    assert after[1] == 1.0
    late_early = cases(LEAST, telling=True)
    turned = [*late_early[:-1], Case(**{**_fields(late_early[-1]), "late": not late_early[-1].late})]
    assert _first_rows(late_early) == _first_rows(turned), "the last one's end is no news for those before"


def _fields(case: Case) -> dict[str, object]:
    return {name: getattr(case, name) for name in Case.__slots__}


def _first_rows(given: list[Case]) -> list[object]:
    from shared.insights.forecasting.late import _rows

    return [row[0] for row in _rows(given, History())]


def test_hostile_amounts_and_days_give_chances() -> None:
    model = late_model(cases(300, telling=True))
    assert model is not None
    for cents in (0, 1, 2**53):
        for due in (date(1, 1, 1), date(9999, 12, 31)):
            assert 0 <= model.chance(Case("x", date(2026, 1, 1), due, cents)) <= 1


def test_the_metric_uses_and_tells_it(ledger: Ledger) -> None:
    past = [case for case in cases(480, telling=True) if case.known is not None and case.known < TODAY]
    for number, case in enumerate(past):
        ledger.bill(
            f"inv_{number}", case.customer, f"Customer {case.customer}", case.cents, status="paid",
            balance_cents=0, issued_on=case.issued.isoformat(), due_date=case.due.isoformat(),
            paid_on=f"{case.known}T09:00:00.000Z",
        )  # fmt: skip
    for name, cents in (("small", 100_000), ("large", 1_000_000)):
        ledger.bill(name, name, name, cents, issued_on="2026-03-10", due_date="2026-03-24")
        for extra in range(2):
            ledger.bill(
                f"{name}{extra}", name, name, 400_000, status="paid", balance_cents=0,
                issued_on="2025-10-01", due_date="2025-10-15", paid_on="2025-10-15T09:00:00.000Z",
            )  # fmt: skip
    result = ledger.run("customer_risk", "late_payment_risk")
    told = facts(result)
    assert result.extra == ("late_model",)
    assert float(told["late_risk:large"]) > float(told["late_risk:small"]) + 20
    assert float(told["late_brier"]) < float(told["late_brier_shares"])
    assert int(told["late_checked"]) >= 60
