"""How a bank writes its CSV: which header means what, how amounts are signed, how days are written.

No Kenyan bank publishes its format (reference: payments 1.9), so the built-in profiles are starting
points from public samples; a business saves its own. A profile may be proposed from a file's header row.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.payments.statements.cells import DAY_FORMS
from shared.payments.statements.sheet import PREAMBLE, Row, fold

Names = Annotated[list[Annotated[str, Field(min_length=1, max_length=80)]], Field(max_length=10)]
Amounts = Literal["two_columns", "signed", "marked"]
"""Debit and credit columns; one signed column; one column with another that says DR or CR."""


class Columns(BaseModel):
    """The headers that each field may have in the file; case, points and blanks do not count."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    date: Names
    details: Names
    debit: Names = Field(default_factory=list)
    credit: Names = Field(default_factory=list)
    amount: Names = Field(default_factory=list)
    mark: Names = Field(default_factory=list)
    reference: Names = Field(default_factory=list)
    balance: Names = Field(default_factory=list)
    party: Names = Field(default_factory=list)


class Profile(BaseModel):
    """A mapping from a bank's columns to ours.

    ``positive`` says what a positive amount of a single signed column is. ``delimiter`` and ``encoding`` are
    found by looking when left out.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    name: Annotated[str, Field(min_length=1, max_length=80)]
    columns: Columns
    amounts: Amounts = "two_columns"
    positive: Literal["in", "out"] = "in"
    decimal: Literal[".", ","] = "."
    day_form: Literal["dd/mm/yyyy", "mm/dd/yyyy", "yyyy-mm-dd", "dd-mon-yyyy"] = "dd/mm/yyyy"
    delimiter: Literal["", ",", ";", "\t", "|"] = ""
    encoding: Literal["", "utf-8", "cp1252", "utf-16"] = ""
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "KES"

    @model_validator(mode="after")
    def _has_amounts(self) -> Profile:
        needed = {"two_columns": ("debit", "credit"), "signed": ("amount",), "marked": ("amount", "mark")}
        missing = [name for name in needed[self.amounts] if not getattr(self.columns, name)]
        if missing:
            raise ValueError(f"amounts '{self.amounts}' needs the columns {', '.join(missing)}")
        return self

    @property
    def required(self) -> tuple[str, ...]:
        """Fields without whose header a file is not of this profile; one of two amounts may be missing."""
        amounts = {"two_columns": ("debit", "credit"), "signed": ("amount",), "marked": ("amount", "mark")}
        return ("date", "details", *amounts[self.amounts])

    def aliases(self) -> dict[str, tuple[str, ...]]:
        """Field -> folded headers, the likeliest first."""
        fields = self.columns.model_dump()
        return {name: tuple(dict.fromkeys(map(fold, names))) for name, names in fields.items() if names}


_DETAILS = ["Description", "Narrative", "Narration", "Particulars", "Details", "Transaction Details"]
_REFERENCE = ["Reference", "Reference No", "Ref No", "Transaction Reference", "Cheque No", "Transaction ID"]
_DEBIT = ["Debit", "Money Out", "Withdrawal", "Withdrawals", "Debit Amount", "Paid Out", "DR"]
_CREDIT = ["Credit", "Money In", "Deposit", "Deposits", "Credit Amount", "Paid In", "CR"]
_BALANCE = ["Running Balance", "Balance", "Closing Balance", "Book Balance", "Ledger Balance"]
_DATE = ["Transaction Date", "Date", "Posting Date", "Txn Date", "Trans Date", "Booking Date", "Value Date"]


@lru_cache(maxsize=1)
def built_in() -> dict[str, Profile]:
    """The profiles that come with the product, by id; made when a statement is at hand, not at import."""
    return {
        "equity": Profile(
            name="Equity Bank",
            columns=Columns(
                date=["Transaction Date", "Date"],
                details=["Narrative", "Description", "Particulars"],
                debit=["Debit", "Money Out"],
                credit=["Credit", "Money In"],
                reference=["Reference", "Transaction Reference"],
                balance=["Running Balance", "Balance"],
            ),
        ),
        "kcb": Profile(
            name="KCB Bank",
            columns=Columns(
                date=["Transaction Date", "Txn Date"],
                details=["Description", "Transaction Details"],
                debit=["Debit", "Money Out"],
                credit=["Credit", "Money In"],
                reference=["Reference", "Bank Reference Number"],
                balance=["Running Balance", "Ledger Balance", "Balance"],
            ),
        ),
        "coop": Profile(
            name="Co-operative Bank",
            columns=Columns(
                date=["Transaction Date", "Date"],
                details=["Narration", "Particulars", "Description"],
                debit=["Debit", "DR", "Withdrawal"],
                credit=["Credit", "CR", "Deposit"],
                reference=["Reference No", "Transaction ID", "Reference"],
                balance=["Balance", "Book Balance", "Running Balance"],
            ),
        ),
        "generic": Profile(
            name="Any bank, debit and credit columns",
            columns=Columns(
                date=_DATE,
                details=_DETAILS,
                debit=_DEBIT,
                credit=_CREDIT,
                reference=_REFERENCE,
                balance=_BALANCE,
            ),
        ),
        "generic_signed": Profile(
            name="Any bank, one signed amount",
            columns=Columns(
                date=_DATE,
                details=_DETAILS,
                amount=["Amount", "Transaction Amount"],
                reference=_REFERENCE,
                balance=_BALANCE,
            ),
            amounts="signed",
        ),
        "generic_marked": Profile(
            name="Any bank, one amount and DR or CR",
            columns=Columns(
                date=_DATE,
                details=_DETAILS,
                amount=["Amount", "Transaction Amount"],
                mark=["DR/CR", "Dr Cr", "Type", "Sign", "D/C", "Credit/Debit"],
                reference=_REFERENCE,
                balance=_BALANCE,
            ),
            amounts="marked",
        ),
    }


"""By id; a business's own profiles have ids of their own."""
_ORDER = ("generic_marked", "equity", "kcb", "coop", "generic", "generic_signed")


