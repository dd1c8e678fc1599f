"""What crosses HTTP in the books: strict bodies in, views with prefixed ids and integer cents out."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from shared.books.lines import Band, Item, Prices
from shared.books.parts import parts_of
from shared.core.errors import Invalid
from shared.core.phone import parse_phone
from shared.http import Args, Body, View
from shared.store import Doc

_EMAIL = re.compile(r"[^@\s<>,;:\x00-\x1f]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
_PIN = re.compile(r"[AP][0-9]{9}[A-Z]")
MAX_UNIT_CENTS = 100_000_000_000
MAX_QUANTITY_MILLI = 100_000_000


def _day(text: str) -> str:
    if text and date.fromisoformat(text).isoformat() != text:
        raise ValueError("give a day as YYYY-MM-DD")
    return text


def _email(text: str) -> str:
    if text and not _EMAIL.fullmatch(text):
        raise ValueError("this is not an e-mail address")
    return text


def _pin(text: str) -> str:
    """KRA PINs are A (person) or P (company), nine digits and a letter."""
    text = text.upper()
    if text and not _PIN.fullmatch(text):
        raise ValueError("a KRA PIN looks like A123456789Z")
    return text


def _phones(phones: list[str]) -> list[str]:
    try:
        return list(dict.fromkeys(parse_phone(phone) for phone in phones))
    except Invalid as error:
        raise ValueError(error.message) from None


def _plain(text: str) -> str:
    if any(ord(char) < 32 and char not in "\n\t" for char in text):
        raise ValueError("control characters are not allowed")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("text holds half a character") from None
    return text


Text = Annotated[str, AfterValidator(_plain)]
Name = Annotated[Text, Field(min_length=1, max_length=200)]
Note = Annotated[Text, Field(max_length=2000)]
Day = Annotated[str, Field(max_length=10), AfterValidator(_day)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Phones = Annotated[list[str], Field(max_length=5), AfterValidator(_phones)]
Email = Annotated[str, Field(max_length=254), AfterValidator(_email)]
Pin = Annotated[str, Field(max_length=11), AfterValidator(_pin)]
AccountNo = Annotated[Text, Field(max_length=40)]
DocId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$")]
Cents = Annotated[int, Field(ge=0, le=MAX_UNIT_CENTS)]


class NewCustomer(Body):
    """A customer to add; phones in any Kenyan form."""

    name: Name
    phones: Phones = Field(default_factory=list)
    email: Email = ""
    account_no: AccountNo = ""
    kra_pin: Pin = ""


class CustomerChanges(Body):
    """The fields of a customer to change; those left out stay."""

    name: Name | None = None
    phones: Phones | None = None
    email: Email | None = None
    account_no: AccountNo | None = None
    kra_pin: Pin | None = None


class NewLine(Body):
    """An invoice line: thousandths of a unit, cents a unit, a discount in cents, and its VAT band."""

    description: Name
    quantity_milli: Annotated[int, Field(ge=1, le=MAX_QUANTITY_MILLI)] = 1000
    unit_cents: Cents
    discount_cents: Cents = 0
    vat_band: Band = "B"

    def item(self) -> Item:
        return Item(
            self.description, self.quantity_milli, self.unit_cents, self.discount_cents, self.vat_band
        )


class NewInvoice(Body):
    """A draft; prices include VAT unless said otherwise. Without a due date it is due when finalised."""

    customer_id: DocId
    lines: Annotated[list[NewLine], Field(min_length=1, max_length=200)]
    due_date: Day = ""
    currency: Currency = "KES"
    prices: Prices = "inclusive"
    notes: Note = ""


class NewTransaction(Body):
    """Money that went out; ``receipt`` is the provider's number, once only for each provider."""

    provider: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,30}$")] = "mpesa"
    receipt: Annotated[str, Field(max_length=60)] = ""
    amount_cents: Annotated[int, Field(gt=0, le=MAX_UNIT_CENTS)]
    currency: Currency = "KES"
    party: Annotated[Text, Field(max_length=200)] = ""
    details: Note = ""
    paid_at: Annotated[str, Field(max_length=40)]

    @field_validator("receipt")
    @classmethod
    def _spelling(cls, value: str) -> str:
        return _plain(value).upper()


