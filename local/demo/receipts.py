"""Draw believable Kenyan receipts, and photograph them badly: the same seed gives the same bytes.

Only Pillow and its own font are used, so a bare machine draws the same picture; no photo is committed.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from local.demo.receipt_specs import Goods, ReceiptSpec, demo_specs

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

__all__ = ["Goods", "ReceiptSpec", "demo_specs", "draw_receipt"]

_WIDTH = 620
_MARGIN = 34
_LETTER = 24
_QR_MODULE = 5
_INK = 25


@dataclass(frozen=True)
class _Text:
    """One printed row: left, centred or in two columns."""

    left: str = ""
    right: str = ""
    centred: bool = False
    size: int = _LETTER


def draw_receipt(spec: ReceiptSpec, seed: int) -> bytes:
    """The photo of a receipt as JPEG bytes: ``seed`` turns, lights and blurs it within its condition."""
    paper = _print(list(_layout(spec)), spec.qr)
    return _photograph(paper, spec.condition, random.Random(seed))


def _layout(spec: ReceiptSpec) -> list[_Text]:
    if spec.layout == "note":
        return _note(spec)
    rows = [_Text(spec.merchant, centred=True, size=32)]
    rows += [_Text(line, centred=True) for line in spec.address]
    rows += [_Text(f"PIN: {spec.pin}", centred=True), _rule()]
    rows += [_Text(_word(spec, "RISITI YA MAUZO", "TAX INVOICE" if spec.qr else "CASH SALE"), centred=True)]
    rows += [_Text(f"{_word(spec, 'RISITI NO', 'RECEIPT NO')}: {spec.number:06d}")]
    rows += [_Text(f"{_word(spec, 'TAREHE', 'DATE')}: {spec.day:%d/%m/%Y}", spec.time), _rule()]
    rows += [_Text(_word(spec, "BIDHAA", "ITEM"), _word(spec, "KIASI", "AMOUNT"))]
    for item in spec.goods:
        rows.append(_Text(item.description))
        rows.append(_Text(f"  {item.quantity} x {_money(item.price_cents)}", _money(item.amount_cents)))
    return [*rows, _rule(), *_sums(spec), _rule(), *_paid(spec), *_fiscal(spec), *_foot(spec)]


def _sums(spec: ReceiptSpec) -> list[_Text]:
    total = _Text(_word(spec, "JUMLA KES", "TOTAL KES"), _money(spec.total_cents), size=34)
    if spec.layout == "till":
        return [total]
    net = spec.total_cents - spec.tax_cents
    rows = [
        _Text("SUBTOTAL EXCL VAT", _money(net)),
        _Text(f"VAT {spec.vat_rate}%", _money(spec.tax_cents)),
        total,
    ]
    if spec.layout == "tims":
        rows += [
            _Text(f"TOTAL A-{spec.vat_rate}.00%", _money(spec.total_cents)),
            _Text("TOTAL TAX A", _money(spec.tax_cents)),
        ]
    return rows


def _paid(spec: ReceiptSpec) -> list[_Text]:
    if spec.payment == "mpesa":
        return [_Text("M-PESA", _money(spec.total_cents)), _Text(f"M-PESA CODE: {spec.mpesa_code}")]
    if spec.payment == "card":
        return [_Text("VISA CARD", _money(spec.total_cents)), _Text("CARD NO: ************4471")]
    if not spec.tendered_cents:
        return []
    change = spec.tendered_cents - spec.total_cents
    return [
        _Text(_word(spec, "TASLIMU", "CASH"), _money(spec.tendered_cents)),
        _Text(_word(spec, "CHENJI", "CHANGE"), _money(change)),
    ]


def _fiscal(spec: ReceiptSpec) -> list[_Text]:
    if spec.layout == "etims":
        dashed = "-".join(spec.signature[at : at + 4] for at in range(0, len(spec.signature), 4))
        return [
            _rule(),
            _Text("SCU INFORMATION", centred=True),
            _Text(f"CU INVOICE NO: {spec.cu_number}"),
            _Text(f"RECEIPT SIGNATURE: {dashed}", size=21),
        ]
    if spec.layout == "tims":
        return [
            _rule(),
            _Text("CU SERIAL NO: KRAMW017202209000001"),
            _Text(f"CU INVOICE NO: {spec.cu_number}"),
        ]
    return []


def _foot(spec: ReceiptSpec) -> list[_Text]:
    return [_Text(_word(spec, "ASANTE, KARIBU TENA", "THANK YOU, WELCOME AGAIN"), centred=True)]


def _note(spec: ReceiptSpec) -> list[_Text]:
    """A slip out of a duplicate book: no total in words, no tax, the date without a year's certainty."""
    item = spec.goods[0]
    return [
        _Text(spec.merchant, size=30),
        _Text(f"{spec.day:%d/%m/%y}"),
        _Text(
            f"{item.description} {item.quantity} @ {item.price_cents // 100}", f"{item.amount_cents // 100}/="
        ),
        _Text("IMELIPWA"),
    ]


