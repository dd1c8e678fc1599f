"""Statements over HTTP: hand one in, read what became of it, compare a day, and say how a bank writes
its files."""

from __future__ import annotations

import base64
import binascii
from heapq import nsmallest
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from shared.core.clock import business_day
from shared.core.errors import Invalid, NotFound, Refused
from shared.http import MANAGERS, READERS, Api, Call, ListView, Reply, View, page_view
from shared.payments.statements.intake import (
    Given,
    Stored,
    accept,
    find_profile,
    keep,
    raw_of,
    shortcodes,
    understand,
)
from shared.payments.statements.places import DROPPED, LINES, PROFILES, STATEMENTS, check_account
from shared.payments.statements.ports import Ports
from shared.payments.statements.profiles import Profile, built_in
from shared.payments.statements.questions import question_of
from shared.payments.statements.read import MAX_BYTES, Wish, parse
from shared.payments.statements.views import (
    Again,
    BreakView,
    LineView,
    NewStatementUpload,
    NoArgs,
    PreviewBody,
    PreviewLineView,
    PreviewView,
    ProfileBody,
    ProfileView,
    StatementUploadView,
    StatementView,
    UploadArgs,
    line_view,
    profile_view,
    statement_view,
)
from shared.store import Doc, Key, Query, Tx, Where

api: Api[Ports] = Api("statements", title="Statements of M-Pesa and of banks")
SECONDS = 15 * 60
"""How long an upload address is good."""
TYPES = {
    "text/csv": "csv",
    "text/plain": "txt",
    "application/vnd.ms-excel": "csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/pdf": "pdf",
    "application/xml": "xml",
    "text/xml": "xml",
    "application/x-ofx": "ofx",
}
PREVIEWED = 20


