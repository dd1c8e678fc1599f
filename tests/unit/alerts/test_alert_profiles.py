"""What is kept of the past: bounded, and the same whatever the order and however often events come."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from alerts_world import BUSINESS, MONDAY, Desk, line, move, past
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.alerts.habits import MONTHS, habits_with, read_habits
from shared.alerts.judging import judge, learn, needed
from shared.alerts.moves import Move, day_of, millis, moment
from shared.alerts.places import business_key
from shared.alerts.profile import DAY, KEPT, learnt, most_within, read_party
from shared.core.clock import rfc3339
from shared.core.ids import SeededIds
from shared.events import TransactionRecorded
from shared.store import Data, Key, Query, Store

PARTIES = ("till 1", "till 2", "")


def drawn(minutes: int, shillings: int, party: str, way: str) -> Move:
    at = MONDAY + timedelta(minutes=minutes)
    subject = f"x/{minutes}-{shillings}-{way}"
    staff = "usr_1" if way == "refund" else ""
    return move(shillings, at, subject=subject, party=party, way=way, staff=staff)


MOVES = st.lists(
    st.builds(
        drawn,
        st.integers(0, 60 * 24 * 200),
        st.integers(1, 10**6),
        st.sampled_from(PARTIES),
        st.sampled_from(["in", "out", "refund"]),
    ),
    max_size=90,
    unique_by=lambda one: one.subject,
)


def all_learnt(moves: list[Move]) -> dict[Key, Data]:
    profiles: dict[Key, Data] = {}
    for one in moves:
        profiles |= learn(one, profiles)
    return profiles


@given(MOVES, st.randoms(use_true_random=False))
def test_any_order_ends_in_the_same_documents(moves: list[Move], random: object) -> None:
    shuffled = list(moves)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert all_learnt(moves) == all_learnt(shuffled)


@given(MOVES)
def test_documents_are_bounded_and_hold_what_a_recount_says(moves: list[Move]) -> None:
    profiles = all_learnt(moves)
    for party in PARTIES[:2]:
        for way in ("in", "out", "refund"):
            own = [one for one in moves if (one.party, one.way) == (party, way)]
            key = needed(drawn(0, 1, party, way)).party
            known = read_party(profiles.get(key)) if key else None
            assert known is not None
            assert known.count == len(own)
            assert len(known.seen) == min(KEPT, len(own))
            assert [one.at_ms for one in known.seen] == sorted(one.at_ms for one in own)[-KEPT:]
    out = read_habits(profiles.get(business_key("out")))
    months = Counter(day_of(one.at_ms)[:7] for one in moves if one.way == "out")
    kept = sorted(months)[-MONTHS:]
    assert out.count == sum(months[name] for name in kept)
    assert business_key("in") not in profiles, "every payment would wait for that document"


@given(MOVES)
def test_a_movement_reads_few_documents_whatever_the_past(moves: list[Move]) -> None:
    for one in moves:
        keys = needed(one).keys
        assert len(keys) <= 4
        assert set(learn(one, {})) == set(keys)
    judge(moves[0], all_learnt(moves)) if moves else None


@given(st.lists(st.integers(0, 400), max_size=30), st.integers(0, 400), st.integers(1, 90))
def test_the_most_within_a_span_is_a_recount(times: list[int], around: int, span: int) -> None:
    every = sorted([*times, around])
    starts = [one for one in every if one <= around <= one + span]
    expected = max(sum(start <= one <= start + span for one in every) for start in starts)
    assert most_within(every, around, span) == expected


@given(st.integers(0, 4 * 10**12))
def test_moments_survive(ms: int) -> None:
    assert millis(rfc3339(moment(ms))) == ms


def test_quantiles_are_exact_to_a_bin() -> None:
    data: Data | None = None
    for shillings in range(1, 101):
        data = habits_with(data, move(100 * shillings))
    habits = read_habits(data)
    for share in (0.5, 0.9, 0.95):
        assert share * 1_000_000 <= habits.quantile(share) <= 1.1 * share * 1_000_000 + 10_000
    assert read_habits(None).quantile(0.5) == 0


def test_the_past_before_a_moment_leaves_out_that_moment() -> None:
    known = past(*(move(1, MONDAY + timedelta(days=n)) for n in range(3)))
    at = move(1, MONDAY + timedelta(days=1)).at_ms
    assert len(known.before(at)) == 1
    assert len(known.near(at, DAY)) == 3
    assert learnt(None, move(5))["first_ms"] == move(5).at_ms


@settings(max_examples=15)
@given(
    st.lists(st.tuples(st.integers(0, 3000), st.integers(1, 9)), min_size=1, max_size=8, unique=True),
    st.randoms(use_true_random=False),
)
def test_deliveries_twice_and_in_any_order_over_a_store(
    lasting: Store, told: list[tuple[int, int]], random: object
) -> None:
    """The profiles are the same, and a burst is found whoever of it is told last."""
    ends = []
    for turn in range(2):
        business = SeededIds(f"{told}{turn}").new("biz")
        desk = Desk(lasting, lasting.clock)  # type: ignore[arg-type]
        deliveries = [*told, *told[: turn * len(told)]]
        if turn:
            random.shuffle(deliveries)  # type: ignore[attr-defined]
        for minutes, hundreds in deliveries:
            code = f"{minutes}-{hundreds}"
            at = MONDAY - timedelta(days=3) + timedelta(minutes=minutes)
            desk.put("transactions", code, business, **line(code, 100 * hundreds + 1, at))
            desk.tell(TransactionRecorded(transaction_id=code), business)
        alerts = lasting.all(business, Query("alerts", (), "raised_at"))
        codes = {one["code"] for doc in alerts for one in doc.data["reasons"]}
        profiles = [lasting.get(business, key) for key in _profile_keys(business, told)]
        ends.append(("many_in_an_hour" in codes, [doc.data if doc else None for doc in profiles]))
        assert business != BUSINESS
    assert ends[0] == ends[1]


def _profile_keys(business: str, told: list[tuple[int, int]]) -> list[Key]:
    from shared.alerts.moves import transaction_move
    from shared.store import Doc

    doc = Doc(Key("transactions", "x"), line("x", 1, MONDAY), "e", 1, "", "")
    one = transaction_move(doc)
    assert one is not None
    return needed(one).keys
