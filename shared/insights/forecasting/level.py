"""A series that comes in lumps: its plain mean, day by day alike.

A supplier who is paid every eleven days leaves most weekdays empty, and their middle says nothing comes at
all. The mean does not know when, but how much. It is tried on the past as the outlook is, in the same terms.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import accumulate

from shared.insights.forecasting.outlook import (
    LEAST_DAYS,
    Outlook,
    Trial,
    off_of,
    origins_of,
    outlook,
    range_of,
)

MEAN_DAYS = 182
"""Days that the mean is of, the newest."""


def level(first: date, history: Sequence[float], ahead: int, skip: int = 0) -> Outlook:
    """The mean for each of ``ahead`` days after the history and ``skip`` more."""
    span = ahead + skip
    sums = list(accumulate(history, initial=0.0))
    trials = []
    for at in origins_of(len(history), span):
        said = _mean(sums, at) * ahead
        trials.append(Trial(said, said, sums[at + span] - sums[at + skip]))
    expected = (_mean(sums, len(history)),) * ahead
    windows = (len(history) - 2 * LEAST_DAYS) / span
    low, high, own = range_of(trials, "level", windows, sum(expected))
    start = first + timedelta(days=len(history) + skip)
    return Outlook(start, expected, low, high, "level", len(trials), off_of(trials, "level"), own)


def nearer(first: date, history: Sequence[float], ahead: int, skip: int = 0) -> Outlook | None:
    """The outlook, or the plain mean where its sums were nearer on this series' past: for money that goes.

    None under ``LEAST_DAYS`` of history. Where nothing could be tried, the mean where most days are empty.
    """
    said = outlook(first, history, ahead, skip)
    if said is None:
        return None
    even = level(first, history, ahead, skip)
    if even.off is None or said.off is None:
        return even if 2 * sum(value == 0 for value in history) > len(history) else said
    return even if even.off < said.off else said


def _mean(sums: Sequence[float], at: int) -> float:
    since = max(0, at - MEAN_DAYS)
    return max(0.0, sums[at] - sums[since]) / max(1, at - since)
