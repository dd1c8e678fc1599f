"""Layouts to tune on. Those to judge by are in ``layouts_test``."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from bench.kenya.forms import (
    dashed,
    halves,
    hours,
    iso,
    letter,
    money,
    named,
    plain,
    shillings,
    short,
    slashed,
)
from bench.kenya.page import Cell, Code, Part, Row, centre, left, pair, rule
from bench.kenya.sale import Sale


def _head(sale: Sale) -> list[Part]:
    shop = sale.shop
    rows: list[Part] = [centre(shop.name, size=1.25, bold=True)]
    rows += [centre(line) for line in shop.address]
    return [*rows, centre(f"Tel: {shop.phone}"), centre(f"PIN: {sale.pin}")]


def _paid(sale: Sale) -> list[Part]:
    if sale.method == "mpesa":
        return [pair("M-PESA", money(sale.total)), left(f"M-PESA CODE: {sale.mpesa_code}")]
    if sale.method == "card":
        return [pair("VISA", money(sale.total)), left("CARD ****4471")]
    return [pair("CASH", money(sale.tendered)), pair("CHANGE", money(sale.tendered - sale.total))]


def _fiscal(sale: Sale) -> list[Part]:
    if sale.scheme == "etims":
        sign = "-".join(sale.signature[n : n + 4] for n in range(0, 16, 4))
        unit, number = sale.cu_invoice.split("/")
        head = [rule(), centre("SCU INFORMATION"), left(f"SCU ID: {unit}")]
        return [
            *head,
            left(f"CU INVOICE NO: {unit}/{number}"),
            left(f"RECEIPT SIGNATURE: {sign}"),
            Code(sale.qr),
        ]
    if sale.scheme == "tims":
        rows = [rule(), left(f"CU SERIAL NO: {sale.cu_id}"), left(f"CU INVOICE NO: {sale.cu_invoice}")]
        return [*rows, Code(sale.qr)]
    return []


def _rounded(sale: Sale) -> list[Part]:
    return [pair("ROUNDING", f"-{money(-sale.rounding)}")] if sale.rounding else []


def two_line_till(sale: Sale, random: Random) -> list[Part]:
    """A till that prints the description over quantity, price and amount."""
    rows = [
        *_head(sale),
        rule(),
        centre("COPY" if sale.kind == "copy" else "TAX INVOICE" if sale.scheme else "CASH SALE"),
    ]
    rows += [left(f"RECEIPT NO: {sale.number}"), pair(f"DATE: {slashed(sale.day)}", hours(sale.clock))]
    if sale.buyer_pin:
        rows.append(left(f"BUYER PIN: {sale.buyer_pin}"))
    rows += [rule(), pair("ITEM", "AMOUNT")]
    for line in sale.lines:
        mark = letter(sale, line.rate) if sale.scheme else ""
        rows += [
            left(line.description),
            pair(f"  {line.count} x {money(line.price)}", money(line.amount) + mark),
        ]
    rows += [rule(), pair("SUBTOTAL", money(sale.before_rounding)), *_rounded(sale)]
    rows += [pair("TOTAL KES", money(sale.total), size=1.35, bold=True), *_paid(sale), rule()]
    if sale.scheme == "etims":
        for rate, name in (
            (-1, "TOTAL A-EX"),
            (16, "TOTAL B-16.00%"),
            (0, "TOTAL C-0%"),
            (8, "TOTAL E-8.00%"),
        ):
            gross, tax = sale.bands.get(rate, (0, 0))
            rows.append(pair(name, money(gross - tax)))
            rows += [pair(f"TOTAL TAX {letter(sale, rate)}", money(tax))] if rate > 0 else []
    elif sale.scheme == "tims":
        for rate, (gross, tax) in sale.bands.items():
            rows += [pair(f"TOTAL {letter(sale, rate)}-{max(rate, 0)}.00%", money(gross))]
            rows += [pair(f"TOTAL TAX {letter(sale, rate)}", money(tax))]
    return [*rows, *_fiscal(sale), centre("THANK YOU, WELCOME AGAIN")]


def column_till(sale: Sale, random: Random) -> list[Part]:
    """Everything of a line on one row, in columns."""
    rows: list[Part] = [
        *_head(sale),
        left(f"Receipt #: {sale.number}"),
        left(f"Date: {iso(sale.day)} {hours(sale.clock)}"),
    ]
    rows += [left(f"Cashier: {sale.extra['cashier']}"), rule("=")]
    places = (0.0, 0.55, 0.76, 1.0)
    rows.append(_columns(("Item", "Qty", "Price", "Total"), places))
    for line in sale.lines:
        rows.append(
            _columns((line.description[:18], line.count, plain(line.price), plain(line.amount)), places)
        )
    rows += [rule("="), *_rounded(sale), pair("TOTAL", f"KES {money(sale.total)}", size=1.3, bold=True)]
    rows += (
        [pair("Cash", plain(sale.tendered)), pair("Change", plain(sale.tendered - sale.total))]
        if sale.method == "cash"
        else _paid(sale)
    )
    rows += [pair(f"No. of items: {len(sale.lines)}", "")]
    if sale.scheme:
        rows += [centre("TAX SUMMARY"), _columns(("Code", "Rate", "Net", "VAT"), places)]
        for rate, (gross, tax) in sale.bands.items():
            rows.append(
                _columns((letter(sale, rate), f"{max(rate, 0)}%", plain(gross - tax), plain(tax)), places)
            )
    return [*rows, *_fiscal(sale), centre("Goods once sold are not returnable")]


def pump_slip(sale: Sale, random: Random) -> list[Part]:
    line = sale.lines[0]
    rows = [
        *_head(sale),
        rule(),
        centre("FUEL SALE RECEIPT"),
        pair(f"Date {dashed(sale.day)}", hours(sale.clock)),
    ]
    rows += [
        left(f"Rcpt No. {sale.number}"),
        pair("Pump 3", "Nozzle 1"),
        left(f"Vehicle: KDA {random.randrange(100, 999)}B"),
    ]
    rows += [rule(), left(line.description), pair("Litres", f"{line.quantity / 1000:.2f}")]
    rows += [pair("Price/Litre", money(line.price)), pair("Amount", money(line.amount)), rule()]
    rows += [pair("TOTAL KSH", money(sale.total), size=1.4, bold=True), *_paid(sale)]
    if sale.scheme:
        rows += [pair(f"VAT {line.rate}% incl.", money(sale.tax))]
    return [*rows, *_fiscal(sale), centre("DRIVE SAFELY")]


def table_bill(sale: Sale, random: Random) -> list[Part]:
    """A restaurant's bill: the quantity stands first."""
    rows: list[Part] = [
        *_head(sale),
        left(f"Bill No: {sale.number}"),
        pair(f"Table {random.randrange(1, 30)}", f"Waiter: {sale.extra['cashier']}"),
    ]
    rows += [left(f"{named(sale.day)} {halves(sale.clock)}"), rule()]
    for line in sale.lines:
        rows.append(Row((Cell(line.count), Cell(line.description, 0.1), Cell(money(line.amount), 1.0, "r"))))
    rows += [rule(), pair("Sub Total", money(sale.before_rounding)), *_rounded(sale)]
    rows += [pair("VAT 16% (incl)", money(sale.tax))] if sale.scheme else []
    return [
        *rows,
        pair("Total Due", f"Ksh {money(sale.total)}", size=1.3, bold=True),
        *_paid(sale),
        *_fiscal(sale),
        centre("Karibu tena"),
    ]


