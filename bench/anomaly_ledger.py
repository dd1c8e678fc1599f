"""A clean ledger of a small Kenyan shop, by seed: what legitimate money looks like, repeats and refunds too.

Records are stored documents, so that the product's own reading of them is part of every measurement.
"""

from __future__ import annotations

import hashlib
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from shared.core.clock import EAT, rfc3339
from shared.core.phone import mask, phone_hash
from shared.store import Doc, Key

FIRST_DAY = date(2026, 1, 1)
NAMES = ("Amina", "Brian", "Cate", "Dan", "Esther", "Felix", "Grace", "Hassan", "Irene", "Jane")
SURNAMES = ("Otieno", "Wanjiru", "Kamau", "Njeri", "Mutua", "Achieng", "Kiptoo", "Barasa", "Omondi", "Wafula")
STAFF = ("usr_asha", "usr_ben", "usr_carol")
SHOP_HOURS = (8, 9, 9, 10, 10, 11, 11, 12, 13, 14, 14, 15, 16, 16, 17, 17, 18, 19, 20)
OFFICE_HOURS = (8, 9, 9, 10, 10, 11, 12, 14, 14, 15, 16, 17)


@dataclass(frozen=True, slots=True)
class Payer:
    """A customer: how often they pay and about how much, in shillings."""

    phone: str
    name: str
    a_week: float
    usual: float
    spread: float
    fixed: bool


@dataclass(frozen=True, slots=True)
class Payee:
    """Whom the shop pays: every so many days, about this much; ``fixed`` is rent or a wage."""

    party: str
    every: int
    usual: float
    spread: float
    fixed: bool
    offset: int


@dataclass
class Ledger:
    """Records of a business in time order, and which of them were put there by which mechanism."""

    seed: int
    days: int
    draw: random.Random
    payers: list[Payer]
    payees: list[Payee]
    docs: list[Doc] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    _made: int = 0

    def at(self, day: int, hour: int) -> datetime:
        """A moment in an hour of a day, counted from 0."""
        minutes = timedelta(minutes=self.draw.randrange(60), seconds=self.draw.randrange(60))
        return datetime.combine(FIRST_DAY + timedelta(days=day), time(hour), EAT) + minutes

    def pay_in(self, payer: Payer, shillings: float, at: datetime, channel: str = "mpesa") -> Doc:
        code = self._code()
        data: dict[str, Any] = {
            "provider": channel,
            "receipt": code if channel == "mpesa" else "",
            "channel": "paybill",
            "status": "settled",
            "matching": "auto",
            "amount_cents": 100 * max(1, round(shillings)),
            "currency": "KES",
            "payer_name": payer.name,
            "payer_masked": mask(payer.phone) if channel == "mpesa" else "",
            "payer_hash": phone_hash(payer.phone) if channel == "mpesa" else "",
            "payer_phone": "",
            "paid_at": rfc3339(at),
            "attempt_id": "",
            "customer_id": "",
            "polling": False,
            "poll_at": rfc3339(at),
        }
        return self._add("payments", f"{channel}-{code}", data)

    def pay_out(self, party: str, shillings: float, at: datetime, channel: str = "mpesa") -> Doc:
        code = self._code()
        data: dict[str, Any] = {
            "provider": channel,
            "receipt": code if channel == "mpesa" else "",
            "amount_cents": 100 * max(1, round(shillings)),
            "currency": "KES",
            "party": party,
            "details": "",
            "paid_at": rfc3339(at),
            "business_day": at.astimezone(EAT).date().isoformat(),
            "matching": "waiting",
            "receipt_id": "",
        }
        return self._add("transactions", f"txn-{code}", data)

    def refund(self, payment: Doc, share: float, staff: str, at: datetime) -> Doc:
        """Give back a part of a payment, more than all of it too."""
        cents = 100 * max(1, round(payment.data["amount_cents"] * share / 100))
        payment.data["refunding_cents"] = payment.data.get("refunding_cents", 0) + cents
        data: dict[str, Any] = {
            "kind": "refund",
            "status": "succeeded",
            "provider": "mpesa",
            "currency": "KES",
            "phone": "254700" + payment.data["payer_hash"][:6].translate(str.maketrans("abcdef", "123456")),
            "amount_cents": cents,
            "payment_id": payment.id,
            "created_by": staff,
            "receipt": self._code(),
            "created_on": rfc3339(at),
            "polling": False,
            "poll_at": rfc3339(at),
        }
        return self._add("payouts", f"pyo_{self._made}", data)

    def mark(self, doc: Doc, mechanism: str) -> Doc:
        """Say that a record is not legitimate."""
        self.labels[f"{doc.key.collection}/{doc.id}"] = mechanism
        return doc

    def sort(self) -> None:
        self.docs.sort(key=lambda doc: (moment_of(doc), doc.id))

    def _code(self) -> str:
        self._made += 1
        return hashlib.sha256(f"{self.seed}/{self._made}".encode()).hexdigest()[:10].upper()

    def _add(self, place: str, identity: str, data: dict[str, Any]) -> Doc:
        doc = Doc(Key(place, identity), data, f"e{self._made}", 1, "", "")
        self.docs.append(doc)
        return doc


def moment_of(doc: Doc) -> str:
    """When a record is told of."""
    told: str = doc.data.get("paid_at") or doc.data["created_on"]
    return told