class DayArgs(BaseModel):
    """A business day; today in Nairobi when left out."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)
    day: Annotated[str, Field(max_length=10, examples=["2026-03-01"])] = ""


class CompletenessView(View):
    """One business day: what one side tells and the other does not. Lists hold 200 rows at most."""

    object: str = "completeness"
    day: str
    complete: bool
    accounts: list[str]
    lines: int
    payments: int
    counts: dict[str, int]
    fee_cents: int
    channels: dict[str, dict[str, int]]
    kinds: dict[str, dict[str, int]]
    without_callback: list[dict[str, Any]]
    without_line: list[dict[str, Any]]
    differing: list[dict[str, Any]]
    for_a_person: list[dict[str, Any]]
    fees: list[dict[str, Any]]
    balances: list[dict[str, Any]]


@api.post(
    "/v1/statements",
    roles=MANAGERS,
    query=UploadArgs,
    returns=StatementView,
    status=202,
    limit=MAX_BYTES,
    consumes="application/octet-stream",
    summary="Hand in a statement: CSV, XLSX, XLS, PDF, MT940, CAMT.053 or OFX",
)
def hand_in(call: Call[Ports]) -> StatementView:
    """The body is the file itself. It is read whole first: what is wrong is named by row and column,
    and nothing
    of it is kept. Then its lines are imported in the background, each once, whatever was imported before.

    The password of a PDF goes into the header ``X-Statement-Password``; it is used once and kept nowhere.
    """
    args: UploadArgs = call.args
    password = call.headers.get("X-Statement-Password") or ""
    given = Given(args.account, args.profile_id, password[:200], call.actor.user, args.file)
    return statement_view(accept(call.ports, call.business, call.raw, given))


@api.post(
    "/v1/statements/uploads",
    roles=MANAGERS,
    body=NewStatementUpload,
    returns=StatementUploadView,
    summary="Get an address to upload a statement to",
)
def offer_statement_upload(call: Call[Ports], wanted: NewStatementUpload) -> StatementUploadView:
    """Send the file to ``url`` with ``method`` and these ``headers``; its import starts when it has
    arrived."""
    ending = TYPES.get(wanted.content_type)
    if ending is None:
        raise Invalid("statement_form", f"send one of {', '.join(TYPES)}")
    if not 1 <= wanted.size_bytes <= MAX_BYTES:
        raise Invalid("statement_too_large", f"a statement holds 1 byte to {MAX_BYTES >> 20} MB")
    folder = f"{check_account(wanted.account)}/" if wanted.account else ""
    name = f"{DROPPED}{call.business}/{folder}{call.ports.ids.new('upl')}.{ending}"
    target = call.ports.blobs.upload_url(name, wanted.content_type, wanted.size_bytes, SECONDS)
    return StatementUploadView(
        name=name,
        url=target.url,
        method=target.method,
        headers=dict(target.headers),
        expires_at=target.expires_at,
    )


@api.post(
    "/v1/statements/preview",
    roles=MANAGERS,
    body=PreviewBody,
    returns=PreviewView,
    limit=6_500_000,
    summary="See how a file would be read, without importing it",
)
def preview(call: Call[Ports], body: PreviewBody) -> PreviewView:
    """The first twenty lines with a profile that is given, saved, or proposed from the header row."""
    try:
        content = base64.b64decode(body.content, validate=True)
    except (binascii.Error, ValueError):
        raise Invalid("content_invalid", "content is the file in base64") from None
    profile = body.profile
    if profile is None and body.profile_id:
        profile = find_profile(call.ports, call.business, body.profile_id)
    account = "" if _is_mpesa(content) and body.account == "bank-preview" else body.account
    wish = Wish(account, profile, body.password, shortcodes(call.ports, call.business))
    return _preview(content, wish)


@api.get(
    "/v1/statements/completeness",
    roles=READERS,
    query=DayArgs,
    returns=CompletenessView,
    summary="Compare a day's statement lines with what callbacks told",
)
def read_completeness(call: Call[Ports]) -> CompletenessView:
    """``without_callback``: money that only a statement (or the provider's list) told.
    ``without_line``: money
    that was told and stands in no statement of its account, though one covers the day."""
    from shared.payments.statements.completeness import report, shown

    day = call.args.day or business_day(call.ports.clock.now())
    done = report(call.ports, call.business, day)
    lists = {
        "without_callback": done.without_callback,
        "without_line": done.without_line,
        "differing": done.differing,
        "for_a_person": done.for_a_person,
        "fees": done.fees,
    }
    return CompletenessView(
        day=done.day,
        complete=done.complete,
        accounts=done.accounts,
        lines=done.lines,
        payments=done.payments,
        counts={name: len(rows) for name, rows in lists.items()},
        fee_cents=done.fee_cents,
        channels=done.channels,
        kinds=done.kinds,
        balances=done.balances,
        **{name: shown(rows) for name, rows in lists.items()},
    )


@api.get(
    "/v1/statements",
    roles=READERS,
    query=NoArgs,
    lists=StatementView,
    summary="List statements, newest first",
)
def list_statements(call: Call[Ports]) -> ListView[StatementView]:
    query = Query(STATEMENTS, (), "-received_at", call.args.limit, call.args.cursor)
    return page_view(call.ports.store.query(call.business, query), statement_view)


@api.get("/v1/statements/{statement_id}", roles=READERS, returns=StatementView, summary="Read a statement")
def read_statement(call: Call[Ports]) -> StatementView:
    """``imported`` of ``lines`` are in the books; ``outcomes`` says what became of them."""
    return statement_view(_statement(call))


@api.get(
    "/v1/statements/{statement_id}/lines",
    roles=READERS,
    query=NoArgs,
    lists=LineView,
    summary="List the lines that a statement brought, in the order of its rows",
)
def list_statement_lines(call: Call[Ports]) -> ListView[LineView]:
    """Lines that an earlier statement brought belong to that one."""
    where = (Where("statement_id", "==", _statement(call).id),)
    query = Query(LINES, where, "row", call.args.limit, call.args.cursor)
    return page_view(call.ports.store.query(call.business, query), line_view)


@api.post(
    "/v1/statements/{statement_id}/again",
    roles=MANAGERS,
    body=Again,
    returns=StatementView,
    summary="Read a refused file again, with what it lacked",
)
def read_again(call: Call[Ports], body: Again) -> StatementView:
    """For files from the bucket that need a password, an account or a profile. An accepted one stays
    as it is."""
    doc = _statement(call)
    if doc.data["status"] != "refused":
        return statement_view(doc)
    content = raw_of(call.ports, doc)
    account = body.account or doc.data["account"]
    given = Given(account, body.profile_id, body.password, call.actor.user, doc.data["file"])
    parsed, profile_id = understand(call.ports, call.business, content, given)
    stored = Stored(doc.key, doc.data["object"], doc.data["sha256"], content)
    return statement_view(keep(call.ports, call.business, stored, parsed, given, profile_id=profile_id))


@api.post(
    "/v1/statement-lines/{line_id}/close",
    roles=MANAGERS,
    returns=LineView,
    summary="Say that a line which waited for a person is dealt with",
)
def close_line(call: Call[Ports]) -> LineView:
    """The question is closed; the line keeps its reasons."""
    key = Key(LINES, call.path["line_id"])

    def close(tx: Tx) -> None:
        tx.require(key)
        item = tx.get(question_of(key.id))
        if item is None:
            raise Refused("nothing is asked about this line", code="nothing_asked")
        tx.update(item.key, {"status": "done"})
        tx.update(key, {"outcome": "closed", "closed_by": call.actor.user})

    call.ports.outbox.run(call.business, close)
    return line_view(call.ports.store.require(call.business, key))


# --- profiles
@api.get(
    "/v1/statement-profiles",
    roles=READERS,
    query=NoArgs,
    lists=ProfileView,
    summary="List the profiles of bank files that this business saved",
)
def list_profiles(call: Call[Ports]) -> ListView[ProfileView]:
    query = Query(PROFILES, (), "name", call.args.limit, call.args.cursor)
    return page_view(call.ports.store.query(call.business, query), profile_view)


@api.post(
    "/v1/statement-profiles",
    roles=MANAGERS,
    body=ProfileBody,
    returns=ProfileView,
    status=201,
    idempotent=True,
    summary="Save how a bank writes its files",
)
def save_profile(call: Call[Ports], body: ProfileBody) -> ProfileView:
    """Use its id as ``profile_id``; an account remembers the profile that its last statement was read
    with."""
    identity = call.ports.ids.new("prf")

    def write(tx: Tx) -> dict[str, Any]:
        tx.create(Key(PROFILES, identity), _profile_data(body.profile))
        return ProfileView(id=identity, built_in=False, profile=body.profile).model_dump(mode="json")

    return ProfileView.model_validate(call.ports.outbox.run(call.business, write, once=call.once))


@api.get(
    "/v1/statement-profiles/{profile_id}",
    roles=READERS,
    returns=ProfileView,
    summary="Read a profile, saved or built in (equity, kcb, coop, generic, generic_signed, generic_marked)",
)
def read_profile(call: Call[Ports]) -> ProfileView:
    identity = call.path["profile_id"]
    if identity in built_in():
        return ProfileView(id=identity, built_in=True, profile=built_in()[identity])
    return profile_view(call.ports.store.require(call.business, Key(PROFILES, identity)))


@api.patch(
    "/v1/statement-profiles/{profile_id}",
    roles=MANAGERS,
    body=ProfileBody,
    returns=ProfileView,
    summary="Replace a saved profile; statements that were imported stay as they are",
)
def change_profile(call: Call[Ports], body: ProfileBody) -> ProfileView:
    key = Key(PROFILES, call.path["profile_id"])

    def change(tx: Tx) -> Doc:
        return tx.update(key, _profile_data(body.profile))

    return profile_view(call.ports.outbox.run(call.business, change))


@api.delete(
    "/v1/statement-profiles/{profile_id}",
    roles=MANAGERS,
    returns=None,
    status=204,
    summary="Remove a saved profile",
)
def remove_profile(call: Call[Ports]) -> Reply:
    key = Key(PROFILES, call.path["profile_id"])

    def remove(tx: Tx) -> None:
        if tx.get(key) is None:
            raise NotFound("there is no such profile")
        tx.delete(key)

    call.ports.outbox.run(call.business, remove)
    return Reply(None, 204)


def _profile_data(profile: Profile) -> dict[str, Any]:
    return {"name": profile.name, "profile": profile.model_dump(mode="json")}


def _statement(call: Call[Ports]) -> Doc:
    return call.ports.store.require(call.business, Key(STATEMENTS, call.path["statement_id"]))


def _is_mpesa(content: bytes) -> bool:
    top = content[:8000].lower()
    return content.startswith(b"%PDF") or (b"completion time" in top and b"receipt no" in top)


def _preview(content: bytes, wish: Wish) -> PreviewView:
    from shared.payments.statements.read import proposed_for

    profile = wish.profile or proposed_for(content)
    parsed = parse(content, wish)
    lines = nsmallest(PREVIEWED, (line for _, line in parsed.lines), key=lambda line: line.row)
    shown = PreviewLineView.model_fields
    return PreviewView(
        form=parsed.form,
        account=parsed.account,
        profile=profile if parsed.form.startswith("bank_") else None,
        rows=parsed.rows,
        rows_failed=parsed.failed,
        breaks=[
            BreakView(row=b.row, expected_cents=b.expected_cents, found_cents=b.found_cents)
            for b in parsed.balances.breaks
        ],
        lines=[PreviewLineView(**{name: getattr(line, name) for name in shown}) for line in lines],
    )
