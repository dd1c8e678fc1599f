"""Receipt reading over a folder: per-field accuracy, seconds, memory, the cost over the bare engine.

    python -m bench.receipts --images DIR [--labels FILE] [--out FILE] [--engine rapidocr] [--compare-bare]

Forms: one prediction a line in ``--out``; the last line of standard output is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from shared.core.errors import HesabuError
from shared.core.money import format_units
from shared.receipts import Engine, ReceiptReading, build_engines, read_receipt
from shared.receipts.confidence import ACCEPT
from shared.receipts.extract.dates import dates_in

TODAY = date.today()  # noqa: DTZ011 - a bench runs on the clock of its machine
_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".pdf"}
_BARE_READS = {".jpg", ".jpeg", ".png", ".webp"}
_NEAR_CENTS = 5
_FUZZY = 90


def main(arguments: Sequence[str] | None = None) -> int:
    """Read every image, write predictions, print the figures."""
    options = _options(arguments)
    files = find_images(options.images)
    labels = read_labels(options.labels) if options.labels else {}
    engines = build_engines(options.engine)
    if not files or not engines:
        print(f"nothing to do: {len(files)} images, engines '{options.engine}'", file=sys.stderr)
        return 2
    warm_up(engines)
    predictions = [_progress(predict(path, engines, root=options.images)) for path in files]
    if options.out:
        options.out.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in predictions))
    figures = summary(predictions, labels)
    if options.compare_bare:
        figures["ratio_to_bare_engine"] = ratio_to_bare(files, predictions)
    print(json.dumps(figures))
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Read a folder of receipts and print figures as JSON.")
    parser.add_argument(
        "--images", type=Path, required=True, help="a folder of images, or one that holds images/"
    )
    parser.add_argument("--labels", type=Path, help="JSON lines: file, company, date, total (and others)")
    parser.add_argument("--out", type=Path, help="where predictions go, one JSON object a line")
    parser.add_argument("--engine", default="rapidocr", help="engines in order, such as rapidocr,tesseract")
    parser.add_argument(
        "--compare-bare", action="store_true", help="also time the bare engine on the same files"
    )
    return parser.parse_args(arguments)


def find_images(folder: Path) -> list[Path]:
    """Every image in a folder, or in its ``images`` folder where it holds none itself."""
    for place in (folder, folder / "images"):
        found = sorted(path for path in place.glob("*") if path.suffix.lower() in _SUFFIXES)
        if found:
            return found
    return []


def read_labels(path: Path) -> dict[str, dict[str, Any]]:
    """Labels by bare file name."""
    lines = (json.loads(line) for line in path.read_text().splitlines() if line.strip())
    return {Path(line["file"]).name: line for line in lines}


def warm_up(engines: Sequence[Engine]) -> None:
    """Load the models on a blank page, so that the first image pays no more than the others."""
    from PIL import Image

    for engine in engines:
        engine.read(Image.new("RGB", (320, 320), "white"))


def predict(path: Path, engines: Sequence[Engine], *, root: Path) -> dict[str, Any]:
    """One prediction line; a refused or unreadable file is a review with its code as reason."""
    started = time.perf_counter()
    try:
        reading = read_receipt(path.read_bytes(), engines=engines, today=TODAY)
    except HesabuError as refused:
        line = _line_of(None) | {"reasons": [refused.code]}
    else:
        line = _line_of(reading)
    seconds = round(time.perf_counter() - started, 3)
    return {"file": path.relative_to(root).as_posix(), **line, "seconds": seconds}


def _line_of(reading: ReceiptReading | None) -> dict[str, Any]:
    fields = reading.fields if reading else None
    return {
        "company": fields.merchant if fields else None,
        "date": fields.date.isoformat() if fields and fields.date else None,
        "total": _units(fields.total_cents if fields else None),
        "tax": _units(fields.tax_cents if fields else None),
        "subtotal": _units(fields.subtotal_cents if fields else None),
        "currency": fields.currency if fields else None,
        "receipt_number": fields.receipt_number if fields else None,
        "kra_pin": fields.kra_pin if fields else None,
        "cu_invoice": fields.cu_invoice if fields else None,
        "qr": fields.qr[0].text if fields and fields.qr else None,
        "mpesa_code": fields.mpesa_code if fields else None,
        "payment_method": fields.payment_method if fields else None,
        "items": len(fields.items) if fields else 0,
        "confidence": {name: value / 1000 for name, value in fields.confidence.items()} if fields else {},
        "checks": list(fields.checks) if fields else [],
        "decision": reading.decision if reading else "review",
        "reasons": list(reading.reasons) if reading else [],
    }


def _units(cents: int | None) -> str | None:
    return None if cents is None else format_units(cents)


def _progress(line: dict[str, Any]) -> dict[str, Any]:
    shown = (line[name] for name in ("file", "company", "date", "total", "decision", "seconds"))
    print(*shown, sep=" | ", file=sys.stderr)
    return line


def summary(lines: Sequence[Mapping[str, Any]], labels: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Counts, times and memory; per-field accuracy where labels name the files."""
    seconds = sorted(line["seconds"] for line in lines)
    figures: dict[str, Any] = {
        "images": len(lines),
        "accepted": sum(line["decision"] == "accept" for line in lines),
        "seconds_p50": round(statistics.median(seconds), 3),
        "seconds_p90": seconds[min(len(seconds) - 1, int(0.9 * len(seconds)))],
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    scored = [(line, labels[Path(line["file"]).name]) for line in lines if Path(line["file"]).name in labels]
    return figures | (accuracy(scored) if scored else {})


def accuracy(scored: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> dict[str, Any]:
    """Shares of right fields among labelled images, and how right the accepted ones are."""
    marks = [judge(line, label) for line, label in scored]
    figures: dict[str, Any] = {
        name: round(statistics.mean(mark[name] for mark in marks), 4) for name in marks[0]
    }
    accepted = [mark for (line, _), mark in zip(scored, marks, strict=True) if line["decision"] == "accept"]
    sure = [
        mark
        for (line, _), mark in zip(scored, marks, strict=True)
        if line["confidence"].get("total", 0) >= ACCEPT["total"] / 1000
    ]
    figures["labelled"] = len(marks)
    figures["accept_coverage"] = round(len(accepted) / len(marks), 4)
    figures["accepted_total_right"] = _share(accepted, "total")
    figures["sure_total_coverage"] = round(len(sure) / len(marks), 4)
    figures["sure_total_right"] = _share(sure, "total")
    for field, name in (("total", "total"), ("date", "date"), ("merchant", "merchant")):
        pairs = [
            (line["confidence"].get(field, 0.0), mark[name])
            for (line, _), mark in zip(scored, marks, strict=True)
        ]
        figures[f"brier_{field}"] = round(statistics.mean((p - right) ** 2 for p, right in pairs), 4)
    return figures


def _share(marks: Sequence[Mapping[str, bool]], name: str) -> float | None:
    return round(statistics.mean(mark[name] for mark in marks), 4) if marks else None


def judge(line: Mapping[str, Any], label: Mapping[str, Any]) -> dict[str, bool]:
    """Which fields are right: total exact and within five cents, calendar date, merchant by its letters."""
    from rapidfuzz import fuzz

    wanted = round(float(re.sub(r"[^\d.]", "", str(label["total"]))) * 100)
    total = None if line["total"] is None else round(float(line["total"]) * 100)
    likeness = fuzz.ratio(_letters(label["company"]), _letters(line["company"] or ""))
    right = {
        "total": total == wanted,
        "total_near": total is not None and abs(total - wanted) <= _NEAR_CENTS,
        "date": line["date"] is not None and line["date"] == _iso(str(label["date"])),
        "merchant": likeness >= _FUZZY,
    }
    return right | {"all_three": right["total"] and right["date"] and right["merchant"]}


def _iso(text: str) -> str | None:
    return next((value.isoformat() for value, _ in dates_in(text, TODAY)), None)


def _letters(text: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", text.upper())


def ratio_to_bare(files: Sequence[Path], lines: Sequence[Mapping[str, Any]]) -> float | None:
    """Our seconds over those of the engine's own call on the same images, in this very run."""
    from rapidocr import RapidOCR

    bare = RapidOCR(params={"Global.log_level": "critical"})
    both = [
        (path, line["seconds"])
        for path, line in zip(files, lines, strict=True)
        if path.suffix.lower() in _BARE_READS
        and not any(code.startswith("receipt_") for code in line["reasons"])
    ]
    if not both:
        return None
    bare(str(both[0][0]))  # the first call loads its models
    started = time.perf_counter()
    for path, _ in both:
        bare(str(path))
    return round(sum(seconds for _, seconds in both) / (time.perf_counter() - started), 3)


def _refused(line: Mapping[str, Any]) -> bool:
    return any(code.startswith("receipt_") for code in line["reasons"])


if __name__ == "__main__":
    sys.exit(main())
