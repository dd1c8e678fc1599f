"""Ledgers of small businesses drawn by a seed: invoices, walk-in sales, bills, taxes. For measuring only.

Three kinds: ``shop`` (mostly walk-in), ``mixed``, ``services`` (mostly invoices). Two families. ``plain``:
each customer has a delay of their own, bills come on their day. ``other``: what the cash line does not
assume: customers who change their habit half way, pay on Fridays or at the month's end, rent that is raised,
wages in two halves, suppliers who are paid every eleven days, tax paid late or skipped.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from bench.money_series import drawn
from shared.insights.forecasting.ledger import Books, Invoice, Part, Receipt, Spent
from shared.insights.forecasting.recurring import months_on

KINDS = {"shop": 0.12, "mixed": 0.45, "services": 0.85}
"""The share of income that is invoiced."""
FAMILIES = ("plain", "other")


@dataclass(slots=True)
class Draw:
    """What is being drawn: the days, the money of a usual day, and the lists that grow."""

    random: Random
    first: date
    days: int
    level: float
    other: bool
    receipts: list[Receipt]
    spent: list[Spent]
    invoices: list[Invoice]

    @property
    def last(self) -> date:
        return self.first + timedelta(days=self.days - 1)

    def spend(self, day: date, cents: float, payee: str, category: str) -> None:
        if self.first <= day <= self.last and cents >= 1:
            self.spent.append(Spent(f"e{len(self.spent)}", day, round(cents), payee, category))


def ledger(kind: str, days: int, seed: int, family: str) -> Books:
    """One business; the same arguments draw the same."""
    random = Random(f"cash-{family}-{kind}-{seed}")
    sales = drawn(
        random.choice(("retail", "restaurant", "hardware")),
        days,
        seed,
        "plain" if family == "plain" else "other",
    )
    level = sum(sales.cents) / days
    draw = Draw(random, sales.first, days, level, family == "other", [], [], [])
    invoiced = KINDS[kind]
    for k, cents in enumerate(sales.cents):
        draw.receipts.append(Receipt(sales.first + timedelta(days=k), round(cents * (1 - invoiced))))
    _customers(draw, level * invoiced)
    _monthly(draw)
    _stock(draw, [cents * (1 - invoiced) + level * invoiced for cents in sales.cents])
    return Books(draw.receipts, draw.spent, draw.invoices, ())


def _customers(draw: Draw, level: float) -> None:
    """Customers with terms and a delay each, who together are worth ``level`` a day."""
    random = draw.random
    weights = [random.lognormvariate(0, 0.8) for _ in range(random.randint(6, 24))]
    for number, weight in enumerate(weights):
        a_month = random.choice((1, 1, 2, 4))
        worth = level * 30 * weight / sum(weights) / a_month
        delay = random.choice((-3, 0, 2, 6, 12, 21, 38)), random.choice((1.0, 3.0, 8.0))
        change = draw.days // 2 if draw.other and random.random() < 0.3 else draw.days + 1
        terms, k = random.choice((0, 7, 14, 30)), random.randrange(30)
        habit = random.choice(("friday", "month_end", "", "")) if draw.other else ""
        while k < draw.days:
            late = random.gauss(*delay) + (15 if k > change else 0)
            cents = max(100, round(worth * random.lognormvariate(0, 0.25)))
            _bill(draw, (f"c{number}", cents), k, (terms, late), habit)
            k += max(1, round(30 / a_month + random.gauss(0, 2)))


def _bill(draw: Draw, what: tuple[str, int], k: int, delay: tuple[int, float], habit: str) -> None:
    """One invoice of a customer and cents, after terms and a delay in days; a few in two parts or never."""
    random, (customer, cents) = draw.random, what
    issued = draw.first + timedelta(days=k)
    due = issued + timedelta(days=delay[0])
    paid = max(issued, due + timedelta(days=round(delay[1])))
    if habit == "friday":
        paid += timedelta(days=(4 - paid.weekday()) % 7)
    elif habit == "month_end":
        paid = months_on(paid.replace(day=1), 1) - timedelta(days=1)
    name = f"i{len(draw.invoices)}"
    never = random.random() < 0.02
    first = cents // 2 if random.random() < 0.1 else 0
    whole = None if never or paid > draw.last else paid
    draw.invoices.append(Invoice(name, customer, issued, due, cents, whole))
    if first and issued + (half := (paid - issued) // 2) <= draw.last:
        draw.receipts.append(Receipt(issued + half, first, ((name, first),)))
    if whole:
        draw.receipts.append(Receipt(whole, cents - first, ((name, cents - first),)))


def _monthly(draw: Draw) -> None:
    """Rent, wages, power, software, payroll taxes and VAT."""
    random, month = draw.random, draw.level * 30
    rent, wages = month * random.uniform(0.05, 0.12), month * random.uniform(0.08, 0.2)
    vat, staff = month * random.uniform(0.02, 0.06), random.randint(1, 4)
    rent_day, start = random.randint(1, 7), draw.first.replace(day=1)
    raised = draw.days / 30 * 0.7 if draw.other else 10**6
    for n in range(draw.days // 28 + 2):
        this = months_on(start, n)
        draw.spend(_about(draw, this, rent_day), rent * (1.15 if n > raised else 1), "Jamia Estates", "rent")
        for who in range(staff):
            for half, day in ((2, 14), (2, 28)) if draw.other and who % 2 else ((1, 28),):
                draw.spend(
                    _about(draw, this, day), wages / staff / half, f"Staff {'abcd'[who]}", "wages_salaries"
                )
        draw.spend(
            _about(draw, this, 12, 3), month * 0.02 * random.lognormvariate(0, 0.3), "KPLC", "utilities"
        )
        draw.spend(_about(draw, this, 5, 0), month * 0.004, "Zoho", "software_cloud")
        slip, skipped = (6, random.random() < 0.15) if draw.other else (1, False)
        if not skipped:
            draw.spend(_about(draw, this, 8, slip), wages * 0.2, "KRA", "payroll_statutory")
            draw.spend(_about(draw, this, 18, slip), vat * random.lognormvariate(0, 0.2), "KRA", "taxes")


def _about(draw: Draw, month: date, day: int, slip: float = 1.0) -> date:
    """A day of a month, or a little after it."""
    return month + timedelta(days=day - 1 + abs(round(draw.random.gauss(0, slip))))


def _stock(draw: Draw, income: list[float]) -> None:
    """Goods in proportion to what was sold, from several suppliers; now and then something large."""
    random, share, owed = draw.random, draw.random.uniform(0.35, 0.55), 0.0
    step = 11 if draw.other else random.choice((2, 3, 7))
    for k, cents in enumerate(income):
        owed += cents * share
        day = draw.first + timedelta(days=k)
        if k % step == 0:
            draw.spend(
                day,
                owed * random.lognormvariate(-0.02, 0.2),
                f"Supplier {random.choice('abc')}",
                "stock_cogs",
            )
            owed = 0.0
        if random.random() < 0.25:
            draw.spend(day, draw.level * random.lognormvariate(-2.5, 0.7), "Rubis", "fuel")
        if random.random() < 1 / 120:
            draw.spend(day, draw.level * random.uniform(2, 8), "Hotpoint", "equipment_furniture")


def as_of(books: Books, day: date) -> Books:
    """The books as they stood at the end of an earlier day: for looking back.

    What is left of an invoice is its total less what receipts had brought by then; agreements and VAT of that
    day are not known any more.
    """
    receipts = [one for one in books.receipts if one.day <= day]
    brought: dict[str, int] = {}
    for receipt in receipts:
        for invoice, cents in receipt.links:
            brought[invoice] = brought.get(invoice, 0) + cents
    known = [one for one in books.invoices if one.issued <= day]
    invoices = [one if one.paid and one.paid <= day else replace(one, paid=None) for one in known]
    parts = [
        Part(one.id, one.customer, one.due, one.cents - brought.get(one.id, 0))
        for one in invoices
        if one.paid is None and one.cents > brought.get(one.id, 0)
    ]
    return Books(receipts, [one for one in books.spent if one.day <= day], invoices, parts)


def came_after(books: Books, today: date, span: int) -> list[float]:
    """Cents more each day, or less, of the days after ``today``: what a forecast is held against."""
    days = [0.0] * span
    for one in books.receipts:
        if 0 < (at := (one.day - today).days) <= span:
            days[at - 1] += one.cents
    for spent in books.spent:
        if 0 < (at := (spent.day - today).days) <= span:
            days[at - 1] -= spent.cents
    return days


def gross(books: Books, since: date, until: date) -> float:
    """Cents a day that came in a time: the scale of errors."""
    cents = sum(one.cents for one in books.receipts if since <= one.day <= until)
    return max(1.0, cents / ((until - since).days + 1))


__all__ = ["FAMILIES", "KINDS", "as_of", "came_after", "gross", "ledger"]
