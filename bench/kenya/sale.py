"""What a receipt is about: a shop, a sale, its tax and how it was paid; all drawn from one seed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time, timedelta
from random import Random

from bench.kenya.shops import GOODS, SHOPS, Shop

LAST_DAY = date(2026, 6, 30)
_CODE = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
_DAYS = "123456789ABCDEFGHIJKLMNOPQRSTUV"


@dataclass(frozen=True)
class Line:
    """One line of goods; money in cents with tax inside, ``quantity`` in thousandths."""

    description: str
    quantity: int
    price: int
    amount: int
    rate: int
    """VAT in percent: 16, 8 or 0; -1 is exempt."""

    @property
    def count(self) -> str:
        """The quantity as a till prints it: whole, or with its decimals."""
        whole, part = divmod(self.quantity, 1000)
        return f"{whole}.{part:03d}".rstrip("0") if part else str(whole)


@dataclass(frozen=True)
class Sale:
    """Everything that is true of one receipt; money in cents."""

    shop: Shop
    split: str
    trade: str
    day: date
    clock: time
    number: str
    pin: str
    buyer_pin: str
    lines: tuple[Line, ...]
    rounding: int
    method: str
    tendered: int
    mpesa_code: str
    till: str
    phone: str
    scheme: str
    """Whose electronic invoice it is: etims, tims, or "" for a plain receipt."""
    cu_id: str
    cu_invoice: str
    signature: str
    kind: str = "sale"
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def before_rounding(self) -> int:
        return sum(line.amount for line in self.lines)

    @property
    def total(self) -> int:
        return self.before_rounding + self.rounding

    @property
    def bands(self) -> dict[int, tuple[int, int]]:
        """Rate to (gross, tax inside it)."""
        gross: dict[int, int] = {}
        for line in self.lines:
            gross[line.rate] = gross.get(line.rate, 0) + line.amount
        return {
            rate: (cents, round(cents * rate / (100 + rate)) if rate > 0 else 0)
            for rate, cents in gross.items()
        }

    @property
    def tax(self) -> int:
        return sum(tax for _, tax in self.bands.values())

    @property
    def qr(self) -> str:
        """The address that the control unit prints as a QR code; "" without one."""
        if self.scheme == "etims":
            base = "https://etims.kra.go.ke/common/link/etims/receipt/indexEtimsReceiptData"
            return f"{base}?Data={self.pin}00{self.signature}"
        if self.scheme == "tims":
            base = "https://itax.kra.go.ke/KRA-Portal/invoiceChk.htm"
            return f"{base}?actionCode=loadPage&invoiceNo={self.cu_invoice}"
        return ""


def make_sale(random: Random, split: str, trade: str) -> Sale:
    """A sale of one trade; the shop and its goods are those of the split."""
    shop = random.choice(SHOPS[split][trade])
    lines = _lines(random, split, trade)
    total = sum(line.amount for line in lines)
    rounding = _rounding(random, trade, total)
    day = LAST_DAY - timedelta(days=random.randrange(700))
    scheme = _scheme(random, trade)
    method = random.choice(
        ("cash", "cash", "mpesa", "mpesa", "card") if trade != "note" else ("cash", "mpesa")
    )
    cu_id, cu_invoice = _control_unit(random, scheme, day)
    return Sale(
        shop=shop,
        split=split,
        trade=trade,
        day=day,
        clock=time(random.randrange(7, 22), random.randrange(60), random.randrange(60)),
        number=str(random.randrange(10 ** random.randrange(3, 7))).zfill(random.choice((4, 5, 6))),
        pin=_pin(random),
        buyer_pin=_pin(random) if random.random() < 0.25 else "",
        lines=lines,
        rounding=rounding,
        method=method,
        tendered=_tendered(random, total + rounding) if method == "cash" else total + rounding,
        mpesa_code=_mpesa(random, day) if method == "mpesa" else "",
        till=str(random.randrange(100_000, 9_999_999)),
        phone=f"2547{random.randrange(10)}***{random.randrange(100, 999)}",
        scheme=scheme,
        cu_id=cu_id,
        cu_invoice=cu_invoice,
        signature="".join(random.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") for _ in range(16)),
        kind=random.choices(("sale", "copy", "credit"), (92, 5, 3))[0] if scheme else "sale",
        extra={"cashier": random.choice(("JANE", "OTIENO", "MARY W", "ALI", "KEVIN", "ACHIENG"))},
    )


def _lines(random: Random, split: str, trade: str) -> tuple[Line, ...]:
    if trade == "petrol":
        name, low, high = random.choice(GOODS[split]["petrol"])
        price = random.randrange(low, high)
        litres = random.randrange(5_000, 60_000, 10)
        return (
            Line(
                name, litres, price, round(price * litres / 100_000) * 100, 8 if random.random() < 0.3 else 16
            ),
        )
    chosen = random.sample(GOODS[split][trade], random.randint(1, min(7, len(GOODS[split][trade]))))
    lines = []
    for name, low, high in chosen:
        step = 5_000 if trade in {"note", "restaurant"} else random.choice((100, 500, 1000))
        price = max(step, random.randrange(low, high) // step * step)
        loose = trade == "supermarket" and random.random() < 0.12
        quantity = (
            random.randrange(205, 2_600, 5) if loose else 1000 * random.choice((1, 1, 1, 2, 2, 3, 4, 6, 12))
        )
        rate = random.choices((16, -1, 0), (75, 17, 8))[0]
        lines.append(Line(name, quantity, price, round(price * quantity / 1000), rate))
    return tuple(lines)


def _rounding(random: Random, trade: str, total: int) -> int:
    """Cash totals are at times rounded to the shilling."""
    return -(total % 100) if total % 100 and trade != "petrol" and random.random() < 0.5 else 0


def _tendered(random: Random, total: int) -> int:
    if random.random() < 0.25:
        return total
    note = random.choice((5_000, 10_000, 20_000, 50_000, 100_000))
    return (total // note + 1) * note


def _scheme(random: Random, trade: str) -> str:
    if trade == "note":
        return ""
    return random.choices(("etims", "tims", ""), (55, 30, 15))[0]


def _control_unit(random: Random, scheme: str, day: date) -> tuple[str, str]:
    if scheme == "tims":
        unit = f"KRAMW{random.randrange(10, 20):03d}2022{random.randrange(10**8):08d}"
        return unit, f"{unit[5:8]}{random.randrange(10**16):016d}"
    if scheme == "etims":
        unit = f"KRACU{random.randrange(100):02d}{random.randrange(10**8):08d}"
        return unit, f"{unit}/{random.randrange(1, 40_000)}"
    return "", ""


def _pin(random: Random) -> str:
    return (
        f"{random.choice('PPPA')}0{random.randrange(10**8):08d}{random.choice('ABCDEFGHIJKLMNOPQRSTUVWXYZ')}"
    )


def _mpesa(random: Random, day: date) -> str:
    """Ten characters: year (S is 2024), month, day of the month, and seven of a running number."""
    head = f"{chr(ord('S') + day.year - 2024)}{chr(ord('A') + day.month - 1)}{_DAYS[day.day - 1]}"
    return head + "".join(random.choice(_CODE) for _ in range(7))