def _word(spec: ReceiptSpec, swahili: str, english: str) -> str:
    return swahili if spec.swahili else english


def _money(cents: int) -> str:
    return f"{cents // 100:,}.{cents % 100:02d}"


def _rule() -> _Text:
    return _Text("-" * 58, centred=True, size=20)


def _print(rows: list[_Text], qr: str | None) -> Image:
    """Black on paper, upright and sharp."""
    from PIL import Image, ImageDraw

    code = _qr_image(qr) if qr else None
    heights = [round(row.size * 1.45) for row in rows]
    size = (_WIDTH, sum(heights) + 2 * _MARGIN + (code.height if code else 0))
    paper = Image.new("L", size, 250)
    pen = ImageDraw.Draw(paper)
    top = _MARGIN
    for row, height in zip(rows, heights, strict=True):
        _write(pen, row, top)
        top += height
    if code:
        paper.paste(code, ((_WIDTH - code.width) // 2, top))
    return paper


def _write(pen: ImageDraw, row: _Text, top: int) -> None:
    font = _font(row.size)
    width = pen.textlength(row.left, font=font)
    pen.text(((_WIDTH - width) / 2 if row.centred else _MARGIN, top), row.left, fill=_INK, font=font)
    if row.right:
        pen.text(
            (_WIDTH - _MARGIN - pen.textlength(row.right, font=font), top), row.right, fill=_INK, font=font
        )


def _font(size: int) -> FreeTypeFont:
    from PIL import ImageFont

    return ImageFont.load_default(size)  # type: ignore[return-value]


def _qr_image(text: str) -> Image:
    import segno
    from PIL import Image

    rows = [bytes(row) for row in segno.make(text, error="m", micro=False).matrix_iter(border=3)]
    image = Image.new("L", (len(rows[0]), len(rows)))
    image.putdata([_INK if dark else 250 for row in rows for dark in row])
    return image.resize((image.width * _QR_MODULE, image.height * _QR_MODULE), 0)


def _photograph(paper: Image, condition: str, chance: random.Random) -> bytes:
    """Tilt, shadow, noise, blur and JPEG; ``poor`` is beyond what an engine can read for sure."""
    from PIL import Image, ImageFilter

    lean = {"clear": 0.8, "mild": 3.0, "poor": 4.0}[condition]
    turned = paper.rotate(chance.uniform(-lean, lean), Image.Resampling.BICUBIC, expand=True, fillcolor=178)
    image = _noisy(_shaded(turned, condition, chance), condition, chance)
    blur = {"clear": 0.3, "mild": 0.8, "poor": 2.6}[condition]
    image = image.filter(ImageFilter.GaussianBlur(blur)).convert("RGB")
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality={"clear": 84, "mild": 70, "poor": 38}[condition])
    return buffer.getvalue()


def _shaded(image: Image, condition: str, chance: random.Random) -> Image:
    """A hand's shadow from one side, and faint ink where the print is poor."""
    from PIL import Image as pillow
    from PIL import ImageChops

    if condition == "poor":
        image = image.point([150 + value * 90 // 255 for value in range(256)])
    if condition == "clear":
        return image
    ramp = pillow.linear_gradient("L").rotate(90 * chance.randrange(4)).resize(image.size)
    darkest = chance.randrange(130, 165)
    shade = ramp.point([darkest + value * (255 - darkest) // 255 for value in range(256)])
    return ImageChops.multiply(image, shade)


def _noisy(image: Image, condition: str, chance: random.Random) -> Image:
    """Grain from a seeded source (Pillow's own noise cannot be seeded)."""
    from PIL import Image as pillow

    strength = {"clear": 0.03, "mild": 0.06, "poor": 0.12}[condition]
    grain = pillow.frombytes("L", image.size, chance.randbytes(image.width * image.height))
    return pillow.blend(image, grain, strength)
