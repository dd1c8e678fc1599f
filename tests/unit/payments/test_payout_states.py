"""The whole transition table of payouts, written out a second time: every state, every signal."""

from __future__ import annotations

from itertools import product

import pytest

from shared.payments.payout_states import OUT, TRANSITIONS, UNSENT, PayoutState, Signal, after, contradicts

COLUMNS = (
    *("approve", "reject", "cancel", "send", "ack", "refusal", "postpone", "silence", "timeout"),
    *("success", "failure", "proof", "disproof", "doubt"),
)
# a state, then what each signal of COLUMNS makes of it, by its first letters; a dot stays
EXPECTED = """
requested app rej can .   .   .    .   .   .   rev .    rev .    rev
approved  .   .   can sdg .   .    .   .   .   rev .    rev .    rev
sending   .   .   .   .   snt fail app unk unk suc fail suc fail rev
sent      .   .   .   .   .   .    .   .   unk suc fail suc fail rev
unknown   .   .   .   .   snt .    .   .   .   suc fail suc fail rev
succeeded .   .   .   .   .   .    .   .   .   .   .    .   .    .
failed    .   .   .   .   .   .    .   .   .   rev .    rev .    rev
review    .   .   .   .   .   .    .   .   .   .   .    suc fail .
rejected  .   .   .   .   .   .    .   .   .   rev .    rev .    rev
cancelled .   .   .   .   .   .    .   .   .   rev .    rev .    rev
"""
SHORT = {"app": "approved", "rej": "rejected", "can": "cancelled", "sdg": "sending", "snt": "sent"}
SHORT |= {"unk": "unknown", "suc": "succeeded", "fail": "failed", "rev": "review"}
ROWS = {row.split()[0]: row.split()[1:] for row in EXPECTED.strip().splitlines()}


def test_the_table_covers_every_state_and_every_signal() -> None:
    assert set(ROWS) == set(PayoutState) == set(TRANSITIONS)
    assert tuple(signal.value for signal in Signal) == COLUMNS
    assert {len(row) for row in ROWS.values()} == {len(Signal)}


@pytest.mark.parametrize(("state", "signal"), list(product(PayoutState, Signal)))
def test_every_signal_in_every_state(state: PayoutState, signal: Signal) -> None:
    expected = ROWS[state][COLUMNS.index(signal)]
    assert after(state, signal) == (state if expected == "." else PayoutState(SHORT[expected]))


def test_success_is_sticky_and_what_denies_it_is_a_question() -> None:
    assert {after(PayoutState.SUCCEEDED, signal) for signal in Signal} == {PayoutState.SUCCEEDED}
    denials = {signal for signal in Signal if contradicts(PayoutState.SUCCEEDED, signal)}
    assert denials == {Signal.FAILURE, Signal.DISPROOF, Signal.DOUBT}


def test_silence_and_timeouts_never_fail_a_payout() -> None:
    for state in OUT:
        assert after(state, Signal.SILENCE) in OUT
        assert after(state, Signal.TIMEOUT) in OUT


def test_only_the_first_request_can_be_refused() -> None:
    assert {
        s for s in PayoutState if after(s, Signal.REFUSAL) == PayoutState.FAILED and s != PayoutState.FAILED
    } == {PayoutState.SENDING}


def test_money_that_went_without_being_sent_is_a_question() -> None:
    for state in UNSENT | {PayoutState.REJECTED, PayoutState.CANCELLED, PayoutState.FAILED}:
        assert after(state, Signal.SUCCESS) == PayoutState.REVIEW
        assert contradicts(state, Signal.SUCCESS)


def test_nobody_approves_or_takes_back_what_was_sent() -> None:
    for state in set(PayoutState) - UNSENT:
        assert {after(state, s) for s in (Signal.APPROVE, Signal.REJECT, Signal.CANCEL, Signal.SEND)} == {
            state
        }
