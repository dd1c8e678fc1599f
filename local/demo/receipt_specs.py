"""What the demo shop's expense receipts say: a dozen purchases of a Nairobi hardware shop."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from shared.core.money import share


@dataclass(frozen=True)
class Goods:
    """One line: a description, a whole quantity, a price in cents with tax inside."""

    description: str
    quantity: int
    price_cents: int

    @property
    def amount_cents(self) -> int:
        return self.quantity * self.price_cents


@dataclass(frozen=True)
class ReceiptSpec:
    """Everything printed on one receipt, and in what condition its photo is.

    ``layout``: etims, tims, till (no fiscal block) or note (a hand-made cash sale).
    ``payment``: mpesa, cash or card. ``condition``: clear, mild or poor.
    """

    name: str
    merchant: str
    address: tuple[str, ...]
    pin: str
    day: date
    time: str
    goods: tuple[Goods, ...]
    number: int
    layout: str = "etims"
    payment: str = "mpesa"
    vat_rate: int = 16
    mpesa_code: str = ""
    tendered_cents: int = 0
    cu_number: str = ""
    signature: str = ""
    condition: str = "clear"
    swahili: bool = False

    @property
    def total_cents(self) -> int:
        return sum(item.amount_cents for item in self.goods)

    @property
    def tax_cents(self) -> int:
        return share(self.total_cents, self.vat_rate, 100 + self.vat_rate)

    @property
    def qr(self) -> str | None:
        """The address that the fiscal layouts print as a QR code."""
        if self.layout == "etims":
            data = f"{self.pin}00{self.signature}"
            return f"https://etims.kra.go.ke/common/link/etims/receipt/indexEtimsReceiptData?Data={data}"
        if self.layout == "tims":
            portal = "https://itax.kra.go.ke/KRA-Portal/invoiceChk.htm"
            return f"{portal}?actionCode=loadPage&invoiceNo={self.cu_number}"
        return None


def demo_specs(today: date) -> list[ReceiptSpec]:
    """Twelve receipts of the last twelve weeks before ``today``; the same list for the same day."""
    return [*_stock(today), *_running(today), *_small(today)]


def _stock(today: date) -> list[ReceiptSpec]:
    return [
        ReceiptSpec(
            name="cement",
            merchant="NYUMBA STEEL & CEMENT LTD",
            address=("ENTERPRISE ROAD, INDUSTRIAL AREA", "P.O. BOX 18422-00500 NAIROBI"),
            pin="P051482736K",
            day=today - timedelta(days=79),
            time="09:42",
            goods=(
                Goods("CEMENT 32.5R 50KG", 60, 68_000),
                Goods("Y12 STEEL BAR 12M", 12, 124_500),
                Goods("BINDING WIRE ROLL", 2, 310_000),
            ),
            number=4417,
            mpesa_code="TJG4X8K2WP",
            cu_number="KRACU0400012874/4417",
            signature="H7KLM2P9RTW4XCV3",
        ),
        ReceiptSpec(
            name="paint",
            merchant="RANGI PAINTS DEPOT LTD",
            address=("KIRINYAGA ROAD, NAIROBI", "TEL 0722 418 365"),
            pin="P051937204T",
            day=today - timedelta(days=61),
            time="14:05",
            goods=(Goods("EMULSION WHITE 20L", 6, 485_000), Goods("ROLLER SET 9 INCH", 10, 42_000)),
            number=20931,
            layout="tims",
            payment="card",
            cu_number="0040804130000058920",
            condition="mild",
        ),
        ReceiptSpec(
            name="timber",
            merchant="TIMAMU TIMBER YARD",
            address=("GIKOMBA, NAIROBI", "TEL 0711 904 227"),
            pin="A004716392M",
            day=today - timedelta(days=47),
            time="08:20",
            goods=(Goods("CYPRESS 2X3 PER FT", 240, 5_500), Goods("CYPRESS 4X2 PER FT", 120, 7_000)),
            number=318,
            layout="till",
            payment="cash",
            tendered_cents=2_200_000,
            condition="mild",
            swahili=True,
        ),
        ReceiptSpec(
            name="plumbing",
            merchant="MAJI PLUMBING SUPPLIES LIMITED",
            address=("DUBOIS ROAD, NAIROBI", "TEL 0733 615 082"),
            pin="P052204618B",
            day=today - timedelta(days=33),
            time="11:31",
            goods=(
                Goods("PPR PIPE 20MM", 40, 32_000),
                Goods("GATE VALVE 3/4", 15, 58_500),
                Goods("ELBOW 20MM", 100, 3_500),
            ),
            number=7702,
            mpesa_code="TKH9R3V6ZN",
            cu_number="KRACU0400033915/7702",
            signature="Q3ZXN8V5KD7YHJ4M",
        ),
    ]


def _running(today: date) -> list[ReceiptSpec]:
    return [
        ReceiptSpec(
            name="fuel",
            merchant="MSAFIRI ENERGIES LTD",
            address=("MOMBASA ROAD SERVICE STATION", "NAIROBI TEL 0720 551 890"),
            pin="P051660925H",
            day=today - timedelta(days=26),
            time="07:12",
            goods=(Goods("DIESEL LITRES", 30, 17_850),),
            number=88120,
            payment="cash",
            tendered_cents=600_000,
            cu_number="KRACU0400007781/88120",
            signature="B6TFW9XR2LPC5NVD",
        ),
        ReceiptSpec(
            name="electricity",
            merchant="MWANGA POWER AGENTS",
            address=("TOM MBOYA STREET, NAIROBI", "PREPAID VENDING"),
            pin="P051118347D",
            day=today - timedelta(days=22),
            time="18:47",
            goods=(Goods("PREPAID TOKEN", 1, 250_000),),
            number=66103,
            layout="till",
            mpesa_code="TKM2D7Y5QX",
            condition="mild",
        ),
        ReceiptSpec(
            name="rent",
            merchant="JIRANI PROPERTIES LTD",
            address=("LUTHULI AVENUE, NAIROBI", "TEL 0721 330 118"),
            pin="P051805529Q",
            day=today - timedelta(days=20),
            time="10:02",
            goods=(Goods("SHOP RENT GODOWN 4", 1, 4_500_000),),
            number=1093,
            mpesa_code="TKN8W4B3HC",
            cu_number="KRACU0400051182/1093",
            signature="Y5NGC3KX8WMT7ZRB",
        ),
        ReceiptSpec(
            name="transport",
            merchant="SAFIRI PARCEL COURIER LTD",
            address=("RIVER ROAD, NAIROBI", "TEL 0728 771 402"),
            pin="P052019473W",
            day=today - timedelta(days=15),
            time="16:25",
            goods=(Goods("PARCEL NAKURU 40KG", 2, 85_000), Goods("PARCEL THIKA 15KG", 1, 45_000)),
            number=30117,
            payment="cash",
            tendered_cents=250_000,
            cu_number="KRACU0400020446/30117",
            signature="L9VDH4RZ6XKW2PTC",
            condition="mild",
        ),
    ]


def _small(today: date) -> list[ReceiptSpec]:
    return [
        ReceiptSpec(
            name="stationery",
            merchant="UPEO STATIONERS LTD",
            address=("MOI AVENUE, NAIROBI", "TEL 0714 228 609"),
            pin="P051573081Z",
            day=today - timedelta(days=12),
            time="12:18",
            goods=(
                Goods("RECEIPT BOOK A5", 6, 18_000),
                Goods("THERMAL ROLL 80MM", 20, 9_500),
                Goods("PEN BLUE BOX", 1, 65_000),
            ),
            number=5540,
            payment="cash",
            tendered_cents=400_000,
            cu_number="KRACU0400044230/5540",
            signature="M4WBZ7TX3KHC9YPR",
        ),
        ReceiptSpec(
            name="lunch",
            merchant="MAMA NJERI KITCHEN",
            address=("ACCRA ROAD, NAIROBI",),
            pin="A006203871L",
            day=today - timedelta(days=8),
            time="13:09",
            goods=(Goods("PILAU KUKU", 4, 35_000), Goods("CHAPATI", 6, 3_000), Goods("SODA 500ML", 4, 8_000)),
            number=912,
            layout="till",
            payment="cash",
            tendered_cents=200_000,
            swahili=True,
            condition="poor",
        ),
        ReceiptSpec(
            name="airtime",
            merchant="HEWANI TELECOM SHOP",
            address=("RONALD NGALA STREET, NAIROBI",),
            pin="A008450217R",
            day=today - timedelta(days=5),
            time="09:55",
            goods=(Goods("AIRTIME 1000", 2, 100_000), Goods("DATA BUNDLE 10GB", 1, 100_000)),
            number=2266,
            layout="till",
            mpesa_code="TKT6N9F4JV",
            condition="poor",
        ),
        ReceiptSpec(
            name="casual_labour",
            merchant="OTIENO LOADERS",
            address=("GIKOMBA",),
            pin="",
            day=today - timedelta(days=3),
            time="",
            goods=(Goods("KUPAKIA SARUJI", 60, 2_000),),
            number=44,
            layout="note",
            payment="cash",
        ),
    ]
