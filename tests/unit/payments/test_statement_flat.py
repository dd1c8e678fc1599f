"""A large file takes little more memory than its own bytes; that it is packed and cut up changes nothing."""

from __future__ import annotations

import random
import tracemalloc
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.core.errors import Invalid
from shared.payments.statements import normal, text
from shared.payments.statements.balance import MOST, Break, Running
from shared.payments.statements.importing import import_statement
from shared.payments.statements.intake import Given, accept
from shared.payments.statements.model import Kind, StatementLine, key_of
from shared.payments.statements.packed import BLOCK, UNPACKED, Lines
from shared.payments.statements.read import Wish, parse
from tests.unit.payments import statement_files as files
from tests.unit.payments.collecting import NOW, Desk
from tests.unit.payments.statement_desk import everything
from tests.unit.payments.statement_files import Fact, Style, charge, paid, with_balances

MANY = BLOCK * (UNPACKED + 4) + 7


def facts(count: int) -> list[Fact]:
    made = [
        paid(f"UC2{number:07d}", 100 + number, NOW + timedelta(seconds=number)) for number in range(count)
    ]
    return with_balances(made, 10_000)


def line(number: int, **changes: Any) -> StatementLine:
    at = f"2026-03-02T05:{number // 60 % 60:02d}:{number % 60:02d}.000Z"
    usual = StatementLine(
        "mpesa-174379", f"UC2{number:07d}", Kind.MONEY_IN, "", 100, "KES", at, "2026-03-02", None, row=number
    )
    return replace(usual, **changes)


def peak_of_parsing(content: bytes) -> int:
    tracemalloc.start()
    try:
        parsed = parse(content, Wish())
        assert sum(len(piece) for piece in parsed.lines.texts()) > len(content), "all of it was written"
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_grows_by_less_than_the_bytes_of_a_file() -> None:
    small, large = files.org_csv(facts(1400)), files.org_csv(facts(2800))
    parse(small, Wish())  # what is imported and cached at the first time is not the file's
    grown = peak_of_parsing(large) - peak_of_parsing(small)
    assert grown < 1.3 * (len(large) - len(small))


def test_lines_are_the_same_whether_packed_or_not_in_any_order() -> None:
    given_lines = [line(number, details=f"é \n {number}") for number in range(MANY)]
    random.Random(7).shuffle(given_lines)
    ordered = Lines(given_lines).in_order()
    assert dict(ordered) == {key_of(one): one for one in given_lines}
    assert [one for _, one in ordered] == sorted(given_lines, key=lambda one: (one.at, key_of(one)))
    assert list(ordered) == list(ordered), "it is read as often as needed"


def test_a_reversal_comes_after_what_it_takes_back_in_the_same_second() -> None:
    for number in range(30):
        paid_line, back = line(number), line(number, kind=Kind.REVERSAL, amount_cents=-100)
        assert [one.kind for _, one in Lines([back, paid_line]).in_order()] == [Kind.MONEY_IN, Kind.REVERSAL]


def test_charges_that_repeat_are_numbered_by_their_balances() -> None:
    repeated = [
        line(1, receipt="", kind=Kind.FEE, amount_cents=-5, balance_cents=90 - 5 * n) for n in range(3)
    ]
    wanted = {key_of(one, count): one for count, one in enumerate(repeated)}
    for order in (repeated, repeated[::-1], [*repeated, *repeated]):
        assert dict(Lines(order).in_order()) == wanted


