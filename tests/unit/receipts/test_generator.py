"""Drawn receipts come from their seed, their two halves share nothing, their labels are what is printed."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from PIL import Image

from bench.kenya import layouts_test, layouts_train
from bench.kenya.__main__ import draw, main
from bench.kenya.degrade import CONDITIONS, FIXED, degrade
from bench.kenya.page import STYLES
from bench.kenya.sale import make_sale
from bench.kenya.shops import GOODS, SHOPS
from bench.ocr_cache import CachedEngine
from bench.receipt_scores import accuracy
from shared.core.mpesa_receipt import receipt_day
from shared.receipts.extract.etims import read_qr
from shared.receipts.headers import sniff
from shared.receipts.image import decode
from shared.receipts.qr import read_codes
from tests.unit.receipts.support import ScriptedEngine


def test_the_same_seed_draws_the_same_bytes() -> None:
    assert draw(7, 3, "train", "photo") == draw(7, 3, "train", "photo")
    assert draw(7, 3, "train", "photo")[0] != draw(8, 3, "train", "photo")[0]


def test_the_two_halves_share_no_layout_shop_goods_or_font() -> None:
    for table in (SHOPS, GOODS):
        one, other = ({str(entry) for group in table[split].values() for entry in group} for split in table)
        assert not one & other
    assert not set(STYLES["train"]) & set(STYLES["test"])
    names = [
        {layout.__name__ for group in half.LAYOUTS.values() for layout in group}
        for half in (layouts_train, layouts_test)
    ]
    assert not names[0] & names[1]
    assert all(len(half) >= 7 for half in names)


@pytest.mark.parametrize("split", ["train", "test"])
def test_sales_add_up_and_carry_true_forms(split: str) -> None:
    for number in range(60):
        random = Random(number)
        trade = random.choice(sorted(SHOPS[split]))
        sale = make_sale(random, split, trade)
        assert sum(line.amount for line in sale.lines) + sale.rounding == sale.total > 0
        assert sum(gross for gross, _ in sale.bands.values()) == sale.before_rounding
        assert sale.tendered >= sale.total
        if sale.mpesa_code:
            assert receipt_day(sale.mpesa_code, sale.day.year) == sale.day
        if sale.qr:
            mark = read_qr(sale.qr)
            assert mark.official
            assert sale.pin == mark.pin or sale.cu_invoice == mark.cu_invoice


@pytest.mark.parametrize("module", [3, 4, 5])
def test_the_code_on_the_paper_is_the_one_in_the_label(module: int) -> None:
    drawn = (draw(2, number, "test", "clean", module) for number in range(30))
    content, label = next((content, label) for content, label in drawn if label["qr"])
    assert read_codes(decode(sniff(content), content).full) == (label["qr"],)
    assert label["module_px"] == module


@pytest.mark.parametrize("damage", sorted({*CONDITIONS, *FIXED}))
def test_every_damage_leaves_a_picture(damage: str) -> None:
    page = Image.new("RGB", (200, 300), "white")
    content = {**CONDITIONS, **FIXED}[damage](page.convert("L") if damage == "faint" else page, Random(1))
    assert Image.open(BytesIO(content)).format == "JPEG"
    assert degrade(page, "mixed", Random(1)) == degrade(page, "mixed", Random(1))


def test_a_folder_is_written_in_the_form_of_the_labelled_set(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        main(
            ["--out", str(tmp_path), "--count", "2", "--seed", "4", "--split", "test", "--condition", "clean"]
        )
        == 0
    )
    assert json.loads(capsys.readouterr().out)["images"] == 2
    labels = [json.loads(line) for line in (tmp_path / "labels.jsonl").read_text().splitlines()]
    assert [(tmp_path / label["file"]).is_file() for label in labels] == [True, True]
    assert {"company", "date", "total", "kra_pin", "qr", "mpesa_code", "items", "layout"} <= labels[0].keys()


def test_engine_lines_are_kept_by_the_picture(tmp_path: Path) -> None:
    engine = ScriptedEngine("TOTAL 10.00")
    cached = CachedEngine(engine, tmp_path / "cache")
    first = cached.read(Image.new("RGB", (50, 60), "white"))
    assert cached.read(Image.new("RGB", (50, 60), "white")) == first
    cached.read(Image.new("RGB", (50, 60), "grey"))
    assert (engine.calls, cached.hits) == (2, 1)


def test_every_labelled_field_is_scored() -> None:
    _, label = draw(3, 6, "train", "clean")
    label |= {"mpesa_code": "UA10O0ABCD", "qr": "q", "module_px": 4, "kra_pin": "P000000001A"}
    unread = dict.fromkeys(("date", "tax", "cu_invoice", "receipt_number", "payment_method", "buyer_pin"))
    read = {"company": label["company"], "total": label["total"], "kra_pin": "P000000001A", "qr": "q"}
    line = {**unread, **read, "mpesa_code": "UA1000ABCD", "items": label["items"][:1]}
    line |= {"confidence": {"total": 0.9}, "decision": "accept"}
    told = accuracy([(line, label)])
    assert (told["total"], told["date"], told["mpesa_code"], told["qr_4px"], told["kra_pin"]) == (
        1,
        0,
        1,
        1,
        1,
    )
    lines = len(label["items"])
    assert told["items_f1"] == pytest.approx(2 / (1 + lines), abs=1e-3)
    assert told["ece_total"] == pytest.approx(0.1)
