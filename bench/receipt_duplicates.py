"""Duplicates found and false links: copies of labelled receipts, and different receipts that look alike.

    python -m bench.receipt_duplicates --images DIR [--labels FILE] [--copies 20] [--chains 10] [--out FILE]

Every image is read as it is. ``--copies`` of them are saved again (scaled to four fifths, hard JPEG) and
photographed again (bench.kenya's damage "photo"). ``--chains`` pairs are drawn besides: one till, one day,
the same goods and total, and two numbers, the second receipt of every other pair photographed. A copy counts
as found when the marks that receipts leave lead to its original and the comparison links the two; a link
between two different receipts is false, whatever made it. One link a line in ``--out``; the last line of
standard output is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

from bench.kenya import layouts_train
from bench.kenya.degrade import degrade
from bench.kenya.page import make_style, print_page
from bench.kenya.sale import Sale, make_sale
from bench.ocr_cache import CachedEngine
from bench.receipts import find_images, read_labels
from shared.core.errors import HesabuError
from shared.receipts import Signature, build_engines, compare, read_receipt, signature_of
from shared.receipts.engines.port import Engine
from shared.receipts.lookalike import distance
from shared.receipts.twins import marks_of

_TODAY = date(2026, 11, 26)


@dataclass(frozen=True)
class Shown:
    """One file: which receipt it shows (``truth``), which chain that is of, and how it came to be."""

    name: str
    truth: str
    chain: str
    way: str
    signature: Signature


def main(arguments: Sequence[str] | None = None) -> int:
    """Read everything, look for links, print the figures."""
    options = _options(arguments)
    folder = options.ocr_cache
    engines: list[Engine] = [
        CachedEngine(engine, folder) if folder else engine for engine in build_engines(options.engine)
    ]
    labels = read_labels(options.labels) if options.labels else {}
    shown = [one for one in _read_all(options, labels, engines) if one is not None]
    links = list(_links(shown))
    if options.out:
        options.out.write_text("".join(json.dumps(link) + "\n" for link in links))
    print(json.dumps(figures(shown, links)))
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Find copies of receipts, and print figures as JSON.")
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--labels", type=Path, help="their companies tell which receipts are of one chain")
    parser.add_argument("--copies", type=int, default=20)
    parser.add_argument("--chains", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--engine", default="rapidocr")
    parser.add_argument("--ocr-cache", type=Path, help="a folder for what the engine read, by picture")
    parser.add_argument("--out", type=Path, help="where links go, one JSON object a line")
    return parser.parse_args(arguments)


def _read_all(
    options: argparse.Namespace, labels: dict[str, Any], engines: Sequence[Engine]
) -> Iterator[Shown | None]:
    files = find_images(options.images)
    for path in files:
        chain = str(labels.get(path.name, {}).get("company", ""))
        yield _read(path.name, path.name, chain, "original", path.read_bytes(), engines)
    for path in Random(options.seed).sample(files, min(options.copies, len(files))):
        for way, content in _copies(path):
            yield _read(f"{way} {path.name}", path.name, "", way, content, engines)
    for number in range(options.chains):
        for part, content in enumerate(chain_pair(options.seed, number)):
            name = f"pair {number}{'ab'[part]}"
            yield _read(name, name, f"pair {number}", "drawn", content, engines)


def _read(  # noqa: PLR0917 - one file and what is known of it
    name: str, truth: str, chain: str, way: str, content: bytes, engines: Sequence[Engine]
) -> Shown | None:
    try:
        reading = read_receipt(content, engines=engines, today=_TODAY)
    except HesabuError as refused:
        print(f"{name}: {refused.code}", file=sys.stderr)
        return None
    print(f"{name}: {reading.fields.total_cents} {reading.fields.date}", file=sys.stderr)
    return Shown(name, truth, chain, way, signature_of(reading))


def _copies(path: Path) -> Iterator[tuple[str, bytes]]:
    from PIL import Image, ImageOps

    with Image.open(path) as opened:
        picture = ImageOps.exif_transpose(opened).convert("RGB")
    small = picture.resize((picture.width * 4 // 5, picture.height * 4 // 5), Image.Resampling.LANCZOS)
    buffer = BytesIO()
    small.save(buffer, "JPEG", quality=60)
    yield "re-encoded", buffer.getvalue()
    yield "re-photographed", degrade(picture, "photo", Random(path.name))


def chain_pair(seed: int, number: int) -> tuple[bytes, bytes]:
    """Two receipts of one till that agree in everything but their numbers, times and fiscal marks."""
    random = Random(f"{seed}/pair/{number}")
    trade = random.choice(sorted(layouts_train.LAYOUTS))
    sale = make_sale(random, "train", trade)
    other = make_sale(random, "train", trade)
    layout, style = random.choice(layouts_train.LAYOUTS[trade]), make_style(random, "train", None)
    pictures = [print_page(layout(one, Random(number)), style) for one in (sale, _next_sale(sale, other))]
    second = "photo" if number % 2 else "clean"
    return degrade(pictures[0], "clean", random), degrade(pictures[1], second, random)


def _next_sale(sale: Sale, other: Sale) -> Sale:
    later = time((sale.clock.hour + 1) % 24, (sale.clock.minute + 7) % 60)
    counted = str(int("".join(filter(str.isdigit, sale.number)) or 0) + 1).zfill(len(sale.number))
    invoice = sale.cu_invoice and sale.cu_invoice[:-1] + str((int(sale.cu_invoice[-1]) + 1) % 10)
    marks = {"cu_invoice": invoice, "signature": other.signature or sale.signature[::-1]}
    code = sale.mpesa_code and (other.mpesa_code or sale.mpesa_code[:-4] + "ZX7K")
    return replace(sale, clock=later, number=counted, mpesa_code=code, **marks)


def _links(shown: Sequence[Shown]) -> Iterator[dict[str, Any]]:
    """What the marks of one receipt lead to and the comparison links, each pair once."""
    at: dict[str, list[int]] = defaultdict(list)
    for index, one in enumerate(shown):
        marks = [mark.id for mark in marks_of(one.signature.sha256, one.signature)]
        for earlier in sorted({place for mark in marks for place in at[mark]}):
            before = shown[earlier]
            if likeness := compare(one.signature, before.signature):
                yield {
                    "file": one.name,
                    "way": one.way,
                    "with": before.name,
                    "kind": likeness.kind,
                    "reason": likeness.reason,
                    "right": one.truth == before.truth,
                    "picture_distance": distance(one.signature.picture, before.signature.picture),
                }
        for mark in marks:
            at[mark].append(index)


def figures(shown: Sequence[Shown], links: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Recall by way, false links among all pairs and among those of one chain."""
    originals = {one.name for one in shown if one.way == "original"}
    found = {(link["way"], link["file"]) for link in links if link["right"] and link["with"] in originals}
    copies = Counter(one.way for one in shown)
    chains = Counter(one.chain for one in shown if one.chain)
    return {
        "files": len(shown),
        "re_encode_recall": _share(found, "re-encoded", copies),
        "re_photo_recall": _share(found, "re-photographed", copies),
        "same_chain_pairs": sum(count * (count - 1) // 2 for count in chains.values()),
        "false_links": sum(not link["right"] for link in links),
        "false_certain": sum(not link["right"] and link["kind"] == "certain" for link in links),
        "reasons": dict(Counter(link["reason"] for link in links if link["right"])),
    }


def _share(found: set[tuple[str, str]], way: str, copies: Counter[str]) -> float | None:
    return round(sum(one == way for one, _ in found) / copies[way], 3) if copies[way] else None


if __name__ == "__main__":
    sys.exit(main())
