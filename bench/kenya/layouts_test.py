"""Layouts to judge by: nothing here was looked at while rules were written. To tune on: ``layouts_train``."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from bench.kenya.forms import dotted, halves, hours, letter, money, plain, shillings, slashed
from bench.kenya.page import Cell, Code, Part, Row, centre, left, pair, rule
from bench.kenya.sale import Sale


def _top(sale: Sale) -> list[Part]:
    shop = sale.shop
    rows: list[Part] = [centre(shop.trade_name, size=1.5, bold=True)] if shop.trade_name else []
    rows.append(centre(shop.name, bold=not shop.trade_name, size=1.0 if shop.trade_name else 1.3))
    return [*rows, centre(", ".join(shop.address)), centre(f"Call {shop.phone}")]


def _settled(sale: Sale) -> list[Part]:
    if sale.method == "mpesa":
        return [left(f"Paid via M-Pesa  Till {sale.till}"), pair(f"Ref {sale.mpesa_code}", money(sale.total))]
    if sale.method == "card":
        return [pair("Card payment", money(sale.total)), left("AUTH 004417  XXXX XXXX XXXX 9034")]
    return [
        pair("Amount tendered", money(sale.tendered)),
        pair("Change due", money(sale.tendered - sale.total)),
    ]


def _unit(sale: Sale) -> list[Part]:
    if sale.scheme == "etims":
        unit = sale.cu_invoice.split("/")[0]
        return [
            centre("** eTIMS **"),
            left(f"Control unit: {unit}"),
            left(f"CU inv: {sale.cu_invoice}"),
            Code(sale.qr),
        ]
    if sale.scheme == "tims":
        return [
            centre("KRA TIMS"),
            Code(sale.qr),
            left(f"Cu Number {sale.cu_id}"),
            left("Cu Invoice Number:"),
            centre(sale.cu_invoice),
        ]
    return []


def _adjusted(sale: Sale) -> list[Part]:
    return [pair("Rounding adj.", f"-{plain(-sale.rounding)}")] if sale.rounding else []


def labelled_lines(sale: Sale, random: Random) -> list[Part]:
    """Each line as named parts; the tax number stands under everything."""
    rows: list[Part] = [
        *_top(sale),
        rule("."),
        pair(f"Trans: {sale.number}", f"{dotted(sale.day)} {halves(sale.clock)}"),
    ]
    rows += [left(f"Served by {sale.extra['cashier']}"), rule(".")]
    for n, line in enumerate(sale.lines, 1):
        rows.append(left(f"{n}. {line.description}"))
        rows.append(pair(f"   Qty: {line.count}  @ {plain(line.price)}", f"Amt: {plain(line.amount)}"))
    rows += [
        rule("."),
        *_adjusted(sale),
        pair("NET PAYABLE", f"Kshs. {money(sale.total)}", size=1.2, bold=True),
    ]
    rows += [pair("Of which VAT", money(sale.tax))] if sale.scheme else []
    return [*rows, *_settled(sale), left(f"VAT Reg / PIN No. {sale.pin}"), *_unit(sale)]


def amount_first(sale: Sale, random: Random) -> list[Part]:
    """A minimart: amounts beside the names, quantities under them."""
    rows: list[Part] = [
        *_top(sale),
        left(f"P.I.N: {sale.pin}"),
        pair(slashed(sale.day), f"{sale.clock:%H:%M}"),
        left(f"TICKET {sale.number}"),
    ]
    rows += [rule("="), pair("DESCRIPTION", "KSH")]
    for line in sale.lines:
        mark = f" {letter(sale, line.rate)}" if sale.scheme else ""
        rows.append(pair(line.description, plain(line.amount) + mark))
        if line.quantity != 1000:
            rows.append(left(f"    {line.count} PCS X {plain(line.price)}"))
    rows += [
        rule("="),
        pair(f"ITEMS {len(sale.lines)}", ""),
        *_adjusted(sale),
        pair("AMOUNT DUE (KSH)", plain(sale.total), size=1.25, bold=True),
    ]
    rows += _settled(sale)
    if sale.scheme:
        rows += [Row((Cell("TAX"), Cell("GROSS", 0.6, "r"), Cell("TAX AMT", 1.0, "r")))]
        for rate, (gross, tax) in sale.bands.items():
            name = f"{letter(sale, rate)} {'EXEMPT' if rate < 0 else f'{rate}%'}"
            rows.append(Row((Cell(name), Cell(plain(gross), 0.6, "r"), Cell(plain(tax), 1.0, "r"))))
    return [*rows, *_unit(sale), centre("Come again!")]


def forecourt(sale: Sale, random: Random) -> list[Part]:
    line = sale.lines[0]
    rows = [
        *_top(sale),
        left(f"PIN NO {sale.pin}"),
        left(f"TXN {sale.number}"),
        left(f"{sale.day:%d %b %Y} {hours(sale.clock)}"),
    ]
    rows += [left(f"REG KCB {random.randrange(100, 999)}X"), rule("-"), pair("PRODUCT", line.description)]
    rows += [pair("VOLUME", f"{line.quantity / 1000:.2f} L"), pair("UNIT PRICE", f"{plain(line.price)}/L")]
    rows += [pair("SALE AMOUNT", f"KES {money(sale.total)}", size=1.3, bold=True), *_settled(sale)]
    rows += [pair(f"TAX ({line.rate}%)", money(sale.tax))] if sale.scheme else []
    return [*rows, *_unit(sale)]


def cafe_check(sale: Sale, random: Random) -> list[Part]:
    rows: list[Part] = [
        *_top(sale),
        left(f"Pin: {sale.pin}"),
        left(f"Order {sale.number} - {sale.day:%d/%m/%Y} - {sale.clock:%H:%M}"),
        rule("~"),
    ]
    for line in sale.lines:
        rows.append(pair(f"{line.description} x{line.count}", money(line.amount)))
    rows += [rule("~"), *_adjusted(sale)]
    if sale.scheme:
        rows += [pair("Taxable", money(sale.before_rounding - sale.tax)), pair("VAT", money(sale.tax))]
    return [
        *rows,
        pair("BILL TOTAL", money(sale.total), size=1.3, bold=True),
        *_settled(sale),
        *_unit(sale),
        centre("Tips are welcome"),
    ]


def depot_invoice(sale: Sale, random: Random) -> list[Part]:
    """A wholesaler's wide table with a code and a rate in every line."""
    rows: list[Part] = [
        *_top(sale),
        centre("TAX INVOICE"),
        pair(f"Inv No: {sale.number}", f"Inv Date: {sale.day:%d-%m-%Y}"),
        pair(f"Seller PIN {sale.pin}", ""),
    ]
    rows += [left(f"Buyer PIN {sale.buyer_pin}")] if sale.buyer_pin else []
    places = (0.0, 0.14, 0.62, 0.8, 1.0)
    rows += [rule("-"), _table(("Code", "Particulars", "Qty", "Rate", "Value"), places)]
    for n, line in enumerate(sale.lines):
        rows.append(
            _table(
                (f"H{101 + n * 7}", line.description[:18], line.count, plain(line.price), plain(line.amount)),
                places,
            )
        )
    rows += [
        rule("-"),
        pair("Sub-total", plain(sale.before_rounding)),
        *_adjusted(sale),
        pair("INVOICE TOTAL", plain(sale.total), bold=True),
    ]
    rows += [pair("VAT included", plain(sale.tax))] if sale.scheme else []
    return [*rows, *_settled(sale), *_unit(sale)]


