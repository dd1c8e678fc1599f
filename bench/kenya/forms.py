"""Ways to write money, days and letters of tax: shared by both splits, for they are facts of the country."""

from __future__ import annotations

from datetime import date, time

from bench.kenya.sale import Sale

ETIMS = {-1: "A", 16: "B", 0: "C", 8: "E"}
TIMS = {16: "A", 8: "B", 0: "C", -1: "E"}


def money(cents: int) -> str:
    """``1,234.50``."""
    return f"{cents // 100:,}.{cents % 100:02d}"


def plain(cents: int) -> str:
    """``1234.50``."""
    return f"{cents // 100}.{cents % 100:02d}"


def shillings(cents: int) -> str:
    """``1,234/=``, or with cents ``1,234.50/=``."""
    return f"{cents // 100:,}/=" if cents % 100 == 0 else f"{money(cents)}/="


def letter(sale: Sale, rate: int) -> str:
    """The letter that the sale's system prints for a rate; the two systems do not agree."""
    return (TIMS if sale.scheme == "tims" else ETIMS)[rate]


def slashed(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def dotted(day: date) -> str:
    return f"{day:%d.%m.%Y}"


def dashed(day: date) -> str:
    return f"{day:%d-%m-%Y}"


def iso(day: date) -> str:
    return day.isoformat()


def named(day: date) -> str:
    return f"{day:%d-%b-%Y}"


def short(day: date) -> str:
    return f"{day:%d/%m/%y}"


def hours(clock: time) -> str:
    return f"{clock:%H:%M:%S}"


def halves(clock: time) -> str:
    return f"{clock:%I:%M %p}"
