"""What the demo shop sells, and baskets of it drawn from seeds; prices in whole shillings with VAT inside."""

from __future__ import annotations

import random
from typing import Literal

from shared.books import NewLine

Size = Literal["small", "medium", "large", "bulk"]

SHELF: tuple[tuple[str, int], ...] = (
    ("Cement 32.5R 50 kg", 750),
    ("Steel bar Y8 12 m", 640),
    ("Steel bar Y12 12 m", 1_245),
    ("Iron sheet gauge 30, 3 m", 1_180),
    ("Ridge cap 2 m", 420),
    ("Nails 4 inch, kg", 215),
    ("Roofing nails, kg", 260),
    ("Binding wire, kg", 190),
    ("Emulsion white 4 L", 1_450),
    ("Gloss paint 1 L", 680),
    ("Roller set 9 inch", 420),
    ("PPR pipe 20 mm", 330),
    ("PVC waste pipe 4 inch", 890),
    ("Gate valve 3/4", 585),
    ("Kitchen tap", 1_350),
    ("Cypress 2x3, 12 ft", 660),
    ("Plywood 9 mm sheet", 2_150),
    ("Padlock 50 mm", 475),
    ("Door hinge, pair", 135),
    ("Wheelbarrow", 4_850),
    ("Jembe with handle", 690),
    ("Chicken wire roll", 4_200),
    ("Water tank 1000 L", 9_900),
    ("Solar floodlight 100 W", 2_390),
)
_LINES: dict[Size, tuple[int, int]] = {"small": (1, 2), "medium": (2, 4), "large": (3, 5), "bulk": (4, 5)}
_PIECES: dict[Size, tuple[int, int]] = {"small": (1, 4), "medium": (2, 9), "large": (6, 24), "bulk": (60, 85)}


def basket(seed: str, size: Size) -> list[NewLine]:
    """The lines of one sale; the same seed always buys the same."""
    chance = random.Random(seed)
    chosen = chance.sample(SHELF, chance.randint(*_LINES[size]))
    return [
        NewLine(
            description=description,
            quantity_milli=1000 * chance.randint(*_PIECES[size]),
            unit_cents=100 * shillings,
        )
        for description, shillings in chosen
    ]


def total_cents(lines: list[NewLine]) -> int:
    """What a basket comes to, in cents: whole shillings, because every price and quantity is whole."""
    return sum(line.quantity_milli * line.unit_cents for line in lines) // 1000
