"""Dates: every printed form, day first, the labelled one, never tomorrow's."""

from __future__ import annotations

from datetime import date

import pytest

from shared.receipts.extract.dates import find_date, time_in
from tests.unit.receipts.support import TODAY, rows


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("DATE: 05/09/2026", date(2026, 9, 5)),
        ("05-09-26 18:05", date(2026, 9, 5)),
        ("05.09.2026", date(2026, 9, 5)),
        ("2026-09-05", date(2026, 9, 5)),
        ("2026/09/05 13:34:14", date(2026, 9, 5)),
        ("12-Jan-2026", date(2026, 1, 12)),
        ("12 JAN 26", date(2026, 1, 12)),
        ("14May/2026 02.56", date(2026, 5, 14)),
        ("09:13 am, 21 March, 2026", date(2026, 3, 21)),
        ("March 21, 2026", date(2026, 3, 21)),
        ("tarehe 3 Ago 2026", date(2026, 8, 3)),
        ("12/13/2025", date(2025, 12, 13)),
        (":26-05--202615:16:13", date(2026, 5, 26)),
        ("O5/O9/2026", date(2026, 9, 5)),
    ],
)
def test_forms(text: str, expected: date) -> None:
    found = find_date(rows(text), TODAY)
    assert found is not None
    assert found.value == expected


@pytest.mark.parametrize(
    "text", ["24/12/2026", "31/02/2026", "01/01/1999", "TEL 03-7845 8155", "1.50 x 2.00", "16-073042"]
)
def test_no_date(text: str) -> None:
    assert find_date(rows(text), TODAY) is None


def test_the_labelled_date_beats_expiry_and_print_dates() -> None:
    found = find_date(
        rows("Card expiry: 31/10/26", "Date : 02/11/2026", "10:15", "Printed 03/11/2026"), TODAY
    )
    assert found is not None
    assert (found.value, found.labelled) == (date(2026, 11, 2), True)


def test_a_swahili_label_above_the_value() -> None:
    found = find_date(rows("RISITI 88", "TAREHE", "07/10/2026 13.09"), TODAY)
    assert found is not None
    assert (found.value, found.labelled, found.time) == (date(2026, 10, 7), True, "13:09")


def test_the_time_may_stand_on_the_next_row() -> None:
    found = find_date(rows("DATE 07/10/2026", "TIME: 01:42 PM"), TODAY)
    assert found is not None
    assert found.time == "13:42"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("12:05 AM", "00:05"), ("9:07pm", "21:07"), ("23:59:59", "23:59"), ("12.50", ""), ("27:10", "")],
)
def test_times(text: str, expected: str) -> None:
    assert time_in(text) == expected
