"""A series that comes in lumps: its plain mean, day by day alike.

A supplier who is paid every eleven days leaves most weekdays empty, and their middle says nothing comes at
all. The mean does not know when, but how much. It is tried on the past as the outlook is, in the same terms.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import accumulate

from shared.insights.forecasting.outlook import LEAST_DAYS, Outlook, Trial, off_of, origins_of, range_of

MEAN_DAYS = 182
"""Days that the mean is of, the newest."""


def level(first: date, history: Sequence[float], ahead: int) -> Outlook:
    """The mean for each of ``ahead`` days from the second after the history on: today lies between."""
    span = ahead + 1
    sums = list(accumulate(history, initial=0.0))
    trials = []
    for at in origins_of(len(history), span):
        said = _mean(sums, at) * ahead
        trials.append(Trial(said, said, sums[at + span] - sums[at + 1]))
    expected = (_mean(sums, len(history)),) * ahead
    windows = (len(history) - 2 * LEAST_DAYS) / span
    low, high, own = range_of(trials, "level", windows, sum(expected))
    start = first + timedelta(days=len(history) + 1)
    return Outlook(start, expected, low, high, "level", len(trials), off_of(trials, "level"), own)


def _mean(sums: Sequence[float], at: int) -> float:
    since = max(0, at - MEAN_DAYS)
    return max(0.0, sums[at] - sums[since]) / max(1, at - since)