@pytest.mark.parametrize("size", [1, 3, 5, 9, 10, 11])
def test_parts_of_any_size_give_the_same_import(
    desk: Desk, tmp_path: Any, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    content = files.org_csv([*facts(9), charge("", 100)])
    whole = Desk(tmp_path / "whole")
    import_statement(whole, whole.business, accept(whole, whole.business, content, Given()).id)
    monkeypatch.setattr(normal, "PART", size)
    doc = accept(desk, desk.business, content, Given())
    folder = doc.data["lines_folder"]
    assert len([blob for blob in desk.blobs.list() if blob.name.startswith(folder)]) == -(-10 // size)
    import_statement(desk, desk.business, doc.id, chunk=4)
    assert everything(desk) == everything(whole)
    whole.close()


def test_parts_that_a_crash_left_are_completed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(normal, "PART", 4)
    lines, put, names = parse(files.org_csv(facts(10)), Wish()).lines, desk.blobs.put, list[str]()

    def once(name: str, *rest: Any, **more: Any) -> Any:
        if names:
            raise OSError("full")
        names.append(name)
        return put(name, *rest, **more)

    with monkeypatch.context() as patched:
        patched.setattr(desk.blobs, "put", once)
        with pytest.raises(OSError, match="full"):
            normal.write(desk.blobs, "statement-lines/biz/", lines)
    folder = normal.write(desk.blobs, "statement-lines/biz/", lines)
    assert names == [f"{folder}/00000.jsonl"]
    reader = normal.Reader(desk.blobs, folder, len(lines))
    read = [pair for start in (0, 4, 8) for pair in reader.take(start, 100)]
    assert read == list(lines)
    assert reader.take(10, 100) == []


def test_other_lines_and_parts_of_another_size_lie_elsewhere(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = Lines([line(1), line(2)]).in_order(), Lines([line(1), line(3)]).in_order()
    folders = {normal.write(desk.blobs, "statement-lines/biz/", lines) for lines in (one, other)}
    monkeypatch.setattr(normal, "PART", 1)
    folders.add(normal.write(desk.blobs, "statement-lines/biz/", one))
    assert len(folders) == 3


# --- balances, followed both ways
TOLD = st.lists(st.tuples(st.integers(-3, 3), st.one_of(st.none(), st.integers(0, 6))), max_size=60)


def followed(told: list[StatementLine]) -> tuple[Break, ...]:
    """The breaks of lines that are in order, by definition."""
    known = [(one.row, one.amount_cents, one.balance_cents) for one in told if one.balance_cents is not None]
    found = [
        Break(row, before + cents, after)
        for (_, _, before), (row, cents, after) in pairwise(known)
        if before + cents != after
    ]
    return tuple(found[:MOST])


@settings(max_examples=200, deadline=None)
@given(TOLD)
def test_breaks_are_those_of_the_order_in_which_it_happened(told: list[tuple[int, int | None]]) -> None:
    rising = [line(n, amount_cents=cents, balance_cents=after) for n, (cents, after) in enumerate(told)]
    for order in (rising, rising[::-1]):
        running = Running()
        for one in order:
            running.take(one)
        assert running.checked().breaks == followed(rising)


# --- text, piece by piece
EDGE = 1 << 16


@pytest.mark.parametrize("before", [EDGE - 2, EDGE - 1, EDGE, EDGE + 1])
def test_a_letter_on_the_edge_of_two_pieces_is_one_letter(before: int) -> None:
    raw = ("a" * before + "é" * 3).encode()
    assert text.encoding_of(raw) == "utf-8"
    assert text.encoding_of(raw[:-1]) == "cp1252", "half a letter at the end is no UTF-8"
    with pytest.raises(Invalid):
        text.encoding_of(raw[:-1], "utf-8")
    with pytest.raises(Invalid) as caught:
        text.encoding_of(("\n" + "a" * before + "\x01").encode())
    assert caught.value.code == "statement_encoding"
    assert "row 2" in caught.value.message


def test_utf_16_is_read_with_and_without_its_mark() -> None:
    content = files.org_csv(facts(3), Style()).decode()
    for raw, encoding in ((content.encode("utf-16"), ""), (content.encode("utf-16-le"), "utf-16")):
        assert "".join(text.lines_of(raw, text.encoding_of(raw, encoding))) == content
