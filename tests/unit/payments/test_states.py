"""The whole transition table, written out a second time: every state, every signal."""

from __future__ import annotations

from itertools import product

import pytest

from shared.payments import states
from shared.payments.states import TRANSITIONS, WAITING, Signal, State, after

# a state, then what each signal of COLUMNS makes of it; a dot stays, paid is succeeded
EXPECTED = """
submitting     pending rejected submit_unknown claimed paid   failed .      .       review expired cancelled
pending        .       .        .              claimed paid   failed .      .       review expired cancelled
submit_unknown pending .        .              claimed paid   failed .      .       review expired cancelled
rejected       .       .        .              review  review .      .      .       review .       .
claimed        .       .        .              .       paid   .      failed pending review .       .
succeeded      .       .        .              .       .      .      .      .       .      .       .
failed         .       .        .              claimed paid   .      .      .       review .       .
expired        .       .        .              claimed paid   failed .      .       review .       .
cancelled      .       .        .              claimed paid   failed .      .       review .       .
review         .       .        .              .       paid   .      failed .       .      .       .
"""
ROWS = {row.split()[0]: row.split()[1:] for row in EXPECTED.strip().splitlines()}
COLUMNS = [
    "ack",
    "refusal",
    "silence",
    "claim",
    "proof",
    "failure",
    "denial",
    "release",
    "doubt",
    "expire",
    "cancel",
]


def test_the_table_covers_every_state_and_every_signal() -> None:
    assert set(ROWS) == set(State) == set(TRANSITIONS)
    assert set(COLUMNS) == set(Signal)
    assert {len(row) for row in ROWS.values()} == {len(Signal)}


@pytest.mark.parametrize(("state", "signal"), list(product(State, Signal)))
def test_every_signal_in_every_state(state: State, signal: Signal) -> None:
    expected = ROWS[state][COLUMNS.index(signal)]
    named = {".": state, "paid": State.SUCCEEDED}
    assert after(state, signal) == (named.get(expected) or State(expected))


def test_success_is_sticky() -> None:
    assert {after(State.SUCCEEDED, signal) for signal in Signal} == {State.SUCCEEDED}


def test_failure_and_expiry_are_overturned_by_proof_and_unknown_is_not_failed() -> None:
    overturned = {State.FAILED, State.EXPIRED, State.CANCELLED, State.SUBMIT_UNKNOWN}
    assert {after(state, Signal.PROOF) for state in overturned} == {State.SUCCEEDED}
    assert State.SUBMIT_UNKNOWN in WAITING


def test_nothing_but_the_provider_itself_calls_a_request_rejected() -> None:
    reaches = {s for s, g in product(State, Signal) if after(s, g) == State.REJECTED and s != State.REJECTED}
    assert reaches == {State.SUBMITTING}


def test_a_line_that_leaves_a_signal_out_or_answers_it_twice_does_not_load() -> None:
    moves = {Signal.PROOF: State.SUCCEEDED}
    everything_else = set(Signal) - moves.keys()
    assert states._row(State.PENDING, moves, everything_else)[Signal.ACK] is State.PENDING
    for ignored in (everything_else - {Signal.ACK}, set(Signal)):
        with pytest.raises(ValueError, match="every signal once"):
            states._row(State.PENDING, moves, ignored)


def test_a_person_is_asked_only_where_money_may_have_moved() -> None:
    """Nothing leaves review but proof or a person, and nothing but a doubt or a paid refusal leads there."""
    leads = {
        (s, g) for s, g in product(State, Signal) if after(s, g) is State.REVIEW and s is not State.REVIEW
    }
    assert {g for s, g in leads if s is not State.REJECTED} == {Signal.DOUBT}
    assert {g for s, g in leads if s is State.REJECTED} == {Signal.CLAIM, Signal.PROOF, Signal.DOUBT}
    assert {g for g in Signal if after(State.REVIEW, g) is not State.REVIEW} == {Signal.PROOF, Signal.DENIAL}
