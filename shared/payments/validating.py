"""May this payment be accepted? Asked by the provider before money moves, answered within its eight seconds.

A business may ask for a known account, for amounts within bounds, and for an invoice that is still open;
without such rules everything is accepted, because people sort out a wrong reference and money is not
refused. Codes: D3 CustomerToBusiness, "Validation".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shared.core.errors import FieldError, Invalid
from shared.payments.gateways.port import Evidence
from shared.payments.places import PROFILE
from shared.payments.ports import Ports
from shared.store import Key

INVOICES = "invoices"
FLAGS = ("known_account", "open_invoice", "check_digit")
MOST_CENTS = 2**53
_MOST_INVOICES = 5
_MOST_DOUBTS = 30


class Verdict(StrEnum):
    """What is answered: ``0`` accepts, the others are Daraja's reasons to turn a payment away."""

    ACCEPTED = "0"
    PHONE = "C2B00011"
    ACCOUNT = "C2B00012"
    AMOUNT = "C2B00013"
    PERSON = "C2B00014"
    SHORTCODE = "C2B00015"
    OTHER = "C2B00016"


@dataclass(frozen=True, slots=True)
class Rules:
    """What a business turns away. Amounts in cents; 0 as the most means no bound.

    Args:
        known_account: the reference must be an invoice number, an account number or the phone of a customer.
        open_invoice: a reference that is an invoice number of ours must be one that is still owed.
        check_digit: a reference in the form of our invoice numbers must be a possible one. Nothing is turned
            away that the books know otherwise, nor where our numbers were never printed.
    """

    known_account: bool = False
    open_invoice: bool = False
    check_digit: bool = False
    min_cents: int = 0
    max_cents: int = 0

    @property
    def ask_books(self) -> bool:
        """Whether the amount alone cannot decide."""
        return self.known_account or self.open_invoice or self.check_digit


def read_rules(given: Mapping[str, Any]) -> Rules:
    """Rules as a profile keeps them; raises Invalid ``validation_rules_invalid`` naming every fault."""
    least, most = given.get("min_cents", 0), given.get("max_cents", 0)
    flags = {name: given.get(name, False) for name in FLAGS}
    faults = [
        FieldError(f"/{name}", "must be true or false") for name, v in flags.items() if type(v) is not bool
    ]
    amounts = (("min_cents", least), ("max_cents", most))
    faults += [FieldError(f"/{n}", "must be a number of cents") for n, v in amounts if not _cents(v)]
    if not faults and most and most < least:
        faults.append(FieldError("/max_cents", "is less than min_cents"))
    if faults:
        raise Invalid("validation_rules_invalid", "these rules cannot be kept", faults)
    return Rules(**flags, min_cents=least, max_cents=most)


def judge(ports: Ports, business: str, notice: Evidence) -> Verdict:
    """What to answer about a payment that is about to be made: at most four reads.

    Raises Invalid for rules that cannot be read, and what the store raises.
    """
    profile = ports.store.get(business, PROFILE)
    rules = read_rules(profile.data.get("validation") or {}) if profile else Rules()
    cents = notice.amount_cents or 0
    if cents < rules.min_cents or (rules.max_cents and cents > rules.max_cents):
        return Verdict.AMOUNT
    if not rules.ask_books or _typed_nothing_anywhere(ports, notice):
        return Verdict.ACCEPTED
    return _judge_account(ports, business, notice.account, rules)


def _judge_account(ports: Ports, business: str, account: str, rules: Rules) -> Verdict:
    from shared.books import find, lookup_keys

    exact = {"number", "account", "phone"}
    keys = [key for key in lookup_keys(reference=account) if key[0] in exact]
    found = find(ports.store, business, keys)
    invoices = [one for (kind, _), ids in found.items() if kind == "number" for one in ids]
    if rules.open_invoice and _closed(ports, business, account, invoices):
        return Verdict.ACCOUNT
    if found:
        return Verdict.ACCEPTED
    impossible = rules.check_digit and _impossible(ports, business, account.strip())
    return Verdict.ACCOUNT if rules.known_account or impossible else Verdict.ACCEPTED


def _impossible(ports: Ports, business: str, account: str) -> bool:
    """Whether a reference has the length of our numbers so far and is none that we could have printed."""
    from shared.books import check_number, looks_printed, print_number
    from shared.books.numbering import last_serial

    if not looks_printed(account) or check_number(account):
        return False
    last = last_serial(ports.store, business)
    return last > 0 and len(account) <= len(print_number(last))


def digits_in_doubt(ports: Ports, business: str, account: str) -> tuple[int, ...]:
    """Where, counted from 1, a mistyped number of ours is likely wrong: one slip from an open invoice.

    Places alone: which invoices these are, and whose, is nobody's business before the right number is typed.
    """
    from shared.books import find, slips

    meant = slips(account.strip())
    if not meant:
        return ()
    found = find(ports.store, business, [("number", number) for number in meant])
    wanted = [Key(INVOICES, one) for led in found.values() for one in led][:_MOST_DOUBTS]
    docs = ports.store.get_many(business, wanted)
    owed = {doc.data["number"] for doc in docs if doc is not None and doc.data["status"] == "open"}
    return tuple(sorted({place for number, place in meant.items() if number in owed}))


def in_words(places: tuple[int, ...]) -> str:
    """What is said beside a refusal; plain when nothing is known."""
    if not places:
        return "Rejected"
    which = " or ".join(str(place) for place in places)
    return f"The account number is mistyped: check digit {which}"


def _closed(ports: Ports, business: str, account: str, invoices: list[str]) -> bool:
    """Whether the reference is a number of ours that nothing is owed on; voided ones are found no more."""
    from shared.books import check_number

    if not invoices:
        return check_number(account.strip())
    wanted = [Key(INVOICES, one) for one in dict.fromkeys(invoices)][:_MOST_INVOICES]
    docs = [doc for doc in ports.store.get_many(business, wanted) if doc is not None]
    return bool(docs) and all(doc.data["status"] != "open" for doc in docs)


def _typed_nothing_anywhere(ports: Ports, notice: Evidence) -> bool:
    """A till's payers type no reference."""
    return bool(ports.settings.daraja_till) and not notice.account


def _cents(value: Any) -> bool:
    return type(value) is int and 0 <= value <= MOST_CENTS
