"""Line arithmetic: rounded once on the line, and the header only adds up."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.books.lines import RATES, Band, Item, Prices, add_up, price
from shared.core.errors import Invalid


@st.composite
def items(draw: st.DrawFn) -> Item:
    unit, quantity = draw(st.integers(0, 10**9)), draw(st.integers(1, 10**6))
    worth = int((Decimal(unit) * quantity / 1000).quantize(Decimal(1), ROUND_HALF_EVEN))
    band: Band = draw(st.sampled_from(sorted(RATES)))
    return Item("x", quantity, unit, draw(st.integers(0, worth)), band)


def exact(numerator: int, denominator: int) -> int:
    """Half-even division in integers: another way than the product's Decimal."""
    whole, rest = divmod(numerator, denominator)
    return whole + (2 * rest > denominator or (2 * rest == denominator and whole % 2 == 1))


@pytest.mark.parametrize(
    ("band", "prices", "net", "vat", "total"),
    [
        ("B", "inclusive", 86_207, 13_793, 100_000),
        ("B", "exclusive", 100_000, 16_000, 116_000),
        ("E", "inclusive", 92_593, 7_407, 100_000),
        ("E", "exclusive", 100_000, 8_000, 108_000),
        ("A", "inclusive", 100_000, 0, 100_000),
        ("C", "exclusive", 100_000, 0, 100_000),
        ("D", "inclusive", 100_000, 0, 100_000),
    ],
)
def test_the_bands_of_etims(band: Band, prices: Prices, net: int, vat: int, total: int) -> None:
    line = price(Item("Cement", 1000, 100_000, 0, band), prices)
    assert (line.net_cents, line.vat_cents, line.total_cents) == (net, vat, total)


def test_500_shillings_with_vat_can_be_typed() -> None:
    assert price(Item("Delivery", 1000, 50_000, 0, "B")).total_cents == 50_000


@given(st.lists(items(), min_size=1, max_size=30), st.sampled_from(["inclusive", "exclusive"]))
def test_header_is_the_sum_of_lines(sold: list[Item], prices: Prices) -> None:
    lines = [price(item, prices) for item in sold]
    totals = add_up(lines)
    assert all(line.net_cents + line.vat_cents == line.total_cents for line in lines)
    assert totals.subtotal_cents + totals.vat_cents == totals.total_cents
    assert totals.total_cents == sum(line.total_cents for line in lines)


@given(items())
def test_vat_is_the_exact_share_rounded_half_even(item: Item) -> None:
    rate = RATES[item.vat_band]
    worth = exact(item.unit_cents * item.quantity_milli, 1000) - item.discount_cents
    inclusive, exclusive = price(item, "inclusive"), price(item, "exclusive")
    assert inclusive.total_cents == worth
    assert inclusive.vat_cents == exact(worth * rate, 10_000 + rate)
    assert exclusive.net_cents == worth
    assert exclusive.vat_cents == exact(worth * rate, 10_000)


def test_half_a_cent_goes_to_the_even_neighbour() -> None:
    assert price(Item("x", 500, 1, 0, "A")).total_cents == 0
    assert price(Item("x", 500, 3, 0, "A")).total_cents == 2


@pytest.mark.parametrize("discount", [101, -1])
def test_a_discount_is_at_most_the_line(discount: int) -> None:
    with pytest.raises(Invalid) as caught:
        price(Item("x", 1000, 100, discount, "B"))
    assert caught.value.code == "discount_invalid"


def test_what_the_store_cannot_hold_is_refused() -> None:
    with pytest.raises(Invalid) as caught:
        price(Item("x", 10**8, 10**11, 0, "B"))
    assert caught.value.code == "amount_too_large"
