"""Scheduled reports: once for a definition and slot, whatever crashes, and never sent twice."""

from __future__ import annotations

import io
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pypdf
import pytest
from reports_world import Ports, World, seed

from shared.core.errors import Invalid, Unavailable, UnknownOutcome
from shared.events import ReportReady, parse
from shared.reports.definitions import NewDefinition, write_definition
from shared.reports.due import TICK, chore_of, run_due
from shared.reports.runs import LEASE, MOST_ATTEMPTS
from shared.store import Doc, Key, Query

NEW: dict[str, Any] = {
    "name": "Monthly",
    "kind": "profit_and_loss",
    "days": "last_month",
    "schedule": {"every": "month", "day": 1, "hour": 6},
    "deliver_to": ["Owner@Duka.example", "owner@duka.example", "book@keeper.example"],
}


@pytest.fixture
def duka(fresh: World) -> World:
    seed(fresh)
    fresh.bus.events.clear()
    return fresh


def define(world: World, id_: str = "rdf_1", **changes: Any) -> Doc:
    new = NewDefinition.model_validate({**NEW, **changes})
    return world.run(lambda tx: write_definition(tx, id_, new, actor="usr_1"))


def definition(world: World, id_: str = "rdf_1") -> dict[str, Any]:
    return world.store.require(world.business, Key("report_definitions", id_)).data


def reports(world: World) -> list[Doc]:
    return world.store.all(world.business, Query("reports", (), "created_on"))


def announced(world: World) -> list[str]:
    told = (parse(event).data for event in world.bus.events)
    return [data.report_id for data in told if isinstance(data, ReportReady)]


def test_nothing_is_made_before_its_time(duka: World, ports: Ports) -> None:
    define(duka)
    assert definition(duka)["next_at"] == "2026-04-01T03:00:00.000Z"
    assert run_due(ports, duka.business) == 0
    assert reports(duka) == []


def test_a_report_is_made_once_kept_and_announced(duka: World, ports: Ports) -> None:
    define(duka)
    duka.on("2026-04-01")
    assert [run_due(ports, duka.business) for _ in range(3)] == [1, 0, 0]
    (report,) = reports(duka)
    data = report.data
    assert (data["status"], data["days"], data["attempts"]) == ("ready", "1–31 March 2026", 1)
    assert data["deliver_to"] == ["owner@duka.example", "book@keeper.example"]
    assert {total["id"]: total["value"] for total in data["totals"]}["net"] == "-176.55"
    assert announced(duka) == [report.id]
    assert definition(duka)["next_at"] == "2026-05-01T03:00:00.000Z"
    assert definition(duka)["last"]["report_id"] == report.id
    content = ports.blobs.get(data["file"], data["generation"])
    assert len(content) == data["size_bytes"]
    assert "-KES 176.55" in pypdf.PdfReader(io.BytesIO(content)).pages[0].extract_text()


def test_missed_slots_are_made_one_after_the_other(duka: World, ports: Ports) -> None:
    define(duka)
    duka.on("2026-06-02")
    while run_due(ports, duka.business):
        pass
    made = sorted(reports(duka), key=lambda report: str(report.data["slot"]))
    assert [report.data["days"] for report in made] == [
        "1–31 March 2026", "1–30 April 2026", "1–31 May 2026"
    ]  # fmt: skip
    assert len(set(announced(duka))) == 3


def test_a_position_is_as_of_the_day_before(duka: World, ports: Ports) -> None:
    define(duka, kind="ageing", schedule={"every": "day", "hour": 6}, format="csv")
    duka.on("2026-03-19")
    run_due(ports, duka.business)
    (report,) = reports(duka)
    assert report.data["ask"]["as_of"] == "2026-03-18"
    assert {t["id"]: t["value"] for t in report.data["totals"]}["owed"] == "348.00"


class Crash(BaseException):
    """The process ends here."""


class Broken:
    """A bucket around another that fails as told: before or after it has written."""

    def __init__(self, blobs: Any, error: BaseException, *, after: bool = False) -> None:
        self.blobs, self.error, self.after, self.times = blobs, error, after, 0

    def put(self, name: str, content: bytes, **how: Any) -> Any:
        self.times += 1
        if self.after:
            self.blobs.put(name, content, **how)
        raise self.error

    def __getattr__(self, name: str) -> Any:
        return getattr(self.blobs, name)


@pytest.mark.parametrize("after", [False, True])
def test_a_crash_is_made_good_once_its_lease_is_over(duka: World, ports: Ports, after: bool) -> None:
    define(duka)
    duka.on("2026-04-01")
    good = ports.blobs
    ports.blobs = Broken(good, Crash(), after=after)  # type: ignore[assignment]
    with pytest.raises(Crash):
        run_due(ports, duka.business)
    ports.blobs = good
    assert run_due(ports, duka.business) == 1  # looked at and left: it may still be at work
    assert announced(duka) == []
    duka.clock.advance(LEASE.total_seconds())
    run_due(ports, duka.business)
    (report,) = reports(duka)
    assert (report.data["status"], report.data["attempts"]) == ("ready", 2)
    assert announced(duka) == [report.id]
    assert good.get(report.data["file"], report.data["generation"])


def test_a_bucket_that_is_away_is_tried_again_and_at_last_given_up(duka: World, ports: Ports) -> None:
    define(duka)
    duka.on("2026-04-01")
    broken = Broken(ports.blobs, Unavailable("no bucket"))
    ports.blobs = broken  # type: ignore[assignment]
    for _ in range(MOST_ATTEMPTS + 3):
        run_due(ports, duka.business)
        duka.clock.advance(LEASE.total_seconds())
    (report,) = reports(duka)
    assert broken.times == MOST_ATTEMPTS
    assert (report.data["status"], report.data["error"]) == ("failed", "attempts_used")
    assert announced(duka) == []
    assert definition(duka)["last"]["error"] == "attempts_used"
    assert definition(duka)["next_at"] == "2026-05-01T03:00:00.000Z"


