"""The facts that matching looks at and the decisions it makes: frozen values, no store, no clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Verdict = Literal["auto", "review", "none"]
Step = Literal["named", "named_group", "exact", "group", "oldest", "closed", "nothing_open"]
Fit = Literal["exact", "short_fee", "short_tax", "short_shillings", "part", "over", "nothing"]
Phone = Literal["known", "masked_named", "masked", "other", "unseen"]
Clue = Literal["full", "prefixed", "serial", "edit", "serial_edit", "asked"]


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """Money received. Amounts in cents; ``phone`` is ``2547…`` or ""; ``phone_hash`` SHA-256 hex or ""."""

    id: str
    amount_cents: int
    currency: str = "KES"
    channel: str = "paybill"
    paid_on: str = ""
    phone: str = ""
    masked: str = ""
    phone_hash: str = ""
    payer_name: str = ""
    reference: str = ""
    narration: str = ""
    invoice_id: str = ""


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """An issued invoice. ``foreign``: in another currency than the payment, cents already converted."""

    id: str
    number: str
    customer_id: str
    total_cents: int
    balance_cents: int
    due_date: str
    issued_on: str = ""
    foreign: bool = False


@dataclass(frozen=True, slots=True)
class CustomerFacts:
    """Whom we invoice; ``phones`` as ``2547…``."""

    id: str
    name: str
    phones: tuple[str, ...] = ()
    account_no: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """Cents of a payment that go to an invoice; ``written_off_cents`` of its balance are let go with it."""

    invoice_id: str
    number: str
    cents: int
    written_off_cents: int = 0


@dataclass(frozen=True, slots=True)
class Allocation:
    """What the written policy does with an amount: links, the step that decided, how well it fits."""

    links: tuple[Link, ...]
    step: Step
    fit: Fit
    excess_cents: int = 0
    foreign: bool = False


@dataclass(frozen=True, slots=True)
class Mention:
    """An invoice as it was named in a reference: how, how many digits agree, and which words said it."""

    invoice_id: str
    clue: Clue
    digits: int
    span: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Identity:
    """What ties a payment to a customer, apart from invoices.

    ``account``: "exact", "edit" or ""; ``account_digits`` its length. ``typed_phone``: the reference is one
    of the customer's numbers. ``payer_count``/``payer_total``: how often this payer was confirmed for this
    customer / for anyone, ``payer_shown`` whether by a whole number. ``name_words``: words that payer and
    customer share out of ``name_size``, the shorter of the two; ``typed_name`` and ``typed_size``: the same
    for what was typed.
    """

    account: str = ""
    account_digits: int = 0
    phone: Phone = "unseen"
    typed_phone: bool = False
    payer_count: int = 0
    payer_total: int = 0
    payer_shown: bool = False
    name_words: int = 0
    name_size: int = 0
    typed_name: int = 0
    typed_size: int = 0
    name_differs: bool = False

    @property
    def tied(self) -> bool:
        """Whether anything but an invoice number points at the customer."""
        return bool(
            self.account or self.typed_phone or self.payer_count or self.name_words or self.typed_name
        ) or (self.phone in ("known", "masked_named", "masked"))


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One possible meaning of a payment: whose it is and which of their invoices were named."""

    customer_id: str
    named: tuple[Mention, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """All that is known when one payment is decided.

    ``opened`` holds open invoices by customer, ``held`` customers of whom a payment waits for a person,
    ``otherwise`` those who also owe in another currency, ``vetoed`` those whom a person ruled out for this
    payer. ``identities`` is what was worked out already, by customer.
    """

    payment: PaymentFacts
    customers: tuple[CustomerFacts, ...] = ()
    mentions: tuple[Mention, ...] = ()
    invoices: tuple[InvoiceFacts, ...] = ()
    opened: dict[str, tuple[InvoiceFacts, ...]] = field(default_factory=dict)
    payers: dict[str, int] = field(default_factory=dict)
    held: frozenset[str] = frozenset()
    otherwise: frozenset[str] = frozenset()
    vetoed: frozenset[str] = frozenset()
    identities: dict[str, Identity] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Reason:
    """A stable code with its words and what it added to the score (in hundredths of a log-odds unit)."""

    code: str
    text: str
    weight: int = 0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A hypothesis with what the policy would do, its score and its share of the probability per mille."""

    hypothesis: Hypothesis
    allocation: Allocation
    reasons: tuple[Reason, ...]
    score: int
    per_mille: int = 0

    @property
    def customer_id(self) -> str:
        return self.hypothesis.customer_id


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do with a payment.

    ``candidates`` are the best three and ``rival`` the best with other links. ``named``: every credited
    invoice was named without repair. ``yields``: it waits while an earlier payment that may be this
    customer's does. ``may_be``: the customers who wait while this payment does. ``model``: the version that
    said how sure it is.
    """

    verdict: Verdict
    confidence_milli: int
    reasons: tuple[Reason, ...]
    links: tuple[Link, ...] = ()
    customer_id: str = ""
    candidates: tuple[Candidate, ...] = ()
    rival: Candidate | None = None
    named: bool = False
    yields: bool = True
    may_be: tuple[str, ...] = ()
    model: str = ""
