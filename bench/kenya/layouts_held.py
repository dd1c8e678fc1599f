"""Layouts for one last judgement, drawn after the rules were finished; nothing is tuned on them."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from bench.kenya.forms import halves, letter, money, plain, shillings
from bench.kenya.page import Cell, Code, Part, Row, centre, left, pair, rule
from bench.kenya.sale import Sale


def _opening(sale: Sale) -> list[Part]:
    rows: list[Part] = [centre("WELCOME TO"), centre(sale.shop.name, size=1.2, bold=True)]
    return [*rows, *(centre(line) for line in sale.shop.address), centre(f"Mobile {sale.shop.phone}")]


def _closing(sale: Sale) -> list[Part]:
    if sale.method == "mpesa":
        rows: list[Part] = [pair("LIPA NA M-PESA", money(sale.total)), left(f"TRANS CODE {sale.mpesa_code}")]
    elif sale.method == "card":
        rows = [pair("DEBIT CARD", money(sale.total))]
    else:
        rows = [pair("CASH GIVEN", money(sale.tendered)), pair("CHANGE", money(sale.tendered - sale.total))]
    if sale.scheme:
        rows += [left(f"CUIN: {sale.cu_invoice}"), Code(sale.qr)]
    return [*rows, centre("Prices are inclusive of VAT where applicable")]


def numbers_below(sale: Sale, random: Random) -> list[Part]:
    """The figures of a line stand under its name in three columns, without words."""
    rows = [
        *_opening(sale),
        pair(f"KRA PIN {sale.pin}", ""),
        pair(f"INVOICE # {sale.number}", f"{sale.day:%d/%m/%Y}"),
    ]
    rows += [rule("-"), Row((Cell("QTY"), Cell("PRICE", 0.55, "r"), Cell("VALUE", 1.0, "r")))]
    for line in sale.lines:
        rows.append(left(line.description))
        rows.append(
            Row(
                (
                    Cell(line.count, 0.06),
                    Cell(money(line.price), 0.55, "r"),
                    Cell(money(line.amount), 1.0, "r"),
                )
            )
        )
    rows.append(rule("-"))
    rows += [pair("ROUND OFF", f"-{plain(-sale.rounding)}")] if sale.rounding else []
    rows += [pair("TOTAL AMOUNT", money(sale.total), size=1.25, bold=True)]
    rows += [pair("TOTAL VAT", money(sale.tax))] if sale.scheme else []
    return [*rows, *_closing(sale)]


def at_price(sale: Sale, random: Random) -> list[Part]:
    """One row a line: name, ``2 @ 150.00``, amount with its letter."""
    rows = [
        *_opening(sale),
        left(f"PIN: {sale.pin}"),
        left(f"Rcpt: {sale.number}   {sale.day:%d-%b-%Y} {halves(sale.clock)}"),
        rule("="),
    ]
    for line in sale.lines:
        mark = letter(sale, line.rate) if sale.scheme else ""
        middle = f"{line.count} @ {plain(line.price)}"
        rows.append(
            Row(
                (
                    Cell(line.description[:14]),
                    Cell(middle, 0.74, "r"),
                    Cell(plain(line.amount) + mark, 1.0, "r"),
                )
            )
        )
    rows += [rule("="), pair("SUB-TOTAL", plain(sale.before_rounding))]
    rows += [pair("ROUNDING", f"-{plain(-sale.rounding)}")] if sale.rounding else []
    rows += [pair("GRAND TOTAL", f"KES {plain(sale.total)}", size=1.3, bold=True)]
    if sale.scheme:
        for rate, (gross, tax) in sale.bands.items():
            rows.append(pair(f"VAT {max(rate, 0)}% on {plain(gross - tax)}", plain(tax)))
    return [*rows, *_closing(sale)]


def service_station(sale: Sale, random: Random) -> list[Part]:
    line = sale.lines[0]
    rows = [
        *_opening(sale),
        left(f"PIN: {sale.pin}"),
        pair(f"Slip {sale.number}", f"{sale.day:%Y-%m-%d} {sale.clock:%H:%M}"),
        rule("-"),
    ]
    rows += [pair("Fuel type", line.description), pair("Qty (L)", f"{line.quantity / 1000:.2f}")]
    rows += [pair("Rate", plain(line.price)), pair("Total (KSh)", money(sale.total), size=1.3, bold=True)]
    return [*rows, *_closing(sale)]


def hand_bill(sale: Sale, random: Random) -> list[Part]:
    """Written by hand on plain paper."""
    rows: list[Part] = [
        centre(sale.shop.name, size=1.3),
        pair(f"Bill No {sale.number}", f"{sale.day:%d/%m/%Y}"),
    ]
    for line in sale.lines:
        rows.append(pair(f"{line.description}  {line.count} x {line.price // 100}", shillings(line.amount)))
    rows.append(pair("Jumla", shillings(sale.total)))
    return (
        [*rows, left(f"Mpesa {sale.mpesa_code}")]
        if sale.method == "mpesa"
        else [*rows, left("Imelipwa cash")]
    )


LAYOUTS: dict[str, tuple[Callable[[Sale, Random], list[Part]], ...]] = {
    "supermarket": (numbers_below, at_price),
    "pharmacy": (at_price,),
    "hardware": (numbers_below,),
    "restaurant": (at_price,),
    "petrol": (service_station,),
    "note": (hand_bill,),
}