class InvoiceArgs(Args):
    """Which invoices: of one status, of one customer, both, or all."""

    status: Literal["draft", "open", "paid", "void"] | None = None
    customer_id: DocId | None = None


class TrialBalanceArgs(BaseModel):
    """Which day's balances, and whether receivables and credit are listed for each invoice and customer."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)
    detail: bool = False
    as_of: Day = ""


class CustomerView(View):
    id: str
    object: str = "customer"
    name: str
    phones: list[str]
    email: str
    account_no: str
    kra_pin: str
    credit_cents: int
    created_on: str


class LineView(View):
    description: str
    quantity_milli: int
    unit_cents: int
    discount_cents: int
    vat_band: str
    net_cents: int
    vat_cents: int
    total_cents: int


class InstalmentView(View):
    """One part of an invoice; money fills the oldest part first."""

    due_date: str
    amount_cents: int
    paid_cents: int
    balance_cents: int


class InvoiceView(View):
    id: str
    object: str = "invoice"
    status: str
    number: str
    customer_id: str
    customer_name: str
    currency: str
    prices: str = "inclusive"
    lines: list[LineView]
    subtotal_cents: int
    vat_cents: int
    total_cents: int
    balance_cents: int
    due_date: str
    notes: str = ""
    issued_on: str
    created_on: str
    paid_on: str
    pay_url: Annotated[str, Field(description="The page where it can be paid, when a link was made.")] = ""
    instalments: list[InstalmentView] = Field(default_factory=list)


class TransactionView(View):
    id: str
    object: str = "transaction"
    provider: str
    receipt: str
    amount_cents: int
    currency: str
    party: str
    details: str
    paid_at: str
    business_day: str
    matching: str
    receipt_id: str
    category: str = ""
    custom_category: str = ""
    category_source: str = ""
    category_milli: int = 0


class ExpenseView(View):
    id: str
    object: str = "expense"
    category: str
    custom_category: str = ""
    category_source: str = ""
    category_milli: int = 0
    merchant: str
    amount_cents: int
    vat_cents: int
    currency: str
    business_day: str
    receipt_id: str
    transaction_id: str
    created_on: str


class BalanceView(View):
    account: str
    currency: str
    balance_cents: int


class TrialBalanceView(View):
    """Every account's sum of the journal; the total of a currency is zero or the books are broken."""

    object: str = "trial_balance"
    as_of: str = ""
    entries: int
    sealed_entries: int = 0
    block: int = 0
    accounts: list[BalanceView]
    totals_cents: dict[str, int]


def customer_view(doc: Doc) -> CustomerView:
    return CustomerView(id=doc.id, **doc.data)


def invoice_view(doc: Doc, public_url: str) -> InvoiceView:
    """An invoice as the API shows it; ``public_url`` is where the page of its payment link is served."""
    token = doc.data.get("pay_token")
    address = f"{public_url}/pay/{token}" if token else ""
    return InvoiceView(id=doc.id, **doc.data, pay_url=address, instalments=_instalments(doc))


def _instalments(doc: Doc) -> list[InstalmentView]:
    """The parts of an invoice as they stand; a draft owes all, a void one nothing."""
    owed = doc.data["total_cents"] if doc.data["status"] == "draft" else doc.data["balance_cents"]
    return [
        InstalmentView(
            due_date=part.due_date, amount_cents=part.cents, paid_cents=part.paid, balance_cents=part.left
        )
        for part in parts_of(doc.data, owed)
    ]


def transaction_view(doc: Doc) -> TransactionView:
    return TransactionView(id=doc.id, **doc.data)


def expense_view(doc: Doc) -> ExpenseView:
    return ExpenseView(id=doc.id, **doc.data)
