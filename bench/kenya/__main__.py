"""Draw a folder of receipts with their labels."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

from bench.kenya import layouts_held, layouts_test, layouts_train
from bench.kenya.degrade import CONDITIONS, degrade
from bench.kenya.page import Cell, Part, Row, Style, make_style, print_page
from bench.kenya.sale import Sale, make_sale

_LAYOUTS = {"train": layouts_train.LAYOUTS, "test": layouts_test.LAYOUTS, "held": layouts_held.LAYOUTS}
_PAYING = ("cash", "tender", "taslimu", "lipa", "lipwa", "pesa", "card", "visa", "mastercard")
"""A layout without any of these words does not say how the sale was paid."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Write ``images/NNNN.jpg`` and ``labels.jsonl`` into a folder."""
    options = _options(arguments)
    images = options.out / "images"
    images.mkdir(parents=True, exist_ok=True)
    lines = []
    for number in range(options.count):
        content, label = draw(options.seed, number, options.split, options.condition, options.module)
        (images / f"{number:04d}.jpg").write_bytes(content)
        lines.append(json.dumps({"file": f"images/{number:04d}.jpg", **label}, ensure_ascii=False))
    (options.out / "labels.jsonl").write_text("".join(f"{line}\n" for line in lines))
    print(json.dumps({"images": options.count, "seed": options.seed, "split": options.split}))
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Draw Kenyan receipts with labels.")
    parser.add_argument("--out", type=Path, required=True, help="the folder to write")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--split", choices=sorted(_LAYOUTS), default="train")
    parser.add_argument("--condition", choices=[*sorted(CONDITIONS), "mixed"], default="mixed")
    parser.add_argument(
        "--module", type=int, choices=(3, 4, 5), help="pixels of a QR module; drawn when absent"
    )
    return parser.parse_args(arguments)


def draw(
    seed: int, number: int, split: str, condition: str = "mixed", module: int | None = None
) -> tuple[bytes, dict[str, Any]]:
    """One receipt as JPEG bytes, and its label; the same arguments give the same bytes."""
    random = Random(f"{seed}/{split}/{number}")
    trade = random.choice(sorted(_LAYOUTS[split]))
    sale = make_sale(random, split, trade)
    layout = random.choice(_LAYOUTS[split][trade])
    style = make_style(random, split, module)
    parts = layout(sale, random)
    picture = print_page(parts, style)
    if condition == "mixed":
        condition = random.choice(sorted(CONDITIONS))
    content = degrade(picture, condition, random)
    label = label_of(sale, layout.__name__, condition, style)
    return content, _only_printed(label, " ".join(cell.text for part in parts for cell in _cells(part)))


def _cells(part: Part) -> tuple[Cell, ...]:
    return part.cells if isinstance(part, Row) else ()


def _only_printed(label: dict[str, Any], text: str) -> dict[str, Any]:
    """The label without what its layout leaves out."""
    solid = text.replace(",", "")
    asked = ("tax", "kra_pin", "buyer_pin", "cu_invoice", "mpesa_code", "receipt_number", "till")
    missing = [name for name in asked if str(label[name]) not in solid]
    if not any(word in solid.lower() for word in _PAYING):
        missing.append("payment_method")
    return label | dict.fromkeys(missing)


def label_of(sale: Sale, layout: str, condition: str, style: Style) -> dict[str, Any]:
    """What is true of a sale, in the form of the labelled set and beyond it."""
    fiscal = bool(sale.scheme)
    return {
        "company": sale.shop.name,
        "date": f"{sale.day:%d/%m/%Y}",
        "total": _units(sale.total),
        "tax": _units(sale.tax) if fiscal else None,
        "tax_bands": {str(rate): [_units(gross), _units(tax)] for rate, (gross, tax) in sale.bands.items()},
        "kra_pin": None if sale.trade == "note" else sale.pin,
        "buyer_pin": sale.buyer_pin or None,
        "cu_invoice": sale.cu_invoice or None,
        "qr": sale.qr or None,
        "mpesa_code": sale.mpesa_code or None,
        "payment_method": sale.method,
        "receipt_number": sale.number,
        "till": sale.till,
        "items": [
            {
                "description": line.description,
                "quantity": line.count,
                "price": _units(line.price),
                "amount": _units(line.amount),
            }
            for line in sale.lines
        ],
        "layout": layout,
        "condition": condition,
        "module_px": style.module if fiscal else None,
    }


def _units(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


if __name__ == "__main__":
    sys.exit(main())