def clean_ledger(seed: int, days: int = 180, payers: int = 80, payees: int = 40) -> Ledger:
    """About fourteen legitimate records a day: customers, suppliers, rent, wages, repeats and refunds."""
    draw = random.Random(seed)
    ledger = Ledger(seed, days, draw, list(_payers(draw, payers)), list(_payees(draw, payees)))
    for day in range(days):
        _day_in(ledger, day)
        _day_out(ledger, day)
    _strangers(ledger)
    _refunds(ledger)
    ledger.sort()
    return ledger


def _payers(draw: random.Random, count: int) -> Iterator[Payer]:
    for number in range(count):
        phone = f"2547{draw.randrange(10**8):08d}"
        name = f"{draw.choice(NAMES)} {draw.choice(SURNAMES)} {chr(65 + number % 26)}{chr(97 + number // 26)}"
        a_week = math.exp(draw.gauss(-0.7, 0.8))
        usual = math.exp(draw.gauss(7.3, 0.8))
        yield Payer(phone, name, min(a_week, 6), usual, draw.uniform(0.15, 0.6), draw.random() < 0.3)


def _payees(draw: random.Random, count: int) -> Iterator[Payee]:
    for number in range(count):
        offset = draw.randrange(28)
        if number < 8:  # wages: the same amount every month, to a person
            wage = 500 * draw.randrange(24, 64)
            phone = f"2547{draw.randrange(10**8):08d}"
            name = f"{draw.choice(NAMES)} {draw.choice(SURNAMES)}".upper()
            yield Payee(f"{mask(phone)} - {name} {_word(draw)}", 30, wage, 0.0, True, 27)
        elif number < 11:  # rent and fees
            yield Payee(f"Pay Bill to {600000 + number} - {_word(draw)} Ltd", 30, 45_000, 0.0, True, 3)
        else:
            every = draw.choice((3, 5, 7, 7, 10, 14))
            usual = math.exp(draw.gauss(8.3, 0.9))
            till = f"Merchant Payment to {700000 + number} - {_word(draw)} Stores"
            yield Payee(till, every, usual, draw.uniform(0.1, 0.5), draw.random() < 0.15, offset)


def _word(draw: random.Random) -> str:
    return "".join(draw.choice("bdfgklmnprstw") + draw.choice("aeiou") for _ in range(4)).upper()


def _day_in(ledger: Ledger, day: int) -> None:
    draw = ledger.draw
    weekday = (FIRST_DAY + timedelta(days=day)).weekday()
    busy = (1.0, 0.9, 1.0, 1.05, 1.2, 1.3, 0.5)[weekday]
    for payer in ledger.payers:
        if draw.random() >= busy * payer.a_week / 7:
            continue
        at = ledger.at(day, draw.choice(SHOP_HOURS))
        amount = payer.usual if payer.fixed else payer.usual * math.exp(draw.gauss(0, payer.spread))
        rounded = round(amount, -1) if draw.random() < 0.5 else amount
        ledger.pay_in(payer, rounded, at)
        if payer.fixed and draw.random() < 0.06:  # buys the same again, the same day
            ledger.pay_in(payer, rounded, at + timedelta(minutes=draw.randrange(2, 240)))


def _day_out(ledger: Ledger, day: int) -> None:
    draw = ledger.draw
    for payee in ledger.payees:
        if (day - payee.offset) % payee.every:
            continue
        slip = day if payee.every == 30 else min(ledger.days - 1, max(0, day + draw.randrange(-1, 2)))
        amount = payee.usual if payee.fixed else payee.usual * math.exp(draw.gauss(0, payee.spread))
        channel = "bank_equity" if payee.usual > 40_000 else "mpesa"
        at = ledger.at(slip, draw.choice(OFFICE_HOURS))
        ledger.pay_out(payee.party, amount, at, channel)
        if draw.random() < 0.03:  # a second delivery of the day
            again = amount * math.exp(draw.gauss(0, 0.3))
            ledger.pay_out(payee.party, again, at + timedelta(minutes=draw.randrange(20, 300)), channel)


def _strangers(ledger: Ledger) -> None:
    """Somebody new every two weeks or so, mostly for small amounts, now and then for a large one."""
    draw = ledger.draw
    for _ in range(ledger.days // 13):
        amount = math.exp(draw.gauss(7.8, 1.0))
        at = ledger.at(draw.randrange(ledger.days), draw.choice(OFFICE_HOURS))
        ledger.pay_out(
            f"Merchant Payment to {draw.randrange(300000, 500000)} - {_word(draw)} Hardware", amount, at
        )


def _refunds(ledger: Ledger) -> None:
    """Returned goods: mostly on another day, a few within the hour, by whoever stands at the counter."""
    draw = ledger.draw
    paid = [doc for doc in ledger.docs if doc.key.collection == "payments"]
    for payment in draw.sample(paid, max(1, len(paid) // 130)):
        paid_at = datetime.fromisoformat(payment.data["paid_at"]).astimezone(EAT)
        later = timedelta(minutes=draw.randrange(20, 110)) if draw.random() < 0.12 else timedelta(days=1)
        at = paid_at + later
        if at.hour >= 21:
            at = at.replace(hour=19)
        if at > paid_at and (at.date() - FIRST_DAY).days < ledger.days:
            ledger.refund(payment, draw.choice((1.0, 1.0, 0.5)), draw.choice(STAFF), at)
