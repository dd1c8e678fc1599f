"""How long a report takes and how much memory, beside the bare packages writing the same rows.

    python -m bench.reports [--repeat 5]

A reconciliation of generated payments on SQLite is computed and written: 1,000 rows as PDF, 10,000 as a
workbook, 20,000 (the most of one report) as workbook, CSV and JSON. The bare PDF is reportlab's LongTable
with the same texts, heads on every page and a bar chart; the bare workbook is xlsxwriter in constant
memory with the same cells. Beside them, money owed by age of 10,000 invoices as of a day with 10,000 journal
entries after it. Each run is a process of its own, so that its peak memory is its own; seconds
are the least CPU seconds of the repeats, imports of the packages included. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.floor import ROOT
from shared.core import logs
from shared.core.clock import ManualClock, rfc3339
from shared.core.ids import SeededIds
from shared.insights.metrics.sources import Scope
from shared.insights.plan import Period
from shared.reports import Ask, Report, build
from shared.store import Key, Store
from shared.store.indexes import SCHEMA
from shared.store.sqlite import SqliteAdapter

BUSINESS, TODAY = "biz_bench", date(2026, 3, 31)
START = datetime(2026, 1, 1, 6, tzinfo=UTC)
SPAN = Period(start=date(2026, 1, 1), end=TODAY)
BATCH = 400
WHAT = (
    ("pdf", 1_000), ("bare_pdf", 1_000), ("xlsx", 10_000), ("bare_xlsx", 10_000),
    ("pdf", 2_000), ("xlsx", 20_000), ("csv", 20_000), ("json", 20_000), ("build", 20_000),
    ("ageing", 10_000),
)  # fmt: skip


def fill(path: Path, rows: int) -> None:
    """Payments that nobody has matched, with names of every length."""
    store = open_store(path)
    for start in range(0, rows, BATCH):
        numbers = range(start, min(rows, start + BATCH))
        store.transaction(
            BUSINESS, lambda tx, numbers=numbers: [_pay(tx, number) for number in numbers] and None
        )
    store.close()


def fill_books(path: Path, rows: int) -> None:
    """Open invoices, each with its journal entry; every second one was half paid since, in two steps."""
    store = open_store(path)
    for start in range(0, rows, BATCH):
        numbers = range(start, min(rows, start + BATCH))
        store.transaction(
            BUSINESS, lambda tx, numbers=numbers: [_bill(tx, number) for number in numbers] and None
        )
    store.close()


def _bill(tx: Any, number: int) -> None:
    total, customer = 10_000 + number * 37 % 900_000, f"cus_{number % 997}"
    paid = total // 2 if number % 2 else 0
    issued = START + timedelta(minutes=number % (30 * 24 * 60))
    due = (issued + timedelta(days=number % 60)).date().isoformat()
    data = {
        "status": "open", "number": f"{number:06d}", "customer_id": customer, "customer_name": customer,
        "currency": "KES", "total_cents": total, "balance_cents": total - paid, "issued_on": rfc3339(issued),
        "due_date": due, "created_on": rfc3339(issued), "lines": [],
    }  # fmt: skip
    tx.create(Key("invoices", f"inv_{number}"), data)
    _entry(tx, f"issue-{number}", issued, number, total)
    for part in (paid - 1, 1) if paid else ():
        _entry(tx, f"alloc-{number}-{part}", START + timedelta(days=60), number, -part)


def _entry(tx: Any, id_: str, at: datetime, number: int, cents: int) -> None:
    legs = [{"account": f"ar:inv_{number}", "amount": cents}, {"account": "sales", "amount": -cents}]
    told = {"kind": "x", "currency": "KES", "recorded_at": rfc3339(at), "legs": legs}
    tx.create(Key("journal", id_), {**told, "business_day": at.date().isoformat()})


def _pay(tx: Any, number: int) -> None:
    at = START + timedelta(minutes=6 * number % (89 * 24 * 60))
    name = ("Wanjiru Kamau", "Otieno Odhiambo & Sons Hardware", "Gĩthĩnji", "A")[number % 4]
    data = {
        "provider": ("mpesa", "airtel", "bank")[number % 3], "receipt": f"S{number:09d}",
        "status": "settled", "matching": ("review", "none", "waiting")[number % 3],
        "amount_cents": 10_000 + number * 37 % 900_000, "currency": "KES", "paid_at": rfc3339(at),
        "payer_name": name, "customer_id": "", "allocated_cents": 0, "polling": False, "poll_at": "",
    }  # fmt: skip
    tx.create(Key("payments", f"mpesa-{number:09d}"), data)


def open_store(path: Path) -> Store:
    store = Store(SqliteAdapter(path, durable=False), SCHEMA, ManualClock(START), SeededIds(1))
    store.ensure_indexes()
    return store


def compute(path: Path) -> Report:
    """The report from the store."""
    store = open_store(path)
    ask = Ask(kind="reconciliation", period=SPAN)
    if path.stem == "ageing":
        ask = Ask(kind="ageing", as_of=date(2026, 2, 15))
    report = build(Scope(store, BUSINESS, TODAY), ask, "Bench Hardware")
    store.close()
    return report


def one(what: str, path: Path) -> dict[str, Any]:
    """One writing in this process: CPU seconds of the writing, bytes, peak memory before and after."""
    logs.configure("ERROR")
    began = time.process_time()
    report = compute(path)
    computed = time.process_time() - began
    before = _peak()
    given = _texts(report) if what.startswith("bare") else report
    began = time.process_time()
    size = len(_write(what, given))
    seconds = time.process_time() - began
    return {
        "seconds": computed if what in ("build", "ageing") else seconds,
        "bytes": size,
        "before_mib": before,
        "peak_mib": _peak(),
    }


def _peak() -> float:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


def _write(what: str, given: Any) -> bytes:
    from shared.reports.files import csv_file, json_file

    match what:
        case "pdf" | "xlsx":
            return _product(what, given)
        case "bare_pdf":
            return _bare_pdf(given)
        case "bare_xlsx":
            return _bare_xlsx(given)
        case "csv" | "json":
            return (csv_file.write_csv if what == "csv" else json_file.write_json)(given, "en")
    return b""


def _product(what: str, report: Report) -> bytes:
    """What the function does, with the import of what writes."""
    if what == "pdf":
        from shared.reports.files.pdf_file import write_pdf

        return write_pdf(report, "en")
    from shared.reports.files.xlsx_file import write_xlsx

    return write_xlsx(report, "en")


def _texts(report: Report) -> tuple[list[list[str]], list[list[Any]]]:
    """The listing as texts, and as values: made before the watch starts."""
    from shared.reports.model import Entry
    from shared.reports.wording import say_cell

    table = list(report.tables())[1]
    texts = [[row.name, *(say_cell(cell, "en") for cell in row.cells)] for row in table.rows]
    values = [
        [row.name, *(c.cents / 100 if isinstance(c, Entry) else say_cell(c, "en") for c in row.cells)]
        for row in table.rows
    ]
    return texts, values


def _bare_pdf(given: Any) -> bytes:
    import io

    from reportlab.graphics.charts.barcharts import VerticalBarChart
    from reportlab.graphics.shapes import Drawing
    from reportlab.platypus import LongTable, SimpleDocTemplate

    out = io.BytesIO()
    drawing, chart = Drawing(760, 176), VerticalBarChart()
    chart.width, chart.height, chart.data = 700, 120, [[5, 4, 3, 2, 1]]
    drawing.add(chart)
    head = ["Payment", "Paid on", "Channel", "Payer", "Amount", "Not matched", "State", "Reasons"]
    table = LongTable([head, *given[0]], [95] * 8, [14] * (len(given[0]) + 1), repeatRows=1)
    table.setStyle(
        [("FONT", (0, 0), (-1, -1), "Helvetica", 8), ("ROWBACKGROUNDS", (0, 1), (-1, -1), ("#FFF", "#EEE"))]
    )
    SimpleDocTemplate(out, pagesize=(842, 595), invariant=1).build([drawing, table])
    return out.getvalue()


def _bare_xlsx(given: Any) -> bytes:
    import io

    from xlsxwriter import Workbook

    out = io.BytesIO()
    with Workbook(out, {"constant_memory": True}) as book:
        sheet, money = book.add_worksheet(), book.add_format({"num_format": "#,##0.00"})
        for number, row in enumerate(given[1]):
            for at, cell in enumerate(row):
                if isinstance(cell, float):
                    sheet.write_number(number, at, cell, money)
                else:
                    sheet.write_string(number, at, cell)
    return out.getvalue()


def measure(what: str, path: Path) -> dict[str, Any]:
    """One run in a process of its own."""
    command = [sys.executable, "-m", "bench.reports", "--one", what, "--store", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    run: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return run


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.reports", description=__doc__)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--store", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(one(given.one, given.store)))
        return
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(_all(Path(folder), given.repeat)))


def _all(folder: Path, repeat: int) -> dict[str, Any]:
    found: dict[str, dict[str, Any]] = {}
    for rows in sorted({rows for _, rows in WHAT}):
        fill(folder / f"{rows}.db", rows)
    fill_books(folder / "ageing.db", 10_000)
    for _ in range(repeat):  # in turns: whoever else uses the machine disturbs all of them alike
        for what, rows in WHAT:
            name = what if what == "ageing" else str(rows)
            run = measure(what, folder / f"{name}.db")
            print(what, rows, run, file=sys.stderr)
            before = found.get(f"{what}_{rows}", run)
            found[f"{what}_{rows}"] = min(before, run, key=lambda one: float(one["seconds"]))
    pdf, workbook = found["pdf_1000"]["seconds"], found["xlsx_10000"]["seconds"]
    return {
        "pdf_1000_ratio_to_reportlab": round(pdf / found["bare_pdf_1000"]["seconds"], 2),
        "xlsx_10000_ratio_to_xlsxwriter": round(workbook / found["bare_xlsx_10000"]["seconds"], 2),
        "runs": found,
    }


if __name__ == "__main__":
    main()
