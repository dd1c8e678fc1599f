"""What the demo holds, counted from the store, and how to go on: the lines that a start prints."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from local.demo.people import BUSINESS, NAME, OWNER, PASSWORD, VIEWER
from local.system import System
from shared.core.money import format_kes
from shared.payments.paylinks.model import page_url
from shared.payments.places import PAYMENT_LINKS
from shared.store import Doc, Key, Query, Store, Where

MOST_LINES = 25
LINK = Key(PAYMENT_LINKS, "lnk_demo")
_RULES = ("ref_asked", "ref_full_", "ref_prefixed_", "phone_known", "phone_typed", "account_exact_")
"""Clues that need no likeness: a number, an account or a phone that is exactly the one on record."""
_REPAIRED = ("ref_edit_", "ref_serial_edit_")


@dataclass(frozen=True, slots=True)
class Unpaid:
    """An invoice that can be paid now; ``phone`` as ``2547…``."""

    id: str
    number: str
    customer: str
    phone: str
    owed_cents: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How many there are of each."""

    customers: int
    invoices: int
    open_invoices: int
    receipts: int
    sure: int
    to_check: int
    paired: int
    payments: int
    by_rule: int
    fuzzily: int
    by_hand: int
    to_review: int
    set_aside: int


@dataclass(frozen=True, slots=True)
class DemoSummary:
    """The demo as it stands after a load."""

    url: str
    about: dict[str, str]
    counts: Counts
    unpaid: Unpaid | None
    pay_page: str
    seconds: float
    phones: bool

    def lines(self) -> list[str]:
        """At most 25 lines for a terminal."""
        return [*self._facts(), *self._links(), *self._next_steps(), *self._ends()]

    def _facts(self) -> list[str]:
        n, kept = self.counts, ", ".join(f"{what} {url}" for what, url in self.about.items())
        return [
            f"Hesabu runs at {self.url}  ({kept})",
            f"Business  {NAME} ({BUSINESS})",
            f"Login     {OWNER} or {VIEWER}, password {PASSWORD}",
            f"Books     {n.customers} customers, {n.invoices} invoices, {n.open_invoices} of them open",
            f"Receipts  {n.receipts} read: {n.sure} sure, {n.to_check} to check; "
            f"{n.paired} found with the money that paid them",
            f"Payments  {n.payments}: {n.by_rule} matched by rule, {n.fuzzily} fuzzily, "
            f"{n.by_hand} by hand, {n.to_review} to review, {n.set_aside} set aside",
            f"Loaded in {self.seconds:.1f} s",
        ]

    def _links(self) -> list[str]:
        links = [f"Status page      {self.url}/", f"API docs         {self.url}/docs"]
        if self.phones:
            links.append(f"Simulated phone  {self.url}/safaricom/phone")
        if self.unpaid is not None:
            what = f"{self.unpaid.number}, {self.unpaid.customer}, {format_kes(self.unpaid.owed_cents)}"
            links.append(f"Unpaid invoice   {self.url}/#unpaid  ({what})")
        if self.pay_page:
            links.append(f"Pay page         {self.pay_page}  (for anybody with a phone; no login)")
        return links

    def _next_steps(self) -> list[str]:
        as_json = "-H 'Content-Type: application/json'"
        token = f'-d \'{{"email":"{OWNER}","password":"{PASSWORD}"}}\''
        pick = """sed 's/.*access_token": *"//; s/".*//'"""
        bearer = '-H "Authorization: Bearer $T"'
        question = '{"question":"Which customers have outstanding invoices?"}'
        return [
            "Sign in (the steps below use $T):",
            f"  T=$(curl -s {self.url}/v1/auth/token {as_json} {token} | {pick})",
            *self._pay(f"{as_json} {bearer}"),
            f"2. Drop a receipt: {self._drop()}",
            f"3. Ask: curl -s {self.url}/ai/ask {as_json} {bearer} -d '{question}'",
            f"4. Print the pay page: curl -s {self.url}/v1/payment-links/{LINK.id}/qr.svg {bearer} > pay.svg",
            f"5. What is asked for each month: curl -s {self.url}/v1/subscriptions {bearer}",
        ]

    def _pay(self, headers: str) -> list[str]:
        if self.unpaid is None:
            return ["1. Every invoice is paid: issue one with POST /v1/invoices"]
        body = f'{{"invoice_id":"{self.unpaid.id}","phone":"{self.unpaid.phone}"}}'
        start = f"1. Get paid: curl -s {self.url}/v1/attempts {headers} -H 'Idempotency-Key: 1' -d '{body}'"
        if not self.phones:
            return [start]
        return [start, f"   then enter PIN 1234 at {self.url}/safaricom/phone/{self.unpaid.phone}"]

    def _drop(self) -> str:
        """Another shell knows the embedded store by itself; of any other it would have to be told."""
        if self._embedded:
            return f".venv/bin/python -m local drop PHOTO.jpg --business {BUSINESS}"
        return f"cp PHOTO.jpg {self.about['blobs'].removeprefix('file:///')}/receipts/{BUSINESS}/"

    def _ends(self) -> list[str]:
        if self._embedded:
            return [
                "Stop with Ctrl-C; start again any time, nothing is doubled. Forget everything: make reset"
            ]
        return ["Stop with Ctrl-C; an emulator forgets everything then."]

    @property
    def _embedded(self) -> bool:
        return self.about["store"].startswith("sqlite:")


