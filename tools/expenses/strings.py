"""Payment lines made up from the dictionary, so that the model knows words that no labelled file has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random

from shared.categories.dictionary import Entry

BRANCHES = (
    "Nairobi",
    "Westlands",
    "Mombasa Rd",
    "Thika",
    "Kisumu",
    "Nakuru",
    "Eldoret",
    "CBD",
    "Moi Avenue",
    "Karen",
    "Ngong Rd",
    "Nyeri",
    "Kitengela",
    "Rongai",
    "Meru",
    "Machakos",
    "Kakamega",
    "Nyali",
    "Juja",
    "Ruaka",
)
PEOPLE = (
    "JOHN K",
    "MARY W",
    "PETER MWANGI",
    "GRACE ACHIENG",
    "JAMES OTIENO",
    "FAITH M",
    "KEVIN O",
    "JANE NJERI",
    "ALI HASSAN",
    "BRIAN KIPROP",
    "MERCY CHEBET",
    "DAVID MUTUA",
    "RIDER",
    "FUNDI",
    "SUPPLIER",
)
WHEN = (
    "January",
    "Feb",
    "March",
    "Apr",
    "May",
    "June",
    "July",
    "Aug",
    "Sept",
    "Oct",
    "Nov",
    "December",
    "Q1",
    "Q3",
    "wk 12",
    "2024",
    "2025",
    "mwezi huu",
    "ya wiki",
    "monthly",
    "balance",
    "deposit",
    "advance",
    "arrears",
)
UNITS = (
    "x2",
    "x 4",
    "10pcs",
    "50kg",
    "5L",
    "2 days",
    "INV 2231",
    "kwa duka",
    "for office",
    "ya duka",
    "za ofisi",
)


@dataclass(frozen=True, slots=True)
class Made:
    """One line that was made up."""

    text: str
    channel: str
    category: str


def made_lines(entries: Iterable[Entry], seed: int, each: int = 2) -> Iterator[Made]:
    """``each`` lines for every phrase, in the forms of statements, feeds and receipts."""
    random = Random(seed)
    pool = list(entries)
    near: dict[str, list[Entry]] = {}
    for entry in pool:
        if entry.kind == "word":
            near.setdefault(entry.category, []).append(entry)
    for entry in pool:
        for _ in range(each):
            yield _made(random, entry, near)


def _made(random: Random, entry: Entry, near: dict[str, list[Entry]]) -> Made:
    said = entry.phrase
    if random.random() < 0.3 and entry.category in near:  # the trade's words stand together
        other = random.choice(near[entry.category]).phrase
        said = f"{said} {other}" if random.random() < 0.7 else f"{other} {said}"
    form = random.choice(_NAMED if entry.kind == "name" else _WORDED)
    channel, text = form(random, said)
    return Made(_cased(random, text), channel, entry.category)


def _cased(random: Random, text: str) -> str:
    return random.choice((str.upper, str.lower, str.title, str))(text)


def _number(random: Random, size: int) -> str:
    return "".join(random.choice("0123456789") for _ in range(size))


def _paybill(random: Random, said: str) -> tuple[str, str]:
    return "mpesa_paybill", f"Pay Bill to {_number(random, 6)} - {said} Acc. {_number(random, 8)}"


def _plain_paybill(random: Random, said: str) -> tuple[str, str]:
    return "mpesa_paybill", f"{said} {random.choice(WHEN)}"


def _till(random: Random, said: str) -> tuple[str, str]:
    return "mpesa_till", f"Merchant Payment to {_number(random, 6)} - {said} {random.choice(BRANCHES)}"


def _plain_till(random: Random, said: str) -> tuple[str, str]:
    return "mpesa_till", f"{said} {random.choice(BRANCHES + UNITS)}"


def _sent(random: Random, said: str) -> tuple[str, str]:
    phone = f"2547******{_number(random, 3)}"
    return "mpesa_send", f"Sent to {random.choice(PEOPLE)} {phone} {said} {random.choice(('', *WHEN))}"


def _plain_sent(random: Random, said: str) -> tuple[str, str]:
    return "mpesa_send", f"{said} {random.choice(('', *WHEN, *UNITS))}"


def _bank(random: Random, said: str) -> tuple[str, str]:
    way = random.choice(("EFT", "RTGS", "STANDING ORDER", "", "", "Supplier payment", "DIRECT DEBIT"))
    return "bank", f"{way} {said} {random.choice((*WHEN, _number(random, 5)))}"


def _card(random: Random, said: str) -> tuple[str, str]:
    return "card", f"{said} {random.choice(BRANCHES)} {random.choice(('', _number(random, 5)))}"


def _receipt(random: Random, said: str) -> tuple[str, str]:
    return "receipt", f"{said} {random.choice(UNITS)}"


def _airtel(random: Random, said: str) -> tuple[str, str]:
    return "airtel", f"Airtel Money {said} {random.choice(('', *WHEN))}"


_NAMED = (_paybill, _plain_paybill, _till, _plain_till, _bank, _bank, _card, _receipt)
_WORDED = (
    _plain_paybill,
    _plain_till,
    _sent,
    _plain_sent,
    _plain_sent,
    _bank,
    _bank,
    _receipt,
    _receipt,
    _airtel,
)
