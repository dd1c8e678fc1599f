"""The demo's drawn receipts: the same bytes every time, and the real engine reads what they say."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import cache
from io import BytesIO

import pytest
from PIL import Image

from local.demo.receipts import ReceiptSpec, demo_specs, draw_receipt
from shared.receipts import Engine, build_engines, read_receipt
from tests.unit.receipts.support import TODAY

_SPECS = {spec.name: spec for spec in demo_specs(TODAY)}


@cache
def _engine() -> Engine:
    (engine,) = build_engines("rapidocr")
    return engine


def test_the_same_seed_gives_the_same_bytes_and_another_gives_others() -> None:
    spec = _SPECS["paint"]
    assert draw_receipt(spec, 3) == draw_receipt(spec, 3)
    assert draw_receipt(spec, 3) != draw_receipt(spec, 4)


def test_the_list_is_the_same_for_the_same_day_and_believable() -> None:
    specs = demo_specs(TODAY)
    assert specs == demo_specs(TODAY)
    assert len(specs) == len({spec.name for spec in specs}) == 12
    assert Counter(spec.condition for spec in specs)["poor"] == 2
    for spec in specs:
        assert 0 < (TODAY - spec.day).days <= 90
        assert spec.payment != "mpesa" or len(spec.mpesa_code) == 10
        assert not spec.tendered_cents or spec.tendered_cents >= spec.total_cents


def test_another_day_moves_the_dates_and_nothing_else() -> None:
    later = demo_specs(date(2027, 2, 1))
    assert [spec.total_cents for spec in later] == [spec.total_cents for spec in _SPECS.values()]
    assert later[0].day != _SPECS["cement"].day


@pytest.mark.parametrize("name", ["cement", "paint"])
def test_a_drawn_receipt_is_read_for_sure(name: str) -> None:
    spec = _SPECS[name]
    reading = read_receipt(draw_receipt(spec, 7), engines=[_engine()], today=TODAY)
    fields = reading.fields
    assert (reading.decision, reading.engine) == ("accept", "rapidocr")
    assert (fields.merchant, fields.date, fields.time) == (spec.merchant, spec.day, spec.time)
    assert (fields.total_cents, fields.tax_cents, fields.currency) == (
        spec.total_cents,
        spec.tax_cents,
        "KES",
    )
    assert (fields.kra_pin, fields.cu_invoice) == (spec.pin, spec.cu_number)
    assert (fields.payment_method, fields.qr[0].text) == (spec.payment, spec.qr)
    assert [item.amount_cents for item in fields.items] == [goods.amount_cents for goods in spec.goods]


def test_a_poor_photo_goes_to_a_person() -> None:
    reading = read_receipt(draw_receipt(_SPECS["lunch"], 9), engines=[_engine()], today=TODAY)
    assert reading.decision == "review"


@pytest.mark.parametrize("degrees", [90, 180])
def test_a_turned_photo_is_set_upright(degrees: int) -> None:
    spec = _SPECS["electricity"]
    reading = read_receipt(_turned(spec, degrees), engines=[_engine()], today=TODAY)
    assert reading.turned == {90: 90, 180: 180}[degrees]
    assert (reading.fields.total_cents, reading.fields.date) == (spec.total_cents, spec.day)
    assert any(stage.name == "orientation" and stage.applied for stage in reading.stages)


def _turned(spec: ReceiptSpec, degrees: int) -> bytes:
    upright = Image.open(BytesIO(draw_receipt(spec, 5)))
    buffer = BytesIO()
    upright.rotate(degrees, expand=True).save(buffer, "JPEG", quality=85)
    return buffer.getvalue()
