"""The goods: description, quantity, price and amount, wherever the arithmetic shows a line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shared.receipts.extract.amounts import Amount, amounts_in
from shared.receipts.extract.labels import Label
from shared.receipts.extract.text import fold, letters, plain
from shared.receipts.extract.totals import Sums
from shared.receipts.model import Row

_HEADER = re.compile(
    r"\bdescri?|\bdeseription|\bitem|\bqty\b|\bprice\b|\bamount\b|\bparticulars\b|\bu/?p\b|"
    r"\bbidhaa\b|\bmaelezo\b"
)
_QUANTITY = re.compile(
    r"(?i)(?<![\d.,])(\d{1,4}(?:[.,]\d{1,3})?)\s?(?:x|@|pcs?|pc|kg|ltrs?|litres?|units?)?\s?[x@*]?\s"
)
_NUMBERISH = re.compile(r"(?i)^[\d\s.,x@*%$/=()\-]*(?:rm|kes|ksh|sr|zr|zrl|pcs?|[a-z])?\W*$")
_COLUMN_WORD = re.compile(
    r"(?i)\b(?:qty|quantity|idadi|amt|amount|kiasi|price|bei|rate|unit|units?|total|value|pcs?|pieces?|"
    r"each|ea|kgs?|ltrs?|litres?|x|kes|kshs?|sh|rm)\b"
)
"""Words that name a figure of a line and are no part of what was bought."""
_TWO_COLUMNS = re.compile(r"\b(?:k?shs?|kes|shillings)\b\W.*\b(?:cts?|cents?|senti)\b")
"""The head of a cash-sale book: shillings and cents stand in columns of their own."""
_SPLIT_AMOUNT = re.compile(r"(?<![\d.,])(\d{1,3}(?:,\d{3})+|\d{1,7})\s+(\d{2})\W*$")
_TRAIL = re.compile(r"(?i)[\s,;:*]*(?:\b(?:sr|zr|zrl|rm|kes|ksh|ea|pcs?)\b|\b[a-ez]\b)?[\s*]*$")
_DATED = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4}")
_ENDS = {Label.FINAL, Label.TOTAL, Label.INCLUSIVE, Label.SUBTOTAL, Label.EXCLUSIVE, Label.COUNT}
_MAX = 100


@dataclass(frozen=True)
class Item:
    """One line of goods; quantity in thousandths, money in cents; price None where it is not printed."""

    description: str
    amount_cents: int
    row: int
    quantity_milli: int | None = None
    price_cents: int | None = None


def find_items(sums: Sums) -> tuple[Item, ...]:
    """The lines between the head and the first sum, each with the text beside, above or below it."""
    start, end = _zone(sums)
    if start and _TWO_COLUMNS.search(fold(sums.rows[start - 1].text)):
        return tuple(_split_lines(sums, start))
    priced = [index for index in range(start, end) if _is_priced(sums, index)]
    priced = [index for index in priced if not _explains(sums, index, priced)]
    texts = [index for index in range(start, end) if _is_text(sums, index)]
    below = _description_below(priced, texts)
    items = (_item(sums, index, texts, below=below) for index in priced[:_MAX])
    return tuple(item for item in items if item is not None)


def _split_lines(sums: Sums, start: int) -> Iterator[Item]:
    """Lines whose shillings and cents stand apart, down to the first sum."""
    for index in range(start, len(sums.rows)):
        text = plain(sums.rows[index].text)
        if sums.labels[index] in _ENDS:
            return
        found = _SPLIT_AMOUNT.search(text)
        if found is None or letters(text) < 2:
            continue
        cents = int(found[1].replace(",", "")) * 100 + int(found[2])
        name = re.sub(r"^\W*\d{1,4}\s+(?=\D)", "", text[: found.start()]).strip(" -:*@")
        if cents and letters(name) >= 2:
            yield Item(name[:200], cents, index)


def _explains(sums: Sums, index: int, priced: Sequence[int]) -> bool:
    """Whether a row only says how an amount beside it came about: ``4 PCS X 125.00`` by one of 500."""
    if letters(_named(plain(sums.rows[index].text))) >= 3 or len(sums.amounts[index]) > 2:
        return False
    exact = [amount.cents for amount in sums.amounts[index] if amount.exact]
    if len(exact) != 1:
        return False
    near = [_worth(sums, other) for other in (index - 1, index + 1) if other in priced]
    wanted = {amount.cents for amount in near if amount is not None}
    text = f"{plain(sums.rows[index].text)} "
    return any(round(quantity * exact[0] / 1000) in wanted for quantity in _quantities(text))


def _named(text: str) -> str:
    """A text without the words of columns."""
    return _COLUMN_WORD.sub(" ", text)


def items_sum(items: Sequence[Item]) -> int:
    """What the lines come to in cents."""
    return sum(item.amount_cents for item in items)


def _zone(sums: Sums) -> tuple[int, int]:
    first_priced = next(
        (i for i, found in enumerate(sums.amounts) if any(a.exact for a in found)), len(sums.rows)
    )
    headers = [
        i
        for i, row in enumerate(sums.rows)
        if len(_HEADER.findall(fold(row.text))) >= 2 and i <= first_priced
    ]
    start = headers[-1] + 1 if headers else max(0, first_priced - 1)
    end = next(
        (i for i in range(start, len(sums.rows)) if sums.labels[i] in _ENDS and sums.amounts[i]), start
    )
    return start, end


def _is_priced(sums: Sums, index: int) -> bool:
    found = sums.amounts[index]
    skip = {Label.TENDER, Label.CHANGE, Label.ROUNDING, Label.TAX}
    dated = _DATED.search(sums.rows[index].text) is not None
    return bool(found) and not dated and sums.labels[index] not in skip and _worth(sums, index) is not None


def _worth(sums: Sums, index: int) -> Amount | None:
    """The amount of a line: the last exact one; the last of several whole numbers where cents are rare."""
    found = sums.amounts[index]
    exact = [amount for amount in found if amount.exact or amount.currency]
    if exact:
        return exact[-1]
    return found[-1] if len(found) >= 3 and not sums.cents_habit else None  # quantity, price, amount


def _is_text(sums: Sums, index: int) -> bool:
    return (
        letters(sums.rows[index].text) >= 3
        and not _is_priced(sums, index)
        and sums.labels[index] is Label.NONE
    )


def _description_below(priced: Sequence[int], texts: Sequence[int]) -> bool:
    """Whether names stand under their figures here: the first figures come before the first name."""
    return bool(priced) and bool(texts) and priced[0] < texts[0]


def _item(sums: Sums, index: int, texts: Sequence[int], *, below: bool) -> Item | None:
    row, found = sums.rows[index], sums.amounts[index]
    amount = _worth(sums, index)
    if amount is None or not amount.cents:
        return None
    beside = _beside(row, found)
    near = index + 1 if below else index - 1
    described = (
        beside if letters(_named(beside)) >= 3 else (sums.rows[near].text if near in texts else beside)
    )
    if letters(described) < 2:
        return None
    quantity, price = _arithmetic(row, found, amount)
    signed = amount.signed if sums.labels[index] is not Label.DISCOUNT else -amount.cents
    return Item(plain(described)[:200], signed, index, quantity, price)


def _beside(row: Row, found: Sequence[Amount]) -> str:
    """The text left of the first figure that belongs to the line's arithmetic."""
    pieces = [line.text for line in row.lines if letters(line.text) >= 3 and not _NUMBERISH.match(line.text)]
    text = plain(" ".join(pieces))
    cut = next((amount.start for amount in amounts_in(text) if amount.exact and amount.start > 2), len(text))
    quantity = r"\s+\d{1,4}\s?[x@*]?\s*$" if cut < len(text) else r"\s+\d{1,4}\s?[x@*]\s*$"
    trimmed = re.sub(quantity, "", text[:cut])
    return _TRAIL.sub("", trimmed)


def _arithmetic(row: Row, found: Sequence[Amount], amount: Amount) -> tuple[int | None, int | None]:
    """Quantity (thousandths) and price (cents) whose product is the amount."""
    prices = [other.cents for other in found if other is not amount and other.exact and other.cents]
    for quantity in _quantities(plain(row.text)):
        for price in [*prices, amount.cents]:
            if quantity * price == amount.cents * 1000:
                return quantity, price
    return None, None


def _quantities(text: str) -> Iterator[int]:
    for number in _QUANTITY.findall(f"{text} "):
        whole, _, part = number.replace(",", ".").partition(".")
        if milli := int(whole) * 1000 + int(part.ljust(3, "0") or "0"):
            yield milli
