"""Noise that the generator of payments does not make: a copy of a set with what payers typed written
otherwise.

    python -m bench.payment_noise --data DIR --out DIR --kinds words,shape [--seed 1] [--rate 0.5]

Only what a payment shows is changed, never whose it is, how much it is, or which invoice was meant: the
answers stay those of the set. Kinds: ``words`` (talk around a reference, English and Swahili), ``shape``
(separators, case, look-alike letters), ``names`` (initials, order, titles, cut short), ``bank`` (other banks'
narrations with trace numbers of their own), ``masks`` (other ways to hide a number), ``stray`` (a house, a
year or a shop beside it).
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench.reconcile_lines import rows

Row = dict[str, Any]
FILES = ("customers", "invoices", "history", "truth")
BEFORE = ("INV", "PAYMENT FOR", "MALIPO YA", "FOR", "NIMELIPA", "REF:", "KODI YA", "ADA", "PAID", "#", "BILL")
AFTER = (
    ".",
    " THANKS",
    " ASANTE",
    " JAN",
    " MARCH",
    " BALANCE",
    " FULL",
    " NUSU",
    " YA MWEZI HUU",
    ",",
    " OK",
    " -",
)
STRAY = ("HSE B7", "PLOT C", "2025", "SHOP 3A", "ROOM G", "YA 2025", "FLAT 2B", "STALL D")
TITLES = ("MR", "MRS", "DR", "ENG", "MISS")
BANKS = (
    "TRF/{trace}/{name}/{ref}",
    "PESALINK {trace} FROM {name} REF {ref}",
    "{name} {ref} EQB{trace}",
    "IFT {name}*{ref}*{trace}",
    "MOBILE BANKING {ref} {name}",
)
ZERO, ONE = str.maketrans("0", "O"), str.maketrans("1", "I")


def talked(row: Row, dice: random.Random) -> None:
    """Words before or after what was typed."""
    if ref := row["bill_ref"]:
        row["bill_ref"] = f"{dice.choice(BEFORE)} {ref}" if dice.random() < 0.5 else ref + dice.choice(AFTER)


def reshaped(row: Row, dice: random.Random) -> None:
    """Other separators, case and look-alikes in a reference that holds a number."""
    ref = row["bill_ref"]
    if ref and any(c.isdigit() for c in ref):
        ways: Sequence[Callable[[str], str]] = (
            lambda t: re.sub(r"[-/ ]+", dice.choice(["/", "_", "  ", ".", "-"]), t),
            str.lower,
            lambda t: t.translate(ZERO) if t.count("0") < sum(c.isdigit() for c in t) else t,
            lambda t: t.translate(ONE) if t.count("1") < sum(c.isdigit() for c in t) else t,
            lambda t: f" {t} ",
        )
        row["bill_ref"] = dice.choice(ways)(ref)


def renamed(row: Row, dice: random.Random) -> None:
    """A payer's name as another register writes it."""
    said = (row["payer_name"] or "").split()
    if len(said) > 1:
        ways = (
            lambda: " ".join(reversed(said)),
            lambda: f"{dice.choice(TITLES)} {' '.join(said)}",
            lambda: " ".join([*(word[0] for word in said[:-1]), said[-1]]),
            " ".join(said)[:14].rstrip,
            lambda: " ".join(said[:2]),
        )
        row["payer_name"] = dice.choice(ways)()


def rebanked(row: Row, dice: random.Random) -> None:
    """Another bank's narration around the same name and reference, with a trace number of its own."""
    if row["channel"] == "bank" and row["narration"] and "SETTLEMENT" not in row["narration"].upper():
        trace = str(dice.randrange(10**9, 10**11))
        words = row["narration"].upper()
        row["narration"] = dice.choice(BANKS).format(trace=trace, name=row["payer_name"] or "", ref=words)


def masked(row: Row, dice: random.Random) -> None:
    """A hidden number with other digits shown."""
    if row["msisdn"] and "*" in row["msisdn"]:
        row["msisdn"] = f"2547 ***** {row['msisdn'][-3:]}"


def strayed(row: Row, dice: random.Random) -> None:
    """Something beside the reference that names a place or a year."""
    if ref := row["bill_ref"]:
        row["bill_ref"] = f"{ref} {dice.choice(STRAY)}"[:40]


KINDS: dict[str, Callable[[Row, random.Random], None]] = {
    "words": talked,
    "shape": reshaped,
    "names": renamed,
    "bank": rebanked,
    "masks": masked,
    "stray": strayed,
}


def spoil(data: Path, out: Path, kinds: Sequence[str], seed: int, rate: float) -> int:
    """Write the copy; returns how many payments look different. What Safaricom echoes (STK) stays as sent."""
    out.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        shutil.copy(data / f"{name}.jsonl", out / f"{name}.jsonl")
    dice, changed = random.Random(seed), 0
    with (out / "payments.jsonl").open("w", encoding="utf-8") as lines:
        for row in rows(str(data / "payments.jsonl")):
            before = dict(row)
            for kind in kinds:
                if row["channel"] != "mpesa_stk" and dice.random() < rate:
                    KINDS[kind](row, dice)
            changed += row != before
            lines.write(json.dumps(row, ensure_ascii=False) + "\n")
    return changed


def main(arguments: Sequence[str] | None = None) -> int:
    """Spoil one set."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--kinds", default=",".join(KINDS), type=lambda text: text.split(","))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=0.5, help="share of payments that each kind touches")
    options = parser.parse_args(arguments)
    unknown = set(options.kinds) - KINDS.keys()
    if unknown:
        parser.error(f"no such kind: {', '.join(sorted(unknown))}; there are {', '.join(KINDS)}")
    changed = spoil(options.data, options.out, options.kinds, options.seed, options.rate)
    print(json.dumps({"changed": changed, "kinds": options.kinds, "out": str(options.out)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
