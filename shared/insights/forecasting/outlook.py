"""A daily series and what comes next: expected days, a range for their sum, and how past ones turned out.

Under 14 days of history nothing is said. To 55 days the seasonal average stands alone; from 56 the mean of it
and the calendar model, unless the average alone did better on this very series. The range for the sum is
four in five: from the series' own past errors, blended with those of many series (``POOLED``, made by
``python -m bench.forecast --pool``, and widened a little) while its past is short.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from shared.insights.forecasting.days import features
from shared.insights.forecasting.ridge import Ridge

LEAST_DAYS, MODEL_DAYS, OWN_ORIGINS = 14, 56, 9
MOST_ORIGINS = 26
LEVEL_DAYS, WEEKS, CLIP = 56, 8, 4.0
"""Days of the level that ratios are to, weeks of the average, and the largest ratio that is believed."""
POOLED = (0.70, 1.52)
"""Between which shares of the seasonal average's sum four in five of many drawn series came."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """Expected cents of each day ahead, the range of their sum, and how the same went before.

    Args:
        model: ``average`` or ``blend``.
        checked: origins in the past that were tried.
        off: how far off the sum was there: the median, as a share of what came; None when nothing was tried.
        own_range: whether the range comes from this series' own past.
    """

    start: date
    days: tuple[float, ...]
    low: float
    high: float
    model: str
    checked: int
    off: float | None
    own_range: bool

    @property
    def total(self) -> float:
        """The expected sum."""
        return sum(self.days)


@dataclass(frozen=True, slots=True)
class Trial:
    """One origin in the past: what each model expected of the days after it, and what came."""

    average: float
    blend: float
    came: float


def outlook(first: date, history: Sequence[float], ahead: int, skip: int = 0) -> Outlook | None:
    """What to expect; None under ``LEAST_DAYS`` of history.

    Args:
        first: the day of ``history[0]``; every day since has its number, 0 where nothing came.
        ahead: how many days to expect, from the one after the last of ``history`` and ``skip`` more.
    """
    if len(history) < LEAST_DAYS:
        return None
    span = ahead + skip
    expected, trials = _walk(first, history, span, skip)
    average, blend = expected
    model = "blend" if len(history) >= MODEL_DAYS and _better(trials) else "average"
    days = tuple((blend if model == "blend" else average)[skip:])
    windows = (len(history) - 2 * LEAST_DAYS) / span
    low, high, own = range_of(trials, model, windows, sum(days))
    start = first + timedelta(days=len(history) + skip)
    return Outlook(start, days, low, high, model, len(trials), off_of(trials, model), own)


def _walk(
    first: date, history: Sequence[float], span: int, skip: int
) -> tuple[tuple[list[float], list[float]], list[Trial]]:
    """Go through the days once: learn from each, and stop at origins to see what would have been said."""
    origins = set(origins_of(len(history), span))
    ridge, trials = Ridge(), []
    for at, came in enumerate(history):
        if at in origins:
            average, blend = _expect(first, history[:at], span, ridge)
            trials.append(Trial(sum(average[skip:]), sum(blend[skip:]), sum(history[at + skip : at + span])))
        if (
            at >= LEAST_DAYS
            and (level := level_of(history[at - LEVEL_DAYS if at > LEVEL_DAYS else 0 : at])) > 0
        ):
            ridge.see(features(first + timedelta(days=at)), min(came / level, CLIP))
    return _expect(first, history, span, ridge), trials


def origins_of(known: int, span: int) -> list[int]:
    """Where to look back from: with four weeks before and the whole span after, at most 26, the newest."""
    first, last = 2 * LEAST_DAYS, known - span
    if last < first:
        return []
    step = max(1, min(7, (last - first) // OWN_ORIGINS))
    return list(range(last, first - 1, -step))[:MOST_ORIGINS]


def level_of(history: Sequence[float]) -> float:
    """The level that ratios are to: the mean of the last eight weeks, no day above three times it."""
    recent = history[-LEVEL_DAYS:]
    mean = sum(recent) / len(recent)
    return sum(min(value, 3 * mean) for value in recent) / len(recent)


def _expect(
    first: date, history: Sequence[float], span: int, ridge: Ridge
) -> tuple[list[float], list[float]]:
    average = seasonal_average(history, span)
    weights, level = ridge.weights(), level_of(history)
    blend = []
    for k in range(span):
        said = features(first + timedelta(days=len(history) + k))
        ratio = sum(weight * value for weight, value in zip(weights, said, strict=True))
        blend.append((average[k] + max(0.0, ratio) * level) / 2)
    return average, blend


def seasonal_average(history: Sequence[float], span: int) -> list[float]:
    """For each day ahead the mean of mean and median of its weekday's last eight weeks; never below 0."""
    expected = []
    for k in range(7):
        same = _believed([history[at] for at in range(len(history) - 7 + k, -1, -7)][:WEEKS])
        said = (sum(same) / len(same) + median(same)) / 2 if same else 0.0
        expected.append(max(0.0, said))
    return [expected[k % 7] for k in range(span)]


def _believed(same: list[float]) -> list[float]:
    """The same weekdays, the largest of them not above four times the mean of the others."""
    if len(same) < 3:
        return same
    most = max(same)
    cap = CLIP * (sum(same) - most) / (len(same) - 1)
    return [min(value, cap) if cap > 0 else value for value in same]


def _better(trials: Sequence[Trial]) -> bool:
    """Whether the blend was nearer than the average on this series' past; it is trusted where nothing was
    tried.
    """
    blend = sum(abs(t.blend - t.came) for t in trials)
    average = sum(abs(t.average - t.came) for t in trials)
    return blend <= average


def _said(trial: Trial, model: str) -> float:
    return trial.blend if model == "blend" else trial.average


def off_of(trials: Sequence[Trial], model: str) -> float | None:
    """The middle error of what a model said, as a share of what came."""
    errors = [abs(_said(t, model) - t.came) / t.came for t in trials if t.came > 0]
    return median(errors) if errors else None


def range_of(trials: Sequence[Trial], model: str, windows: float, total: float) -> tuple[float, float, bool]:
    """Split conformal: between which shares of what was said four in five sums came.

    Past windows overlap, so few of them say little: their quantiles are blended with those of many series, by
    how many whole windows lie apart.
    """
    low, high = POOLED
    shares = sorted(t.came / _said(t, model) for t in trials if _said(t, model) > 0)
    own = len(shares) >= OWN_ORIGINS
    if own:
        k, weight = len(shares), min(1.0, windows / OWN_ORIGINS)
        mine = max(shares[max(0, (k + 1) // 10 - 1)], 0.01), shares[min(k - 1, -(-(k + 1) * 9 // 10) - 1)]
        low, high = low ** (1 - weight) * mine[0] ** weight, high ** (1 - weight) * mine[1] ** weight
    return min(low, 1.0) * total, max(high, 1.0) * total, own