def summarise(system: System, seconds: float) -> DemoSummary:
    """Count what is there now."""
    store = system.app.store
    return DemoSummary(
        url=system.url,
        about=dict(system.runtime.about),
        counts=count(store),
        unpaid=unpaid(store),
        pay_page=pay_page(system),
        seconds=seconds,
        phones=system.safaricom is not None,
    )


def pay_page(system: System) -> str:
    """Where the demo's payment link leads, "" without one."""
    link = system.app.store.get(BUSINESS, LINK)
    return page_url(system.settings.public_url, link.data["token"]) if link else ""


def count(store: Store) -> Counts:
    """Everything that the summary says, from the records themselves."""
    invoices = store.all(BUSINESS, Query("invoices", (), "created_on"))
    receipts = store.all(BUSINESS, Query("receipts", (), "received_at"))
    payments = store.all(BUSINESS, Query("payments", (), "paid_at"))
    reviews = store.all(BUSINESS, Query("review", (Where("status", "==", "open"),), "created_on"))
    asked = {doc.data["subject_id"] for doc in reviews}
    read = Counter(doc.data["status"] for doc in receipts)
    how = Counter(_how(store, doc, asked) for doc in payments)
    return Counts(
        customers=len(store.all(BUSINESS, Query("customers", (), "name_sort"))),
        invoices=len(invoices),
        open_invoices=sum(doc.data["status"] == "open" for doc in invoices),
        receipts=len(receipts),
        sure=read["accepted"],
        to_check=len(receipts) - read["accepted"],
        paired=sum(bool(doc.data["transaction_id"]) for doc in receipts),
        payments=len(payments),
        by_rule=how["rule"],
        fuzzily=how["fuzzy"],
        by_hand=how["manual"],
        to_review=how["review"],
        set_aside=how["aside"],
    )


def _how(store: Store, payment: Doc, asked: set[str]) -> str:
    """How a payment found its purpose, or what it waits for."""
    matching: str = payment.data["matching"]
    if matching == "auto":
        return "rule" if by_rule(store, payment) else "fuzzy"
    if payment.id in asked:
        return "review"
    return "aside" if matching == "none" else matching


def by_rule(store: Store, payment: Doc) -> bool:
    """Whether a decision rests on something that is exactly what is on record, with nothing repaired."""
    decision = store.require(BUSINESS, Key("decisions", payment.data["decision_id"]))
    clues = [str(reason["code"]) for reason in decision.data["reasons"]]
    return any(c.startswith(_RULES) for c in clues) and not any(c.startswith(_REPAIRED) for c in clues)


def unpaid(store: Store) -> Unpaid | None:
    """The newest open invoice whose customer has a phone that can be prompted."""
    for doc in reversed(store.all(BUSINESS, Query("invoices", (Where("status", "==", "open"),), "due_date"))):
        customer = store.require(BUSINESS, Key("customers", doc.data["customer_id"]))
        if customer.data["phones"] and doc.data["balance_cents"] == doc.data["total_cents"]:
            number, owed = doc.data["number"], doc.data["balance_cents"]
            return Unpaid(doc.id, number, customer.data["name"], customer.data["phones"][0], owed)
    return None
