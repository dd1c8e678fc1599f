"""The drawn Kenyan receipts: they follow from a seed, their labels are true, and the splits share nothing."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from PIL import Image

from bench.kenya import layouts_held, layouts_test, layouts_train
from bench.kenya.__main__ import draw, main
from bench.kenya.degrade import CONDITIONS, FIXED, degrade
from bench.kenya.page import STYLES
from bench.kenya.sale import make_sale
from bench.kenya.shops import GOODS, SHOPS
from shared.core.mpesa_receipt import receipt_day
from shared.receipts.extract.etims import read_qr
from shared.receipts.qr import read_codes

_SALES = [
    make_sale(Random(f"{split}/{trade}/{number}"), split, trade)
    for split in SHOPS
    for trade in SHOPS[split]
    for number in range(20)
]


def test_a_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    assert draw(5, 3, "train") == draw(5, 3, "train")
    assert draw(5, 3, "train")[0] != draw(6, 3, "train")[0]
    assert draw(5, 3, "train")[0] != draw(5, 3, "test")[0]


@pytest.mark.parametrize(("one", "other"), [("train", "test"), ("train", "held"), ("test", "held")])
def test_the_splits_share_no_layout_shop_good_or_font(one: str, other: str) -> None:
    assert _names(one)
    assert _names(one) & _names(other) == set()


def _names(split: str) -> set[str]:
    """Everything of a split that a rule could have learnt by heart."""
    modules = {"train": layouts_train, "test": layouts_test, "held": layouts_held}
    found = {layout.__name__ for several in modules[split].LAYOUTS.values() for layout in several}
    found |= {shop.name for several in SHOPS[split].values() for shop in several}
    return found | {good[0] for several in GOODS[split].values() for good in several} | set(STYLES[split])


def test_every_trade_has_layouts_in_both_splits() -> None:
    trades = {"supermarket", "petrol", "restaurant", "hardware", "pharmacy", "note"}
    assert trades <= layouts_train.LAYOUTS.keys()
    assert layouts_test.LAYOUTS.keys() >= trades
    assert {sale.scheme for sale in _SALES} == {"etims", "tims", ""}
    assert {sale.method for sale in _SALES} == {"cash", "mpesa", "card"}
    assert {sale.kind for sale in _SALES} == {"sale", "copy", "credit"}
    assert {line.rate for sale in _SALES for line in sale.lines} == {16, 8, 0, -1}


def test_what_a_sale_says_adds_up() -> None:
    for sale in _SALES:
        assert sum(gross for gross, _ in sale.bands.values()) == sale.before_rounding
        assert sale.total == sale.before_rounding + sale.rounding > 0
        assert sale.tendered >= sale.total
        assert all(abs(line.price * line.quantity / 1000 - line.amount) <= 50 for line in sale.lines)
        assert not sale.mpesa_code or receipt_day(sale.mpesa_code, sale.day.year) == sale.day


@pytest.mark.parametrize("module", [3, 4, 5])
@pytest.mark.parametrize("split", ["train", "test"])
def test_the_printed_code_is_the_labelled_one(split: str, module: int) -> None:
    drawn = (draw(8, number, split, "clean", module) for number in range(60))
    content, label = next((content, label) for content, label in drawn if label["qr"])
    (text,) = read_codes(Image.open(BytesIO(content)))
    assert text == label["qr"]
    assert read_qr(text).official
    assert label["module_px"] == module


@pytest.mark.parametrize("condition", sorted(CONDITIONS))
def test_every_condition_is_a_picture_that_differs_from_the_clean_one(condition: str) -> None:
    content, label = draw(2, 1, "train", condition)
    with Image.open(BytesIO(content)) as picture:
        assert picture.format == "JPEG"
        assert min(picture.size) > 200
    assert label["condition"] == condition
    assert condition == "clean" or content != draw(2, 1, "train", "clean")[0]


def test_damages_of_exact_size_follow_from_a_seed() -> None:
    paper = Image.linear_gradient("L").convert("RGB")
    for name, damage in FIXED.items():
        assert damage(paper, Random(name)) == damage(paper, Random(name))
    turned = Image.open(BytesIO(FIXED["turn90"](Image.new("RGB", (40, 90)), Random(1))))
    assert turned.size == (90, 40)
    with pytest.raises(KeyError):
        degrade(paper, "eaten by a dog", Random(1))


def test_a_label_holds_only_what_its_layout_prints() -> None:
    labels = [draw(4, number, "test", "clean")[1] for number in range(14)]
    assert {True, False} == {bool(label["mpesa_code"]) for label in labels}
    assert all(label["tax"] is None or label["module_px"] for label in labels)
    books = [label for label in labels if label["layout"] == "ruled_slip"]
    assert {bool(label["payment_method"]) == bool(label["mpesa_code"]) for label in books} == {True}
    assert all(label["company"] and label["date"] and label["items"] for label in labels)


def test_the_command_writes_a_folder_as_the_labelled_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--out", str(tmp_path), "--count", "2", "--seed", "9", "--condition", "clean"]) == 0
    assert json.loads(capsys.readouterr().out) == {"images": 2, "seed": 9, "split": "train"}
    lines = [json.loads(line) for line in (tmp_path / "labels.jsonl").read_text().splitlines()]
    assert [line["file"] for line in lines] == ["images/0000.jpg", "images/0001.jpg"]
    assert (tmp_path / lines[1]["file"]).read_bytes() == draw(9, 1, "train", "clean")[0]