def trade_invoice(sale: Sale, random: Random) -> list[Part]:
    """A hardware shop's invoice with numbered lines."""
    rows = [
        *_head(sale),
        centre("INVOICE / CASH SALE", bold=True),
        pair(f"Invoice No. {sale.number}", f"Date {slashed(sale.day)}"),
    ]
    rows += [left(f"Customer PIN: {sale.buyer_pin}")] if sale.buyer_pin else [left("Customer: CASH")]
    places = (0.0, 0.08, 0.6, 0.8, 1.0)
    rows += [rule(), _columns(("#", "Description", "Qty", "Unit", "Amount"), places)]
    for n, line in enumerate(sale.lines, 1):
        rows.append(
            _columns(
                (str(n), line.description[:20], line.count, money(line.price), money(line.amount)), places
            )
        )
    net = sale.before_rounding - sale.tax
    rows += [rule(), pair("Total Excl. VAT", money(net)), pair("VAT", money(sale.tax)), *_rounded(sale)]
    return [
        *rows,
        pair("Grand Total (KES)", money(sale.total), size=1.2, bold=True),
        *_paid(sale),
        *_fiscal(sale),
    ]


def swahili_kiosk(sale: Sale, random: Random) -> list[Part]:
    rows: list[Part] = [
        centre(sale.shop.name, size=1.2),
        *[centre(line) for line in sale.shop.address],
        left(f"PIN {sale.pin}"),
    ]
    rows += [
        centre("RISITI YA MAUZO"),
        pair(f"TAREHE: {slashed(sale.day)}", hours(sale.clock)),
        left(f"NAMBA YA RISITI: {sale.number}"),
        rule(),
    ]
    rows.append(pair("BIDHAA", "KIASI"))
    for line in sale.lines:
        rows += [left(line.description), pair(f"{line.count} @ {money(line.price)}", money(line.amount))]
    rows += [rule(), *_rounded(sale), pair("JUMLA KSHS", money(sale.total), size=1.3)]
    if sale.method == "cash":
        rows += [pair("TASLIMU", money(sale.tendered)), pair("CHENJI", money(sale.tendered - sale.total))]
    else:
        rows += _paid(sale)
    return [*rows, *_fiscal(sale), centre("ASANTE, KARIBU TENA")]


def cash_slip(sale: Sale, random: Random) -> list[Part]:
    """Out of a duplicate book, written by hand."""
    rows: list[Part] = [
        centre(sale.shop.name, size=1.2),
        centre(sale.shop.phone),
        pair(f"CASH SALE No. {sale.number}", short(sale.day)),
    ]
    for line in sale.lines:
        rows.append(pair(f"{line.count} {line.description} @ {line.price // 100}", shillings(line.amount)))
    rows += [rule("_"), pair("TOTAL", shillings(sale.total))]
    rows += (
        [left(f"Paid by mpesa {sale.mpesa_code}")] if sale.method == "mpesa" else [left("Paid with thanks")]
    )
    return rows


def _columns(texts: tuple[str, ...], places: tuple[float, ...]) -> Row:
    """The first one or two to the left, numbers to the right."""
    words = 2 if len(texts) > 4 else 1
    return Row(
        tuple(
            Cell(t, at, "l" if n < words else "r")
            for n, (t, at) in enumerate(zip(texts, places, strict=True))
        )
    )


LAYOUTS: dict[str, tuple[Callable[[Sale, Random], list[Part]], ...]] = {
    "supermarket": (two_line_till, column_till, swahili_kiosk),
    "pharmacy": (two_line_till, column_till),
    "hardware": (trade_invoice, two_line_till),
    "restaurant": (table_bill,),
    "petrol": (pump_slip,),
    "note": (cash_slip,),
}