def propose(rows: Iterable[Row], delimiter: str = "") -> tuple[str, Profile] | None:
    """The built-in profile that explains most of a header among the first rows, with what the rows show.

    Days and the decimal mark are read from the cells below the header, as far as they decide anything.
    """
    kept: list[Row] = []
    for row in rows:
        kept.append(row)
        if len(kept) >= 2 * PREAMBLE:
            break
    best: tuple[int, int, str, int] | None = None
    for index, row in enumerate(kept[:PREAMBLE]):
        folded = {fold(cell) for cell in row.cells if cell}
        for place, name in enumerate(_ORDER):
            aliases, required = built_in()[name].aliases(), built_in()[name].required
            if not all(set(aliases[field]) & folded for field in required):
                continue
            points = sum(_likeness(names, folded) for names in aliases.values())
            if best is None or (points, -place) > best[:2]:
                best = (points, -place, name, index)
    if best is None:
        return None
    _, _, name, index = best
    return name, _tuned(built_in()[name], kept[index], kept[index + 1 :], delimiter)


def _likeness(names: tuple[str, ...], folded: set[str]) -> int:
    """How well a header row holds one field: a bank's own word for it counts more than another's."""
    return next((20 - place for place, name in enumerate(names) if name in folded), 0)


def _tuned(profile: Profile, header: Row, below: list[Row], delimiter: str) -> Profile:
    folded = [fold(cell) for cell in header.cells]
    columns = {
        field: folded.index(next(name for name in names if name in folded))
        for field, names in profile.aliases().items()
        if set(names) & set(folded)
    }

    def cells(*fields: str) -> list[str]:
        places = [columns[field] for field in fields if field in columns]
        return [row.cells[i] for row in below for i in places if i < len(row.cells) and row.cells[i]]

    days = [cell.split()[0].replace("-", "/").replace(".", "/").split("/") for cell in cells("date") if cell]
    american = any(
        len(p) == 3 and p[1].isdigit() and p[0].isdigit() and len(p[0]) < 3 and int(p[1]) > 12 for p in days
    )
    commas = [
        cell for cell in cells("debit", "credit", "amount", "balance") if cell.strip("()-DRC ")[-3:-2] == ","
    ]
    return profile.model_copy(
        update={
            "day_form": "mm/dd/yyyy" if american else DAY_FORMS[0],
            "decimal": "," if commas else ".",
            "delimiter": delimiter,
        }
    )
