"""Daily income of small businesses, drawn by a seed: for measuring forecasts, never for fitting their code.

Two families. ``plain``: weekday, payday, terms, holidays, December, lumpy invoices, shifts of the level,
days that stand out. ``other``: what the calendar model does not know: rain that lasts, a fortnightly
market, strikes that close the shop, promotions, growth that bends, pay every Friday, multiplicative noise
with memory.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from shared.insights.forecasting.days import holidays

KINDS = ("retail", "restaurant", "school", "hardware", "wholesale")
_WEEK = {
    "retail": (0.9, 0.85, 0.9, 1.0, 1.25, 1.45, 0.65),
    "restaurant": (0.75, 0.8, 0.85, 0.95, 1.3, 1.45, 0.9),
    "school": (1.4, 1.25, 1.15, 1.05, 0.95, 0.2, 0.0),
    "hardware": (1.1, 1.05, 1.0, 1.0, 1.1, 1.3, 0.45),
    "wholesale": (1.3, 1.2, 1.1, 1.05, 1.0, 0.35, 0.0),
}
_LEVEL = {"retail": 22_000, "restaurant": 16_000, "school": 30_000, "hardware": 40_000, "wholesale": 70_000}
Day = Callable[[date, int], float]


@dataclass(frozen=True, slots=True)
class Series:
    """One business: ``cents[k]`` came on the k-th day from ``first``."""

    name: str
    first: date
    cents: list[float]


def drawn(kind: str, days: int, seed: int, family: str = "plain") -> Series:
    """One series; the same arguments draw the same."""
    random = Random(f"{family}-{kind}-{seed}")
    first = date(2022, 1, 3) + timedelta(days=random.randrange(700))
    effect = _plain(random, kind, days) if family == "plain" else _other(random, days)
    base = _LEVEL[kind] * random.uniform(0.3, 2.5) * 100
    noise = random.uniform(0.18, 0.4)
    cents = []
    for k in range(days):
        day = first + timedelta(days=k)
        mean = base * _WEEK[kind][day.weekday()] * effect(day, k)
        cents.append(float(round(max(0.0, mean * math.exp(random.gauss(-noise * noise / 2, noise))))))
    if kind in ("wholesale", "hardware"):
        _lump(random, cents, base)
    for _ in range(days // 90):
        cents[random.randrange(days)] *= random.uniform(2.5, 6)
    return Series(f"{family}-{kind}-{seed}", first, cents)


def _plain(random: Random, kind: str, days: int) -> Day:
    payday, december = random.uniform(1.05, 1.6), random.uniform(1.0, 1.7)
    holiday = random.choice((0.3, 0.7, 1.3)) if kind != "restaurant" else random.uniform(1.0, 1.5)
    term, growth = (
        (random.uniform(1.5, 3.5) if kind == "school" else random.uniform(1.0, 1.15)),
        random.gauss(0, 0.25),
    )
    shift_at, shift = random.randrange(days), random.choice((1.0, 1.0, random.uniform(0.6, 1.6)))

    def effect(day: date, k: int) -> float:
        worth = math.exp(growth * k / 365) * (shift if k >= shift_at else 1.0)
        worth *= payday if day.day >= 27 or day.day <= 3 else 1.0
        worth *= december if day.month == 12 and 8 <= day.day <= 24 else 1.0
        worth *= holiday if day.isoformat() in holidays() else 1.0
        return worth * (term if day.month in (1, 5, 9) and day.day <= 14 else 1.0)

    return effect


def _other(random: Random, days: int) -> Day:
    rain, wet = [], 0.0
    for _ in range(days):
        wet = 0.85 * wet + random.gauss(0, 0.12)
        rain.append(math.exp(wet))
    market, market_day = random.uniform(1.0, 1.8), random.randrange(14)
    friday, bend = random.uniform(1.0, 1.4), random.randrange(days)
    slopes = random.gauss(0.1, 0.4), random.gauss(0, 0.5)
    closed = {
        day
        for _ in range(days // 150)
        for start in (random.randrange(days),)
        for day in range(start, start + 3)
    }
    sales = {
        day
        for _ in range(days // 75)
        for start in (random.randrange(days),)
        for day in range(start, start + 7)
    }

    def effect(day: date, k: int) -> float:
        if k in closed:
            return 0.0
        worth = rain[k] * math.exp((slopes[0] * min(k, bend) + slopes[1] * max(0, k - bend)) / 365)
        worth *= market if k % 14 == market_day else 1.0
        worth *= friday if day.weekday() == 4 else 1.0
        return worth * (1.5 if k in sales else 1.0)

    return effect


def _lump(random: Random, cents: list[float], base: float) -> None:
    """A few large invoices a month instead of part of the steady flow."""
    for k in range(len(cents)):
        cents[k] *= 0.6
        if random.random() < 0.07:
            cents[k] += base * random.uniform(2, 8)