def ruled_slip(sale: Sale, random: Random) -> list[Part]:
    """A page of a cash-sale book with columns for shillings and cents."""
    rows: list[Part] = [
        centre(sale.shop.name, size=1.3, bold=True),
        centre(", ".join(sale.shop.address)),
        pair(f"No. {sale.number}", f"Date {sale.day.day}/{sale.day.month}/{sale.day.year}"),
    ]
    places = (0.0, 0.14, 0.88, 1.0)
    rows.append(_table(("QTY", "PARTICULARS", "SHS", "CTS"), places))
    for line in sale.lines:
        rows.append(
            _table(
                (line.count, line.description, f"{line.amount // 100:,}", f"{line.amount % 100:02d}"), places
            )
        )
    rows += [rule("_"), pair("TOTAL SHS", shillings(sale.total))]
    return [*rows, left(f"M-PESA {sale.mpesa_code}")] if sale.method == "mpesa" else rows


def duka(sale: Sale, random: Random) -> list[Part]:
    rows = [
        *_top(sale),
        left(f"PIN YA KRA: {sale.pin}"),
        pair(f"Tarehe {sale.day:%d/%m/%Y}", f"Saa {sale.clock:%H:%M}"),
        left(f"Risiti Na. {sale.number}"),
        rule("*"),
    ]
    for line in sale.lines:
        rows.append(
            Row(
                (
                    Cell(line.description[:15]),
                    Cell(f"{line.count}x{plain(line.price)}", 0.76, "r"),
                    Cell(plain(line.amount), 1.0, "r"),
                )
            )
        )
    rows += [
        rule("*"),
        *_adjusted(sale),
        pair("Jumla ya malipo", f"Sh {money(sale.total)}", size=1.2, bold=True),
    ]
    if sale.method == "cash":
        rows += [pair("Umelipa", money(sale.tendered)), pair("Salio", money(sale.tendered - sale.total))]
    else:
        rows += _settled(sale)
    return [*rows, *_unit(sale), centre("Ahsante kwa kununua")]


def _table(texts: tuple[str, ...], places: tuple[float, ...]) -> Row:
    return Row(
        tuple(Cell(t, at, "l" if n < 2 else "r") for n, (t, at) in enumerate(zip(texts, places, strict=True)))
    )


LAYOUTS: dict[str, tuple[Callable[[Sale, Random], list[Part]], ...]] = {
    "supermarket": (amount_first, duka),
    "pharmacy": (labelled_lines,),
    "hardware": (depot_invoice, labelled_lines),
    "restaurant": (cafe_check,),
    "petrol": (forecourt,),
    "note": (ruled_slip,),
}