def test_a_worker_that_comes_back_late_changes_nothing(duka: World, ports: Ports) -> None:
    """Another took over after the lease: the first one's file is not the report's."""
    define(duka)
    duka.on("2026-04-01")
    good = ports.blobs

    class Slow(Broken):
        def put(self, name: str, content: bytes, **how: Any) -> Any:
            made = good.put(name, content, **how)
            ports.blobs = good
            duka.clock.advance(LEASE.total_seconds())
            run_due(ports, duka.business)
            return made

    ports.blobs = Slow(good, Crash())  # type: ignore[assignment]
    run_due(ports, duka.business)
    (report,) = reports(duka)
    assert report.data["attempts"] == 2
    assert report.data["claim"] in report.data["file"]
    assert announced(duka) == [report.id]


def test_what_cannot_be_made_is_recorded_and_stops_nothing(duka: World, ports: Ports) -> None:
    statement = {"kind": "customer_statement", "schedule": {"every": "month", "hour": 5}}
    define(duka, "rdf_0", **statement, customer_id="cus_a")
    define(duka)
    duka.store.delete(duka.business, Key("customers", "cus_a"))
    duka.on("2026-04-01")
    run_due(ports, duka.business)
    outcomes = {report.data["kind"]: report.data for report in reports(duka)}
    assert outcomes["customer_statement"]["error"] == "not_found"
    assert outcomes["profit_and_loss"]["status"] == "ready"
    assert len(announced(duka)) == 1
    assert definition(duka, "rdf_0")["last"]["status"] == "failed"
    assert definition(duka, "rdf_0")["next_at"] > "2026-04-01"


def test_a_bug_in_a_report_does_not_stop_the_timer(
    duka: World, ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    from shared.reports.files import pdf_file

    def broken(*_: object) -> bytes:
        raise ZeroDivisionError

    define(duka)
    duka.on("2026-04-01")
    monkeypatch.setattr(pdf_file, "write_pdf", broken)
    assert chore_of(ports)(ports, duka.business) == 1
    assert [report.data["error"] for report in reports(duka)] == ["internal"]


def test_a_tick_ends_in_time_for_those_whose_turn_is_later(duka: World, ports: Ports) -> None:
    chore = chore_of(ports)
    define(duka)
    duka.on("2026-04-01")
    assert chore(ports, "biz_nobody") == 0
    duka.clock.advance(46)
    assert chore(ports, duka.business) == 0  # others have used this tick up
    duka.clock.advance(TICK.total_seconds())
    assert chore(ports, duka.business) == 1


def test_while_nothing_is_due_it_is_looked_for_every_fifth_minute(duka: World, ports: Ports) -> None:
    chore = chore_of(ports)
    define(duka)
    duka.on("2026-03-31")
    looks = []
    query = duka.store.query
    duka.store.query = lambda *given: looks.append(given) or query(*given)  # type: ignore[method-assign,func-returns-value]
    for _ in range(10):
        assert chore(ports, duka.business) == 0
        duka.clock.advance(60)
    assert len(looks) == 2


def test_a_changed_schedule_counts_from_now(duka: World, ports: Ports) -> None:
    define(duka)
    duka.on("2026-04-01")
    define(duka, schedule={"every": "week", "weekday": 5, "hour": 6})
    assert run_due(ports, duka.business) == 0
    assert definition(duka)["next_at"] == "2026-04-03T03:00:00.000Z"
    define(duka, schedule=None)
    duka.on("2026-06-01")
    assert run_due(ports, duka.business) == 0


def test_businesses_do_not_see_each_others_definitions(duka: World, ports: Ports) -> None:
    define(duka)
    duka.on("2026-04-01")
    assert run_due(ports, "biz_other") == 0
    assert run_due(ports, duka.business) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"customer_id": "cus_a"},
        {"kind": "customer_statement"},
        {"kind": "customer_statement", "customer_id": "cus_nobody"},
        {"format": "zip"},
        {"columns": ["salary"]},
    ],
)
def test_a_definition_that_no_run_could_make_is_refused(duka: World, changes: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        define(duka, **changes)


@pytest.mark.parametrize("committed", [False, True])
def test_an_answer_that_was_lost_makes_no_second_report(duka: World, ports: Ports, committed: bool) -> None:
    """Whether the finishing commit stands is not known: the next look finds out."""
    define(duka)
    duka.on("2026-04-01")
    run, calls = ports.outbox.run, []

    def losing(business: str, fn: Any, **more: Any) -> Any:
        calls.append(fn)
        if len(calls) != 2:
            return run(business, fn, **more)
        if committed:
            run(business, fn, **more)
        raise UnknownOutcome("the connection was cut")

    ports.outbox.run = losing  # type: ignore[method-assign]
    for _ in range(3):
        run_due(ports, duka.business)
        duka.clock.advance(LEASE.total_seconds())
    (report,) = reports(duka)
    assert (report.data["status"], report.data["attempts"]) == ("ready", 1 if committed else 2)
    assert announced(duka) == [report.id]


def test_sweeps_at_the_same_moment_make_one_report(duka: World, ports: Ports) -> None:
    define(duka)
    duka.on("2026-04-01")
    start = threading.Barrier(4)

    def sweep(_: int) -> int:
        start.wait(timeout=10)
        return run_due(ports, duka.business)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(sweep, range(4)))
    (report,) = reports(duka)
    assert (report.data["status"], report.data["attempts"]) == ("ready", 1)
    assert announced(duka) == [report.id]
    assert len(list(ports.blobs.list("reports/"))) == 1
