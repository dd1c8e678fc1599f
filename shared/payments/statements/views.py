"""What crosses HTTP for statements: arguments in, statements, lines and profiles out."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.http import Args, Body, View
from shared.payments.statements.profiles import Profile
from shared.store import Doc

Account = Annotated[str, Field(max_length=60, examples=["mpesa-174379", "bank-equity-0123456789"])]
ProfileId = Annotated[str, Field(pattern=r"^([A-Za-z0-9][A-Za-z0-9_.-]{0,127})?$")]


class UploadArgs(BaseModel):
    """What a file does not say by itself: its account, the profile of a bank's columns, a name for people."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)
    account: Account = ""
    profile_id: ProfileId = ""
    file: Annotated[str, Field(max_length=120)] = ""


class Again(Body):
    """What was missing when a file was refused."""

    account: Account = ""
    profile_id: ProfileId = ""
    password: Annotated[str, Field(max_length=200)] = ""


class NewStatementUpload(Body):
    """A file that will be sent to the bucket by itself."""

    content_type: Annotated[str, Field(max_length=100, examples=["text/csv"])]
    size_bytes: Annotated[int, Field(examples=[350_000])]
    account: Account = ""


class StatementUploadView(View):
    object: str = "upload_target"
    name: str
    url: str
    method: str
    headers: dict[str, str]
    expires_at: str


class PreviewBody(Body):
    """A file, base64, and how to read it; without a profile one is proposed."""

    content: Annotated[str, Field(max_length=6_000_000)]
    account: Account = "bank-preview"
    profile_id: ProfileId = ""
    profile: Profile | None = None
    password: Annotated[str, Field(max_length=200)] = ""


class BreakView(View):
    row: int
    expected_cents: int
    found_cents: int


class FaultView(View):
    pointer: str
    detail: str


class StatementView(View):
    object: str = "statement"
    id: str
    status: Literal["importing", "imported", "refused"]
    account: str
    form: str
    profile_id: str
    file: str
    rows: int
    rows_failed: int
    rows_empty: int
    lines: int
    imported: int
    added: int
    outcomes: dict[str, int]
    first_day: str
    last_day: str
    opening_cents: int | None
    closing_cents: int | None
    breaks: list[BreakView]
    code: str
    refusal: str
    errors: list[FaultView]
    by: str
    received_at: str
    imported_at: str


class LineView(View):
    object: str = "statement_line"
    id: str
    statement_id: str
    account: str
    receipt: str
    kind: str
    reason: str
    amount_cents: int
    currency: str
    at: str
    business_day: str
    balance_cents: int | None
    details: str
    party: str
    linked: str
    account_no: str
    row: int
    outcome: str
    payment_id: str
    payout_id: str = ""
    reasons: list[str]


class PreviewLineView(View):
    row: int
    kind: str
    at: str
    amount_cents: int
    currency: str
    receipt: str
    details: str
    party: str
    account_no: str
    balance_cents: int | None


class PreviewView(View):
    """The first rows as they would be imported; nothing was stored."""

    object: str = "statement_preview"
    form: str
    account: str
    profile: Profile | None
    rows: int
    rows_failed: int
    breaks: list[BreakView]
    lines: list[PreviewLineView]


class ProfileBody(Body):
    """A mapping to save."""

    profile: Profile


class ProfileView(View):
    object: str = "statement_profile"
    id: str
    built_in: bool
    profile: Profile


class NoArgs(Args):
    """Paging only."""


def statement_view(doc: Doc) -> StatementView:
    """A statement as the API shows it."""
    return StatementView(id=doc.id, imported=doc.data["next"], **_shown(StatementView, doc))


def line_view(doc: Doc) -> LineView:
    """A line as the API shows it."""
    return LineView(id=doc.id, **_shown(LineView, doc))


def profile_view(doc: Doc) -> ProfileView:
    """A saved profile."""
    return ProfileView(id=doc.id, built_in=False, profile=Profile.model_validate(doc.data["profile"]))


def _shown(view: type[View], doc: Doc) -> dict[str, Any]:
    names = view.model_fields.keys() - {
        "object",
        "id",
        "imported",
    }  # a record's own "object" is its file's name
    return {name: doc.data[name] for name in names if name in doc.data}
