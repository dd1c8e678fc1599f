"""What crosses HTTP: lines to be filed, proposals, categories and what was taught."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from shared.http import Body, View

if TYPE_CHECKING:
    from shared.categories.subject import Subject

_Id = Annotated[str, Field(max_length=200, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,39}$", examples=["fuel"])]
Note = Annotated[str, Field(max_length=500)]
Channel = Literal[
    "", "mpesa_paybill", "mpesa_till", "mpesa_send", "mpesa_fee", "airtel", "bank", "card", "receipt"
]


class TextLine(Body):
    """A line as a statement or a receipt has it; the payee apart where it is known."""

    text: Annotated[str, Field(max_length=2000)] = ""
    payee: Annotated[str, Field(max_length=200)] = ""
    kra_pin: Annotated[str, Field(pattern=r"^([AP]\d{9}[A-Z])?$")] = ""
    number: Annotated[str, Field(pattern=r"^(\d{5,7})?$", description="Paybill or till.")] = ""
    channel: Channel = ""

    def subject(self) -> Subject:
        """As what is filed."""
        from shared.categories.subject import Subject  # reading lines is no part of every cold start

        return Subject(self.text, self.payee, self.kra_pin, self.number, self.channel)


class What(Body):
    """What is meant: a line of text, or a record by its id; exactly one of them."""

    line: TextLine | None = None
    transaction_id: _Id | None = None
    receipt_id: _Id | None = None
    expense_id: _Id | None = None


class Word(What):
    """What it was for."""

    category: Code
    note: Note = ""


_Name = Annotated[str, Field(min_length=1, max_length=60)]


class OwnCategory(Body):
    """A category of the business's own; ``within`` is one of the 24."""

    code: Code
    name: _Name
    within: Code


class OwnChanges(Body):
    """Another name, or whether it may still be chosen; what is left out stays."""

    name: _Name | None = None
    open: bool | None = None


class LikelyView(View):
    category: str
    confidence_milli: int


class ProposalView(View):
    """``uncategorised`` means: ask, with ``top3`` to choose from."""

    object: str = "category_proposal"
    category: str
    custom_category: str
    confidence_milli: int
    source: str
    reason: str
    top3: list[LikelyView]
    model_version: str


class HintView(View):
    """A hint, no figure to file: check with your accountant."""

    vat: str
    withhold_milli: int
    text: str
    since: str
    checked: bool
    advice: str


class CategoryView(View):
    object: str = "category"
    code: str
    name: str
    within: str
    own: bool
    open: bool = True
    cost: bool
    hint: HintView | None


class CategoriesView(View):
    """The 24, then the business's own."""

    object: str = "list"
    data: list[CategoryView]
    has_more: bool = False
    next_cursor: str | None = None


class FiledView(View):
    """What was said, and whether the payee will be known by it."""

    object: str = "category_filed"
    category: str
    custom_category: str
    subject: str
    learnt: bool


class PayeeView(View):
    object: str = "category_payee"
    id: str
    mark: str
    category: str
    custom_category: str
    told: dict[str, int]
    told_at: str


class ChangeView(View):
    object: str = "category_change"
    id: str
    subject: str
    before: str
    category: str
    custom_category: str
    by: str
    at: str
    note: str
