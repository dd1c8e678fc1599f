"""Receipt reading over a folder: per-field accuracy, seconds, memory, the cost over the bare engine.

    python -m bench.receipts --images DIR [--labels FILE] [--out FILE] [--engine rapidocr] [--compare-bare]
                             [--degrade tilt7,turn90,turn180,shadow,photo] [--ocr-cache DIR]

Forms: one prediction a line in ``--out``; the last line of standard output is one JSON object. With a cache
the times say nothing of speed, so none is printed.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.kenya.degrade import FIXED
from bench.ocr_cache import CachedEngine
from bench.receipt_degraded import degraded_figures
from bench.receipt_scores import TODAY, accuracy
from shared.core.errors import HesabuError
from shared.core.money import format_units
from shared.receipts import Engine, ReceiptReading, build_engines, read_receipt
from shared.receipts.extract.lines import Item

_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".pdf"}
_BARE_READS = {".jpg", ".jpeg", ".png", ".webp"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Read every image, write predictions, print the figures."""
    options = _options(arguments)
    files = find_images(options.images)
    labels = read_labels(options.labels) if options.labels else {}
    engines = _engines(options)
    if not files or not engines:
        print(f"nothing to do: {len(files)} images, engines '{options.engine}'", file=sys.stderr)
        return 2
    if not options.ocr_cache:
        warm_up(engines)
    predictions = [_progress(predict(path, engines, root=options.images)) for path in files]
    if options.out:
        options.out.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in predictions))
    figures = summary(predictions, labels)
    if options.degrade:
        clean = {path.name: line for path, line in zip(files, predictions, strict=True)}
        figures["degraded"] = degraded_figures(
            files,
            options.degrade,
            labels,
            clean,
            lambda path: _progress(predict(path, engines, root=path.parent)),
        )
    if options.ocr_cache:
        figures |= {"cached": sum(getattr(engine, "hits", 0) for engine in engines)}
        figures |= dict.fromkeys(("seconds_p50", "seconds_p90", "peak_mib"))
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
    parser.add_argument(
        "--ocr-cache", type=Path, help="a folder to keep engine lines in: for tuning, no speed"
    )
    parser.add_argument(
        "--degrade", type=_damages, default=(), help=f"damages of copies, of {','.join(FIXED)}"
    )
    options = parser.parse_args(arguments)
    if options.ocr_cache and options.compare_bare:
        parser.error("what comes from a cache has no speed: leave out --ocr-cache or --compare-bare")
    return options


def _damages(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",")))
    if unknown := [name for name in names if name not in FIXED]:
        raise argparse.ArgumentTypeError(f"no such damage: {', '.join(unknown)}")
    return names


def _engines(options: argparse.Namespace) -> tuple[Engine, ...]:
    engines = build_engines(options.engine)
    if options.ocr_cache is None:
        return engines
    return tuple(CachedEngine(engine, options.ocr_cache) for engine in engines)


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
        "till": fields.till if fields else None,
        "paybill": fields.paybill if fields else None,
        "buyer_pin": fields.buyer_pin if fields else None,
        "items": [_item(item) for item in fields.items] if fields else [],
        "confidence": {name: value / 1000 for name, value in fields.confidence.items()} if fields else {},
        "checks": list(fields.checks) if fields else [],
        "decision": reading.decision if reading else "review",
        "reasons": list(reading.reasons) if reading else [],
    }


def _item(item: Item) -> dict[str, Any]:
    return {"description": item.description, "amount": _units(item.amount_cents)}


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
    ours = sum(float(seconds) for _, seconds in both)
    return round(ours / (time.perf_counter() - started), 3)


if __name__ == "__main__":
    sys.exit(main())
